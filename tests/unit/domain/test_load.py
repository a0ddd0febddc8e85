"""What the plan in force takes of each team, and when the team releases."""

from datetime import date
from typing import Any

import pytest

from domain.cadence import Cadence, Freeze
from domain.load import Load, load_of, release_days
from domain.product import ProductState
from tests.builders import NOON, capacity_changed, item_started
from tests.unit.domain.states import FILE, fresh, happen, planned

ITEMS: dict[str, Any] = {
    "search": {"title": "Search", "cost": 1, "duration": 2, "efforts": {"it": 30}},
    "landing": {"cost": 1, "efforts": {"it": 12, "marketing": 3}},
    "banner": {"cost": 1, "efforts": {"marketing": 2}},
}
STARTS = {"search": "2026-03", "landing": "2026-04"}


def state(**over: Any) -> ProductState:
    return planned(STARTS, **{"items": ITEMS, "milestones": {}, "dependencies": {}} | over)


def figures(found: Load, team: str) -> list[tuple[float, float, float, float]]:
    """Return capacity, planned, left and short, by period."""
    (row,) = [one for one in found.teams if one.team == team]
    return [(one.capacity, one.planned, one.left, one.short) for one in row.periods]


def test_each_period_says_what_there_is_what_is_planned_and_what_is_missing() -> None:
    found = load_of(state(), NOON)
    assert figures(found, "it")[:3] == [(20, 15, 5, 0), (20, 27, 0, 7), (20, 0, 20, 0)]
    assert figures(found, "marketing")[:2] == [(20, 0, 20, 0), (20, 3, 17, 0)]
    assert found.periods == ("2026-03", "2026-04", "2026-05", "2026-06", "2026-07", "2026-08")
    april = next(one for one in found.teams if one.team == "it").periods[1]
    assert [(one.item, one.days) for one in april.items] == [("search", 15), ("landing", 12)]
    assert found.titles == {"search": "Search", "landing": ""}


def test_marketing_stands_before_it_and_it_before_the_others() -> None:
    teams = FILE["teams"] | {"art": {"function": "design", "lead": "dora", "person_days": 9, "allotment": 9}}
    found = load_of(state(teams=teams), NOON)
    assert [(one.team, one.function, one.side, one.lead) for one in found.teams] == [
        ("marketing", "marketing", "marketing", "max"),
        ("it", "it", "it", "ida"),
        ("art", "design", "other", "dora"),
    ]


def test_a_changed_capacity_counts_in_its_period_alone() -> None:
    found = load_of(happen(state(), capacity_changed(team="it", period="2026-04", person_days=27)).state, NOON)
    assert figures(found, "it")[:3] == [(20, 15, 5, 0), (27, 27, 0, 0), (20, 0, 20, 0)]
    assert next(one for one in found.teams if one.team == "it").allotment == 20


def test_what_runs_counts_with_what_is_left_of_it() -> None:
    started = happen(state(), item_started(item="search")).state
    found = load_of(started, NOON.replace(month=4))
    assert figures(found, "it")[0] == (20, 27, 0, 7)  # its second half, beside the landing page


def test_without_a_plan_nobody_is_busy() -> None:
    found = load_of(fresh(items=ITEMS, milestones={}, dependencies={}), NOON)
    assert (found.plan, found.titles, figures(found, "it")[0]) == (False, {}, (20, 0, 20, 0))


def test_gates_and_freezes_of_the_horizon_are_told() -> None:
    freezes = [{"first": "2026-06-25", "last": "2026-07-02"}, {"first": "2027-01-01", "last": "2027-01-05"}]
    teams = FILE["teams"] | {
        "it": FILE["teams"]["it"] | {"cadence": {"every": 3, "gate": "2026-03", "freezes": freezes}}
    }
    _, it = load_of(state(teams=teams), NOON).teams
    assert it.gates == (date(2026, 3, 31), date(2026, 7, 3))
    assert [(one.first, one.last) for one in it.freezes] == [(date(2026, 6, 25), date(2026, 7, 2))]
    assert it.releases.startswith("at the end of every 3 months, as in 2026-03; not from 2026-06-25 to 2026-07-02")


@pytest.mark.parametrize(
    ("cadence", "days"),
    [
        pytest.param(Cadence(), (), id="on any day: none in particular"),
        pytest.param(Cadence(every=1, gate="2026-01"), (date(2026, 3, 31), date(2026, 4, 30)), id="monthly"),
        pytest.param(
            Cadence(every=1, gate="2026-01", freezes=(Freeze(first=date(2026, 3, 31), last=date(2026, 4, 30)),)),
            (date(2026, 5, 1),),
            id="two gates put off to one day are one release",
        ),
    ],
)
def test_release_days(cadence: Cadence, days: tuple[date, ...]) -> None:
    assert release_days(cadence, date(2026, 3, 1), date(2026, 5, 1)) == days
