"""How answers to escalations change a product, and who stands in for whom."""

from datetime import datetime
from typing import Any

from domain.authority import mandates_of
from domain.delegations import MOST_DELEGATIONS, Delegation, not_ended, refusal_of_delegation
from domain.envelope import Envelope
from domain.evolve import APPLIED, Step, handles, refused, superseded
from domain.facts import forget_ended, put
from domain.limits import spend
from domain.product import DEBT_SUBJECT, Kept, ProductState, capacity_of
from domain.replies import provider_of, refusal_of_answer
from domain.things import Dependency
from events import internal


@handles(internal.EscalationAnswered)
def _answered(state: ProductState, event: internal.EscalationAnswered, at: datetime) -> Step:
    if refusal_of_answer(state, event, at):
        return state, APPLIED
    if event.answer == "hand_to_board":  # it stays open, for the board alone
        return state.model_copy(update={"handed": (*state.handed, event.subject)}), APPLIED
    after = _closed(state, event.subject)
    if event.subject == DEBT_SUBJECT:
        if event.answer == "accept_delay" and event.until is not None:
            kept = Kept(until=event.until, by=event.actor, reason=event.reason)
            after = after.model_copy(update={"kept": kept, "better": None})
        return _counted_anew(after, at), APPLIED
    after = _given(after, event, at)
    dependency = after.dependencies.get(event.subject)
    if dependency is None:
        return after, APPLIED
    dependencies = put(after.dependencies, event.subject, _decided(dependency, event, at))
    return after.model_copy(update={"dependencies": forget_ended(dependencies)}), APPLIED


def _closed(state: ProductState, subject: str) -> ProductState:
    open_ones = {name: number for name, number in state.escalations.items() if name != subject}
    handed = tuple(one for one in state.handed if one != subject)
    return state.model_copy(update={"escalations": open_ones, "handed": handed})


def _given(state: ProductState, event: internal.EscalationAnswered, at: datetime) -> ProductState:
    """Return the state with the people or the money that somebody gave."""
    period = event.period or ""
    if event.answer == "give_capacity" and event.person_days is not None:
        name = event.team or provider_of(state, event.subject) or ""
        team = state.teams[name]
        days = round(capacity_of(state, name, period) + event.person_days, 6)
        times = {**team.times, period: max(event.time, team.times.get(period, event.time))}
        changed = team.model_copy(update={"capacity": {**team.capacity, period: days}, "times": times})
        return state.model_copy(update={"teams": {**state.teams, name: changed}})
    if event.answer == "give_money" and event.money is not None:
        envelope = state.budgets.get(period, Envelope()).with_delta(event.money, event.time)
        used = spend(state, event.role, internal.Change(money_moved=event.money), at)
        return state.model_copy(update={"budgets": {**state.budgets, period: envelope}, "used": used})
    return state


def _decided(dependency: Dependency, event: internal.EscalationAnswered, at: datetime) -> Dependency:
    """Return a dependency with what was decided about it."""
    changes: dict[str, Any] = {}
    if event.answer == "waive":
        decided = max([event.time, *dependency.times.values()])  # an authority's word is the last one so far
        times = {**dependency.times, **dict.fromkeys(("status", "reason", "ended_at"), decided)}
        changes = {"status": "waived", "reason": event.reason, "ended_at": at, "times": times}
    elif event.answer == "accept_delay":
        changes = {"accepted_until": event.until}
    elif event.answer == "resequence":
        changes = {"not_before": event.period}
    return dependency.model_copy(update=changes)


@handles(internal.EscalationUnanswered)
def _unanswered(state: ProductState, event: internal.EscalationUnanswered, at: datetime) -> Step:
    if state.escalations.get(event.subject) != event.escalation:
        return superseded(state, "this escalation was answered or stood down before")
    return closed_escalation(state, event.subject, at), APPLIED


def closed_escalation(state: ProductState, subject: str, at: datetime) -> ProductState:
    """Return the state after an escalation ended without an answer."""
    after = _closed(state, subject)
    return _counted_anew(after, at) if subject == DEBT_SUBJECT else after


def _counted_anew(state: ProductState, at: datetime) -> ProductState:
    """Start the debt's count again once its escalation is over: else it would escalate again the next midnight."""
    if state.better is None:
        return state
    return state.model_copy(
        update={"better": state.better.model_copy(update={"since": at, "lost": 0.0, "counted": None})}
    )


@handles(internal.DelegationGranted)
def _granted(state: ProductState, event: internal.DelegationGranted, at: datetime) -> Step:
    number = state.delegation_count + 1
    fields = event.model_dump(include=set(Delegation.model_fields) - {"number", "event"})
    wanted = Delegation(number=number, event=event.id, **fields)
    known = not_ended(state.delegations, at)
    if refusal := refusal_of_grant(state, wanted, at):
        return refused(state, refusal)
    return state.model_copy(update={"delegations": (*known, wanted), "delegation_count": number}), APPLIED


def refusal_of_grant(state: ProductState, wanted: Delegation, at: datetime) -> str:
    """Say why a product does not take a delegation; empty when it does."""
    if len(not_ended(state.delegations, at)) >= MOST_DELEGATIONS:
        return f"there are {MOST_DELEGATIONS} delegations already that have not ended"
    return refusal_of_delegation(mandates_of(state), wanted, at, state.currency)


@handles(internal.DelegationRevoked)
def _revoked(state: ProductState, event: internal.DelegationRevoked, at: datetime) -> Step:
    if refusal := refusal_of_revocation(state, event.delegation, event.actor):
        return refused(state, refusal)
    kept = tuple(one for one in not_ended(state.delegations, at) if one.number != event.delegation)
    return state.model_copy(update={"delegations": kept}), APPLIED


def refusal_of_revocation(state: ProductState, number: int, actor: str) -> str:
    """Say why a delegation cannot be revoked; empty when it can: by either side, or by who holds the role."""
    known = next((one for one in state.delegations if one.number == number), None)
    if known is None:
        return f"there is no delegation {number} that has not ended"
    if actor not in (known.person, known.delegate, *state.people.holders(known.role)):
        return f"{actor} neither gave delegation {number} nor stands in by it, nor holds its role"
    return ""
