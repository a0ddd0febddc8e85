"""All that leaves the system for a person. ``deploy.wiring`` injects the channel."""

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
        """Record one message, then send it to everybody it is for; the shared key makes every retry harmless.

        It is recorded first: what has to be seen is in the inbox even when no message can go out. Nobody goes without
        because somebody else cannot be reached.
        """
        unknown = []
        async with heartbeating():
            await self._ledger.append([tell.entry])
            for person in tell.to:
                try:
                    await self._channel.send(self._message(tell, person))
                except NoSuchRecipientError as exc:  # a human must correct the product first
                    unknown.append(str(exc))
        if unknown:
            raise ApplicationError("; ".join(unknown), type="NoSuchRecipientError", non_retryable=True)

    @staticmethod
    def _message(tell: Tell, person: str) -> Message:
        return Message(
            key=f"{tell.entry.product}/{tell.entry.key}/{person}",
            product=tell.entry.product,
            to=person,
            role=tell.role,
            subject=tell.subject,
            text=tell.text,
        )
