"""Whether a person may speak, and whether an answer to a request for a decision counts. Pure."""

from datetime import datetime, timedelta

from domain.definition import People
from domain.delegations import Given, Mandates, Matter, chain_of
from domain.forecasts import impossible
from domain.limits import beyond_role
from domain.policy import ROLES
from domain.product import ProductState, Request, change_of
from domain.votes import standing, vote_of, voted
from domain.wording import role_name
from events.internal import DecisionGiven, Role, Verdict

FURTHEST = timedelta(days=3653)  # ten years: what is kept or accepted for longer is no longer a decision about a plan


def roles_of(people: People, actor: str) -> tuple[Role, ...]:
    """Return the roles that a person holds, from the least authority to the most."""
    return tuple(role for role in ROLES if actor in people.holders(role))


def speaks_for(mandates: Mandates, given: Given, at_least: Role, matter: Matter, at: datetime) -> str:
    """Say why a person cannot answer in a role; empty when they can. A higher role may answer for a lower one."""
    if not chain_of(mandates, given, matter, at):
        return _no_mandate(mandates, given, matter, at)
    if ROLES.index(given.role) < ROLES.index(at_least):
        return f"this needs the {role_name(at_least)}; {given.actor} answers as {role_name(given.role)}"
    return ""


def _no_mandate(mandates: Mandates, given: Given, matter: Matter, at: datetime) -> str:
    role = role_name(given.role)
    if given.acting_for not in (None, given.actor):
        why = f"{given.actor} does not stand in for {given.acting_for} as {role} now"
    else:
        why = f"{given.actor} does not hold the role {role}"
    if chain_of(mandates, given, matter.model_copy(update={"money": 0}), at):
        return f"{given.actor} may not decide this much in the stead of another {role}"
    return why


def refusal_of_verdict(
    mandates: Mandates,
    verdict: Verdict,
    given: Given,
    at_least: Role,
    until: datetime | None,
    at: datetime,
    *,
    money: int = 0,
    requester: str | None = None,
) -> str:
    """Say why an answer to a request does not count, whatever the product's state; empty when nothing speaks against.

    The approval's workflow asks it before it takes an answer, the product before it follows one: they must agree.
    ``money``: minor units that the answer moves.
    """
    matter = Matter(scope="decisions", money=money)
    if verdict == "withdraw" and given.actor == requester:
        return ""
    if wrong := speaks_for(mandates, given, at_least, matter, at):
        return wrong
    if verdict == "approve" and requester is not None and requester in chain_of(mandates, given, matter, at):
        return f"{requester} asked for this, and nobody approves what they asked for, nor lets it be approved for them"
    if verdict == "keep":
        return refusal_of_date("keep as is needs", until, at, missing="until which it holds")
    return ""


def refusal_of_date(what: str, until: datetime | None, at: datetime, missing: str) -> str:
    """Say why a date until which something is decided cannot be taken; empty when it can."""
    if until is None:
        return f"{what} a date {missing}"
    if until <= at:
        return f"{what} a date in the future"
    if until - at > FURTHEST:
        return f"{what} a date within ten years"
    return ""


def cannot_be_kept(state: ProductState, at: datetime) -> str:
    """Say why the plan in force cannot be kept: what was possible when somebody was asked need not be so now."""
    request, plan = state.request, state.plan
    broken = () if plan is None else impossible(state, plan.starts, at)
    if broken or (request is not None and not request.outcome.in_force_feasible):
        why = f": {broken[0]}" if broken else ""
        return f"the plan in force is no longer possible, so it cannot be kept as it is{why}"
    return ""


def mandates_of(state: ProductState) -> Mandates:
    """Return who may speak for whom in a product."""
    return Mandates(people=state.people, delegations=state.delegations)


def refusal_of_decision(state: ProductState, decision: DecisionGiven, at: datetime) -> str:
    """Say why a decision does not count; empty when it does. Whether the plan is still possible is checked apart."""
    request = state.request
    if request is None or request.number != decision.approval:
        return "changed since you looked: this request is no longer open"
    change = change_of(request.outcome, decision.proposal)
    if change is None:
        return "changed since you looked: the decision names another proposal than the one that is open"
    given = Given(actor=decision.actor, role=decision.role, acting_for=decision.acting_for)
    approving = decision.verdict == "approve"
    if wrong := refusal_of_verdict(
        mandates_of(state),
        decision.verdict,
        given,
        request.role,
        decision.until,
        at,
        money=change.money_moved if approving else 0,
        requester=request.requester,
    ):
        return wrong
    if decision.verdict == "keep":
        return cannot_be_kept(state, at)
    if decision.verdict == "withdraw":
        return _nothing_to_withdraw(request, decision.actor)
    if decision.verdict == "changes":
        return _wishes_refused(state, decision)
    if approving:
        if exceeded := beyond_role(state, decision.role, change, at):
            return f"beyond the authority of the {role_name(decision.role)}: {exceeded}"
        matter = Matter(scope="decisions", money=change.money_moved)
        return voted(standing(state, request, at), chain_of(mandates_of(state), given, matter, at))
    return ""


def _nothing_to_withdraw(request: Request, actor: str) -> str:
    if actor == request.requester or vote_of(request, actor) is not None:
        return ""
    return f"{actor} neither asked for this nor approved it: there is nothing to withdraw"


def _wishes_refused(state: ProductState, decision: DecisionGiven) -> str:
    for name in decision.wishes:
        item = state.items.get(name)
        if item is None or not item.open:
            return f"there is no open item {name!r} that a plan could have or leave out"
        if item.status == "started" and decision.wishes[name] == "out":
            return f"{name} has begun; it takes an event of the team to stop it"
    return ""
