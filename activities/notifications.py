"""All that leaves the system for a person. ``deploy.wiring`` injects the channel."""

from typing import Any

import structlog
from pydantic import BaseModel, ConfigDict
from temporalio import activity
from temporalio.exceptions import ApplicationError

from activities.liveness import heartbeating
from activities.ports import Channel, Ledger, Message, NoSuchRecipientError
from domain.record import Entry

log = structlog.get_logger()


class Tell(BaseModel):
    """One message to several people, and the entry that records that it went out."""

    model_config = ConfigDict(frozen=True)

    entry: Entry
    role: str
    to: tuple[str, ...]
    subject: str
    text: str


class Notifications:
    """Messages to people."""

    def __init__(self, channel: Channel, ledger: Ledger) -> None:
        self._channel, self._ledger = channel, ledger

    @activity.defn(name="tell")
    async def tell(self, tell: Tell) -> None:
        """Send one message to everybody it is for, then record it; the shared key makes every retry harmless."""
        entry = tell.entry
        sent: dict[str, Any] = {}
        async with heartbeating():
            for person in tell.to:
                message = Message(
                    key=f"{entry.product}/{entry.key}/{person}",
                    product=entry.product,
                    to=person,
                    role=tell.role,
                    subject=tell.subject,
                    text=tell.text,
                )
                try:
                    await self._channel.send(message)
                except NoSuchRecipientError as exc:  # a human must correct the product first
                    raise ApplicationError(str(exc), type="NoSuchRecipientError", non_retryable=True) from exc
                sent[person] = self._channel.name
            await self._ledger.append([entry.model_copy(update={"data": {**entry.data, "sent": sent}})])
