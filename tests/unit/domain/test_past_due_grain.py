"""Forecasts past due at the plan's grain and at the calendar's ends; what an overdue dependency still takes."""

from datetime import datetime
from typing import Any

import pytest

from domain.deadlines import next_wake, struck
from domain.debt import debt_at
from domain.product import ProductState, Run
from domain.reactions import Reprioritize
from domain.simulation import Leg, Wait, rank, simulate
from domain.slips import Lateness
from domain.things import Slips
from events.internal import Change, ForecastPastDue, PlanSolved
from tests.builders import NOON, item_added
from tests.unit.domain.states import DAY, happen, internal, planned

TEAMS = {"it": {"function": "it", "lead": "ida", "person_days": 200, "allotment": 100}}


def raised(state: ProductState) -> list[str]:
    return [one.because for one in struck(state, state.policy, state.at + DAY) if isinstance(one, ForecastPastDue)]


@pytest.mark.parametrize("due", ["2026-06-15", "2026-06-30"])
@pytest.mark.parametrize(
    ("lateness", "told"),
    [pytest.param(-5.0, 0, id="early"), pytest.param(0.0, 0, id="on time"), pytest.param(40.0, 1, id="late")],
)
def test_a_date_within_a_period_is_past_due_only_when_the_usual_lateness_passes_its_end(
    due: str, lateness: float, told: int
) -> None:
    parts: dict[str, Any] = {"milestones": {"launch": {"due": due}}, "dependencies": {}, "teams": TEAMS}
    items = {"shop": {"cost": 1, "milestone": "launch"}}
    state = planned({"shop": "2026-06"}, items=items, **parts)
    assert len(raised(state.model_copy(update={"slips": Slips(items=(lateness,) * 10)}))) == told


def test_work_that_reaches_back_before_the_calendar_is_past_due_and_stops_nothing() -> None:
    items = {
        f"i{number:04d}": {"cost": 1, "duration": 60, "after": [f"i{number - 1:04d}"] if number else []}
        for number in range(410)
    }
    items["i0409"]["milestone"] = "launch"
    state = planned({}, items=items, milestones={"launch": {"due": "2027-06-30"}}, dependencies={}, teams=TEAMS)
    assert next_wake(state, state.policy) > state.at
    assert len(raised(state)) == 1


def test_of_a_dependency_that_is_overdue_only_the_lead_times_that_are_left_count() -> None:
    took = (5, 10, 15, 20, 25, 30, 35, 40, 45, 50, 150, 150)  # asked 100 days ago, and still open
    wait = Wait("d", needed=-80.0, declared=-100.0, lead_times=took)
    ends = simulate([Leg("x", start=0.0, end=30.0, waits=(wait,))], [0.0] * 10, 1, 500)["x"]
    likely = Lateness.of(took).quantiles(100)
    assert likely is not None
    assert rank(ends, 0.5) == likely[0] - 100 + 30 == 80


def test_an_item_that_somebody_wants_in_is_planned_for_at_once() -> None:
    found = happen(planned(), item_added(item="legal", must="in", cost=1_000)).reactions
    assert [type(one) for one in found] == [Reprioritize]
    assert "every plan funds it" in found[0].because  # type: ignore[union-attr]


def test_days_that_have_passed_keep_the_gain_that_was_known_then() -> None:
    state = solved(planned(), 1, 112.6)
    later = NOON + 40 * DAY
    then = debt_at(state, later).points
    assert then > 0
    again = solved(state, 2, 1360.0, later)
    assert debt_at(again, later).points == then
    assert debt_at(again, later + 7 * DAY).points > 2 * then


def solved(state: ProductState, run: int, value: float, at: datetime = NOON) -> ProductState:
    state = state.model_copy(update={"run": Run(number=run, started_at=at)})
    starts = {"search": "2026-03", "landing": "2026-04", "banner": "2026-03"}
    event = internal(
        PlanSolved,
        at=at,
        run=run,
        plan=f"p{run}",
        proposal=f"q{run}",
        starts=starts,
        value=value,
        value_in_force=100.0,
        gap=0.0,
        snapshot="s",
        change=Change(entered=("banner",), money_moved=2_000_000),
    )
    return happen(state, event, at=at).state
