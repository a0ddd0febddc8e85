"""The promise of all that is about approvals: no plan comes into force without authority, and silence gives none."""

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import event as noted

from domain.core import Stamped, Taken
from domain.definition import People
from domain.entries import adoption_of
from domain.product import ProductState, Run
from domain.reactions import Adopt
from events.internal import ApprovalExpired, Change, DecisionGiven, PlanSolved, Variant
from events.model import Event
from tests.builders import NOON
from tests.unit.domain.answers import decision, grant, of_two
from tests.unit.domain.deciding import Company, states, stories
from tests.unit.domain.states import DAY, PEOPLE, STARTS, an_outcome, asked, happen, internal, planned
from tests.unit.domain.watching import Watcher
from tests.unit.domain.worlds import Moment, Move

Story = list[tuple[Move, timedelta]]


def watched(state: ProductState, story: Story) -> Watcher:
    """Return who has looked at all that happened, and objected to none of it."""
    company, watcher = Company(state), Watcher()
    for move, pause in story:
        for moment in company.does(move, pause):
            watcher.looks_at(moment)
        request = company.state.request
        assert request is None or len({vote.actor for vote in request.votes}) == len(request.votes)
        assert set(company.state.handed) <= set(company.state.escalations)
    return watcher


@settings(max_examples=1_200, deadline=None, suppress_health_check=list(HealthCheck))
@given(states, stories)
def test_no_plan_comes_into_force_without_authority(state: ProductState, story: Story) -> None:
    state = state.model_copy(update={"escalations": {"sso-api": 1}, "escalation_count": 1})
    noted(f"plans that people put in force: {min(watched(state, story).adopted, 3)}")


# -- that it would object ------------------------------------------------------------------------------------

OTHER = Variant(purpose="next best", plan="plan-3", proposal="proposal-3", value=1, change=Change(money_moved=5))
START = of_two(asked(planned(), variants=(OTHER,)))
OTTO, OLGA = decision(), decision(actor="olga")


def moment(said: Event, before: ProductState = START, *reactions: Any, at: Any = NOON) -> Moment:
    return Moment(before, Stamped(said, at), Taken(), reactions, before)


def after_wishes() -> tuple[Moment, ProductState]:
    """Return that otto asked for changes, and the state while what then was found is asked about as if nobody had."""
    sent_back = decision("changes", wishes={"banner": "in"})
    asked_for = happen(START, sent_back)
    wished = Moment(START, Stamped(sent_back, NOON), Taken(), asked_for.reactions, asked_for.state)
    assert START.request is not None
    anew = START.request.model_copy(update={"number": 2})
    return wished, asked_for.state.model_copy(update={"request": anew, "run": Run(number=2, started_at=NOON)})


WISHED, ANEW = after_wishes()
FOUND = {"run": 2, "snapshot": "s", "plan": "plan-2", "proposal": "proposal-2", "starts": STARTS, "gap": 0.0}
PRICED: dict[str, Any] = FOUND | {"value": 120.0, "value_in_force": 100.0, "change": Change(entered=("banner",))}
SOLVED = moment(internal(PlanSolved, **PRICED), ANEW)
ABOVE = ANEW.model_copy(update={"request": ANEW.request and ANEW.request.model_copy(update={"number": 3})})
EXPIRED = Moment(ANEW, Stamped(internal(ApprovalExpired, approval=2, proposal="proposal-2"), NOON), Taken(), (), ABOVE)


def answered(actor: str, state: ProductState, *reactions: Any) -> Moment:
    """Return that somebody approves what was found under the wishes."""
    assert state.request is not None
    return moment(decision(actor=actor, approval=state.request.number), state, *reactions)


def adopts(proposal: str = "proposal-2", approval: int = 1, **over: Any) -> Adopt:
    """Return that the plan comes into force whose hash was approved."""
    outcome = an_outcome(variants=(OTHER,), **over).model_copy(update={"proposal": proposal})
    return Adopt(outcome, "otto and olga", "product_owner", "so be it", approval=approval)


def objections(*moments: Moment) -> str:
    """Return what is objected to, when these things follow the opening of a request; empty when nothing is."""
    watcher = Watcher()
    watcher.looks_at(moment(internal(ApprovalExpired, approval=0, proposal="x")))  # so that the request is seen
    try:
        for one in moments:
            watcher.looks_at(one)
    except AssertionError as objected:
        return str(objected).split("\n")[0]
    return ""


TOO_FEW = "2 distinct people with authority did not approve this"
LENT = moment(grant())
ADOPTS_ANEW = adopts(approval=2)
OTHERS = People.model_validate(PEOPLE | {"product_owner": ["otto", "olga", "eve"]})
WITH_EVE = ANEW.model_copy(update={"people": OTHERS})
WITHOUT_REQUEST = ANEW.model_copy(update={"request": None})
BY_ITSELF = Adopt(an_outcome(), "tandem", "product_manager", "it is better")
WITHOUT_OTTO = START.model_copy(update={"people": People.model_validate(PEOPLE | {"product_owner": ["olga"]})})


@pytest.mark.parametrize(
    ("moments", "objection"),
    [
        pytest.param((moment(OTTO), moment(OLGA, START, adopts())), "", id="two owners"),
        pytest.param((moment(OTTO, START, adopts()),), TOO_FEW, id="one of two"),
        pytest.param((moment(OTTO), moment(OTTO, START, adopts())), TOO_FEW, id="one of them twice"),
        pytest.param(
            (moment(OTTO), LENT, moment(decision(actor="mia"), START, adopts())), TOO_FEW, id="one and who stands in"
        ),
        pytest.param(
            (moment(OLGA), LENT, moment(decision(actor="mia"), START, adopts())), "", id="who stands in for the other"
        ),
        pytest.param(
            (moment(OLGA), LENT, moment(decision(actor="mia"), START, adopts(), at=NOON + DAY)), TOO_FEW, id="no longer"
        ),
        pytest.param(
            (moment(decision(proposal="proposal-3")), moment(OLGA, START, adopts())), TOO_FEW, id="on two hashes"
        ),
        pytest.param((moment(OTTO), moment(OLGA, WITHOUT_OTTO, adopts())), TOO_FEW, id="one who lost the role since"),
        pytest.param(
            (moment(OTTO), moment(decision(proposal="x"), START, adopts("x"))),
            "only what was shown is approved",
            id="a hash that nobody saw",
        ),
        pytest.param(
            (moment(OTTO), moment(OLGA, START, adopts("proposal-3"))),
            "what comes into force is what was approved",
            id="another plan than the approved one",
        ),
        pytest.param(
            (moment(OTTO), moment(OLGA, START, adopts(starts={}))),
            "what comes into force is what was approved",
            id="the same hash for another plan",
        ),
        pytest.param(
            (moment(OTTO), moment(internal(ApprovalExpired, approval=1, proposal="proposal-2"), START, adopts())),
            "neither silence nor time puts a plan in force",
            id="silence",
        ),
        pytest.param(
            (moment(OTTO), moment(decision("reject", actor="olga"), START, adopts())),
            "only an approval puts a plan in force",
            id="a rejection",
        ),
        pytest.param(
            (WISHED, SOLVED, answered("olga", ANEW), answered("otto", ANEW, ADOPTS_ANEW)),
            TOO_FEW,
            id="one of two, and who wished for it",
        ),
        pytest.param(
            (WISHED, SOLVED, answered("olga", ANEW), answered("bea", ANEW, ADOPTS_ANEW)),
            TOO_FEW,
            id="not as product owner",
        ),
        pytest.param(
            (WISHED, SOLVED, answered("olga", ANEW), answered("eve", WITH_EVE, ADOPTS_ANEW)),
            "",
            id="two others than who wished for it",
        ),
        pytest.param(
            (WISHED, SOLVED, EXPIRED, answered("olga", ABOVE), answered("otto", ABOVE, adopts(approval=3))),
            TOO_FEW,
            id="who wished for it, after silence",
        ),
        pytest.param(
            (WISHED, moment(internal(PlanSolved, **PRICED), WITHOUT_REQUEST, BY_ITSELF)),
            "what somebody wished for is decided by somebody else",
            id="what was wished for, by itself",
        ),
        pytest.param(
            (moment(internal(PlanSolved, **PRICED), WITHOUT_REQUEST, BY_ITSELF),), "", id="what nobody asked for"
        ),
    ],
)
def test_who_watches_objects_to_what_nobody_had_the_authority_for(moments: tuple[Moment, ...], objection: str) -> None:
    assert objections(*moments).startswith(objection)
    assert bool(objections(*moments)) is bool(objection)


def test_who_watches_objects_to_a_plan_that_was_not_decided() -> None:
    decided = happen(START, OTTO, OLGA)
    (adopt,) = decided.reactions
    assert isinstance(adopt, Adopt)
    adoption = adoption_of(adopt, Stamped(OLGA, NOON))
    in_force = happen(decided.state, adoption).state
    said = objections(Moment(decided.state, Stamped(adoption, NOON), Taken(), (), in_force))
    assert said == "nobody decided it"
    by_silence = internal(DecisionGiven, **OTTO.model_dump(exclude={"id", "source", "product", "time", "type"}))
    said = objections(Moment(decided.state, Stamped(by_silence, NOON), Taken(), (), in_force))
    assert said == "only an adoption changes the plan in force"
