"""What people say, for tests of the domain: decisions, answers to escalations, and who stands in for whom."""

from datetime import datetime
from typing import Any

from domain.core import Stamped
from domain.definition import People
from domain.delegations import Delegation, Mandates
from domain.entries import adoption_of
from domain.product import ProductState, Run
from domain.reactions import Adopt
from events.internal import Change, DecisionGiven, DelegationGranted, EscalationAnswered, PlanSolved
from tests.builders import NOON
from tests.unit.domain.states import (
    DAY,
    PEOPLE,
    STARTS,
    Happened,
    asked,
    happen,
    internal,
    planned,
    with_policy,
)

PROPOSED = {"search": "2026-03", "banner": "2026-04"}  # in the place of landing
SWAP = Change(entered=("banner",), displaced=("landing",), money_moved=300_000)


def decision(verdict: str = "approve", **over: Any) -> DecisionGiven:
    """Return an owner's answer to request 1."""
    fields: dict[str, Any] = {"approval": 1, "proposal": "proposal-2", "actor": "otto", "role": "product_owner"}
    given = internal(DecisionGiven, **{**fields, "verdict": verdict, "reason": "it serves the spring", **over})
    assert isinstance(given, DecisionGiven)
    return given


def answer(kind: str = "handled", **over: Any) -> EscalationAnswered:
    """Return an owner's answer to escalation 1, of sso-api."""
    fields: dict[str, Any] = {"subject": "sso-api", "escalation": 1, "actor": "otto", "role": "product_owner"}
    given = internal(EscalationAnswered, **{**fields, "answer": kind, "reason": "seen to", **over})
    assert isinstance(given, EscalationAnswered)
    return given


def grant(person: str = "otto", delegate: str = "mia", **over: Any) -> DelegationGranted:
    """Return that an owner lets somebody stand in until tomorrow."""
    fields: dict[str, Any] = {"role": "product_owner", "start": NOON, "end": NOON + DAY, "reason": "on leave"}
    granted = internal(DelegationGranted, **{**fields, "person": person, "delegate": delegate, **over})
    assert isinstance(granted, DelegationGranted)
    return granted


def stands_in(person: str = "otto", delegate: str = "mia", **over: Any) -> Delegation:
    """Return one person's leave to act as another one, until tomorrow."""
    fields: dict[str, Any] = {"number": 1, "role": "product_owner", "start": NOON, "end": NOON + DAY}
    return Delegation(**{**fields, "person": person, "delegate": delegate, **over})


def mandates(*delegations: Delegation, **people: Any) -> Mandates:
    """Return who may speak for whom among the people of these tests."""
    return Mandates(people=People.model_validate(PEOPLE | people), delegations=delegations)


def delegated(state: ProductState, *delegations: Delegation) -> ProductState:
    """Return the state with delegations that were granted before."""
    return state.model_copy(update={"delegations": delegations, "delegation_count": len(delegations)})


def limited(state: ProductState, **roles: dict[str, Any] | int) -> ProductState:
    """Return the state under other limits of some roles; ``four_eyes_money`` is one of them."""
    known = state.policy.authority.model_dump()
    changed = {name: {**known[name], **given} if isinstance(given, dict) else given for name, given in roles.items()}
    return with_policy(state, authority=known | changed)


def of_two(state: ProductState | None = None, quorum: int = 2) -> ProductState:
    """Return the state while the owners are asked for a decision that takes two of them."""
    state = state or planned()
    return limited(asked(state) if state.request is None else state, product_owner={"quorum": quorum})


def escalated(state: ProductState | None = None, at: datetime | None = None, **numbers: int) -> ProductState:
    """Return the state while sso-api climbs; ``numbers``: other subjects, with _ for -."""
    known = {"sso-api": 1} | {name.replace("_", "-"): number for name, number in numbers.items()}
    return (state or planned()).model_copy(update={"escalations": known, **({"at": at} if at else {})})


def requested_by(person: str, state: ProductState | None = None, **over: Any) -> ProductState:
    """Return the state while owners are asked for what a person wants."""
    request = asked(state or planned(), wanted_by=person, **over).request
    assert request is not None
    wanted = request.model_copy(update={"requester": person})
    return asked(state or planned()).model_copy(update={"request": wanted})


def adopted(happened: Happened) -> ProductState:
    """Return the state once the plan that was decided is in force."""
    (adopt,) = [reaction for reaction in happened.reactions if isinstance(reaction, Adopt)]
    return happen(happened.state, adoption_of(adopt, Stamped(decision(), happened.state.at))).state


def about_the_swap(role: str = "product_owner", state: ProductState | None = None, **over: Any) -> ProductState:
    """Return the state while somebody is asked whether banner takes the place of landing."""
    return asked(state or planned(), role, starts=PROPOSED, change=SWAP, **over)


def solved(state: ProductState, **over: Any) -> Happened:
    """Return what becomes of a run that found a plan worth less than the one in force."""
    fields: dict[str, Any] = {"snapshot": "s", "plan": "p", "proposal": "q", "starts": STARTS, "gap": 0.0}
    fields |= {"value": 90.0, "value_in_force": 100.0, "change": SWAP, "run": 1}
    running = state.model_copy(update={"run": Run(number=1, started_at=state.at)})
    return happen(running, internal(PlanSolved, **fields | over))
