"""What is blocked between marketing, IT and the others: by whom, how long, and what waits."""

from datetime import datetime
from typing import Any

from domain.dependency_graph import DependencyGraph, Edge, Turn, graph_of
from domain.product import ProductState
from tests.builders import (
    NOON,
    dependency_blocked,
    dependency_delivered,
    dependency_unblocked,
    item_completed,
    item_dropped,
    item_started,
)
from tests.unit.domain.states import DAY, HOUR, happen, planned

LATER = NOON + 3 * DAY
ITEMS: dict[str, Any] = {
    "search": {"title": "Search", "cost": 1, "efforts": {"it": 2, "marketing": 5}, "value": 40},
    "launch": {"cost": 1, "efforts": {"marketing": 5}, "value": 20, "after": ["search"]},
    "report": {"cost": 1, "value": 5, "after": ["launch"]},
    "landing": {"cost": 1, "efforts": {"it": 1}, "value": 9},
}


def state(**over: Any) -> ProductState:
    return planned({"search": "2026-04"}, **{"items": ITEMS} | over)


def blocked(at: datetime = NOON, **over: Any) -> ProductState:
    return happen(state(**over), dependency_blocked(time=at)).state


def edge(found: DependencyGraph, name: str) -> Edge:
    return next(one for one in found.dependencies if one.dependency == name)


def test_a_block_says_by_whom_how_long_and_what_waits() -> None:
    found = graph_of(blocked().model_copy(update={"escalations": {"sso-api": 4}}), LATER)
    one = found.dependencies[0]
    assert (one.dependency, one.state, one.provider, one.provider_side, one.provider_lead) == (
        *("sso-api", "blocked", "it"),
        *("it", "ida"),
    )
    assert (one.needs, one.needs_side, one.reason) == ("search", "marketing", "waits for a certificate")
    assert (one.blocked_since, one.blocked_seconds, one.blocked_for) == (NOON, 3 * 86_400, "3 days")
    assert (one.escalation, one.holds_up, one.value) == (4, ("launch", "report"), 65)
    assert (found.blocked, found.value) == (1, 65)


def test_what_is_not_blocked_is_since_never() -> None:
    fonts = edge(graph_of(blocked(), LATER), "fonts")
    assert (fonts.state, fonts.blocked_since, fonts.blocked_seconds, fonts.blocked_for) == ("declared", None, None, "")
    assert (fonts.promised_for, fonts.too_late, fonts.value) == (
        datetime.fromisoformat("2026-04-11T00:00:00Z"),
        False,
        9,
    )


def test_being_blocked_once_more_is_the_same_block_and_after_a_clearance_a_new_one() -> None:
    def turn(kind: str, hours: int) -> Turn:
        return Turn("sso-api", f"dependency.{kind}", NOON + hours * HOUR, f"/jira/{hours}")

    again = happen(blocked(), dependency_blocked(time=NOON + 5 * HOUR)).state
    one = edge(graph_of(again, LATER, [turn("blocked", 0), turn("blocked", 5)]), "sso-api")
    assert (one.blocked_since, one.reported_by) == (NOON, "/jira/0")
    turns = [turn("blocked", 0), turn("unblocked", 2), turn("blocked", 5)]
    one = edge(graph_of(again, LATER, turns), "sso-api")
    assert (one.blocked_since, one.reported_by) == (NOON + 5 * HOUR, "/jira/5")
    assert edge(graph_of(again, LATER), "sso-api").blocked_since == NOON + 5 * HOUR  # as far as the state knows


def test_a_block_that_was_cleared_is_none() -> None:
    cleared = happen(blocked(), dependency_unblocked(time=NOON + HOUR)).state
    one = edge(graph_of(cleared, LATER, [Turn("sso-api", "dependency.blocked", NOON, "/jira")]), "sso-api")
    assert (one.state, one.blocked_since, one.reported_by) == ("declared", None, "")


def test_an_open_dependency_that_was_needed_before_now_is_overdue() -> None:
    assert edge(graph_of(state(), datetime.fromisoformat("2026-04-16T00:00:00Z")), "sso-api").overdue is False
    assert edge(graph_of(state(), datetime.fromisoformat("2026-04-16T00:00:01Z")), "sso-api").overdue is True


def test_what_ended_is_shown_on_request_and_holds_nothing_up() -> None:
    over = happen(state(), dependency_delivered(time=NOON)).state
    assert [one.dependency for one in graph_of(over, LATER).dependencies] == ["fonts"]
    one = edge(graph_of(over, LATER, ended=True), "sso-api")
    assert (one.state, one.ended_at, one.holds_up, one.value, one.overdue) == ("delivered", NOON, (), None, False)


def test_an_item_that_is_no_longer_open_waits_for_nothing() -> None:
    done = happen(blocked(), item_started(item="search"), item_completed(item="search")).state
    assert edge(graph_of(done, LATER), "sso-api").value is None
    fewer = happen(blocked(), item_dropped(item="report")).state
    assert edge(graph_of(fewer, LATER), "sso-api").value == 60


def test_the_items_are_those_that_wait_on_their_sides() -> None:
    found = graph_of(blocked(), LATER)
    assert [(one.item, one.side, one.team, one.start, one.value, one.after) for one in found.items] == [
        ("landing", "it", "it", None, 9, ()),
        ("launch", "marketing", "marketing", None, 20, ("search",)),
        ("report", "other", None, None, 5, ("launch",)),
        ("search", "marketing", "marketing", "2026-04", 40, ()),
    ]
    assert [one.side for one in found.teams] == ["marketing", "it"]


def test_value_behind_several_blocks_counts_once() -> None:
    both = happen(blocked(), dependency_blocked(dependency="fonts", time=NOON - 2 * DAY)).state
    found = graph_of(both, LATER)
    assert [one.dependency for one in found.dependencies] == ["fonts", "sso-api"]  # the longest first
    assert (found.blocked, found.value) == (2, 74)
