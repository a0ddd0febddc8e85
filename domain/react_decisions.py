"""What follows from results, decisions and answers: adopt, ask, tell, or stay."""

from datetime import datetime

from domain.authority import refusal_of_decision
from domain.deciders import decider_of
from domain.forecasts import all_late_items, impossible
from domain.limits import next_role
from domain.materiality import differences, finding_of, immaterial, outcome_of, undone, unusable
from domain.pacing import REVERSAL
from domain.policy import ROLES
from domain.product import DEBT_SUBJECT, Outcome, ProductState, Request, chosen, starts_of
from domain.reactions import (
    Adopt,
    Conclude,
    NoReaction,
    Notify,
    Reaction,
    Reactions,
    Reprioritize,
    RequestDecision,
    StandDown,
    Supersede,
    quiet,
    reacts,
)
from domain.votes import counted_said, counting, names_of, signed, still_needed
from domain.wording import count, due_on, listing, role_name, when
from events import internal
from events.internal import Role


@reacts(internal.PlanSolved)
def _solved(before: ProductState, after: ProductState, event: internal.PlanSolved, at: datetime) -> Reactions:
    finding, because = finding_of(after, event, at)
    request = after.request
    if finding == "none" and (event.wanted_by is not None or before.wishes):
        return (_wish_fails(before, event, because),)
    if finding == "none":
        told = Notify("product_manager", "No plan was found", f"{because}; the plan in force stays", incident=True)
        return (told, try_again(after, because, at))
    outcome = outcome_of(event)
    if broken := unusable(after, finding, outcome, at):
        again = Reprioritize("proposal", f"the plan that was found is no longer possible: {broken}", urgent=True)
        return (*_impossible_now(after, at), again)
    if finding == "first" and after.policy.first_plan == "adopt":
        adopt = Adopt(outcome, "tandem", "product_manager", f"{because}, so nothing is displaced")
        return (*replaced(request, "the first plan comes into force without being asked for", None), adopt)
    if finding in ("same", "below_margin", "kept", "rejected_before"):
        if event.wanted_by is not None:  # what is best was not looked for: nothing is confirmed by it
            return (_wish_fails(before, event, because),)
        fails = (_wish_fails(before, event, because),) if before.wishes else ()
        return (*_stays(after, because, finding), *fails)
    if request is not None and immaterial(after, request.outcome, outcome):
        still_possible = not impossible(after, request.outcome.starts, at, proposed=True)
        if still_possible:
            return quiet(f"request {request.number} stays as it is: the new result differs immaterially")
    if finding == "churned":
        return _stays(after, because, finding)
    lowest: Role = "product_owner" if finding == "first" else "product_manager"
    if finding == "wanted" or before.wishes:  # whoever shaped it does not decide it
        outcome = outcome.model_copy(update={"wanted_by": event.wanted_by or before.wished_by})
    return _decide(after, outcome, because, lowest, at)


def _wish_fails(before: ProductState, event: internal.PlanSolved, because: str) -> Notify:
    """Tell who asked for a plan that nothing comes of it, and why."""
    who = event.wanted_by or before.wished_by
    what = "go back to the plan before" if event.wanted_by is not None else "change the proposal"
    text = f"{who} asked to {what}: {because}; the plan in force stays"
    return Notify("product_owner", "What was asked for is not possible", text, people=(who,))


def _stays(state: ProductState, because: str, finding: str) -> Reactions:
    """Return that the plan in force stays; somebody who is asked about another one need not answer."""
    theirs = state.request is not None and state.request.requester is not None  # a person's question stays open
    gone = () if theirs else replaced(state.request, f"the plan in force stays: {because}", None)
    return (*gone, NoReaction(f"reconfirmed, because {because}"), *_debt_is_over(state, because, finding))


def _impossible_now(after: ProductState, at: datetime) -> tuple[Reaction, ...]:
    """Withdraw the open request when what it asks about is no longer possible."""
    request = after.request
    if request is None or not (broken := impossible(after, request.outcome.starts, at, proposed=True)):
        return ()
    return replaced(request, f"the proposal is no longer possible: {broken[0]}", None)


def try_again(after: ProductState, because: str, at: datetime) -> Reprioritize:
    """Return a new look in place of one that failed: it consumed its reasons. When, the state's ``retry_at`` says."""
    broken = () if after.plan is None else impossible(after, after.plan.starts, at)
    because = f"the last look at the priorities led to nothing: {because}"
    return Reprioritize("proposal", f"{because}; {broken[0]}" if broken else because, urgent=bool(broken))


def _debt_is_over(state: ProductState, because: str, finding: str) -> Reactions:
    number = state.escalations.get(DEBT_SUBJECT)
    if number is None or finding in ("rejected_before", "churned"):
        return ()
    return (StandDown(DEBT_SUBJECT, number, because),)


def replaced(request: Request | None, because: str, outcome: Outcome | None) -> tuple[Reaction, ...]:
    """Return that an open request gives way, to another outcome or to none."""
    if request is None:
        return ()
    if outcome is None:
        return (Supersede(request.number, because, undone(request.outcome)),)
    changed = differences(request.outcome, outcome)
    return (Supersede(request.number, because, changed, outcome.proposal),)


def _decide(state: ProductState, outcome: Outcome, because: str, lowest: Role, at: datetime) -> tuple[Reaction, ...]:
    """Adopt within the manager's limits, ask above them, refuse above everybody's; an open request gives way."""
    decider = decider_of(state, outcome.change, at, lowest, outcome.wanted_by)
    role, why_not_below = decider.role, decider.below[-1].because if decider.below else ""
    if role is None:  # nothing takes the place of what was asked: it must not look as if it did
        text = f"{because}; nobody may decide it: {why_not_below}"
        gone = replaced(state.request, f"{text}; the plan in force stays", None)
        told = Notify("executive_board", "A better plan lies beyond everybody's authority", text, incident=True)
        return (*gone, told)
    gone = replaced(state.request, because, outcome)
    if not decider.approvals:
        told = Notify("product_manager", "The plan was changed", f"{because}; it lies within the manager's limits")
        return (*gone, Adopt(outcome, "tandem", role, because), told)
    return (*gone, RequestDecision(role, outcome, f"{because}; {why_not_below}" if why_not_below else because))


@reacts(internal.PlanAdopted)
def _adopted(before: ProductState, after: ProductState, event: internal.PlanAdopted, at: datetime) -> Reactions:
    reactions: Reactions = ()
    request = before.request
    if request is not None and request.number != event.approval:
        reactions += (Supersede(request.number, "another plan was adopted"),)
    number = after.escalations.get(DEBT_SUBJECT)
    if number is not None:
        reactions += (StandDown(DEBT_SUBJECT, number, "the better plan is in force now"),)
    reactions += _missed(before, after)
    if before.run is not None:  # another one than that whose result this is: that one has ended
        because = "a look at the priorities was under way when the plan changed"
        reactions += (Reprioritize("proposal", because),)
    return reactions or quiet("the plan is in force")


def _missed(before: ProductState, after: ProductState) -> Reactions:
    """Tell of committed dates that the plan now in force misses, and the one before did not; the first plan, of all."""
    if "forecasts" not in after.policy.watch:
        return ()
    known = set() if before.plan is None else set(all_late_items(before))
    found: Reactions = ()
    for name, items in sorted(all_late_items(after).items()):
        milestone = after.milestones[name]
        if milestone.committed and name not in known:
            out = [item for item in items if item not in starts_of(after) and after.items[item].status != "started"]
            why = f"does not fund {listing(out)}" if out else f"delivers {listing(items)} too late"
            text = f"{name} is due {due_on(milestone.due, after.time_zone)}, and the plan now in force {why}"
            found += (Notify("product_owner", f"{name} will be missed", text),)
    return found


@reacts(internal.DecisionGiven)
def _decision(before: ProductState, after: ProductState, event: internal.DecisionGiven, at: datetime) -> Reactions:
    if refusal := refusal_of_decision(before, event, at):
        return (Conclude(event.approval, "refused", refusal),)
    request = before.request
    if request is None:
        return quiet("there is no open request")
    if event.verdict == "reject":
        return (Conclude(event.approval, "rejected", f"the plan in force stays: {event.reason}"),)
    if event.verdict == "withdraw":
        return (_withdrawn(after, request, event, at),)
    if event.verdict == "changes":
        return _changes(event)
    if event.verdict == "keep" and event.until is not None:
        until = when(event.until, after.time_zone)
        kept = Conclude(event.approval, "kept", f"the plan in force is kept until {until}: {event.reason}")
        number = after.escalations.get(DEBT_SUBJECT)
        return (kept,) if number is None else (kept, StandDown(DEBT_SUBJECT, number, "the plan is kept as it is"))
    return _approved(after, request, event, at)


def _approved(after: ProductState, request: Request, event: internal.DecisionGiven, at: datetime) -> Reactions:
    outcome = chosen(request.outcome, event.proposal)
    if broken := impossible(after, outcome.starts, at, proposed=True):
        refusal = f"the proposal is no longer possible: {broken[0]}"
        again = Reprioritize("proposal", refusal, urgent=True)
        return (Conclude(event.approval, "refused", refusal), again)
    asked = after.request or request
    if still_needed(after, asked, event.proposal, at):
        said = counted_said(after, asked, event.proposal, at)
        return (Conclude(event.approval, "counted", said, names_of(asked)),)
    votes = counting(after, asked, event.proposal, at)
    lowest = min((vote.role for vote in votes), key=ROLES.index)  # whose limits are the tightest: they are used
    by = listing([signed(vote) for vote in votes])
    return (Adopt(outcome, by, lowest, event.reason, event.approval),)


def _withdrawn(after: ProductState, request: Request, event: internal.DecisionGiven, at: datetime) -> Conclude:
    if event.actor == request.requester:
        return Conclude(event.approval, "withdrawn", f"{event.actor}, who asked for it, takes it back: {event.reason}")
    left = after.request or request
    missing = still_needed(after, left, event.proposal, at)
    needed = f"; {count(missing, 'approval')} needed" if missing else ""
    said = f"{event.actor} takes the approval back: {event.reason}{needed}"
    return Conclude(event.approval, "uncounted", said, names_of(left))


def _changes(event: internal.DecisionGiven) -> Reactions:
    wished = [f"{'with' if wish == 'in' else 'without'} {name}" for name, wish in sorted(event.wishes.items())]
    said = f"{event.actor} asks for changes: {event.reason}" + (f" ({listing(wished)})" if wished else "")
    if wished:
        again: Reaction = Reprioritize("wishes", said, urgent=True)
    else:
        again = NoReaction("no item was named that the plan should have or leave out: it is planned anew on news")
    told = Notify("product_manager", f"Changes are asked for in decision {event.approval}", said)
    return (Conclude(event.approval, "changes", said), again, told)


@reacts(internal.ReversalRequested)
def _reversal(before: ProductState, after: ProductState, event: internal.ReversalRequested, at: datetime) -> Reactions:
    because = f"{event.actor} asks to go back to the plan before decision {event.approval}: {event.reason}"
    return (Reprioritize(REVERSAL, because, urgent=True),)


@reacts(internal.ApprovalExpired)
def _expired(before: ProductState, after: ProductState, event: internal.ApprovalExpired, at: datetime) -> Reactions:
    request = before.request
    if request is None:
        return quiet("there was no open request")
    asked = f"nobody answered request {request.number} as {role_name(request.role)} in time"
    if request.on_expiry == "reject":
        return quiet(f"{asked}; it counts as rejected, and the plan in force stays")
    if request.on_expiry == "lapse":
        return quiet(f"{asked}; it lapses, and the plan in force stays")
    next_one, change, requester = next_role(request.role), request.outcome.change, request.requester
    above = None if next_one is None else decider_of(after, change, at, next_one, requester).role
    if above is None:
        return (Notify("executive_board", "A decision was not taken", asked, incident=True),)
    if broken := impossible(after, request.outcome.starts, at, proposed=True):
        return (Reprioritize("proposal", f"{asked}, and the proposal is no longer possible: {broken[0]}", urgent=True),)
    return (RequestDecision(above, request.outcome, asked),)
