"""What the solver gets: what is left of the work, of the money and of the people, and what was promised."""

from typing import Any

import pytest

from domain.forecasts import broken, finish_of, impossible, late_items, period_forecast
from domain.planning import Snapshot, Task
from domain.product import ProductState
from domain.snapshot import MAX_MONEY_FIT, as_periods, earliest_start, in_force_on, possible_work, snapshot_of
from events.model import Event
from tests.builders import (
    NOON,
    budget_adjusted,
    budget_spent,
    capacity_changed,
    dependency_blocked,
    dependency_declared,
    dependency_delivered,
    dependency_unblocked,
    item_added,
    item_changed,
    item_completed,
    item_dropped,
    item_started,
    milestone_dropped,
    milestone_moved,
)
from tests.unit.domain.states import DAY, STARTS, asked, fresh, happen, planned

IN_MAY = NOON + 65 * DAY


def task(state: ProductState, name: str = "search", at: Any = NOON) -> Task:
    (found,) = (one for one in snapshot_of(state, at).tasks if one.id == name)
    return found


def after(*events: Event, state: ProductState | None = None, at: Any = NOON) -> ProductState:
    return happen(state or planned(), *events, at=at).state


def test_the_shape_of_a_snapshot() -> None:
    snapshot = snapshot_of(planned(), NOON)
    assert snapshot.periods == ("2026-03", "2026-04", "2026-05", "2026-06", "2026-07", "2026-08")
    assert snapshot.budgets == (1_000_000,) * 6
    assert snapshot.capacity == {"it": (20.0,) * 6, "marketing": (20.0,) * 6}
    assert [one.id for one in snapshot.tasks] == ["banner", "landing", "search"]
    assert [(one.id, one.due, one.slip_price) for one in snapshot.targets] == [("release", 1, 0), ("spring", 1, 50)]
    assert in_force_on(snapshot) == {"search": 0, "landing": 1}
    assert as_periods(snapshot, in_force_on(snapshot)) == STARTS
    assert snapshot.digest() == Snapshot.model_validate(snapshot.model_dump()).digest()


def test_finished_and_dropped_work_is_left_out() -> None:
    state = after(item_completed(), item_dropped(item="banner"), item_changed(item="landing", after=["search"]))
    assert [(one.id, one.after) for one in snapshot_of(state, NOON).tasks] == [("landing", ())]


# -- money and people -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("events", "budget"),
    [
        pytest.param([budget_spent(amount=400_000)], 600_000, id="what is spent is gone"),
        pytest.param([budget_spent(amount=1_400_000)], 0, id="more spent than there was: nothing is left"),
        pytest.param([budget_spent(amount=-5)], 1_000_005, id="a refund comes back"),
        pytest.param([budget_adjusted(total=10**15)] + [budget_adjusted(delta=10**15)] * 20, MAX_MONEY_FIT, id="huge"),
        pytest.param([budget_adjusted(delta=-(10**15))], 0, id="never below nothing"),
    ],
)
def test_the_budget_of_this_period(events: list[Event], budget: int) -> None:
    assert snapshot_of(after(*events), NOON).budgets[0] == budget


def test_a_capacity_that_differs() -> None:
    state = after(capacity_changed(period="2026-04", person_days=3))
    assert snapshot_of(state, NOON).capacity["it"][:3] == (20.0, 3.0, 20.0)


# -- work in flight: search costs 300,000 and takes three periods and six days -------------------------------


def running(at: Any = NOON, *more: Event) -> Task:
    state = after(item_changed(duration=3, efforts={"it": 6}), item_started())
    return task(after(*more, state=state), at=at)


@pytest.mark.parametrize(
    ("days", "duration", "effort"),
    [
        pytest.param(0, 3, 6.0, id="just begun: all of it"),
        pytest.param(30, 2, 4.0, id="a period later: two thirds"),
        pytest.param(65, 1, 2.0, id="two periods later: a third"),
        pytest.param(400, 1, 2.0, id="late: one more period, as long as it takes"),
    ],
)
def test_what_is_left_of_work_in_flight(days: int, duration: int, effort: float) -> None:
    left = running(NOON + days * DAY)
    assert (left.duration, left.efforts["it"], left.running, left.earliest) == (duration, effort, True, 0)


@pytest.mark.parametrize(
    ("spent", "cost"),
    [
        pytest.param(100_000, 200_000, id="what was paid is no longer due"),
        pytest.param(400_000, 0, id="paid more than it costs"),
        pytest.param(-100, 300_000, id="a refund makes it no dearer"),
    ],
)
def test_what_is_left_to_pay(spent: int, cost: int) -> None:
    event = budget_spent(item="search", amount=spent)
    assert running(NOON, event).cost == cost
    assert task(after(event)).cost == cost  # before it is started, too


def test_stopping_work_in_flight_costs() -> None:
    assert running().switching_cost == pytest.approx(running().value / 4)
    assert task(planned()).switching_cost == 0


@pytest.mark.parametrize(
    ("name", "started", "at", "in_force"),
    [
        pytest.param("search", False, NOON, 0, id="planned for now"),
        pytest.param("landing", False, NOON, 1, id="planned for next month"),
        pytest.param("landing", True, NOON, 0, id="begun early: it has started"),
        pytest.param("search", False, IN_MAY, 0, id="not begun in its month: now"),
        pytest.param("banner", False, NOON, None, id="not in the plan"),
    ],
)
def test_where_the_plan_in_force_stands(name: str, started: bool, at: Any, in_force: int | None) -> None:
    state = after(item_started(item=name)) if started else planned()
    assert task(state, name, at).in_force == in_force


# -- promises -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("events", "earliest"),
    [
        pytest.param([], 0, id="declared without a date: now"),
        pytest.param([dependency_declared(promised_for="2026-05-15")], 2, id="promised for May"),
        pytest.param([dependency_declared(promised_for="2026-03-30")], 0, id="promised for this month"),
        pytest.param([dependency_declared(promised_for="2026-03-31")], 1, id="promised for this month's very end"),
        pytest.param([dependency_declared(promised_for="2025-01-01")], 0, id="promised for the past"),
        pytest.param([dependency_blocked(time=NOON + DAY)], 1, id="blocked without a date: not this month"),
        pytest.param([dependency_blocked(promised_for="2026-06-15")], 3, id="blocked until June"),
        pytest.param(
            [dependency_declared(promised_for="2026-03-15"), dependency_blocked(time=NOON + DAY)],
            1,
            id="blocked since the promise: the promise no longer counts",
        ),
        pytest.param(
            [dependency_blocked(), dependency_declared(promised_for="2026-03-15", time=NOON + DAY)],
            0,
            id="promised anew since it is blocked",
        ),
        pytest.param(
            [dependency_blocked(), dependency_unblocked(time=NOON + DAY)], 0, id="unblocked: nothing holds it"
        ),
        pytest.param(
            [dependency_blocked(promised_for="2026-06-15"), dependency_delivered(time=NOON + DAY)], 0, id="delivered"
        ),
        pytest.param(
            [
                dependency_declared(promised_for="2026-04-15"),
                dependency_declared(dependency="x", promised_for="2026-06-15"),
            ],
            3,
            id="the latest of two",
        ),
    ],
)
def test_the_earliest_start(events: list[Event], earliest: int) -> None:
    state = after(*events)
    assert earliest_start(state, "search", "2026-03") == task(state).earliest == earliest


def test_a_milestone_carries_the_promise() -> None:
    assert task(planned(), "landing").earliest == 1  # the release of 10 April
    moved = after(milestone_moved(milestone="release", due="2026-06-10"))
    assert task(moved, "landing").earliest == 3
    assert task(after(milestone_dropped(milestone="release"), state=moved), "landing").earliest == 0


def test_what_runs_is_not_held_by_promises() -> None:
    assert running(NOON, dependency_blocked()).earliest == 0


@pytest.mark.parametrize(
    ("due", "index"),
    [
        pytest.param("2026-03-31", 0, id="the last of March is March"),
        pytest.param("2026-04-01", 1, id="the first of April is April"),
        pytest.param("2026-02-28", -1, id="past due"),
    ],
)
def test_targets(due: str, index: int) -> None:
    for zone in ("UTC", "Europe/Berlin", "America/New_York"):
        state = after(milestone_moved(due=due), state=planned(time_zone=zone))
        (spring,) = (one for one in snapshot_of(state, NOON).targets if one.id == "spring")
        assert spring.due == index


def test_a_milestone_that_is_gone_holds_nothing() -> None:
    assert task(planned()).milestone == "spring"
    assert task(after(milestone_dropped())).milestone is None


# -- forecasts ------------------------------------------------------------------------------------------------


def test_possible_work_agrees_with_the_whole_snapshot() -> None:
    state = after(item_started(), dependency_blocked(), budget_spent(amount=7))
    part, whole = possible_work(state, STARTS, NOON), snapshot_of(state, NOON)
    assert (part.periods, part.budgets, part.capacity) == (whole.periods, whole.budgets, whole.capacity)
    worthless = {"value": 0.0, "milestone": None, "in_force": None, "switching_cost": 0.0}
    expected = [one.model_copy(update=worthless) for one in whole.tasks if one.id in STARTS]
    assert sorted(part.tasks, key=lambda one: one.id) == expected


@pytest.mark.parametrize(
    ("state", "period", "forecast"),
    [
        pytest.param(planned(), "2026-03", 300_000, id="what the plan needs"),
        pytest.param(planned(), "2026-04", 200_000, id="next month"),
        pytest.param(planned(), "2026-05", 0, id="nothing planned"),
        pytest.param(planned(), "2025-12", 0, id="the past"),
        pytest.param(after(budget_spent(amount=7)), "2026-03", 300_007, id="and what is spent"),
        pytest.param(after(budget_spent(amount=7, item="search")), "2026-03", 300_000, id="spent on what was planned"),
        pytest.param(after(item_changed(duration=3)), "2026-04", 300_000, id="a third of search, and landing"),
        pytest.param(fresh(), "2026-03", 0, id="no plan"),
    ],
)
def test_the_forecast_of_a_period(state: ProductState, period: str, forecast: int) -> None:
    assert period_forecast(state, period, NOON) == forecast


@pytest.mark.parametrize(
    ("state", "finish"),
    [
        pytest.param(planned(), "2026-03", id="as planned"),
        pytest.param(after(item_changed(duration=3)), "2026-05", id="three periods"),
        pytest.param(
            after(item_started()).model_copy(update={"at": IN_MAY}), "2026-05", id="runs late: not before now"
        ),
        pytest.param(planned().model_copy(update={"at": IN_MAY}), "2026-05", id="not begun in time: not before now"),
        pytest.param(planned({}), None, id="not funded"),
    ],
)
def test_when_an_item_finishes(state: ProductState, finish: str | None) -> None:
    assert finish_of(state, state.items["search"]) == finish


def test_late_items_are_those_that_finish_after_the_date_or_never() -> None:
    state = after(item_added(item="faq", milestone="spring"), item_added(item="old", milestone="spring"))
    state = after(item_completed(item="old"), state=state)
    assert late_items(state, state.milestones["spring"]) == ("faq",)
    state = after(milestone_moved(due="2026-02-28"), state=state)
    assert late_items(state, state.milestones["spring"]) == ("faq", "search")


@pytest.mark.parametrize(
    ("events", "words"),
    [
        pytest.param([], "", id="possible"),
        pytest.param([budget_adjusted(total=299_999)], "2026-03 costs 0.01 EUR more than its budget", id="money"),
        pytest.param([capacity_changed(person_days=4)], "2026-03 takes 1 day more of it than it has", id="people"),
        pytest.param([dependency_blocked()], "search starts before what it depends on is promised", id="a promise"),
        pytest.param([item_changed(after=["banner"])], "search needs banner, which is not funded", id="unfunded"),
        pytest.param([item_changed(after=["landing"])], "search starts before landing has finished", id="order"),
        pytest.param(
            [item_changed(after=["banner"]), item_completed(item="banner")], "", id="what is finished is done"
        ),
    ],
)
def test_what_makes_a_plan_impossible(events: list[Event], words: str) -> None:
    state = after(*events)
    found = impossible(state, STARTS, NOON)
    assert found[:1] == ((words,) if words else ())
    assert broken(state, NOON) == (bool(words), False)


def test_what_makes_a_proposal_impossible() -> None:
    state = asked(planned(), starts={"search": "2026-03", "banner": "2026-03"})
    assert broken(state, NOON) == (False, False)
    assert broken(after(budget_adjusted(total=399_999), state=state), NOON) == (False, True)
