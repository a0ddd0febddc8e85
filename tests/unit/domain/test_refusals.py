"""What cannot be understood is refused with the place and the closest names, and changes nothing."""

from typing import Any

import pytest

from domain.definition import MAX_DEPENDENCIES, MAX_ITEMS, MAX_MILESTONES
from domain.product import ProductState
from domain.things import Dependency, Item, Milestone
from events.internal import DelegationRevoked, ProductApplied, ReversalRequested
from events.model import Event
from tests.builders import (
    NOON,
    budget_adjusted,
    budget_reforecast,
    budget_spent,
    capacity_changed,
    dependency_blocked,
    dependency_declared,
    dependency_delivered,
    item_added,
    item_changed,
    item_completed,
    item_dropped,
    item_started,
    milestone_dropped,
    milestone_moved,
    milestone_planned,
    milestone_reached,
)
from tests.unit.domain.answers import grant
from tests.unit.domain.states import DAY, fresh, happen, internal


@pytest.mark.parametrize(
    ("event", "because"),
    [
        pytest.param(item_changed(item="serach"), "there is no item 'serach'; did you mean search?", id="close"),
        pytest.param(item_started(item="x"), "there is no item 'x'", id="nothing close"),
        pytest.param(item_completed(item="baner"), "there is no item 'baner'; did you mean banner?", id="completed"),
        pytest.param(item_dropped(item="baner"), "there is no item 'baner'; did you mean banner?", id="dropped"),
        pytest.param(
            budget_reforecast(item="baner"), "there is no item 'baner'; did you mean banner?", id="reforecast"
        ),
        pytest.param(budget_spent(item="baner"), "there is no item 'baner'; did you mean banner?", id="spent on"),
        pytest.param(capacity_changed(team="IT-team"), "there is no team 'IT-team'", id="team"),
        pytest.param(
            milestone_moved(milestone="sprng"), "there is no milestone 'sprng'; did you mean spring?", id="moved"
        ),
        pytest.param(milestone_reached(milestone="x"), "there is no milestone 'x'", id="reached"),
        pytest.param(milestone_dropped(milestone="x"), "there is no milestone 'x'", id="milestone dropped"),
        pytest.param(item_added(item="faq", efforts={"ux": 1}), "there is no team 'ux'", id="effort of no team"),
        pytest.param(item_added(item="faq", after=["x"]), "there is no item 'x'", id="after no item"),
        pytest.param(item_changed(milestone="x"), "there is no milestone 'x'", id="for no milestone"),
        pytest.param(dependency_blocked(dependency="sso"), "there is no dependency 'sso'", id="no dependency"),
        pytest.param(dependency_declared(needs="x"), "there is no item 'x'", id="needed by no item"),
        pytest.param(dependency_declared(provider="x"), "there is no team 'x'", id="from no team"),
        pytest.param(dependency_declared(milestone="x"), "there is no milestone 'x'", id="carried by no milestone"),
        pytest.param(dependency_declared(dependency="plan-debt"), "the id plan-debt is reserved", id="the debt's name"),
        pytest.param(budget_adjusted(period="2024-02"), "2024-02 is more than 24 periods ago", id="25 months ago"),
        pytest.param(budget_spent(period="2036-04"), "2036-04 is more than 120 periods ahead", id="121 months ahead"),
        pytest.param(capacity_changed(period="2036-04"), "more than 120 periods ahead", id="capacity far ahead"),
        pytest.param(item_changed(after=["search"]), "in a circle: search → search", id="an item after itself"),
        pytest.param(grant("eve"), "eve does not hold the role product owner", id="a role that somebody has not"),
        pytest.param(
            internal(DelegationRevoked, delegation=1, actor="otto", reason="back"),
            "there is no delegation 1",
            id="no delegation",
        ),
        pytest.param(
            internal(ReversalRequested, approval=1, actor="otto", reason="no"),
            "the plan of decision 1 is not the one in force",
            id="nothing to go back from",
        ),
        pytest.param(internal(ProductApplied, definition={}, actor="m"), "the product file is not valid", id="no file"),
    ],
)
def test_refused(event: Event, because: str) -> None:
    happened = happen(fresh(), event)
    assert happened.outcome == "refused"
    assert because in happened.because
    assert happened.state == fresh()
    assert happened.quiet


@pytest.mark.parametrize("period", ["2024-03", "2036-03"])
def test_the_furthest_periods_are_taken(period: str) -> None:
    for event in (budget_adjusted(period=period), budget_spent(period=period), capacity_changed(period=period)):
        assert happen(fresh(), event).outcome == "applied"


def test_a_circle_over_several_items_is_refused() -> None:
    state = happen(fresh(), item_changed(after=["landing"]), item_changed(item="landing", after=["banner"])).state
    happened = happen(state, item_changed(item="banner", after=["search"]))
    assert happened.outcome == "refused"
    assert happened.because.endswith("in a circle: banner → search → landing → banner")


def test_a_circle_through_finished_work_is_refused_because_it_may_begin_again() -> None:
    state = happen(fresh(), item_changed(after=["landing"]), item_completed()).state
    assert happen(state, item_changed(item="landing", after=["search"])).outcome == "refused"


def test_dropped_work_closes_no_circle() -> None:
    state = happen(fresh(), item_changed(after=["landing"]), item_dropped()).state
    assert happen(state, item_changed(item="landing", after=["search"])).outcome == "applied"


def test_an_old_fact_is_superseded_even_when_its_names_are_gone() -> None:
    state = happen(fresh(), item_changed(milestone="release", time=NOON + DAY)).state
    assert happen(state, item_changed(milestone="long-gone")).outcome == "superseded"


FULL: dict[str, dict[str, Any]] = {
    "items": {f"i{n}": Item(id=f"i{n}") for n in range(MAX_ITEMS)},
    "milestones": {f"m{n}": Milestone(id=f"m{n}", due=NOON) for n in range(MAX_MILESTONES)},
    "dependencies": {
        f"d{n}": Dependency(id=f"d{n}", needs="search", provider="it", needed_by=NOON) for n in range(MAX_DEPENDENCIES)
    },
}


def crowded(part: str, free: int = 0) -> ProductState:
    """Return the product with as many open things of a kind as it may have, or ``free`` fewer."""
    things = dict(list(FULL[part].items())[free:])
    return fresh().model_copy(update={part: things})


@pytest.mark.parametrize(
    ("part", "event", "because"),
    [
        pytest.param("items", item_added(item="x"), "already has 2000 open items", id="items"),
        pytest.param("milestones", milestone_planned(milestone="x"), "2000 planned milestones", id="milestones"),
        pytest.param("dependencies", dependency_declared(dependency="x"), "4000 open dependencies", id="dependencies"),
    ],
)
def test_one_more_than_the_most_is_refused(part: str, event: Event, because: str) -> None:
    assert happen(crowded(part, free=1), event).outcome == "applied"
    full = happen(crowded(part), event)
    assert full.outcome == "refused"
    assert because in full.because


def test_what_ended_does_not_count_but_does_when_it_opens_again() -> None:
    done = happen(crowded("items"), item_completed(item="i0")).state
    full = happen(done, item_added(item="x"))
    assert full.outcome == "applied"
    assert happen(full.state, item_started(item="i0", time=NOON + DAY)).outcome == "refused"
    delivered = happen(crowded("dependencies"), dependency_delivered(dependency="d0")).state
    full = happen(delivered, dependency_declared(dependency="x"))
    assert full.outcome == "applied"
    assert happen(full.state, dependency_blocked(dependency="d0", time=NOON + DAY)).outcome == "refused"
