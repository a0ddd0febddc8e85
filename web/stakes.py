"""What is at stake in what waits for a person, from what the ledger holds: the engine is not asked."""

from typing import Any, NamedTuple

from pydantic import AwareDatetime, BaseModel, Field

from domain.headlines import decision_headline, escalation_headline, with_titles
from domain.inbox import Waiting
from events.internal import Change
from web.services import Services


class Needed(BaseModel):
    """What waits for a dependency, and for whom."""

    item: str
    title: str
    value: float | None = Field(description="Value points of the item")
    team: str = Field(description="Who delivers")
    status: str = Field(description="Of the dependency: `declared`, `at_risk`, `blocked`, `delivered` or `waived`")
    reason: str = Field(description="Why it is needed, as it was declared")
    needed_by: AwareDatetime | None
    promised_for: AwareDatetime | None


class Stake(NamedTuple):
    """What a list says of something that waits."""

    headline: str
    because: str  # with titles in the place of ids
    points: float | None
    money_moved: int | None


async def at_stake(svc: Services, one: Waiting) -> Stake:
    """Return what is at stake in a decision or an escalation."""
    if one.kind == "escalation":
        needed = await needed_by(svc, one.product, one.subject)
        if needed is None:
            return Stake(escalation_headline(one.subject, None), one.why, None, None)
        return Stake(escalation_headline(one.subject, needed.title), one.why, needed.value, None)
    document: Any = await svc.reader.document(one.hash)
    if document is None:
        return Stake(one.what.capitalize(), one.why, None, None)
    change = Change.model_validate(document.get("change", {}))
    gain = document["value"] - document["value_in_force"] if document.get("in_force_feasible") else None
    items = document.get("items", ())
    because = with_titles(one.why, {item["item"]: item.get("title", "") for item in items})
    return Stake(decision_headline(change, items), because, gain, change.money_moved)


async def needed_by(svc: Services, product: str, dependency: str) -> Needed | None:
    """Return what waits for a dependency; None when the roadmap does not hold it."""
    row = await svc.reader.row("roadmap", product)
    data = {} if row is None else row.data
    found = next((one for one in data.get("dependencies", ()) if one["id"] == dependency), None)
    if found is None:
        return None
    item: dict[str, Any] = next((one for one in data.get("items", ()) if one["id"] == found["needs"]), {})
    return Needed(
        item=found["needs"],
        title=item.get("title") or found["needs"],
        value=item.get("value"),
        team=found["provider"],
        status=found.get("status", "declared"),
        reason=found.get("reason", ""),
        needed_by=found.get("needed_by"),
        promised_for=found.get("promised_for"),
    )
