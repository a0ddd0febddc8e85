"""Who may act in whose stead: delegations, the chains that they make, and what speaks against a new one. Pure."""

from datetime import datetime, timedelta

from pydantic import AwareDatetime

from domain.definition import People
from domain.policy import ROLES
from domain.things import Frozen
from domain.wording import money, role_name
from events.internal import Role, Scope

MOST_DELEGATIONS = 200  # that have not ended, of one product
LONGEST = timedelta(days=366)  # whoever is away for longer gives the role to somebody else
LONGEST_CHAIN = 5  # people, the holder and the one who acts included


class Delegation(Frozen):
    """One person's leave to act in another one's role; the holder keeps it too."""

    number: int
    person: str  # who holds the role, or stands in for somebody who does
    delegate: str
    role: Role
    start: AwareDatetime
    end: AwareDatetime  # from here on it is over
    scope: Scope = "all"
    most_money: int | None = None  # minor units of one decision
    reason: str = ""
    event: str = ""  # id of the event that granted it

    def active(self, at: datetime) -> bool:
        """Tell whether it holds at an instant."""
        return self.start <= at < self.end


class Mandates(Frozen):
    """Who holds which role, and who stands in for whom."""

    people: People
    delegations: tuple[Delegation, ...] = ()


class Given(Frozen):
    """Who speaks, in which role, and in whose stead."""

    actor: str
    role: Role
    acting_for: str | None = None


class Matter(Frozen):
    """What is spoken about, as far as a delegation may be limited to it."""

    scope: Scope
    money: int = 0  # minor units


def chain_of(mandates: Mandates, given: Given, matter: Matter, at: datetime) -> tuple[str, ...]:
    """Return the people through whom somebody speaks, the holder of the role first; empty when they may not.

    Who holds the role speaks for themselves, unless they name somebody else. The shortest chain counts.
    """
    holders = mandates.people.holders(given.role)
    if given.acting_for in (None, given.actor) and given.actor in holders:
        return (given.actor,)
    paths: list[tuple[str, ...]] = [(given.actor,)]
    while paths:
        longer: list[tuple[str, ...]] = []
        for path in paths:
            for one in _leading_to(mandates, path[0], given.role, matter, at):
                if one.person in path:
                    continue
                found = (one.person, *path)
                if one.person in holders and given.acting_for in (None, one.person):
                    return found
                if len(found) < LONGEST_CHAIN:
                    longer.append(found)
        paths = longer[:MOST_DELEGATIONS]
    return ()


def _leading_to(mandates: Mandates, delegate: str, role: Role, matter: Matter, at: datetime) -> tuple[Delegation, ...]:
    """Return the delegations that let somebody act in this matter now."""
    return tuple(
        one
        for one in mandates.delegations
        if one.delegate == delegate
        and one.role == role
        and one.active(at)
        and one.scope in ("all", matter.scope)
        and (one.most_money is None or matter.money <= one.most_money)
    )


def stand_ins(mandates: Mandates, role: Role, scope: Scope, at: datetime) -> tuple[str, ...]:
    """Return who stands in for the holders of a role at an instant, whatever the amount; they are told as well."""
    matter = Matter(scope=scope)
    found = dict.fromkeys(one.delegate for one in mandates.delegations if one.role == role and one.active(at))
    held = mandates.people.holders(role)
    return tuple(
        name for name in found if name not in held and chain_of(mandates, Given(actor=name, role=role), matter, at)
    )


def roles_open_to(mandates: Mandates, actor: str, at: datetime, *scopes: Scope) -> tuple[Role, ...]:
    """Return the roles that a person holds or stands in for, from the least authority to the most.

    ``scopes``: in which matters; none given: in any.
    """
    matters = [Matter(scope=scope) for scope in scopes or ("decisions", "escalations")]
    return tuple(
        role
        for role in ROLES
        if any(chain_of(mandates, Given(actor=actor, role=role), matter, at) for matter in matters)
    )


def refusal_of_delegation(mandates: Mandates, wanted: Delegation, at: datetime, currency: str) -> str:
    """Say why a delegation cannot be granted; empty when it can."""
    person, delegate, role = wanted.person, wanted.delegate, role_name(wanted.role)
    if person == delegate:
        return "nobody can stand in for themselves"
    if wanted.end <= wanted.start:
        return "a delegation has to end after it starts"
    if wanted.start < at - LONGEST:
        return "a delegation cannot have begun more than a year ago"
    if wanted.end <= at:
        return "a delegation has to end in the future"
    if wanted.end - max(wanted.start, at) > LONGEST:
        return f"a delegation lasts {LONGEST.days} days at the most; give the role to {delegate} in the product file"
    holds, bases = person in mandates.people.holders(wanted.role), _hangs_on(mandates, wanted, at)
    if not holds and not bases:
        return f"{person} does not hold the role {role} then, and cannot pass it on"
    if circle := _circle(mandates, wanted, at):
        return f"{' → '.join(circle)} would be a circle: nobody in it would have to answer"
    limits = [one.most_money for one in bases if one.most_money is not None]
    if not holds and len(limits) == len(bases) and (wanted.most_money is None or wanted.most_money > max(limits)):
        return f"{person} may decide up to {money(max(limits), currency)} here, and cannot pass on more"
    return ""


def _hangs_on(mandates: Mandates, wanted: Delegation, at: datetime) -> tuple[Delegation, ...]:
    """Return the delegations that one may hang on, for its whole time: a chain never outlasts what it hangs on."""
    return tuple(
        one
        for one in mandates.delegations
        if one.delegate == wanted.person
        and one.role == wanted.role
        and one.scope in ("all", wanted.scope)
        and one.start <= max(wanted.start, at)
        and one.end >= wanted.end
    )


def _circle(mandates: Mandates, wanted: Delegation, at: datetime) -> tuple[str, ...]:
    """Return the people along a circle that a delegation would close; empty when there is none."""
    paths: list[tuple[str, ...]] = [(wanted.person, wanted.delegate)]
    left, seen = not_ended(mandates.delegations, at), {wanted.delegate}
    while paths:
        path = paths.pop()
        for one in left:
            if one.person != path[-1] or one.role != wanted.role or not _overlap(one, wanted):
                continue
            if one.delegate == wanted.person:
                return (*path, one.delegate)
            if one.delegate not in seen:
                seen.add(one.delegate)
                paths.append((*path, one.delegate))
    return ()


def _overlap(one: Delegation, other: Delegation) -> bool:
    return one.start < other.end and other.start < one.end


def not_ended(delegations: tuple[Delegation, ...], at: datetime) -> tuple[Delegation, ...]:
    """Return the delegations that still hold, or will."""
    return tuple(one for one in delegations if one.end > at)
