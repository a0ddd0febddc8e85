"""One message to one recipient: over which ways, in which order, and the record of what became of it."""

import asyncio
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, Literal, NamedTuple, Protocol
from urllib.parse import quote

import structlog

from activities.messages.flood import DELIVERED, Deliveries, Places, about_person
from activities.ports import Channel, ChannelUnavailableError, LedgerConflictError, Message, NoSuchRecipientError
from domain.clock import ProductClock
from domain.directory import Recipient
from domain.policy import Flood
from domain.record import Entry, Recorded

LOG = "log"  # the channel that every installation has; for who has no other way
SEND_S = 10.0  # for one message over one way
AT_ONCE = 8  # messages over one way
LIVES = ("approval:", "escalation:")  # whose messages are found by them; items and dependencies have enough to tell
PATIENCE = 5  # attempts at one way that does not work at the moment: with the workflows' back-off half a minute

log = structlog.get_logger()


class Book(Deliveries, Protocol):
    """What of the ledger a delivery needs."""

    async def append(self, entries: Sequence[Entry]) -> list[Recorded]: ...

    async def entry(self, product: str, key: str) -> Recorded | None: ...


class Outgoing(NamedTuple):
    """A message to one recipient, and the circumstances of this attempt."""

    entry: Entry  # what it tells of
    recipient: Recipient
    message: Message
    attempt: int  # 1, 2, 3 …
    last: bool  # there is no other attempt after this one
    flood: Flood | None  # None: it goes out, however many there were
    now: Callable[[], datetime]
    clock: ProductClock | None

    @property
    def key(self) -> str:
        """Return the ledger key of the delivery, percent-encoded: no name chooses the key of another entry."""
        return message_key(self.entry, self.recipient)

    @property
    def who(self) -> tuple[str, str]:
        """Return whose window it counts in."""
        return self.entry.product, self.recipient.name


class Fate(NamedTuple):
    """What became of a message in this attempt."""

    state: Literal["delivered", "gathered", "failed", "again"]
    why: str = ""
    until: datetime | None = None  # gathered: when there is a place again
    channel: str = ""
    failures: int = 0  # ways that had failed before


class Delivering:
    """Delivers messages. What fails is recorded once per way; what cannot help is not tried again."""

    def __init__(self, channels: Mapping[str, Channel], ledger: Book) -> None:
        self._channels, self._ledger = channels, ledger
        self._places = Places(ledger)
        self._slots: defaultdict[str, asyncio.Semaphore] = defaultdict(lambda: asyncio.Semaphore(AT_ONCE))

    async def deliver(self, out: Outgoing) -> Fate:
        """Deliver once, whatever was done of it before."""
        product = out.entry.product
        if await self._ledger.entry(product, out.key) is not None:
            return Fate("delivered")
        given_up = await self._ledger.entry(product, f"{out.key}/undelivered")
        if given_up is not None:
            return Fate("failed", str(given_up.entry.data.get("why", "")))
        if out.flood is None or out.recipient.is_channel:
            return await self._recorded(out, await self._over_ways(out))
        until = await self._places.take(out.who, out.flood, out.now(), out.clock)
        if until is not None:
            return Fate("gathered", until=until)
        fate = Fate("again", "it was interrupted")
        try:
            fate = await self._over_ways(out)
        finally:
            async with self._places.give_back(out.who):
                await self._recorded(out, fate)
        return fate

    async def record(self, out: Outgoing, kind: str, after: str, data: Mapping[str, Any]) -> None:
        """Append an entry about this message, unless its key is there already."""
        key, now, recipient = f"{out.key}{after}", out.now(), out.recipient
        if await self._ledger.entry(out.entry.product, key) is not None:
            return
        who = f"channel:{recipient.name}" if recipient.is_channel else about_person(recipient.name)
        entry = Entry(
            product=out.entry.product,
            key=key,
            at=now,
            clock_at=out.clock.at(now) if out.clock is not None else now,
            kind=kind,
            cause=out.entry.key,
            workflow=out.entry.workflow,
            about=(who, *(one for one in out.entry.about if one.startswith(LIVES))),
            data={
                "to": recipient.name,
                "is_channel": recipient.is_channel,
                "subject": out.message.subject,
                "kind": out.message.kind,
                **data,
            },
            policy_hash=out.entry.policy_hash,
        )
        try:
            await self._ledger.append([entry])
        except LedgerConflictError:  # an attempt that was taken for dead got there first
            log.info("message_recorded_before", product=entry.product, key=key)

    async def _recorded(self, out: Outgoing, fate: Fate) -> Fate:
        if fate.state == "delivered":
            await self.record(out, DELIVERED, "", {"channel": fate.channel, "failures": fate.failures})
        elif fate.state == "failed":
            await self.record(out, "message.undelivered", "/undelivered", {"why": fate.why})
        return fate

    async def _over_ways(self, out: Outgoing) -> Fate:
        """Try one way after the other.

        What cannot help leads to the next way at once. What may pass leads to another attempt, and only after some of
        them to the next way: a short outage sends nothing to the wrong place, and a long one silences nobody.
        """
        told, may_pass = list[str](), False  # why each way before failed
        for way in ways_of(out.recipient):
            key = f"/failed/{quote(way, safe='')}"
            before = await self._ledger.entry(out.entry.product, f"{out.key}{key}") if out.attempt > 1 else None
            failed = _Failed.of(before) if before is not None else None
            if failed is None or not failed.permanent:
                failed = await self._send(way, out)
                if failed is None:
                    return Fate("delivered", channel=way, failures=len(told))
                log.warning("message_failed", product=out.entry.product, key=out.key, channel=way, because=failed.why)
                data = {"channel": way, "attempt": out.attempt, "permanent": failed.permanent, "why": failed.why}
                await self.record(out, "message.failed", key, data)
            told.append(f"{way}: {failed.why}")
            if not failed.permanent:
                may_pass = True
                if out.attempt <= PATIENCE and not out.last:
                    break
        why = f"{out.recipient.name} ({'; '.join(told)})"
        return Fate("again" if may_pass and not out.last else "failed", why)

    async def _send(self, way: str, out: Outgoing) -> "_Failed | None":
        """Send over one way; return why that failed."""
        channel = self._channels.get(way)
        if channel is None:
            return _Failed("this installation has no channel of that name", permanent=True)
        try:
            async with self._slots[way], asyncio.timeout(SEND_S):
                await channel.send(out.message)
        except NoSuchRecipientError as exc:
            return _Failed(str(exc), permanent=True)
        except ChannelUnavailableError as exc:
            return _Failed(str(exc), permanent=False)
        except TimeoutError:
            return _Failed(f"there was no answer in {SEND_S:.0f} seconds", permanent=False)
        except Exception as exc:  # a broken adapter must not keep the message from the other ways
            log.exception("channel_broke", channel=way)
            return _Failed(f"something broke: {type(exc).__name__}", permanent=False)
        return None


class _Failed(NamedTuple):
    """Why a way failed, and whether trying it again could help."""

    why: str
    permanent: bool

    @classmethod
    def of(cls, kept: Recorded) -> "_Failed":
        return cls(str(kept.entry.data.get("why", "")), bool(kept.entry.data.get("permanent")))


def ways_of(recipient: Recipient) -> tuple[str, ...]:
    """Return the channels by which somebody is reached, in order."""
    if recipient.is_channel:
        return (recipient.name,)
    return recipient.contact.reach or (LOG,)


def message_key(entry: Entry, recipient: Recipient) -> str:
    """Return the ledger key under which it is known that a recipient was told of an entry."""
    place = "channel" if recipient.is_channel else "message"
    return f"{entry.key}/{place}/{quote(recipient.name, safe='')}"
