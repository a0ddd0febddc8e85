"""How decisions, results and the clock change a product."""

from datetime import datetime
from typing import Any

from pydantic import ValidationError

from domain.applied import merged, refusal_of
from domain.authority import mandates_of, refusal_of_decision
from domain.churn import churned
from domain.deadlines import debt_of, retry_after, run_lost_at
from domain.debt import paid_per_point
from domain.definition import ProductDefinition
from domain.delegations import Given, Matter, chain_of
from domain.evolve import APPLIED, Step, handles, refused, superseded
from domain.forecasts import impossible
from domain.limits import spend
from domain.materiality import finding_of, outcome_of, unusable
from domain.periods import index_of, period_of
from domain.product import (
    PAST_PERIODS,
    Better,
    Found,
    Kept,
    PlanInForce,
    ProductState,
    Rejection,
    Reversal,
    change_of,
    chosen,
    starts_of,
)
from domain.votes import with_vote, without_vote
from events import internal

MOST_SAID = 500  # characters of what a look came to
AT_ONCE = 10  # looks in a row that were overtaken and are repeated without a pause; a planner that errs must not spin


@handles(internal.ClockStruck)
def _clock(state: ProductState, event: internal.ClockStruck, at: datetime) -> Step:
    risk = state.policy.dependency_risk_days * 86_400
    dependencies = {
        name: dependency.model_copy(update={"status": "at_risk"})
        if dependency.status == "declared" and (dependency.needed_by - at).total_seconds() <= risk
        else dependency
        for name, dependency in state.dependencies.items()
    }
    now = period_of(at, state.time_zone)

    def recent(period: str) -> bool:
        return index_of(period, now) >= -PAST_PERIODS

    lost = run_lost_at(state)
    if lost is not None and lost <= at:
        state = failed_run(state, at)
    return state.model_copy(
        update={
            "struck_at": at,
            "dependencies": dependencies,
            "budgets": {period: envelope for period, envelope in state.budgets.items() if recent(period)},
            "spent": {period: amount for period, amount in state.spent.items() if recent(period)},
            "teams": {
                name: team.model_copy(
                    update={
                        "capacity": {period: days for period, days in team.capacity.items() if recent(period)},
                        "times": {period: time for period, time in team.times.items() if recent(period)},
                    }
                )
                for name, team in state.teams.items()
            },
        }
    ), APPLIED


@handles(internal.ReviewDue)
def _review(state: ProductState, event: internal.ReviewDue, at: datetime) -> Step:
    return state.model_copy(update={"reviewed_at": at}), APPLIED


@handles(internal.ProductApplied)
def _applied(state: ProductState, event: internal.ProductApplied, at: datetime) -> Step:
    try:
        definition = ProductDefinition.model_validate(event.definition)
    except ValidationError as wrong:  # a file that an older release accepted
        return refused(state, f"the product file is not valid: {wrong.errors()[0]['msg']}")
    if because := refusal_of(state, definition):
        return refused(state, because)
    return merged(state, definition, event.time, at), APPLIED


@handles(internal.ProductArchived)
def _archived(state: ProductState, event: internal.ProductArchived, at: datetime) -> Step:
    return state.model_copy(update={"status": "archived", "triggers": (), "run": None, "request": None}), APPLIED


@handles(internal.PlanSolved)
def _solved(state: ProductState, event: internal.PlanSolved, at: datetime) -> Step:
    if state.run is None or state.run.number != event.run:
        return superseded(state, f"reprioritization {event.run} is no longer the one under way")
    finding, because = finding_of(state, event, at)
    better = state.better
    found = Found(run=event.run, finding=finding, because=because[:MOST_SAID], at=at)
    if finding == "none":
        changes = {"found": found, "wishes": {}, "wished_by": ""}  # a wish that cannot be met is not wished for ever
        if event.wanted_by is not None or state.wishes:
            return state.model_copy(update={**changes, "run": None}), APPLIED
        return failed_run(state, at).model_copy(update=changes), APPLIED
    if broken := unusable(state, finding, outcome_of(event), at):
        because = f"the plan that was found is no longer possible: {broken}"[:MOST_SAID]
        found = found.model_copy(update={"finding": "unusable", "because": because})
        after = failed_run(state, at).model_copy(update={"found": found})  # something changed while it was looked for,
        return after if after.failed > AT_ONCE else after.model_copy(update={"retry_at": None}), APPLIED  # so once more
    if finding in ("better", "rejected_before", "churned") and state.plan is not None:
        gain = round(max(0.0, event.value - event.value_in_force), 6)
        since, paid = at if better is None else better.since, paid_per_point(state, event.value_in_force)
        lost = debt_of(state, state.policy, at)[1]  # what was lost before was lost at the gain that was known then
        better = Better(since=since, gain=gain, run=event.run, paid_per_point=paid, lost=lost, counted=at)
    elif event.wanted_by is None:  # going back was only priced: what is best was not looked for
        better = None
    ended: dict[str, Any] = {"run": None, "better": better, "found": found, "failed": 0, "retry_at": None}
    if finding not in ("better", "wanted", "churned"):  # what was wished for is there already, or comes to nothing
        ended |= {"wishes": {}, "wished_by": ""}
    return state.model_copy(update=ended), APPLIED


def failed_run(state: ProductState, at: datetime) -> ProductState:
    """End a run that led to nothing; what it was to look at is still to be looked at, after a while."""
    failed = state.failed + 1
    known = state.reference.model_copy(update={"plan_broken": False, "request_broken": False})
    retry = retry_after(state, failed, at)
    return state.model_copy(update={"run": None, "failed": failed, "retry_at": retry, "reference": known})


@handles(internal.PlanAdopted)
def _adopted(state: ProductState, event: internal.PlanAdopted, at: datetime) -> Step:
    before = starts_of(state)
    plan = PlanInForce(
        plan=event.plan,
        proposal=event.proposal,
        run=event.run,
        starts=event.starts,
        adopted_at=at,
        by=event.by,
        approval=event.approval,
        replaced={
            name: before.get(name)
            for name in sorted({*before, *event.starts})
            if before.get(name) != event.starts.get(name)
        },
    )
    first = state.plan is None
    return state.model_copy(
        update={
            "plan": plan,
            "run": None,  # one under way compares with the plan that was in force
            "request": None,
            "rejected": None,
            "rejection": None,
            "better": None,
            "kept": None,
            "wishes": {},
            "wished_by": "",
            "reversal": None,
            "reference": state.reference.model_copy(update={"plan_broken": False, "request_broken": False}),
            "paced_from": at,
            "used": state.used if first else spend(state, event.role, event.change, at),
            "churn": churned(state, event.change, at),
        }
    ), APPLIED


@handles(internal.DecisionGiven)
def _decision(state: ProductState, event: internal.DecisionGiven, at: datetime) -> Step:
    request = state.request
    if request is None or refusal_of_decision(state, event, at):
        return state, APPLIED
    if event.verdict == "approve":  # it takes effect with `plan.adopted`, once the plan is known to be possible
        if impossible(state, chosen(request.outcome, event.proposal).starts, at, proposed=True):
            return state, APPLIED
        return state.model_copy(update={"request": with_vote(request, event, _voice(state, event, at), at)}), APPLIED
    if event.verdict == "withdraw" and event.actor != request.requester:
        return state.model_copy(update={"request": without_vote(request, event.actor)}), APPLIED
    closed = state.model_copy(update={"request": None, "paced_from": at, "wishes": {}, "wished_by": ""})
    if event.verdict == "withdraw":
        return closed, APPLIED
    if event.verdict == "keep" and event.until is not None:
        kept = Kept(until=event.until, by=event.actor, reason=event.reason)
        return closed.model_copy(update={"kept": kept, "better": None}), APPLIED
    rejected: dict[str, Any] = {"rejected": request.outcome, "rejection": Rejection(at=at, by=event.actor)}
    if event.verdict == "changes" and event.wishes:  # planned anew at once: somebody waits for it
        rejected |= {"wishes": dict(event.wishes), "wished_by": event.actor, "paced_from": None}
        rejected["run"] = None  # one under way knows nothing of them
    return closed.model_copy(update=rejected), APPLIED


def _voice(state: ProductState, event: internal.DecisionGiven, at: datetime) -> tuple[str, ...]:
    """Return the people through whom somebody decides as of now: what the event says may have been true before."""
    given = Given(actor=event.actor, role=event.role, acting_for=event.acting_for)
    change = None if state.request is None else change_of(state.request.outcome, event.proposal)
    matter = Matter(scope="decisions", money=0 if change is None else change.money_moved)
    return chain_of(mandates_of(state), given, matter, at) or (event.actor,)


@handles(internal.ReversalRequested)
def _reversal(state: ProductState, event: internal.ReversalRequested, at: datetime) -> Step:
    if refusal := refusal_of_reversal(state, event.approval):
        return refused(state, refusal)
    plan = state.plan
    before = {name: start for name, start in starts_of(state).items() if plan is None or name not in plan.replaced}
    if plan is not None:
        before |= {name: start for name, start in plan.replaced.items() if start is not None}
    open_ones = {
        name: start for name, start in sorted(before.items()) if name in state.items and state.items[name].open
    }
    wanted = Reversal(approval=event.approval, actor=event.actor, starts=open_ones, reason=event.reason)
    return state.model_copy(update={"reversal": wanted}), APPLIED


def refusal_of_reversal(state: ProductState, approval: int) -> str:
    """Say why a decision cannot be reversed; empty when it can."""
    if state.plan is None or state.plan.approval != approval:
        return f"the plan of decision {approval} is not the one in force: there is nothing to go back from"
    if state.reversal is not None:
        return f"{state.reversal.actor} has asked for that already"
    return ""


@handles(internal.ApprovalExpired)
def _expired(state: ProductState, event: internal.ApprovalExpired, at: datetime) -> Step:
    if state.request is None or state.request.number != event.approval:
        return superseded(state, "this request was answered or replaced before")
    changes: dict[str, Any] = {"request": None, "paced_from": at}
    if state.request.on_expiry != "escalate":
        changes |= {"wishes": {}, "wished_by": ""}
    if state.request.on_expiry == "reject":
        changes |= {"rejected": state.request.outcome, "rejection": Rejection(at=at)}
    return state.model_copy(update=changes), APPLIED
