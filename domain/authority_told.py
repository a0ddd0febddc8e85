"""Who may decide what in a product, what is left of it in the present period, and who would decide a change. Pure."""

from datetime import datetime
from typing import Literal

from pydantic import AwareDatetime, Field

from domain.authority import mandates_of
from domain.deciders import decider_of
from domain.delegations import Delegation, Given, Mandates, Matter, chain_of
from domain.limits import used_by
from domain.periods import period_of
from domain.policy import ROLES, Limits
from domain.product import ProductState, Used
from domain.things import Frozen
from domain.wording import count, days, money
from events.internal import Change, Role, Scope

Kind = Literal["money", "items", "milestones", "scope_days"]
Amount = int | float
KINDS: tuple[Kind, ...] = ("money", "items", "milestones", "scope_days")


class StandIn(Frozen):
    """That somebody may act in another one's role."""

    person: str  # in whose stead
    delegate: str
    start: AwareDatetime
    end: AwareDatetime
    scope: Scope
    most_money: int | None = None  # minor units of one decision; None: as much as the role may
    active: bool  # at the instant that was asked about
    reason: str = ""


class Allowance(Frozen):
    """How much of one kind a role may decide; None is no limit. Money in minor units, scope in person-days."""

    kind: Kind
    per_decision: Amount | None
    per_period: Amount | None
    used: Amount  # in the present period
    left: Amount | None  # in the present period
    now: Amount | None  # that one decision may take at this moment


class RoleTold(Frozen):
    """What one role may decide."""

    role: Role
    holders: tuple[str, ...]
    stand_ins: tuple[StandIn, ...] = ()
    allowances: tuple[Allowance, ...]
    quorum: int  # distinct people who have to approve what the role is asked about


class Ceiling(Frozen):
    """From where on nobody may decide; None: there is somebody for any amount."""

    kind: Kind
    most: Amount | None


class Above(Frozen):
    """A role that may not decide a change, and why not."""

    role: Role
    because: str


class Decided(Frozen):
    """Who would decide a change now."""

    money: int = 0
    items: int = 0
    milestones: int = 0
    scope_days: float = 0.0
    role: Role | None  # None: nobody may
    below: tuple[Above, ...] = ()  # why not one of the roles below
    approvals: int  # distinct people who have to approve; 0: the engine acts by itself and tells
    able: tuple[str, ...] = ()  # who may approve


class AuthorityTold(Frozen):
    """Who may decide what, by the policy and the roles of an instant."""

    period: str
    roles: tuple[RoleTold, ...]  # from the least authority to the most
    four_eyes_money: int | None  # minor units: from here on two people approve what is asked
    sign_in_again_money: int | None = None  # minor units: from here on who approves signs in again first
    above_everybody: tuple[Ceiling, ...]
    change: Decided | None = None  # when it was asked about one


class Asked(Frozen):
    """A change that somebody wants to know the decider of."""

    money: int = Field(default=0, ge=0)  # minor units moved
    items: int = Field(default=0, ge=0, le=10_000)  # displaced
    milestones: int = Field(default=0, ge=0, le=10_000)  # committed ones that would be missed
    scope_days: float = Field(default=0, ge=0, allow_inf_nan=False)  # person-days of the work that is dropped

    def change(self) -> Change:
        """Return it as the figures that authority is measured by; it names nothing that exists."""
        return Change(
            money_moved=self.money,
            displaced=_named("item", self.items),
            slipped=_named("milestone", self.milestones),
            scope_days=self.scope_days,
        )


def authority_told(state: ProductState, at: datetime, asked: Asked | None = None) -> AuthorityTold:
    """Return who may decide what at an instant, and who would decide the change that is asked about."""
    roles = tuple(_role(state, role, at) for role in ROLES)
    return AuthorityTold(
        period=period_of(at, state.time_zone),
        roles=roles,
        four_eyes_money=state.policy.authority.four_eyes_money,
        sign_in_again_money=state.policy.authority.sign_in_again_money,
        above_everybody=tuple(Ceiling(kind=kind, most=_highest(roles, kind)) for kind in KINDS),
        change=None if asked is None else _decided(state, asked, at),
    )


def _role(state: ProductState, role: Role, at: datetime) -> RoleTold:
    limits = state.policy.authority.of(role)
    return RoleTold(
        role=role,
        holders=state.people.holders(role),
        stand_ins=stand_ins_told(mandates_of(state), role, at),
        allowances=allowances_of(limits, used_by(state, role, at)),
        quorum=limits.quorum,
    )


def stand_ins_told(mandates: Mandates, role: Role, at: datetime) -> tuple[StandIn, ...]:
    """Return who stands in for the holders of a role, or will; what hangs on a delegation that is over does not."""
    found = []
    for one in sorted(mandates.delegations, key=lambda one: (one.start, one.number)):
        instant = max(at, one.start)
        if one.role == role and instant < one.end and _reaches(mandates, one, instant):
            fields = one.model_dump(exclude={"number", "role"})
            found.append(StandIn(**fields, active=one.active(at)))
    return tuple(found)


def _reaches(mandates: Mandates, one: Delegation, at: datetime) -> bool:
    """Tell whether who delegates has the role to give at an instant, themselves or through others."""
    if one.person in mandates.people.holders(one.role):
        return True
    scopes: tuple[Scope, ...] = ("decisions", "escalations") if one.scope == "all" else (one.scope,)
    given = Given(actor=one.person, role=one.role)
    return any(chain_of(mandates, given, Matter(scope=scope), at) for scope in scopes)


def allowances_of(limits: Limits, used: Used) -> tuple[Allowance, ...]:
    """Return what a role may decide of each kind, and what is left of it."""
    return (
        _allowance("money", limits.money_per_decision, limits.money_per_period, used.money),
        _allowance("items", limits.items_per_decision, limits.items_per_period, used.items),
        _allowance("milestones", limits.milestones_per_decision, limits.milestones_per_period, used.milestones),
        _allowance("scope_days", limits.scope_days_per_decision, limits.scope_days_per_period, used.scope_days),
    )


def _allowance(kind: Kind, decision: Amount | None, period: Amount | None, used: Amount) -> Allowance:
    left = None if period is None else max(0, round(period - used, 6))
    known = [one for one in (decision, left) if one is not None]
    now = min(known) if known else None
    return Allowance(kind=kind, per_decision=decision, per_period=period, used=used, left=left, now=now)


def _highest(roles: tuple[RoleTold, ...], kind: Kind) -> Amount | None:
    """Return the most that anybody may decide of a kind now; None: any amount."""
    found = [one.now for role in roles for one in role.allowances if one.kind == kind]
    known = [one for one in found if one is not None]
    return max(known) if len(known) == len(found) else None


def _decided(state: ProductState, asked: Asked, at: datetime) -> Decided:
    found = decider_of(state, asked.change(), at)
    return Decided(
        **asked.model_dump(),
        role=found.role,
        below=tuple(Above(role=one.role, because=one.because) for one in found.below),
        approvals=found.approvals,
        able=found.able,
    )


def _named(noun: str, number: int) -> tuple[str, ...]:
    """Return names that a sentence about so many things can do with."""
    return (f"one {noun}",) if number == 1 else tuple(f"{noun} {position}" for position in range(1, number + 1))


def amount_said(kind: Kind, amount: Amount, currency: str) -> str:
    """Return an amount of a kind as people write it."""
    if kind == "money":
        return money(int(amount), currency)
    if kind == "scope_days":
        return days(amount)
    return count(int(amount), kind.removesuffix("s"))


def ceiling_said(ceilings: tuple[Ceiling, ...], currency: str) -> str:
    """Say what lies above everybody."""
    verbs = {"money": "moves", "items": "displaces", "milestones": "lets slip", "scope_days": "drops"}
    said = [
        f"{verbs[one.kind]} more than {amount_said(one.kind, one.most, currency)}"
        for one in ceilings
        if one.most is not None
    ]
    if not said:
        return "nothing: whatever is proposed, somebody may decide it"
    return f"what {', or '.join(said)}: nobody may decide it now, and it becomes an incident"
