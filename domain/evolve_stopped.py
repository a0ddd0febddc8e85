"""What changes when an operator stops a request, an escalation or a look at the priorities."""

from datetime import datetime

from domain.evolve import APPLIED, Step, handles, superseded
from domain.evolve_answers import closed_escalation
from domain.evolve_decisions import failed_run
from domain.product import ProductState
from events import internal


@handles(internal.WorkStopped)
def _stopped(state: ProductState, event: internal.WorkStopped, at: datetime) -> Step:
    if event.approval is not None:
        if state.request is None or state.request.number != event.approval:
            return superseded(state, "this request was answered or replaced before")
        after = state.model_copy(update={"request": None, "paced_from": at})
        if event.how == "terminated":  # what was wished for is asked anew
            return after, APPLIED
        return after.model_copy(update={"wishes": {}, "wished_by": ""}), APPLIED
    if event.run is not None:
        if state.run is None or state.run.number != event.run:
            return superseded(state, f"reprioritization {event.run} is no longer the one under way")
        return failed_run(state, at), APPLIED
    if event.subject is None or state.escalations.get(event.subject) != event.escalation:
        return superseded(state, "this escalation was answered or stood down before")
    return closed_escalation(state, event.subject, at), APPLIED
