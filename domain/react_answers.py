"""What follows from answers to escalations, and from delegations: each answer has its effect on the plan."""

from datetime import datetime

from domain.product import DEBT_SUBJECT, ProductState
from domain.react_decisions import replaced
from domain.reactions import (
    ConcludeEscalation,
    Notify,
    Reactions,
    Reprioritize,
    ask,
    quiet,
    reacts,
)
from domain.replies import provider_of, refusal_of_answer
from domain.wording import days, money, role_name, when
from events import internal


@reacts(internal.EscalationAnswered)
def _answered(before: ProductState, after: ProductState, event: internal.EscalationAnswered, at: datetime) -> Reactions:
    if refusal := refusal_of_answer(before, event, at):
        return (ConcludeEscalation(event.subject, event.escalation, "refused", refusal),)
    because = _said(before, after, event)
    if event.answer == "hand_to_board":
        return (ConcludeEscalation(event.subject, event.escalation, "handed", because),)
    taken = ConcludeEscalation(event.subject, event.escalation, "answered", because)
    if event.subject == DEBT_SUBJECT:
        gone = f"{event.actor} decided: {because}"
        return (taken, *(replaced(before.request, gone, None) if event.answer == "accept_delay" else ()))
    if event.answer == "handled" or after.plan is None:
        return (taken,)
    topic = f"dependency:{event.subject}"
    if event.answer == "waive":
        return (taken, Reprioritize(topic, because))
    return (taken, *ask(after, topic, because, at))


def _said(before: ProductState, after: ProductState, event: internal.EscalationAnswered) -> str:
    """Return what an answer does, in words."""
    who, subject, period = event.actor, event.subject, event.period
    waits = before.dependencies[subject].needs if subject in before.dependencies else subject
    until = "" if event.until is None else when(event.until, after.time_zone)
    if event.answer == "accept_delay":
        kept, accepted = f"the plan is kept as it is until {until}", f"the delay until {until} is accepted"
        return kept if subject == DEBT_SUBJECT else accepted
    if event.answer == "waive":
        return f"{subject} is waived: {waits} no longer waits for it"
    if event.answer == "give_capacity":
        team = event.team or provider_of(before, subject)
        return f"{who} gives {team} {days(event.person_days or 0)} more in {period} for {subject}"
    if event.answer == "give_money":
        return f"{who} gives {money(event.money or 0, after.currency)} more in {period} for {subject}"
    if event.answer == "resequence":
        return f"{who} puts {waits} back: it does not start before {period}, and other work may go first"
    if event.answer == "hand_to_board":
        return f"{who} hands it to the executive board: {event.reason}"
    return f"{who} takes care of it: {event.reason}"


@reacts(internal.EscalationUnanswered)
def _unanswered(
    before: ProductState, after: ProductState, event: internal.EscalationUnanswered, at: datetime
) -> Reactions:
    text = f"nobody with authority answered escalation {event.escalation} of {event.subject}"
    return (Notify("executive_board", "An escalation ended unanswered", text, incident=True),)


@reacts(internal.DelegationGranted)
def _granted(before: ProductState, after: ProductState, event: internal.DelegationGranted, at: datetime) -> Reactions:
    zone, what = after.time_zone, "" if event.scope == "all" else f", for {event.scope} only"
    limit = "" if event.most_money is None else f", up to {money(event.most_money, after.currency)} a decision"
    span = f"from {when(event.start, zone)} to {when(event.end, zone)}"
    text = (
        f"{event.delegate} stands in for {event.person} as {role_name(event.role)} {span}{what}{limit}: {event.reason}"
    )
    return (Notify(event.role, f"{event.delegate} stands in for {event.person}", text, people=_both(event)),)


def _both(event: internal.DelegationGranted) -> tuple[str, ...]:
    return (event.delegate, event.person)


@reacts(internal.DelegationRevoked)
def _revoked(before: ProductState, after: ProductState, event: internal.DelegationRevoked, at: datetime) -> Reactions:
    known = next((one for one in before.delegations if one.number == event.delegation), None)
    if known is None:
        return quiet("there was no such delegation")
    text = f"{known.delegate} no longer stands in for {known.person}: {event.actor} ended it: {event.reason}"
    people = (known.delegate, known.person)
    return (Notify(known.role, f"{known.delegate} no longer stands in for {known.person}", text, people=people),)
