"""All that leaves the system for a person: told once each, over their ways, in their words. ``deploy`` wires it."""

import asyncio
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from time import monotonic
from typing import Annotated, Any

from pydantic import AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError
from temporalio import activity
from temporalio.exceptions import ApplicationError

from activities.links import Links, LinkTo
from activities.liveness import heartbeating
from activities.messages.delivery import Book, Delivering, Fate, Outgoing, message_key
from activities.messages.gathered import Gathered
from activities.messages.rendering import render
from activities.ports import Channel, Message
from domain.clock import ProductClock
from domain.directory import Recipient
from domain.policy import Flood
from domain.record import Entry

MOST_ATTEMPTS = 10  # when the workflow names no limit
DIGEST = "digest"  # the kind of message that gathers others; it is not held back itself


def _recipient(value: Any) -> Any:
    """Take the bare name of a person for a recipient: what was under way before contacts were known."""
    return {"name": value} if isinstance(value, str) else value


class Tell(BaseModel):
    """One message to several recipients, and the entry that records that it is told."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    entry: Entry
    kind: str = "news"  # the name of its template
    role: str
    to: tuple[Annotated[Recipient, BeforeValidator(_recipient)], ...]
    subject: str
    text: str
    facts: dict[str, Any] = Field(default_factory=dict)  # as `activities.messages.facts.Facts` has them
    link: LinkTo | None = None
    flood: Flood = Flood()
    clock: ProductClock | None = None  # of the product, for the records of the delivery
    gathered: tuple[Gathered, ...] = ()  # of a digest: the messages that it lists
    more: int = 0  # of a digest: messages beyond those


class Waiting(BaseModel):
    """Somebody whose message waits for a digest."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    name: str
    until: AwareDatetime  # real time


class Told(BaseModel):
    """What became of a message; whoever is in none of these was told."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    gathered: tuple[Waiting, ...] = ()
    failed: tuple[str, ...] = ()  # whom no way reached
    why: str = ""


class Notifications:
    """Messages to people."""

    def __init__(
        self, channels: Mapping[str, Channel], ledger: Book, links: Callable[[], Links | None] = lambda: None
    ) -> None:
        """``channels``: by their names, `log` among them. ``links``: what signs links; None while there is no key."""
        self._ledger, self._links = ledger, links
        self._delivering = Delivering(channels, ledger)

    @activity.defn(name="tell")
    async def tell(self, tell: Tell) -> Told:
        """Record one message, then send it to everybody it is for; what was sent before is not sent again.

        It is recorded first: what has to be seen is in the inbox even when no message can go out. Nobody goes without
        because somebody else cannot be reached. Fails, to be tried again, while a way may work again.
        """
        async with heartbeating():
            await self._ledger.append([tell.entry])
            outgoing = [self._outgoing(tell, one) for one in {message_key(tell.entry, r): r for r in tell.to}.values()]
            fates = await _all(outgoing, self._delivering)
            again = [fate.why for fate in fates if fate.state == "again"]
            if again:
                raise ApplicationError("; ".join(again), type="ChannelUnavailableError")
            for out, fate in zip(outgoing, fates, strict=True):
                if fate.state == "gathered":
                    await self._delivering.record(out, "message.gathered", "/gathered", _held_back(tell.flood))
        return Told(
            gathered=tuple(
                Waiting(name=out.recipient.name, until=fate.until)
                for out, fate in zip(outgoing, fates, strict=True)
                if fate.until is not None
            ),
            failed=tuple(
                out.recipient.name for out, fate in zip(outgoing, fates, strict=True) if fate.state == "failed"
            ),
            why="; ".join(fate.why for fate in fates if fate.state == "failed"),
        )

    def _outgoing(self, tell: Tell, recipient: Recipient) -> Outgoing:
        info, begun = activity.info(), monotonic()

        def now() -> datetime:
            """Return the present instant by the server's clock: the one that workflows go by."""
            return info.started_time + timedelta(seconds=monotonic() - begun)

        policy = info.retry_policy
        most = (policy.maximum_attempts if policy is not None else 0) or MOST_ATTEMPTS
        return Outgoing(
            entry=tell.entry,
            recipient=recipient,
            message=self._message(tell, recipient),
            attempt=info.attempt,
            last=info.attempt >= most,
            flood=None if tell.kind == DIGEST else tell.flood,
            now=now,
            clock=tell.clock,
        )

    def _message(self, tell: Tell, recipient: Recipient) -> Message:
        """Return the message as one recipient gets it. A malformed fact fails for good: it would not get better."""
        links, simulated = self._links(), tell.clock is not None and tell.clock.simulated
        url = links.url(tell.link, _addressee(recipient)) if links is not None and tell.link is not None else ""
        facts = tell.facts
        if tell.kind == DIGEST:
            facts = {"messages": [_line(one, recipient, links) for one in tell.gathered], "more": tell.more}
        told = recipient if recipient.role else recipient.model_copy(update={"role": tell.role})
        try:
            parts = render(
                tell.kind, tell.entry.product, told, tell.subject, tell.text, facts, tell.link, url, simulated=simulated
            )
        except ValidationError as exc:
            places = ", ".join(".".join(map(str, error["loc"])) for error in exc.errors(include_input=False))
            raise ApplicationError(
                f"the facts of a message are malformed: {places}", type="MalformedFactsError", non_retryable=True
            ) from None
        return Message(
            key=f"{tell.entry.product}/{message_key(tell.entry, recipient)}",
            product=tell.entry.product,
            to=recipient.name,
            role=told.role,
            subject=parts.subject,
            text=parts.text,
            kind=tell.kind,
            html=parts.html,
            address=recipient.contact.mail,
            at=tell.entry.at,
            data={
                "facts": facts,
                "link": url,
                "thing": tell.link.thing if tell.link is not None else "",
                "hash": tell.link.hash if tell.link is not None else "",
                "simulated_clock": simulated,
            },
        )


async def _all(outgoing: list[Outgoing], delivering: Delivering) -> list[Fate]:
    """Deliver to all of them side by side; what broke for one is raised when everybody else has been served."""
    done = await asyncio.gather(*(delivering.deliver(out) for out in outgoing), return_exceptions=True)
    fates = [fate for fate in done if not isinstance(fate, BaseException)]
    for broken in done:
        if isinstance(broken, BaseException):
            raise broken
    return fates


def _addressee(recipient: Recipient) -> str:
    """Return whom a link is for; empty: whoever reads the channel and may see the product."""
    return "" if recipient.is_channel else recipient.name


def _line(one: Gathered, recipient: Recipient, links: Links | None) -> dict[str, Any]:
    url = links.url(one.link, _addressee(recipient)) if links is not None and one.link is not None else ""
    return {"subject": one.subject, "at": one.at.isoformat(), "url": url}


def _held_back(flood: Flood) -> dict[str, Any]:
    return {"most": flood.most, "within_minutes": flood.within_minutes}
