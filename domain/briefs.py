"""What a person needs to decide: what changes for whom, why, at what cost, what silence leads to, what else. Pure."""

from datetime import datetime

from pydantic import AwareDatetime

from domain.debt import debt_at
from domain.limits import next_role
from domain.product import Outcome, ProductState, starts_of
from domain.things import Frozen
from domain.votes import quorum_of
from domain.wording import days, listing, money, points, when
from events.internal import Role

EVERYBODY = "everybody"


class ForWhom(Frozen):
    """What a decision changes for one team, or for everybody."""

    who: str
    what: str


class Offer(Frozen):
    """Another good plan, which may be approved on its own hash."""

    purpose: str
    text: str
    value: str
    hash: str


class Brief(Frozen):
    """What travels with a request for a decision, in words."""

    because: str
    gain: str
    cost: str
    changes: tuple[ForWhom, ...] = ()
    if_nothing: str
    needed: str = ""  # how many have to approve, when it is more than one
    alternatives: tuple[Offer, ...] = ()
    deadline: AwareDatetime


def brief_of(
    state: ProductState, outcome: Outcome, role: Role, because: str, deadline: datetime, at: datetime
) -> Brief:
    """Return what the people who are asked need to know."""
    change, currency = outcome.change, state.currency
    gain = points(outcome.value - outcome.value_in_force)
    quorum = quorum_of(state.policy.authority, role, change)
    return Brief(
        because=because,
        gain=gain if outcome.in_force_feasible else "the plan in force is no longer possible",
        cost=f"{money(change.money_moved, currency)} moved, {days(change.scope_days)} of work leave the plan",
        changes=_for_whom(state, outcome),
        if_nothing=_if_nothing(state, role, deadline, at),
        needed=f"{quorum} people have to approve" if quorum > 1 else "",
        alternatives=tuple(
            Offer(purpose=one.purpose, text=one.text, value=points(one.value), hash=one.proposal)
            for one in outcome.variants
        ),
        deadline=deadline,
    )


def _for_whom(state: ProductState, outcome: Outcome) -> tuple[ForWhom, ...]:
    """Return what changes for each team, in order of teams, and what everybody should know."""
    before, after = starts_of(state), outcome.starts
    found: dict[str, list[str]] = {}
    for name in (*outcome.change.entered, *outcome.change.displaced, *outcome.change.moved):
        item = state.items.get(name)
        if item is None:
            continue
        for team in sorted(item.efforts) or [EVERYBODY]:
            effort = f", {days(item.efforts[team])}" if team in item.efforts else ""
            found.setdefault(team, []).append(f"{name} {_moves(before.get(name), after.get(name))}{effort}")
    if outcome.change.slipped:
        found.setdefault(EVERYBODY, []).append(f"{listing(outcome.change.slipped)} would be missed")
    return tuple(ForWhom(who=_who(state, team), what="; ".join(said)) for team, said in sorted(found.items()))


def _moves(before: str | None, after: str | None) -> str:
    if before is None:
        return f"starts in {after}"
    return f"leaves the plan (was {before})" if after is None else f"starts in {after} instead of {before}"


def _who(state: ProductState, team: str) -> str:
    known = state.teams.get(team)
    return team if known is None else f"{team} ({known.lead})"


def _if_nothing(state: ProductState, role: Role, deadline: datetime, at: datetime) -> str:
    """Say what follows when nobody answers, and when."""
    until, above = when(deadline, state.time_zone), next_role(role)
    follows = {
        "escalate": "it ends, and the operator hears of it" if above is None else "it goes to the next higher role",
        "reject": "it counts as rejected, and the plan in force stays",
        "lapse": "it lapses, and the plan in force stays",
    }[state.policy.on_expiry]
    said = f"on {until} {follows}; it is never approved by silence"
    lost = debt_at(state, at).points_per_day
    return f"{said}; until then about {points(lost)} are lost a business day" if lost > 0 else said
