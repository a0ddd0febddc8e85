"""Jira exports into a product: what is added, what changes, and what is not mapped."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from deploy.errors import PlainError
from deploy.importing.document import Change, skeleton
from deploy.importing.merge import status_events
from deploy.importing.names import NameMap
from tests.unit.deploy.importing_cases import MAPPED, bring, issue, product, table, whys

BLOCKS, BLOCKED = "Outward issue link (Blocks)", "Inward issue link (Blocks)"


def items(*rows: dict[str, str], folder: Path, **options: Any) -> dict[str, Any]:
    """Return the items after an import in which nothing is left over."""
    outcome = bring(folder, table(list(rows)), **options)
    assert whys(outcome) == []
    found: dict[str, Any] = outcome.value["items"]
    return found


@pytest.mark.parametrize(
    ("columns", "options", "field", "value"),
    [
        pytest.param({}, {}, "efforts", {"it": 2}, id="seconds of eight-hour days"),
        pytest.param({}, {"hours_per_day": 16}, "efforts", {"it": 1}, id="of longer days"),
        pytest.param({"Σ_Original_Estimate": "86400"}, {}, "efforts", {"it": 3}, id="sub-tasks included"),
        pytest.param(
            {"Original_Estimate": "", "Custom_field_(Story_Points)": "3.0"},
            {"days_per_point": 0.5},
            "efforts",
            {"it": 1.5},
            id="points",
        ),
        pytest.param({"Team": "", "Component/s": "ADS"}, {}, "efforts", {"ads": 2}, id="a component when no team"),
        pytest.param({"Team": "Web IT"}, {}, "efforts", {"it": 2}, id="a team by its title"),
        pytest.param(
            {"Squad": "ads"}, {"columns": {"team": "squad"}}, "efforts", {"ads": 2}, id="a column that is named"
        ),
        pytest.param({"Fix_Version/s": "spring campaign"}, {}, "milestone", "spring", id="a milestone by its title"),
        pytest.param({"Labels": "login"}, {}, "themes", ["login"], id="labels are themes"),
        pytest.param({"Summary": "=HYPERLINK(1)"}, {}, "title", "=HYPERLINK(1)", id="a formula stays text"),
        pytest.param({"Summary": "two\nlines"}, {}, "title", "two lines", id="a title is one line"),
        pytest.param(
            {"Due_Date": "25/Nov/26"}, {"due_milestones": True}, "milestone", "WEB-1-due", id="a milestone of its own"
        ),
    ],
)
def test_a_field_of_an_issue(
    columns: dict[str, str], options: dict[str, Any], field: str, value: object, tmp_path: Path
) -> None:
    assert items(issue(**columns), folder=tmp_path, **options)["WEB-1"][field] == value


@pytest.mark.parametrize(
    ("columns", "column", "why", "left_out"),
    [
        pytest.param({"Status": "Deployed"}, "Status", "is not mapped to one of planned", "WEB-1", id="status"),
        pytest.param({"Team": "Web ITT"}, "Team", "there is no such team; did you mean it?", "WEB-1", id="team"),
        pytest.param({"Team": ""}, "Original Estimate", "an effort, and no team", "WEB-1", id="nobody's effort"),
        pytest.param({"Original_Estimate": "2d"}, "Original Estimate", "is not a number", "WEB-1", id="estimate"),
        pytest.param(
            {"Original_Estimate": "", "Story_Points": "3"}, "Story Points", "say --days-per-point", "WEB-1", id="points"
        ),
        pytest.param({"Issue_key": "WEB 1"}, "Issue key", "cannot be an id", "WEB 1", id="a key that is no id"),
        pytest.param({"Due_Date": "01/02/27"}, "Due Date", "may be 2027-02-01 or 2027-01-02", "", id="date"),
        pytest.param({"Fix_Version/s": "sprng"}, "Fix Version/s", "did you mean spring?", "", id="milestone"),
        pytest.param({BLOCKS: "WEB-9"}, BLOCKS, "WEB-9 is neither in the export nor in the product", "", id="link"),
        pytest.param({BLOCKS: "WEB-1"}, BLOCKS, "WEB-1 cannot wait for itself", "", id="a link to itself"),
    ],
)
def test_what_is_not_mapped_is_named_with_its_place(
    columns: dict[str, str], column: str, why: str, left_out: str, tmp_path: Path
) -> None:
    row = issue()
    outcome = bring(tmp_path, table([row | {name.replace("_", " "): text for name, text in columns.items()}]))
    (problem,) = outcome.problems
    assert (problem.place.file, problem.place.row, problem.place.column) == ("1.csv", 2, column)
    assert why in problem.why
    assert problem.left_out == left_out
    assert list(outcome.value.get("items", {})) == ([] if left_out else ["WEB-1"])


def test_an_issue_with_several_teams_or_milestones_is_not_split_by_guess(tmp_path: Path) -> None:
    header = [*issue(Team="", Issue_Type=""), "Component/s", "Component/s", "Fix Version/s", "Fix Version/s"]
    milestones = {"spring": {"due": "2027-03-31"}, "fall": {"due": "2027-09-30"}}
    row = ["WEB-1", "t", "To Do", "", "57600", "", "it", "ads", "", ""]
    two = ["WEB-2", "t", "To Do", "it", "57600", "", "", "", "spring", "fall"]
    text = "\n".join(map(",".join, [header, row, two]))
    outcome = bring(tmp_path, text, into=product(milestones=milestones))
    assert [why.partition(",")[0] for _, _, why in whys(outcome)] == ["several teams (it", "an item has one milestone"]
    assert "milestone" not in outcome.value["items"]["WEB-2"]


def test_the_mapping_says_what_names_mean_and_what_is_left_out_on_purpose(tmp_path: Path) -> None:
    mapping = NameMap(
        items={"WEB-1": "sso", "WEB-2": None},
        milestones={"Backlog": None},
        teams={"Web": "it"},
        statuses={"Deployed": "planned"},
    )
    rows = [issue(key, Team="Web", Status="Deployed", Fix_Version="Backlog") for key in ("WEB-1", "WEB-2")]
    outcome = bring(tmp_path, table(rows), mapping=mapping)
    assert whys(outcome) == []
    assert outcome.value["items"] == {"sso": {"title": "About WEB-1", "efforts": {"it": 2}}}
    assert ("left out: the mapping leaves it out", [3]) in [(why, [p.row for p in at]) for why, at in outcome.notes]


def test_a_star_leaves_out_whatever_is_not_mapped(tmp_path: Path) -> None:
    mapping = NameMap(milestones={"*": None}, statuses={"*": None}, themes={"*": None, "sso": "login"})
    row = issue(Status="Odd", Fix_Version="Odd", Labels="sso") | {"Team": "IT"}
    outcome = bring(tmp_path, table([row]), mapping=mapping)
    assert whys(outcome) == []
    assert outcome.value["items"]["WEB-1"] == {"title": "About WEB-1", "efforts": {"it": 2}, "themes": ["login"]}
    none = bring(tmp_path, table([row]), mapping=mapping.over(NameMap(items={"*": None})))
    assert none.changes == []


def test_a_mapping_to_what_does_not_exist_is_a_problem(tmp_path: Path) -> None:
    mapping = MAPPED.over(NameMap(teams={"it": "itt"}))
    assert (
        "is mapped to 'itt', and there is no team 'itt'; did you mean it?"
        in whys(bring(tmp_path, table([issue()]), mapping=mapping))[0][2]
    )


def test_an_item_that_is_there_changes_field_by_field_and_loses_nothing(tmp_path: Path) -> None:
    there = {"WEB-1": {"title": "Old", "cost": 5, "efforts": {"it": 2.0, "ads": 1}, "themes": ["seo"]}, "other": {}}
    outcome = bring(tmp_path, table([issue(Labels="login")]), into=product(items=there))
    assert outcome.changes == [
        Change("change", "item", "WEB-1", "title", "Old", "About WEB-1"),
        Change("change", "item", "WEB-1", "themes", ["seo"], ["seo", "login"]),
    ]
    assert (outcome.unchanged, outcome.kept) == (0, 1)
    assert outcome.value["items"]["WEB-1"]["cost"] == 5
    assert bring(tmp_path, table([issue(Labels="login")]), into=outcome.value).changes == []


def test_a_link_within_a_team_is_an_order_and_between_teams_a_dependency(tmp_path: Path) -> None:
    rows = [
        issue("WEB-1", **{BLOCKS: "WEB-2"}),
        issue("WEB-2", **{BLOCKED: "WEB-1"}),
        issue("WEB-3", Team="ads", Due_Date="2027-02-15", **{BLOCKED: "WEB-2"}),
        issue("WEB-4", Team="ads", Fix_Version="spring", **{BLOCKED: "WEB-2"}),
    ]
    outcome = bring(tmp_path, table(rows))
    assert whys(outcome) == []
    assert {id: item.get("after") for id, item in outcome.value["items"].items() if "after" in item} == {
        "WEB-2": ["WEB-1"]
    }
    assert outcome.value["dependencies"] == {
        "WEB-2-for-WEB-3": {"needs": "WEB-3", "provider": "it", "needed_by": "2027-02-15"},
        "WEB-2-for-WEB-4": {"needs": "WEB-4", "provider": "it", "needed_by": "2027-03-31", "milestone": "spring"},
    }
    later = [row | {"Due Date": "2027-02-20"} if row["Issue key"] == "WEB-3" else row for row in rows]
    assert bring(tmp_path, table(later), into=outcome.value).changes == [
        Change("change", "dependency", "WEB-2-for-WEB-3", "needed_by", "2027-02-15", "2027-02-20")
    ]


def test_a_need_without_a_date_is_a_problem(tmp_path: Path) -> None:
    outcome = bring(tmp_path, table([issue("WEB-1", **{BLOCKS: "WEB-2"}), issue("WEB-2", Team="ads")]))
    assert "no date says by when" in whys(outcome)[0][2]
    assert "dependencies" not in outcome.value


@pytest.mark.parametrize("other", [pytest.param("it", id="within a team"), pytest.param("ads", id="over two teams")])
def test_a_circle_is_reported_and_not_written(other: str, tmp_path: Path) -> None:
    rows = [
        issue("WEB-1", Due_Date="2027-01-31", **{BLOCKS: "WEB-2"}),
        issue("WEB-2", Team=other, Due_Date="2027-01-31", **{BLOCKS: "WEB-3"}),
        issue("WEB-3", Due_Date="2027-01-31", **{BLOCKS: "WEB-1"}),
        issue("WEB-4", **{BLOCKED: "WEB-1"}),
    ]
    outcome = bring(tmp_path, table(rows))
    assert [why for _, _, why in whys(outcome)] == [
        "they wait for each other in a circle: WEB-1 → WEB-3 → WEB-2 → WEB-1; none is taken over"
    ]
    assert "dependencies" not in outcome.value
    assert [id for id, item in outcome.value["items"].items() if "after" in item] == ["WEB-4"]


def test_a_circle_never_takes_away_what_the_product_had(tmp_path: Path) -> None:
    there = {"WEB-1": {}, "WEB-2": {"after": ["WEB-1"]}}
    rows = [issue("WEB-1", **{BLOCKED: "WEB-2"}), issue("WEB-2", **{BLOCKED: "WEB-1"})]
    outcome = bring(tmp_path, table(rows), into=product(items=there))
    assert outcome.value["items"]["WEB-2"]["after"] == ["WEB-1"]
    assert "after" not in outcome.value["items"]["WEB-1"]
    assert "in a circle" in whys(outcome)[0][2]


def test_what_has_ended_is_not_added_and_settles_its_links(tmp_path: Path) -> None:
    rows = [issue("WEB-1", Status="Done", **{BLOCKS: "WEB-2"}), issue("WEB-2", Status="Doing")]
    outcome = bring(tmp_path, table(rows))
    assert list(outcome.value["items"]) == ["WEB-2"]
    assert outcome.statuses == {"WEB-2": "started"}
    assert whys(outcome) == []


def test_statuses_become_events_with_an_id_that_counts_once(tmp_path: Path) -> None:
    rows = [issue("WEB-1", Status="Done"), issue("WEB-2", Status="Doing"), issue("WEB-3", Status="Binned")]
    outcome = bring(tmp_path, table(rows), into=product(items={"WEB-1": {}, "WEB-3": {}}))
    events = status_events(outcome, "web", "jira", datetime(2026, 11, 21, 9, tzinfo=UTC))
    assert [(one["id"], one["type"], one["time"]) for one in events] == [
        ("WEB-1/completed", "item.completed", "2026-11-21T09:00:00Z"),
        ("WEB-2/started", "item.started", "2026-11-21T09:00:00Z"),
        ("WEB-3/dropped", "item.dropped", "2026-11-21T09:00:00Z"),
    ]
    assert outcome.value["items"]["WEB-1"] == {}


@pytest.mark.parametrize(
    ("types", "taken"),
    [
        pytest.param(frozenset(), ["WEB-1", "WEB-3"], id="all but sub-tasks"),
        pytest.param(frozenset({"epic"}), ["WEB-3"], id="only what was asked for"),
        pytest.param(frozenset({"sub-task", "story"}), ["WEB-1", "WEB-2"], id="sub-tasks when asked for"),
    ],
)
def test_issue_types(types: frozenset[str], taken: list[str], tmp_path: Path) -> None:
    rows = [issue(key, Issue_Type=kind) for key, kind in (("WEB-1", "Story"), ("WEB-2", "Sub-task"), ("WEB-3", "Epic"))]
    assert list(items(*rows, folder=tmp_path, types=types)) == taken


def test_rows_that_cannot_be_told_apart_or_have_shifted_are_named(tmp_path: Path) -> None:
    text = "Issue key,Summary\nWEB-1,a\nWEB-1,b\nWEB-2,a,b,c\n,x\n"
    assert whys(bring(tmp_path, text)) == [
        (3, "Issue key", "is there twice; the first row counts"),
        (4, "", "the row has 4 cells, and the header 2: its columns may have shifted"),
        (5, "Issue key", "is empty: the row has no id"),
    ]


def test_columns_that_are_not_taken_over_are_listed(tmp_path: Path) -> None:
    outcome = bring(tmp_path, table([issue(Creator="bo", Sprint="", **{"Outward issue link (Relates)": "WEB-9"})]))
    assert "columns of 1.csv that are not taken over: Creator, Outward issue link (Relates)" in dict(outcome.notes)


def test_more_items_than_a_product_takes_are_refused(tmp_path: Path) -> None:
    text = "Issue key\n" + "".join(f"WEB-{number}\n" for number in range(2001))
    with pytest.raises(PlainError, match="2,001 items would be in the product, and it takes 2,000"):
        bring(tmp_path, text)
    text = text.removesuffix("WEB-2000\n")
    assert len(bring(tmp_path, text).value["items"]) == 2000


def test_a_new_product_says_what_must_be_filled_in(tmp_path: Path) -> None:
    rows = [issue("WEB-1", Team="Web IT", Fix_Version="Spring 27"), issue("WEB-2", Team="Команда")]
    outcome = bring(tmp_path, table(rows), into=skeleton("web"), fresh=True)
    assert outcome.value["teams"]["web-it"]["title"] == "Web IT"
    assert ("teams", "web-it", "lead") in outcome.gaps
    assert ("milestones", "spring-27", "due") in outcome.gaps
    assert whys(outcome) == [(3, "Team", "no id can be made of it: map it to one")]
