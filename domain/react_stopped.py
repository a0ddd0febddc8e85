"""What follows when an operator stops something: whoever was asked hears of it, and what is needed begins anew."""

from datetime import datetime

from domain.product import DEBT_SUBJECT, ProductState
from domain.react_decisions import replaced, try_again
from domain.react_dependencies import is_blocked, promised
from domain.reactions import Escalate, Notify, Reactions, Reprioritize, StandDown, quiet, reacts
from events import internal


@reacts(internal.WorkStopped)
def _stopped(before: ProductState, after: ProductState, event: internal.WorkStopped, at: datetime) -> Reactions:
    because = f"{event.actor} {event.how} it: {event.reason}"
    if event.approval is not None:
        return _request(before, event, because)
    if event.run is not None:
        return (try_again(after, f"reprioritization {event.run}: {because}", at),)
    return _escalation(after, event, because, at)


def _request(before: ProductState, event: internal.WorkStopped, because: str) -> Reactions:
    request = before.request
    if request is None:
        return quiet("there was no open request")
    why = f"decision {event.approval} led to nothing: {because}"
    told: Reactions = ()
    if request.requester is not None:  # it is not proposed again by itself
        who, subject = request.requester, f"Decision {event.approval}, which you asked for, was {event.how}"
        told = (Notify("product_owner", subject, because, people=(who,)),)
    if event.how == "terminated":  # it cannot hear anything any more, and the decision is still needed
        return (Reprioritize("proposal", why, urgent=True), *told)
    return (*replaced(request, because, None), Reprioritize("proposal", why), *told)


def _escalation(after: ProductState, event: internal.WorkStopped, because: str, at: datetime) -> Reactions:
    subject, number = event.subject or "", event.escalation or 0
    if event.how == "cancelled":
        return (StandDown(subject, number, because),)
    if subject == DEBT_SUBJECT:
        return (Escalate(subject, f"escalation {number} led to nothing: {because}"),)
    dependency = after.dependencies.get(subject)
    if dependency is None:
        return quiet(f"{subject} is no longer known")
    if dependency.status == "blocked":
        return is_blocked(after, dependency, at)
    return promised(after, dependency, at, fresh=True)
