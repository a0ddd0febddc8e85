"""How a dead letter is shown."""

import base64
from typing import Any

from pydantic import AwareDatetime, BaseModel, Field

from activities.ports_letters import StillUnreadableError
from domain.letters import Kept, Link, State, Try, draft, refusal_of
from events.codec import EXTERNAL_TYPES, encode
from events.letters import Reason, Way
from web.products import Products
from web.redrive import Redrive


class Body(BaseModel):
    """The bytes of a letter."""

    text: str | None = Field(default=None, description="When they are UTF-8")
    base64: str | None = Field(default=None, description="When they are not")
    erased: bool = False
    withheld: str = Field(default="", description="Why nothing of it is shown; empty when it is")
    event: dict[str, Any] | None = Field(default=None, description="A CloudEvent to edit: its own, or what was read")


class DeadLetter(BaseModel):
    """Something that could not be taken, and what became of it."""

    id: str
    way: Way
    state: State
    reason: Reason
    detail: str
    product: str | None = Field(description="As it was read, without being checked; as are source, event id and type")
    source: str | None
    event_id: str | None
    type: str | None
    content_type: str | None
    headers: dict[str, str]
    size: int = Field(description="Bytes of the whole body")
    digest: str = Field(description="SHA-256 of the whole body")
    truncated: bool = Field(description="Only the beginning of the body is kept")
    at: AwareDatetime
    changed_at: AwareDatetime
    attempts: int
    tries: list[Try] = Field(description="Who redrove it, why, and what came of it")
    pending: list[Link] = Field(description="Handed over, and not seen in the ledger yet")
    events: list[Link] = Field(description="The events in the ledger that closed it")
    copy_of: str | None
    copies: list[str] = Field(description="Its edited copies")
    came_of: str | None = Field(description="The letter that was redriven, and stands for this one")
    stuck: str = Field(description="Why it cannot be redriven as it is; empty when it can")
    simulated_clock: bool
    body: Body | None = Field(default=None, description="Only when asked for")


def may_hold_text(kept: Kept) -> bool:
    """Tell whether a customer's words may be in a letter: unless it was read as an event that has none, it may."""
    known = kept.letter.type in EXTERNAL_TYPES
    return not known or kept.letter.type == "feedback.received"


async def view_of(products: Products, kept: Kept) -> DeadLetter:
    """Return a letter as the API shows it, without its body."""
    letter, result = kept.letter, kept.result
    own = {name: getattr(letter, name) for name in DeadLetter.model_fields if hasattr(letter, name) and name != "body"}
    return DeadLetter(
        **own,
        state=kept.state,
        truncated=kept.truncated,
        changed_at=kept.changed_at,
        attempts=kept.attempts,
        tries=[*result.tries, *(one for one in (result.asked, result.discarded) if one is not None)],
        pending=list(result.pending),
        events=list(result.events),
        copy_of=kept.copy_of,
        copies=list(result.copies),
        came_of=result.of,
        stuck=refusal_of(kept),
        simulated_clock=bool(letter.product) and await products.simulated(letter.product or ""),
    )


async def body_of(desk: Redrive, kept: Kept) -> Body:
    """Return the bytes of a letter, opened."""
    if kept.letter.way == "product":
        try:
            event, erased = await desk.refused.read(kept.letter)
        except StillUnreadableError:
            return Body()
        return Body(event=encode(event), erased=erased)
    content = await desk.letters.body(kept.letter.id)
    if content is None:
        return Body(erased=True)
    written = draft(kept, content)
    try:
        return Body(text=content.decode(), event=written)
    except UnicodeDecodeError:
        return Body(base64=base64.b64encode(content).decode(), event=written)
