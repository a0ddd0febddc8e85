"""How items rose and fell from one adopted plan to the next: their ranks, for a bump chart. Pure.

A plan is no ranking. Its order of funding is taken for one: first what starts first; within a period, what was worth
most when that plan was made.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Literal, NamedTuple

from pydantic import AwareDatetime, Field

from domain.things import Frozen, Item
from events.internal import Role


class Adopted(NamedTuple):
    """A plan that was put in force, as the ledger has it."""

    event: Mapping[str, Any]  # of `plan.adopted`
    at: datetime  # by the product's clock
    values: Mapping[str, float] | None  # of the items when it was made; None: they are not on record
    because: tuple[str, ...]  # why priorities were looked at
    reason: str  # what the person said who decided; empty: nobody did, or nothing


class Adoption(Frozen):
    """When a plan was put in force, by whom, and why."""

    at: AwareDatetime
    run: int
    plan: str = Field(description="Hash of the plan, see `/documents/{digest}`")
    proposal: str = Field(description="Hash of the proposal")
    by: str = Field(description="`tandem`, or the person")
    role: Role = Field(description="On whose authority")
    approval: int | None = Field(description="The decision that put it in force; null: within the limits of the engine")
    because: tuple[str, ...] = Field(description="Why priorities were looked at; empty: not on record")
    reason: str = Field(description="What the person said who decided")
    entered: int
    displaced: int
    moved: int
    funded: int = Field(description="Items that the plan has")
    ordered_by: Literal["value", "id"] = Field(
        description="How items that start in the same period are ranked: by their value when the plan was made, or by "
        "id where that is not on record"
    )


class ItemMovement(Frozen):
    """One item through the plans. What is listed is in the order of the adoptions."""

    item: str
    title: str = Field(description="Empty: the product no longer remembers the item")
    status: Literal["planned", "started", "completed", "dropped"] | None = Field(description="Now; null: forgotten")
    ended_at: AwareDatetime | None = Field(description="When it was completed or dropped: plans after it have it not")
    ranks: tuple[int | None, ...] = Field(description="1 is funded first; null: that plan does not fund it")
    starts: tuple[str | None, ...] = Field(description="The period in which it starts in that plan")


class Movement(Frozen):
    """The ranks of items over the adopted plans, the oldest plan first."""

    adoptions: tuple[Adoption, ...]
    items: tuple[ItemMovement, ...] = Field(description="Those that once ranked best, the best first")
    left_out: int = Field(description="Items that any of these plans has beyond those listed")


def ranks_of(starts: Mapping[str, str], values: Mapping[str, float] | None) -> dict[str, int]:
    """Return the rank of every funded item: 1, 2, 3 …"""
    worth = values or {}
    ordered = sorted(starts, key=lambda name: (starts[name], -worth.get(name, 0.0), name))
    return {name: rank for rank, name in enumerate(ordered, start=1)}


def movement_of(plans: Sequence[Adopted], items: Mapping[str, Item], most: int) -> Movement:
    """Return the movement over these plans, given oldest first; ``most`` items are listed."""
    ranks = [ranks_of(plan.event["starts"], plan.values) for plan in plans]
    best: dict[str, tuple[int, int]] = {}  # item -> best rank, and the latest one (the best ones first)
    for row in ranks:
        for name, rank in row.items():
            best[name] = (min(rank, best[name][0]) if name in best else rank, rank)
    listed = sorted(best, key=lambda name: (*best[name], name))[:most]
    return Movement(
        adoptions=tuple(_adoption(plan) for plan in plans),
        items=tuple(_course(name, items.get(name), plans, ranks) for name in listed),
        left_out=len(best) - len(listed),
    )


def _adoption(plan: Adopted) -> Adoption:
    event = plan.event
    change = event.get("change") or {}
    return Adoption(
        at=plan.at,
        run=event["run"],
        plan=event["plan"],
        proposal=event["proposal"],
        by=event["by"],
        role=event["role"],
        approval=event.get("approval"),
        because=plan.because,
        reason=plan.reason,
        entered=len(change.get("entered", ())),
        displaced=len(change.get("displaced", ())),
        moved=len(change.get("moved", ())),
        funded=len(event["starts"]),
        ordered_by="id" if plan.values is None else "value",
    )


def _course(name: str, item: Item | None, plans: Sequence[Adopted], ranks: Sequence[Mapping[str, int]]) -> ItemMovement:
    return ItemMovement(
        item=name,
        title="" if item is None else item.title,
        status=None if item is None else item.status,
        ended_at=None if item is None else item.ended_at,
        ranks=tuple(row.get(name) for row in ranks),
        starts=tuple(plan.event["starts"].get(name) for plan in plans),
    )
