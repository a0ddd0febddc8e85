"""Who waits for whom between marketing, IT and the others: what is blocked, by whom, how long, at what cost. Pure."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Literal, NamedTuple

from pydantic import AwareDatetime, Field

from domain.inherited import inherited, unblocked_by
from domain.product import ProductState, promise_of
from domain.scoring import Pulls
from domain.sides import Home, Side, homes_of, item_side, main_team
from domain.things import Dependency, Frozen, Item
from domain.wording import lasting

State = Literal["declared", "at_risk", "blocked", "delivered", "waived"]
DIGITS = 6
BLOCKED, CLEARED = "dependency.blocked", ("dependency.unblocked", "dependency.delivered")


class Turn(NamedTuple):
    """That a dependency was blocked, or cleared, as the ledger has it."""

    dependency: str
    kind: str  # type of the event
    at: datetime  # when it happened, by its source
    source: str


class Node(Frozen):
    """An item that waits for another team, or for an item that does."""

    item: str
    title: str
    status: Literal["planned", "started", "completed", "dropped"]
    team: str | None = Field(description="From which it takes most; null: from none")
    side: Side
    start: str | None = Field(description="Period in the plan in force, or since which it runs; null: not funded")
    value: float | None = Field(description="Value points of its own; null: it is no longer open")
    after: tuple[str, ...] = Field(description="Items of this graph that it needs")


class Edge(Frozen):
    """A dependency: from the team that delivers to the item that waits."""

    dependency: str
    state: State
    provider: str
    provider_side: Side
    provider_lead: str
    needs: str = Field(description="The item that waits")
    needs_side: Side
    reason: str
    declared_at: AwareDatetime | None
    needed_by: AwareDatetime
    promised_for: AwareDatetime | None
    too_late: bool | None = Field(description="Promised for later than needed by; null: nothing is promised")
    overdue: bool = Field(description="It is open, and was needed before now")
    blocked_since: AwareDatetime | None = Field(description="Null: it is not blocked")
    blocked_seconds: float | None
    blocked_for: str = Field(description="In words; empty: it is not blocked")
    reported_by: str = Field(description="The source that reported the block; empty: not on record")
    ended_at: AwareDatetime | None = Field(description="When it was delivered or waived")
    escalation: int | None = Field(description="Number of the open escalation")
    holds_up: tuple[str, ...] = Field(description="Open items that wait for the waiting item, directly or not")
    value: float | None = Field(description="Value points that wait: of the item and of all it holds up; null: none")


class DependencyGraph(Frozen):
    """The dependencies of a product and the items behind them."""

    teams: tuple[Home, ...] = Field(description="Marketing's first, then IT's, then the others")
    items: tuple[Node, ...]
    dependencies: tuple[Edge, ...] = Field(description="Blocked ones first, the longest blocked first of all")
    blocked: int
    value: float = Field(description="Value points that wait for blocked dependencies; each item counts once")


def graph_of(state: ProductState, at: datetime, turns: Iterable[Turn] = (), *, ended: bool = False) -> DependencyGraph:
    """Return the graph. ``turns``: oldest first; ``ended``: with what was delivered or waived."""
    shown = [one for _, one in sorted(state.dependencies.items()) if one.open or ended]
    pulls, unblocks, blocks = Pulls(state, at), unblocked_by(state.items), _blocks(turns)
    values = {name: pulls.value_of(item) for name, item in state.items.items() if item.open}
    teams = homes_of(state)
    homes = {home.team: home for home in teams}
    edges = [_edge(state, one, at, blocks.get(one.id), unblocks.get(one.needs, ()), values, homes) for one in shown]
    waiting = {name for one in edges for name in (one.needs, *one.holds_up) if name in state.items}
    held = {name for one in edges if one.state == "blocked" for name in (one.needs, *one.holds_up) if name in values}
    return DependencyGraph(
        teams=teams,
        items=tuple(_node(state, state.items[name], values, waiting) for name in sorted(waiting)),
        dependencies=tuple(sorted(edges, key=_urgency)),
        blocked=sum(one.state == "blocked" for one in edges),
        value=round(sum(values[name] for name in sorted(held)), DIGITS),
    )


def _blocks(turns: Iterable[Turn]) -> dict[str, Turn]:
    """Return what began the present block of each dependency: being blocked once more is the same block."""
    found: dict[str, Turn] = {}
    for turn in turns:
        if turn.kind == BLOCKED:
            found.setdefault(turn.dependency, turn)
        elif turn.kind in CLEARED:
            found.pop(turn.dependency, None)
    return found


def _edge(
    state: ProductState,
    one: Dependency,
    at: datetime,
    block: Turn | None,
    holds_up: tuple[str, ...],
    values: Mapping[str, float],
    homes: Mapping[str, Home],
) -> Edge:
    provider, item, promised = homes.get(one.provider), state.items.get(one.needs), promise_of(state, one)
    blocked = one.status == "blocked"
    since = min(block.at if block else one.times.get("status", at), at) if blocked else None
    waits = one.open and one.needs in values
    return Edge(
        dependency=one.id,
        state=one.status,
        provider=one.provider,
        provider_side="other" if provider is None else provider.side,
        provider_lead="" if provider is None else provider.lead,
        needs=one.needs,
        needs_side="other" if item is None else item_side(state, item),
        reason=one.reason,
        declared_at=one.declared_at,
        needed_by=one.needed_by,
        promised_for=promised,
        too_late=None if promised is None else promised > one.needed_by,
        overdue=one.open and one.needed_by < at,
        blocked_since=since,
        blocked_seconds=None if since is None else (at - since).total_seconds(),
        blocked_for="" if since is None else lasting(at - since),
        reported_by=block.source if blocked and block else "",
        ended_at=one.ended_at,
        escalation=state.escalations.get(one.id),
        holds_up=holds_up if one.open else (),
        value=round(values[one.needs] + inherited(values, holds_up), DIGITS) if waits else None,
    )


def _node(state: ProductState, item: Item, values: Mapping[str, float], waiting: set[str]) -> Node:
    planned = None if state.plan is None else state.plan.starts.get(item.id)
    return Node(
        item=item.id,
        title=item.title,
        status=item.status,
        team=main_team(item),
        side=item_side(state, item),
        start=item.started_in if item.status == "started" else planned,
        value=values.get(item.id),
        after=tuple(sorted(name for name in item.after if name in waiting)),
    )


def _urgency(one: Edge) -> tuple[bool, bool, float, datetime, str]:
    ended = one.state in ("delivered", "waived")
    return ended, one.state != "blocked", -(one.blocked_seconds or 0.0), one.needed_by, one.dependency
