"""The roadmap as a grid: no bar covers another, and each says how its item stands."""

from typing import Any

from web.pages.timeline_grid import grid_of, waits_of

PERIODS = ["2026-03", "2026-04", "2026-05"]


def bar(item: str, start: str, end: str | None = None, **changes: Any) -> dict[str, Any]:
    """Return a funded item of IT as the timeline has it."""
    known = {"item": item, "title": item, "team": "it", "course": "funded", "status": "planned", "milestone": None}
    return known | {"start": start, "end": end or start, "late": None, "overdue": False} | changes


def timeline(*items: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """Return a timeline of three months and two teams."""
    periods = [{"period": one, "planned": True} for one in PERIODS]
    teams = [{"team": name, "title": name.upper(), "lead": ""} for name in ("marketing", "it")]
    return {"now": "2026-03", "periods": periods, "teams": teams, "items": items, "milestones": []} | changes


def edge(needs: str, state: str, **changes: Any) -> dict[str, Any]:
    """Return a dependency of an item on IT."""
    return {"needs": needs, "state": state, "provider": "it", "overdue": False} | changes


def graph(*edges: dict[str, Any]) -> dict[str, Any]:
    return {"dependencies": edges}


def bars(grid: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Return the bars by their item."""
    return {one["item"]: one for column in grid["columns"] for one in column["bars"]}


def test_bars_that_run_at_the_same_time_stand_in_different_rows_and_others_share_one() -> None:
    found = bars(
        grid_of(timeline(bar("long", "2026-03", "2026-04"), bar("first", "2026-03"), bar("next", "2026-04")), graph())
    )
    assert found["long"]["row"] != found["first"]["row"]
    assert found["first"]["row"] == found["next"]["row"], "the month after is free"
    assert (found["long"]["column"], found["long"]["span"]) == (1, 2)


def test_no_two_bars_share_a_cell() -> None:
    items = [bar(f"i{number}", PERIODS[number % 3], PERIODS[max(number % 3, number % 2)]) for number in range(60)]
    cells = [
        (one["row"], one["column"] + step)
        for one in bars(grid_of(timeline(*items), graph())).values()
        for step in range(one["span"])
    ]
    assert len(cells) == len(set(cells))


def test_teams_follow_each_other_and_one_without_work_keeps_its_row() -> None:
    grid = grid_of(timeline(bar("one", "2026-03")), graph())
    assert [(team["team"], team["row"], team["items"]) for team in grid["teams"]] == [("marketing", 3, 0), ("it", 5, 1)]
    assert bars(grid)["one"]["row"] == 6


def test_an_item_that_takes_nobodys_days_is_not_lost() -> None:
    grid = grid_of(timeline(bar("licence", "2026-04", team=None)), graph())
    assert bars(grid)["licence"]["team_title"] == "Nobody's days"


def test_what_ran_before_or_ends_after_the_months_shown_is_cut_to_them() -> None:
    found = bars(grid_of(timeline(bar("old", "2026-01", "2026-03"), bar("long", "2026-05", "2026-09")), graph()))
    assert (found["old"]["column"], found["old"]["span"]) == (1, 1)
    assert (found["long"]["column"], found["long"]["span"]) == (3, 1)


def test_blocked_weighs_more_than_late_and_is_said_in_words() -> None:
    item = bar("sso", "2026-03", late=True, status="started")
    grid = grid_of(timeline(item), graph(edge("sso", "blocked")))
    assert grid["blocked"] == 1
    assert (bars(grid)["sso"]["state"], bars(grid)["sso"]["marks"]) == ("blocked", ["blocked", "late", "in work"])


def test_deferred_items_are_not_in_the_grid() -> None:
    assert bars(grid_of(timeline(bar("later", "2026-03", course="deferred")), graph())) == {}


def test_milestones_stand_in_the_month_that_they_are_promised_for() -> None:
    spring = {"milestone": "spring", "period": "2026-04"}
    grid = grid_of(timeline(milestones=[spring]), graph())
    assert [column["milestones"] for column in grid["columns"]] == [[], [spring], []]


def test_of_what_an_item_waits_for_the_blocked_one_counts_and_what_was_delivered_does_not() -> None:
    edges = (edge("a", "declared"), edge("a", "blocked"), edge("a", "at_risk"), edge("b", "delivered"))
    assert {name: one["state"] for name, one in waits_of(graph(*edges)).items()} == {"a": "blocked"}
