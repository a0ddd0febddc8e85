"""The organisation around a product: who decides what, with which money and people, and what waits for whom. Pure."""

from collections.abc import Mapping
from datetime import datetime
from typing import Literal

from pydantic import AwareDatetime

from domain.authority import mandates_of
from domain.authority_told import Allowance, StandIn, allowances_of, stand_ins_told
from domain.budget_forecasts import forecast_budget, forecast_capacity
from domain.delegations import stand_ins
from domain.limits import used_by
from domain.periods import period_of
from domain.policy import ROLES
from domain.product import ProductState, Request
from domain.record import ViewRow
from domain.replies import least_role
from domain.things import Frozen
from domain.votes import quorum_of, vote_of
from events.internal import Role


class Waiting(Frozen):
    """Something that waits for somebody; what no page was told of yet is unknown (None)."""

    kind: Literal["decision", "escalation"]
    number: int
    subject: str = ""  # of an escalation: the dependency, or `plan-debt`
    role: Role  # for which it waits
    people: tuple[str, ...]
    since: AwareDatetime | None
    until: AwareDatetime | None  # a decision may be given until then; an escalation climbs on or ends
    approved: tuple[str, ...] = ()  # of a decision: who approved already
    needed: int = 1  # of a decision: distinct people who have to approve
    because: str = ""
    standing: str = ""  # of an escalation: that it is acknowledged, or paused


class Post(Frozen):
    """A role: who holds it, what it may decide, and what waits for it."""

    role: Role
    holders: tuple[str, ...]
    stand_ins: tuple[StandIn, ...] = ()  # those who act now
    allowances: tuple[Allowance, ...]
    waiting: tuple[Waiting, ...] = ()


class Purse(Frozen):
    """The money of the present period, minor units."""

    envelope: int
    carried: int  # unspent before, where the policy carries it over; negative: overspent
    spent: int
    committed: int  # what the plan in force still needs in this period
    free: int  # negative: too little


class Crew(Frozen):
    """A team and its person-days for the product in the present period."""

    team: str
    title: str
    function: str
    lead: str
    allotted: float
    committed: float  # what the plan in force needs of them
    free: float  # negative: too few


class Chart(Frozen):
    """The organisation around a product, at an instant."""

    period: str
    posts: tuple[Post, ...]  # board, owner, manager
    money: Purse
    teams: tuple[Crew, ...]
    plan: bool  # whether there is a plan in force


def chart_of(state: ProductState, at: datetime, rows: Mapping[str, ViewRow]) -> Chart:
    """Return the chart. ``rows``: of what is open, by ``approval/{number}`` and ``escalation/{subject}/{number}``."""
    waiting = waiting_for(state, at, rows)
    return Chart(
        period=period_of(at, state.time_zone),
        posts=tuple(_post(state, role, at, waiting) for role in reversed(ROLES)),
        money=_purse(state, at),
        teams=_crews(state, at),
        plan=state.plan is not None,
    )


def cases_of(state: ProductState) -> dict[str, tuple[str, str]]:
    """Return the rows that a chart needs: its name for each, and the row's kind and id."""
    product = state.product
    found = {} if state.request is None else _row("approval", product, str(state.request.number))
    for subject, number in sorted(state.escalations.items()):
        found |= _row("escalation", product, f"{subject}/{number}")
    return found


def _row(kind: str, product: str, rest: str) -> dict[str, tuple[str, str]]:
    return {f"{kind}/{rest}": (kind, f"{product}/{rest}")}


def waiting_for(state: ProductState, at: datetime, rows: Mapping[str, ViewRow]) -> tuple[Waiting, ...]:
    """Return what waits for somebody, the oldest first; what has no date yet last."""
    request = state.request
    found = [] if request is None else [_decision(state, request, at, rows.get(f"approval/{request.number}"))]
    for subject, number in sorted(state.escalations.items()):
        found.append(_escalation(state, subject, number, at, rows.get(f"escalation/{subject}/{number}")))
    return tuple(sorted(found, key=lambda one: (one.since is None, one.since or at, one.kind, one.number)))


def _decision(state: ProductState, request: Request, at: datetime, row: ViewRow | None) -> Waiting:
    return Waiting(
        kind="decision",
        number=request.number,
        role=request.role,
        people=tuple(
            person
            for person in _people(state, request.role, "decisions", at)
            if person != request.requester and vote_of(request, person) is None
        ),
        since=request.asked_at,
        until=None if row is None else row.due,
        approved=tuple(vote.actor for vote in request.votes),
        needed=quorum_of(state.policy.authority, request.role, request.outcome.change),
        because="" if row is None else str(row.data.get("because", "")),
    )


def _escalation(state: ProductState, subject: str, number: int, at: datetime, row: ViewRow | None) -> Waiting:
    least, handed = least_role(state, subject), subject in state.handed
    data = {} if row is None else row.data
    asked = next((one for one in ROLES if row is not None and one == row.role), least)
    role = least if handed else asked  # once it is handed to the board, whoever was asked below is asked no more
    told = () if handed else tuple(str(name) for name in data.get("to", ()))  # a rung may ask people by name
    since = data.get("started_at")
    return Waiting(
        kind="escalation",
        number=number,
        subject=subject,
        role=role,
        people=told or _people(state, role, "escalations", at),
        since=None if since is None else datetime.fromisoformat(since),
        until=None if row is None else row.due,
        because=str(data.get("because", "")),
        standing=str(data.get("standing", "")),
    )


def _people(
    state: ProductState, role: Role, scope: Literal["decisions", "escalations"], at: datetime
) -> tuple[str, ...]:
    return (*state.people.holders(role), *stand_ins(mandates_of(state), role, scope, at))


def _post(state: ProductState, role: Role, at: datetime, waiting: tuple[Waiting, ...]) -> Post:
    acting = stand_ins_told(mandates_of(state), role, at)
    return Post(
        role=role,
        holders=state.people.holders(role),
        stand_ins=tuple(one for one in acting if one.active),
        allowances=allowances_of(state.policy.authority.of(role), used_by(state, role, at)),
        waiting=tuple(one for one in waiting if one.role == role),
    )


def _purse(state: ProductState, at: datetime) -> Purse:
    now = forecast_budget(state, at).periods[0]
    return Purse(envelope=now.envelope, carried=now.carried, spent=now.spent, committed=now.planned, free=0 - now.over)


def _crews(state: ProductState, at: datetime) -> tuple[Crew, ...]:
    period, found = period_of(at, state.time_zone), []
    for one in forecast_capacity(state, at):
        if one.period != period:
            continue
        team, declared = state.teams[one.team], state.declared.teams.get(one.team)
        found.append(
            Crew(
                team=one.team,
                title="" if declared is None else declared.title,
                function=team.function,
                lead=team.lead,
                allotted=one.capacity,
                committed=one.needed,
                free=round(one.capacity - one.needed, 6),
            )
        )
    return tuple(found)
