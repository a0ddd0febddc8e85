"""Our own CSV: a product written as one table comes back without a change."""

import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from deploy.importing.document import skeleton
from deploy.importing.names import NameMap
from tests.unit.deploy.importing_cases import bring, product, table, whys

names = st.from_regex(r"[A-Za-z0-9][A-Za-z0-9._-]{0,8}", fullmatch=True)
words = st.text(st.characters(exclude_categories=["Cs", "Cc", "Z"], exclude_characters=";,"), min_size=1, max_size=12)
texts = st.builds(" ".join, st.lists(words, max_size=3)).filter(lambda text: text != "-")
topics = st.lists(words.filter(lambda word: word != "-"), max_size=3, unique=True)
days = st.integers(0, 1000) | st.floats(0, 1000, allow_nan=False)
dates = st.dates().filter(lambda day: 1900 <= day.year <= 2999).map(str) | st.just("2027-03-31T15:00:00Z")
lives = st.floats(0.5, 36_525)


@st.composite
def products(draw: st.DrawFn) -> dict[str, Any]:
    """Return the values of a valid product file."""
    ids = draw(st.lists(names, min_size=1, max_size=5, unique_by=str.casefold))
    milestones = draw(st.dictionaries(names, st.fixed_dictionaries({"due": dates}, optional={"title": texts})))
    items: dict[str, Any] = {}
    for index, id in enumerate(ids):
        optional = {
            "title": texts,
            "cost": st.integers(0, 10**12),
            "efforts": st.dictionaries(st.sampled_from(["it", "ads"]), days, min_size=1),
            "duration": st.integers(0, 60),
            "themes": topics,
            "goals": topics,
            "values": st.dictionaries(st.sampled_from(["marketplace", "user_feedback"]), st.integers(0, 100)),
            "value": days,
            "urgency": st.floats(0, 10, allow_nan=False),
            "must": st.sampled_from(["in", "out", "free"]),
            "profile": st.fixed_dictionaries(
                {}, optional={"by": dates, "then": st.floats(0, 1), "half_life_days": lives}
            ),
        }
        if index:
            optional["after"] = st.lists(st.sampled_from(ids[:index]), unique=True)
        if milestones:
            optional["milestone"] = st.sampled_from(sorted(milestones))
        items[id] = draw(st.fixed_dictionaries({}, optional=optional))
    need = {"needs": st.sampled_from(ids), "provider": st.sampled_from(["it", "ads"]), "needed_by": dates}
    optional = {"promised_for": dates, "reason": texts}
    dependencies = draw(st.dictionaries(names, st.fixed_dictionaries(need, optional=optional), max_size=3))
    return product(milestones=milestones, items=items, dependencies=dependencies)


NESTED = ("values", "profile")  # one column for each part


def as_table(value: dict[str, Any]) -> str:
    """Return a product's parts as one table of our own columns."""
    rows = []
    for kind, section in (
        ("team", "teams"),
        ("milestone", "milestones"),
        ("item", "items"),
        ("dependency", "dependencies"),
    ):
        for id, entry in value[section].items():
            row = {"kind": kind, "id": id} | {name: _cell(part) for name, part in entry.items() if name not in NESTED}
            parts = (part for name in NESTED for part in entry.get(name, {}).items())
            rows.append(row | {name: str(figure) for name, figure in parts})
    return table(rows)


def _cell(part: object) -> str:
    if isinstance(part, dict):
        return "; ".join(f"{name}={days!r}" for name, days in part.items())
    return "; ".join(map(str, part)) or "-" if isinstance(part, list) else str(part)


@settings(deadline=None)  # it writes a file
@given(products())
def test_a_product_as_a_table_comes_back_without_a_change(value: dict[str, Any]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        outcome = bring(Path(folder), as_table(value), into=value, mapping=NameMap())
    assert whys(outcome) == []
    assert (outcome.changes, outcome.unchanged, outcome.kept) == ([], len(value["items"]), 0)
    assert outcome.value == value


def test_when_an_item_keeps_its_value_is_read_part_by_part(tmp_path: Path) -> None:
    there = {"a": {"profile": {"by": "2027-03-31", "then": 0.5}}}
    outcome = bring(tmp_path, "id,by,then,half_life_days,must\na,-,,90,In\n", into=product(items=there))
    assert outcome.value["items"]["a"] == {"profile": {"then": 0.5, "half_life_days": 90}, "must": "in"}


def test_an_empty_cell_changes_nothing_and_a_hyphen_empties(tmp_path: Path) -> None:
    there = {"a": {}, "b": {"title": "B", "after": ["a"], "themes": ["x"], "value": 5, "milestone": "spring"}}
    same = bring(tmp_path, "id,title,after,themes,value,milestone\nb,,,,,\n", into=product(items=there))
    assert same.changes == []
    empty = bring(tmp_path, "id,title,after,themes,value,milestone\nb,-,-,-,-,-\n", into=product(items=there))
    assert empty.value["items"]["b"] == {"title": "", "after": [], "themes": [], "value": None, "milestone": None}


@pytest.mark.parametrize(
    ("text", "column", "why"),
    [
        pytest.param("id,cost\na,12.5\n", "cost", "must be a valid integer", id="half a cent"),
        pytest.param("id,cost\na,-1\n", "cost", "must be greater than or equal to 0", id="a negative cost"),
        pytest.param("id,marketplace\na,101\n", "marketplace", "must be less than or equal to 100", id="a score"),
        pytest.param("id,must\na,maybe\n", "must", "must be 'in', 'out' or 'free'", id="no decision"),
        pytest.param("id,then\na,1.5\n", "then", "must be less than or equal to 1", id="more than all of it"),
        pytest.param("id,by\na,soon\n", "by", "is not a date", id="no date"),
        pytest.param("id,duration\na,61\n", "duration", "must be less than or equal to 60", id="too long"),
        pytest.param("id,after\na,b\n", "after", "b is neither in the export nor in the product", id="order"),
        pytest.param("id,after\na,a\n", "after", "a cannot wait for itself", id="waits for itself"),
        pytest.param("kind,id\nepic,a\n", "kind", "there is no kind 'epic' (item, milestone", id="kind"),
        pytest.param("kind,id,due\nteam,it,2027-01-01\n", "due", "a team has no due", id="a column of another kind"),
        pytest.param("kind,id\nmilestone,a\n", "id", "a new milestone needs due", id="an undated milestone"),
        pytest.param("kind,id\nteam,a\n", "id", "a new team needs function, lead, person_days, allotment", id="team"),
        pytest.param(
            "kind,id,needs,provider,needed_by\ndependency,d,a,it,2027-01-01\n", "needs", "a is neither", id="needs"
        ),
        pytest.param(
            "kind,id,needs,provider,needed_by\ndependency,plan-debt,a,it,2027-01-01\n", "id", "reserved", id="reserved"
        ),
    ],
)
def test_a_cell_that_cannot_be_taken_is_named(text: str, column: str, why: str, tmp_path: Path) -> None:
    outcome = bring(tmp_path, text)
    (problem,) = outcome.problems
    assert (problem.place.column, why in problem.why) == (column, True)


def test_an_order_after_what_has_ended_stays_whole(tmp_path: Path) -> None:
    there = {"a": {}, "b": {"after": ["a"]}}
    outcome = bring(
        tmp_path, "id,status,after\na,completed,\nb,planned,a; gone\ngone,dropped,\n", into=product(items=there)
    )
    assert (whys(outcome), outcome.changes) == ([], [])
    assert "a link that is settled: gone is dropped" in dict(outcome.notes)


def test_several_files_count_as_one(tmp_path: Path) -> None:
    items = "Issue key,Fix Version\nWEB-1,summer\n"
    outcome = bring(tmp_path, items, "kind,id,due\nmilestone,summer,2027-06-30\n")
    assert whys(outcome) == []
    assert outcome.value["items"]["WEB-1"]["milestone"] == "summer"


def test_an_instant_is_not_replaced_by_its_own_day(tmp_path: Path) -> None:
    milestones = {"spring": {"due": "2027-03-31T15:00:00Z"}}
    for due, changed in (("2027-03-31", 0), ("2027-04-01", 1)):
        text = f"kind,id,due\nmilestone,spring,{due}\n"
        assert len(bring(tmp_path, text, into=product(milestones=milestones)).changes) == changed


def test_everything_that_is_wrong_with_a_row_is_said_at_once(tmp_path: Path) -> None:
    wrong = {"id": "a b", "status": "parked", "team": "itt", "effort_days": "x", "cost": "much", "value": "1,250"}
    rest = {"title": "y" * 600, "due": "soon", "milestone": "sprng", "user_feedback": "101"}
    outcome = bring(tmp_path, table([wrong | rest]), into=product())
    assert {one.place.column for one in outcome.problems} == {*wrong, *rest}
    assert {one.left_out for one in outcome.problems} == {"a b"}
    assert outcome.changes == []


def test_a_row_that_is_left_out_makes_no_team_of_a_new_product(tmp_path: Path) -> None:
    row = {"id": "a", "status": "parked", "team": "new", "milestone": "m"}
    outcome = bring(tmp_path, table([row]), into=skeleton("shop"), fresh=True)
    assert [one.value for one in outcome.problems] == ["parked"]
    assert outcome.changes == []
