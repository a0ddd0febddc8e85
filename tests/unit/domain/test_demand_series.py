"""Demand week by week, with its surges."""

from datetime import UTC, datetime, timedelta
from typing import Any

from domain.demand_series import Statement, demand_series, weeks_until
from tests.builders import NOON
from tests.unit.domain.states import DAY

WEEKS = weeks_until(NOON, "UTC", 3)  # NOON is a Monday
ASKED = {"kind": "look at the priorities", "because": "demand for checkout went from 3.0 to 40.0"}


def said(
    days_ago: float = 0, *, reactions: tuple[dict[str, Any], ...] = (), taken: bool = True, late: float = 0, **over: Any
) -> Statement:
    """Return a statement made so many days ago, and taken in ``late`` days later."""
    made = NOON - days_ago * DAY
    event = {"theme": "checkout", "sentiment": -0.5, "weight": 10.0, "time": made.isoformat()} | over
    return Statement(event, list(reactions), taken, made + late * DAY, f"event/{days_ago}/{over}")


def test_weeks_begin_on_monday_at_midnight_there() -> None:
    assert tuple(datetime(2026, *day, tzinfo=UTC) for day in ((2, 16), (2, 23), (3, 2))) == WEEKS
    summer = weeks_until(datetime(2026, 4, 1, tzinfo=UTC), "Europe/Berlin", 2)
    assert summer == (datetime(2026, 3, 22, 23, tzinfo=UTC), datetime(2026, 3, 29, 22, tzinfo=UTC))
    assert weeks_until(datetime(2026, 3, 1, 23, tzinfo=UTC), "Europe/Berlin", 1) == (
        datetime(2026, 3, 1, 23, tzinfo=UTC),
    )


def test_each_theme_has_its_statements_weight_and_mood_by_week() -> None:
    statements = [
        *(said(8, weight=30), said(8, sentiment=0.1), said(0, sentiment=1.0)),
        said(0, theme="search", weight=5),
    ]
    found = demand_series(statements, WEEKS, 10, None)
    checkout, search = found.themes
    assert (checkout.theme, checkout.statements, checkout.weight, checkout.sentiment) == ("checkout", 3, 50, 0.2)
    assert [(one.week, one.statements, one.weight, one.sentiment) for one in checkout.weeks] == [
        (0, 2, 40, -0.2),
        (2, 1, 10, 1.0),
    ]
    assert (search.theme, search.weight, found.statements, found.left_out) == ("search", 5, 4, 0)


def test_a_statement_counts_in_the_week_in_which_it_was_made() -> None:
    (theme,) = demand_series([said(8, late=8)], WEEKS, 10, None).themes
    assert [one.week for one in theme.weeks] == [0]
    (theme,) = demand_series([said(-30, late=-30)], WEEKS, 10, None).themes  # a source whose clock is ahead
    assert [one.week for one in theme.weeks] == [2]


def test_what_is_older_or_was_not_taken_does_not_count() -> None:
    found = demand_series([said(15), said(1, taken=False)], WEEKS, 10, None)
    assert (found.statements, found.themes) == (0, ())


def test_a_mood_that_is_unknown_is_null_and_a_theme_that_is_unknown_is_unsorted() -> None:
    (theme,) = demand_series([said(theme=None, sentiment=None)], WEEKS, 10, None).themes
    assert (theme.theme, theme.sentiment, theme.weeks[0].sentiment) == ("unsorted", None, None)


def test_a_surge_is_marked_once_a_week_with_its_first_instant_and_text() -> None:
    quiet = {"kind": "no reaction", "because": "below the threshold"}
    statements = [
        *(said(8, reactions=(quiet,)), said(2, reactions=(ASKED | {"kind": f"{ASKED['kind']} at once"},))),
        *(said(1, reactions=(ASKED | {"because": "still"},)), said(0, reactions=(ASKED,))),
    ]
    found = demand_series(reversed(statements), WEEKS, 10, None)
    assert [(one.theme, one.at, one.week, one.times, one.text) for one in found.surges] == [
        ("checkout", NOON - timedelta(days=2), 1, 2, ASKED["because"]),
        ("checkout", NOON, 2, 1, ASKED["because"]),
    ]


def test_the_heaviest_themes_are_listed_and_the_rest_is_counted() -> None:
    found = demand_series([said(weight=1), said(theme="search", weight=2)], WEEKS, 1, NOON)
    assert ([one.theme for one in found.themes], found.left_out, found.statements) == (["search"], 1, 2)
    assert found.complete_from == NOON
