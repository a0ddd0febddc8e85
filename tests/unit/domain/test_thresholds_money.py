"""Budgets, costs, spending and people: at the threshold priorities are looked at, just below it not, and why."""

import pytest

from domain.product import ProductState
from domain.reactions import Notify
from events.model import Event
from tests.builders import (
    NOON,
    budget_adjusted,
    budget_reforecast,
    budget_spent,
    capacity_changed,
    item_changed,
    item_started,
    market_shifted,
)
from tests.unit.domain.states import DAY, asked, happen, planned, with_policy


@pytest.mark.parametrize(
    ("event", "asked", "words"),
    [
        pytest.param(
            budget_adjusted(delta=-500_000),
            True,
            "the budget of 2026-03 changed by -5,000 EUR, at or over the threshold of 5,000 EUR",
            id="a cut of 5,000",
        ),
        pytest.param(
            budget_adjusted(delta=-499_999),
            False,
            "the budget of 2026-03 changed by -4,999.99 EUR, below the threshold of 5,000 EUR",
            id="a cut of a cent less",
        ),
        pytest.param(budget_adjusted(total=1_500_000), True, "changed by 5,000 EUR", id="a total 5,000 higher"),
        pytest.param(budget_adjusted(total=1_499_999), False, "changed by 4,999.99 EUR", id="a total a cent lower"),
        pytest.param(
            budget_adjusted(period="2026-09", delta=10**9),
            False,
            "2026-09 lies outside the planning horizon",
            id="beyond the six periods of the horizon",
        ),
        pytest.param(budget_adjusted(period="2026-08", delta=10**9), True, "2026-08", id="the last of six periods"),
        pytest.param(
            budget_reforecast(cost=500_000),
            True,
            "the cost of search changed by 2,000 EUR to 5,000 EUR, at or over the threshold of 2,000 EUR",
            id="a cost 2,000 higher",
        ),
        pytest.param(
            budget_reforecast(cost=499_999),
            False,
            "the cost of search changed by 1,999.99 EUR to 4,999.99 EUR, below the threshold of 2,000 EUR",
            id="a cost a cent below that",
        ),
        pytest.param(budget_reforecast(cost=100_000), True, "changed by -2,000 EUR", id="a cost 2,000 lower"),
        pytest.param(
            capacity_changed(person_days=18),
            True,
            "it has 18 days in 2026-03 instead of 20 days, at or over the threshold of 2 days",
            id="two days fewer",
        ),
        pytest.param(capacity_changed(person_days=18.1), False, "a change below the threshold", id="1.9 days fewer"),
        pytest.param(capacity_changed(period="2027-03", person_days=0), False, "outside the planning", id="next year"),
    ],
)
def test_thresholds(event: Event, asked: bool, words: str) -> None:
    happened = happen(planned(), event)
    assert happened.asked is asked
    assert words in happened.said


@pytest.mark.parametrize(
    "steps",
    [
        pytest.param([budget_adjusted(delta=-250_000), budget_adjusted(delta=-250_000)], id="two cuts of 2,500"),
        pytest.param([budget_reforecast(cost=c) for c in (400_000, 500_000)], id="two steps of cost"),
        pytest.param([item_changed(cost=c) for c in (400_000, 500_000)], id="two steps of cost, told as changes"),
        pytest.param([item_changed(efforts={"it": d}) for d in (6, 7)], id="two steps of effort"),
        pytest.param([capacity_changed(person_days=d) for d in (19, 18)], id="two steps of capacity"),
    ],
)
def test_small_steps_add_up_to_the_threshold(steps: list[Event]) -> None:
    first = happen(planned(), steps[0])
    assert first.quiet
    assert happen(first.state, steps[1]).asked


def test_a_threshold_of_nothing_reacts_to_any_change_but_not_to_none() -> None:
    state = with_policy(planned(), budget_change=0)
    assert happen(state, budget_adjusted(delta=-1)).asked
    assert happen(state, budget_adjusted(delta=0)).quiet


# -- spending: the plan needs 300,000 for search in March; the budget is 1,000,000 ---------------------------


@pytest.mark.parametrize(
    ("spent", "asked", "words"),
    [
        pytest.param(
            900_000, True, "exceeds its budget by 2,000 EUR, at or over the threshold", id="an overrun of 2,000"
        ),
        pytest.param(899_999, False, "exceeds its budget by 1,999.99 EUR, below the threshold", id="a cent less"),
        pytest.param(700_000, False, "stays within its budget, 0 EUR are left", id="to the last cent"),
    ],
)
def test_a_forecast_overrun(spent: int, asked: bool, words: str) -> None:
    happened = happen(planned(), budget_spent(amount=spent))
    assert happened.asked is asked
    assert words in happened.said


def test_money_spent_on_an_item_is_no_longer_needed_for_it() -> None:
    assert happen(planned(), budget_spent(amount=300_000, item="search")).said.endswith("7,000 EUR are left")


def told(state: ProductState, amount: int, **over: object) -> list[str]:
    happened = happen(state, budget_spent(amount=amount, **over))
    return [reaction.role for reaction in happened.reactions if isinstance(reaction, Notify)]


@pytest.mark.parametrize(
    ("amount", "roles"),
    [
        pytest.param(1_200_000, ["product_owner"], id="2,000 more spent than there was: the owner hears of it"),
        pytest.param(1_199_999, [], id="a cent less: only the forecast is looked at"),
    ],
)
def test_money_that_is_gone_is_told_to_the_owner(amount: int, roles: list[str]) -> None:
    assert told(planned(), amount) == roles
    assert happen(planned(), budget_spent(amount=amount)).asked


def test_money_that_is_gone_is_told_once() -> None:
    state = happen(planned(), budget_spent(amount=1_200_000)).state
    assert told(state, 1_000) == []


def test_a_past_period_that_is_overspent_is_told_and_not_planned() -> None:
    happened = happen(planned(), budget_spent(amount=1_200_000, period="2026-01"))
    assert happened.kinds == ["Notify"]
    assert happen(happened.state, budget_spent(amount=1, period="2026-01")).said.endswith(
        "outside the planning horizon"
    )


# -- urgent: the plan in force has become impossible ---------------------------------------------------------


@pytest.mark.parametrize(
    ("event", "urgent"),
    [
        pytest.param(budget_adjusted(total=300_000), False, id="exactly what the plan needs"),
        pytest.param(budget_adjusted(total=299_999), True, id="a cent less than the plan needs"),
        pytest.param(capacity_changed(person_days=5), False, id="exactly the people that the plan needs"),
        pytest.param(capacity_changed(person_days=4.9), True, id="fewer people than the plan needs"),
        pytest.param(budget_reforecast(cost=1_000_001), True, id="an item that outgrows the period"),
    ],
)
def test_a_plan_that_has_become_impossible_is_urgent(event: Event, urgent: bool) -> None:
    happened = happen(planned(), event)
    assert (happened.asked, happened.urgent) == (True, urgent)


def test_what_waits_becomes_urgent_when_the_plan_becomes_impossible() -> None:
    first = happen(planned(), budget_adjusted(total=400_000))
    assert (first.asked, first.urgent) == (True, False)
    again = happen(first.state, budget_adjusted(total=200_000, time=NOON + DAY))
    assert (again.asked, again.urgent) == (True, True)
    assert [trigger.urgent for trigger in again.state.triggers] == [True]


def test_what_a_small_change_broke_is_urgent_with_the_next_one_that_reacts() -> None:
    tight = happen(planned(), budget_adjusted(total=300_000)).state.model_copy(update={"triggers": ()})
    known = tight.reference.model_copy(update={"budgets": {"2026-03": 300_000}})
    broken = happen(tight.model_copy(update={"reference": known}), budget_adjusted(delta=-1, time=NOON + DAY))
    assert broken.quiet
    assert happen(broken.state, market_shifted(strength=100)).urgent


def test_an_impossible_plan_is_urgent_once_and_not_with_every_event() -> None:
    state = planned()
    known = state.reference.model_copy(update={"plan_broken": True})  # the last look found it so
    happened = happen(state.model_copy(update={"reference": known}), budget_adjusted(total=0))
    assert (happened.asked, happened.urgent) == (True, False)


def test_a_proposal_that_has_become_impossible_is_urgent_too() -> None:
    state = asked(planned(), starts={"search": "2026-03", "banner": "2026-03"})
    assert not happen(state, budget_adjusted(total=400_000)).urgent
    assert happen(state, budget_adjusted(total=399_999)).urgent


def test_what_was_started_in_time_stays_possible_when_its_dependency_is_late() -> None:
    state = happen(planned(), item_started()).state
    assert not happen(state, budget_adjusted(delta=-500_000)).urgent
