"""Who may decide what: limits per decision and cumulative per period, and whether an answer counts. Pure."""

from datetime import datetime, timedelta
from typing import Literal

from domain.definition import People
from domain.forecasts import impossible
from domain.periods import period_of
from domain.policy import ROLES, Limits
from domain.product import DEBT_SUBJECT, ProductState, Used
from domain.wording import count, listing, money, role_name
from events.internal import Change, DecisionGiven, EscalationAnswered, Role, Verdict

Reply = Literal["accept_delay", "waive", "handled"]
FURTHEST = timedelta(days=3653)  # ten years: what is kept or accepted for longer is no longer a decision about a plan


def used_by(state: ProductState, role: Role, at: datetime) -> Used:
    """Return what a role has decided in the period of an instant."""
    period = period_of(at, state.time_zone)
    used = state.used.get(role)
    return used if used is not None and used.period == period else Used(period=period)


def spend(state: ProductState, role: Role, change: Change, at: datetime) -> dict[str, Used]:
    """Return the used limits after a decision took effect."""
    used = used_by(state, role, at)
    after = Used(period=used.period, money=used.money + change.money_moved, items=used.items + len(change.displaced))
    return {**state.used, role: after}


def beyond(limits: Limits, used: Used, change: Change, currency: str) -> str:
    """Say which limit a change exceeds, with the figures; empty when none."""
    displaced = len(change.displaced)
    if limits.money_per_decision is not None and change.money_moved > limits.money_per_decision:
        moved, limit = money(change.money_moved, currency), money(limits.money_per_decision, currency)
        return f"it moves {moved}, and {limit} is the limit per decision"
    if limits.items_per_decision is not None and displaced > limits.items_per_decision:
        return f"it displaces {count(displaced, 'item')}, and {limits.items_per_decision} is the limit per decision"
    if limits.money_per_period is not None and used.money + change.money_moved > limits.money_per_period:
        moved, limit = money(used.money + change.money_moved, currency), money(limits.money_per_period, currency)
        return f"it brings the money moved in {used.period} to {moved}, and {limit} is the limit per period"
    if limits.items_per_period is not None and used.items + displaced > limits.items_per_period:
        total = count(used.items + displaced, "item")
        return f"it brings what was displaced in {used.period} to {total}, and {limits.items_per_period} is the limit"
    return ""


def beyond_role(state: ProductState, role: Role, change: Change, at: datetime) -> str:
    """Say which limit of a role a change exceeds at this instant; empty when none."""
    return beyond(state.policy.authority.of(role), used_by(state, role, at), change, state.currency)


def required_role(
    state: ProductState, change: Change, at: datetime, lowest: Role = "product_manager"
) -> tuple[Role | None, str]:
    """Return the lowest role, from ``lowest`` on, that may decide a change, and why not the one below it.

    None when nobody may.
    """
    why = ""
    for role in ROLES[ROLES.index(lowest) :]:
        exceeded = beyond_role(state, role, change, at)
        if not exceeded and change.slipped and role == "product_manager":
            exceeded = f"it lets {listing(change.slipped)} slip, which the product manager may not decide"
        if not exceeded:
            return role, why
        why = exceeded
    return None, why


def next_role(role: Role) -> Role | None:
    """Return the role above, or None above the board."""
    position = ROLES.index(role) + 1
    return ROLES[position] if position < len(ROLES) else None


def roles_of(people: People, actor: str) -> tuple[Role, ...]:
    """Return the roles that a person holds, from the least authority to the most."""
    return tuple(role for role in ROLES if actor in people.holders(role))


def speaks_for(people: People, actor: str, role: Role, at_least: Role) -> str:
    """Say why a person cannot answer in a role; empty when they can. A higher role may answer for a lower one."""
    if actor not in people.holders(role):
        return f"{actor} does not hold the role {role_name(role)}"
    if ROLES.index(role) < ROLES.index(at_least):
        return f"this needs the {role_name(at_least)}; {actor} answers as {role_name(role)}"
    return ""


def refusal_of_verdict(
    people: People, verdict: Verdict, actor: str, role: Role, at_least: Role, until: datetime | None, at: datetime
) -> str:
    """Say why an answer to a request does not count, whatever the product's state; empty when nothing speaks against.

    The approval's workflow asks it before it takes an answer, the product before it follows one: they must agree.
    """
    if wrong := speaks_for(people, actor, role, at_least):
        return wrong
    if verdict == "keep":
        if until is None:
            return "keep as is needs a date until which it holds"
        if until <= at:
            return "keep as is needs a date in the future"
        if until - at > FURTHEST:
            return "keep as is needs a date within ten years"
    return ""


def refusal_of_reply(
    people: People, subject: str, answer: Reply, actor: str, role: Role, until: datetime | None, at: datetime
) -> str:
    """Say why an answer to an escalation does not count, whatever the product's state; empty when nothing does.

    The escalation's workflow asks it before it takes an answer, the product before it follows one: they must agree.
    """
    if wrong := speaks_for(people, actor, role, "product_owner"):
        return wrong
    if answer == "accept_delay":
        if until is None:
            return "accepting a delay needs the date that is accepted"
        if until <= at:
            return "accepting a delay needs a date in the future"
        if until - at > FURTHEST:
            return "accepting a delay needs a date within ten years"
    if answer == "waive" and subject == DEBT_SUBJECT:
        return "a better plan cannot be waived: keep the plan as it is until a date, or decide the open request"
    return ""


def _cannot_be_kept(state: ProductState, at: datetime) -> str:
    """Say why the plan in force cannot be kept: what was possible when somebody was asked need not be so now."""
    request, plan = state.request, state.plan
    broken = () if plan is None else impossible(state, plan.starts, at)
    if broken or (request is not None and not request.outcome.in_force_feasible):
        why = f": {broken[0]}" if broken else ""
        return f"the plan in force is no longer possible, so it cannot be kept as it is{why}"
    return ""


def refusal_of_decision(state: ProductState, decision: DecisionGiven, at: datetime) -> str:
    """Say why a decision does not count; empty when it does. Whether the plan is still possible is checked apart."""
    request = state.request
    if request is None or request.number != decision.approval:
        return "changed since you looked: this request is no longer open"
    if decision.proposal != request.outcome.proposal:
        return "changed since you looked: the decision names another proposal than the one that is open"
    given = (decision.verdict, decision.actor, decision.role)
    if wrong := refusal_of_verdict(state.people, *given, request.role, decision.until, at):
        return wrong
    if decision.verdict == "keep" and (wrong := _cannot_be_kept(state, at)):
        return wrong
    if decision.verdict == "approve":
        exceeded = beyond_role(state, decision.role, request.outcome.change, at)
        if exceeded:
            return f"beyond the authority of the {role_name(decision.role)}: {exceeded}"
    return ""


def refusal_of_answer(state: ProductState, answer: EscalationAnswered, at: datetime) -> str:
    """Say why the answer to an escalation does not count; empty when it does."""
    if state.escalations.get(answer.subject) != answer.escalation:
        return "this escalation is no longer open"
    given = (answer.answer, answer.actor, answer.role)
    if wrong := refusal_of_reply(state.people, answer.subject, *given, answer.until, at):
        return wrong
    if answer.subject == DEBT_SUBJECT and answer.answer == "accept_delay":  # it keeps the plan, as a decision would
        asked = state.request
        if asked is not None and (wrong := speaks_for(state.people, answer.actor, answer.role, asked.role)):
            return f"decision {asked.number} is open: {wrong}"
        return _cannot_be_kept(state, at)
    return ""
