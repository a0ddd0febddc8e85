"""What somebody hears who redrives a letter."""

from collections.abc import Sequence
from typing import Literal

from pydantic import BaseModel, Field

from domain.letters import Kept, Link, State

Came = Literal[
    "closed",  # its events are in the ledger, now or before
    "refused",  # by its product, again
    "pending",  # handed over, and not in the ledger yet
    "later",  # not possible now
    "unreadable",  # no event comes of it today, either
    "not-open",  # nothing can or may be done with it
    "unknown",  # there is no such letter
    "discarded",
    "would-send",  # in a dry run
    "would-refuse",  # in a dry run: nobody would take it
]


class Redriven(BaseModel):
    """What became of one letter that was to be sent again."""

    id: str
    status: Came
    state: State | None = None
    said: str = Field(description="What came of it, in words")
    events: list[Link] = Field(default_factory=list, description="The events that it became, or would become")
    copy_id: str | None = Field(default=None, description="The edited copy that was sent")
    retry_after: float | None = Field(default=None, description="Seconds after which to try again")


def answer(
    kept: Kept,
    status: Came,
    said: str,
    events: Sequence[Link] = (),
    retry_after: float | None = None,
) -> Redriven:
    """Return what became of a letter as it stands; without events of its own, those that closed it."""
    return Redriven(
        id=kept.letter.id,
        status=status,
        state=kept.state,
        said=said,
        events=list(events or kept.result.events),
        retry_after=retry_after,
    )
