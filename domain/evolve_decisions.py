"""How decisions, results and the clock change a product."""

from datetime import datetime
from typing import Any

from pydantic import ValidationError

from domain.applied import merged, refusal_of
from domain.authority import refusal_of_answer, refusal_of_decision, spend
from domain.churn import churned
from domain.deadlines import debt_of, retry_after, run_lost_at
from domain.debt import paid_per_point
from domain.definition import ProductDefinition
from domain.evolve import APPLIED, Step, handles, refused, superseded
from domain.facts import forget_ended, put
from domain.materiality import finding_of, outcome_of, unusable
from domain.periods import index_of, period_of
from domain.product import DEBT_SUBJECT, PAST_PERIODS, Better, Found, Kept, PlanInForce, ProductState, Rejection
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
        state = _failed(state, at)
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
        return _failed(state, at).model_copy(update={"found": found}), APPLIED
    if broken := unusable(state, finding, outcome_of(event), at):
        because = f"the plan that was found is no longer possible: {broken}"[:MOST_SAID]
        found = found.model_copy(update={"finding": "unusable", "because": because})
        after = _failed(state, at).model_copy(update={"found": found})  # something changed while it was looked for,
        return after if after.failed > AT_ONCE else after.model_copy(update={"retry_at": None}), APPLIED  # so once more
    if finding in ("better", "rejected_before", "churned") and state.plan is not None:
        gain = round(max(0.0, event.value - event.value_in_force), 6)
        since, paid = at if better is None else better.since, paid_per_point(state, event.value_in_force)
        lost = debt_of(state, state.policy, at)[1]  # what was lost before was lost at the gain that was known then
        better = Better(since=since, gain=gain, run=event.run, paid_per_point=paid, lost=lost, counted=at)
    else:
        better = None
    ended = {"run": None, "better": better, "found": found, "failed": 0, "retry_at": None}
    return state.model_copy(update=ended), APPLIED


def _failed(state: ProductState, at: datetime) -> ProductState:
    """End a run that led to nothing; what it was to look at is still to be looked at, after a while."""
    failed = state.failed + 1
    known = state.reference.model_copy(update={"plan_broken": False, "request_broken": False})
    retry = retry_after(state, failed, at)
    return state.model_copy(update={"run": None, "failed": failed, "retry_at": retry, "reference": known})


@handles(internal.PlanAdopted)
def _adopted(state: ProductState, event: internal.PlanAdopted, at: datetime) -> Step:
    plan = PlanInForce(
        plan=event.plan, proposal=event.proposal, run=event.run, starts=event.starts, adopted_at=at, by=event.by
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
            "reference": state.reference.model_copy(update={"plan_broken": False, "request_broken": False}),
            "paced_from": at,
            "used": state.used if first else spend(state, event.role, event.change, at),
            "churn": churned(state, event.change, at),
        }
    ), APPLIED


@handles(internal.DecisionGiven)
def _decision(state: ProductState, event: internal.DecisionGiven, at: datetime) -> Step:
    if state.request is None or refusal_of_decision(state, event, at) or event.verdict == "approve":
        return state, APPLIED  # an approval takes effect with `plan.adopted`, once the plan is known to be possible
    if event.verdict == "keep" and event.until is not None:
        kept = Kept(until=event.until, by=event.actor, reason=event.reason)
        return state.model_copy(update={"request": None, "kept": kept, "better": None, "paced_from": at}), APPLIED
    rejected = {"rejected": state.request.outcome, "rejection": Rejection(at=at, by=event.actor)}
    return state.model_copy(update={"request": None, **rejected, "paced_from": at}), APPLIED


@handles(internal.ApprovalExpired)
def _expired(state: ProductState, event: internal.ApprovalExpired, at: datetime) -> Step:
    if state.request is None or state.request.number != event.approval:
        return superseded(state, "this request was answered or replaced before")
    changes: dict[str, Any] = {"request": None, "paced_from": at}
    if state.policy.on_expiry == "reject":
        changes |= {"rejected": state.request.outcome, "rejection": Rejection(at=at)}
    return state.model_copy(update=changes), APPLIED


@handles(internal.EscalationAnswered)
def _answered(state: ProductState, event: internal.EscalationAnswered, at: datetime) -> Step:
    if refusal_of_answer(state, event, at):
        return state, APPLIED
    open_ones = {name: number for name, number in state.escalations.items() if name != event.subject}
    after = state.model_copy(update={"escalations": open_ones})
    if event.subject == DEBT_SUBJECT:
        if event.answer == "accept_delay" and event.until is not None:
            kept = Kept(until=event.until, by=event.actor, reason=event.reason)
            after = after.model_copy(update={"kept": kept, "better": None})
        return _counted_anew(after, at), APPLIED
    dependency = state.dependencies.get(event.subject)
    if dependency is None:
        return after, APPLIED
    if event.answer == "waive":
        decided = max([event.time, *dependency.times.values()])  # an authority's word is the last one so far
        times = {**dependency.times, **dict.fromkeys(("status", "reason", "ended_at"), decided)}
        waived = {"status": "waived", "reason": event.reason, "ended_at": at, "times": times}
        dependency = dependency.model_copy(update=waived)
    elif event.answer == "accept_delay":
        dependency = dependency.model_copy(update={"accepted_until": event.until})
    dependencies = put(state.dependencies, event.subject, dependency)
    return after.model_copy(update={"dependencies": forget_ended(dependencies)}), APPLIED


@handles(internal.EscalationUnanswered)
def _unanswered(state: ProductState, event: internal.EscalationUnanswered, at: datetime) -> Step:
    if state.escalations.get(event.subject) != event.escalation:
        return superseded(state, "this escalation was answered or stood down before")
    open_ones = {name: number for name, number in state.escalations.items() if name != event.subject}
    after = state.model_copy(update={"escalations": open_ones})
    return (_counted_anew(after, at) if event.subject == DEBT_SUBJECT else after), APPLIED


def _counted_anew(state: ProductState, at: datetime) -> ProductState:
    """Start the debt's count again once its escalation is over: else it would escalate again the next midnight."""
    if state.better is None:
        return state
    return state.model_copy(
        update={"better": state.better.model_copy(update={"since": at, "lost": 0.0, "counted": None})}
    )


@handles(internal.DelegationGranted)
def _granted(state: ProductState, event: internal.DelegationGranted, at: datetime) -> Step:
    return refused(state, "delegation is not available yet")


@handles(internal.DelegationRevoked)
def _revoked(state: ProductState, event: internal.DelegationRevoked, at: datetime) -> Step:
    return refused(state, "delegation is not available yet")
