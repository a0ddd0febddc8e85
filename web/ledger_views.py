"""How a stream of the ledger is shown: a product's, or what belongs to none."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any

from fastapi import Depends, Path, Query
from pydantic import BaseModel, Field

from activities.ports import BEGINNING, LedgerQuery
from domain.narrative import Line, kind_name, line_of
from domain.record import SYSTEM_STREAM, Recorded
from events.errors import FieldError
from events.fields import Instant
from web.problems import problem
from web.services import Services

MOST_SEQ = 2**53  # what every reader of JSON can hold; databases hold more
PART = 500  # entries that an export holds in memory


@dataclass(frozen=True)
class Stream:
    """One chain of entries."""

    name: str  # a product, or SYSTEM_STREAM
    time_zone: str
    simulated: bool


SYSTEM = Stream(SYSTEM_STREAM, "UTC", simulated=False)


async def stream_of(svc: Services, product: str) -> Stream:
    """Return the stream of a product. Raises a problem when there is none."""
    known = await svc.products.get(product)
    return Stream(known.id, known.time_zone, known.simulated)


class EntryView(BaseModel):
    """An entry of the ledger: as it is kept, and in plain words."""

    seq: int
    line: Line
    about: tuple[str, ...]
    event: tuple[str, str] | None = Field(description="Source and id of the event that it records")
    data: dict[str, Any]
    policy_hash: str | None
    prev_hash: str
    hash: str


class Page(BaseModel):
    """Entries in order, and where the next page begins."""

    product: str
    time_zone: str
    simulated_clock: bool
    items: list[EntryView]
    next: int | None = Field(default=None, description="The `after` of the next page; null at the end")


class Kind(BaseModel):
    """A kind of entry."""

    kind: str
    words: str = Field(description="The same, for people")


class Choices(BaseModel):
    """What the entries may be filtered by."""

    product: str
    simulated_clock: bool
    kinds: list[Kind] = Field(description="The kinds that there are, in order")
    actors: list[str] = Field(description="Who is behind entries, in order; 200 at the most")


class Verification(BaseModel):
    """Whether the chain of a stream's entries holds."""

    product: str
    ok: bool
    entries: int = Field(description="Entries that were found to hold, from the first one on")
    of: int = Field(description="Entries that there were")
    next: int | None = Field(description="The `after` of the next part, when only a part was asked for and it holds")
    head: str = Field(description="Hash of the last entry that holds")
    broken_at: int | None
    why: str
    simulated_clock: bool


@dataclass(frozen=True)
class Chosen:
    """Which entries."""

    kind: str | None
    about: str | None
    actor: str | None
    since: datetime | None
    until: datetime | None

    @property
    def everything(self) -> bool:
        """Tell whether nothing is left out."""
        return not (self.kind or self.about or self.actor or self.since or self.until)

    def query(self, stream: Stream, after: int, limit: int, *, newest: bool = False) -> LedgerQuery:
        """Return the question to the ledger."""
        return LedgerQuery(
            product=stream.name,
            after_seq=after,
            kind=self.kind,
            about=self.about,
            actor=self.actor,
            since=self.since,
            until=self.until,
            newest_first=newest,
            limit=limit,
        )


def _chosen(
    kind: Annotated[str | None, Query(description="Such as `budget.adjusted`")] = None,
    about: Annotated[str | None, Query(description="A thing, such as `item:sso` or `approval:7`")] = None,
    actor: Annotated[str | None, Query(description="A person, a source, or `tandem`")] = None,
    since: Instant | None = None,
    until: Annotated[Instant | None, Query(description="Before this instant")] = None,
) -> Chosen:
    return Chosen(kind, about, actor, since, until)


Filters = Annotated[Chosen, Depends(_chosen)]
Limit = Annotated[int, Query(ge=1, le=1_000)]
After = Annotated[int, Query(ge=0, le=MOST_SEQ, description="Where the last page ended; in the order of reading")]
Newest = Annotated[bool, Query(description="The newest entries first")]
VerifyAfter = Annotated[int, Query(ge=0, le=MOST_SEQ, description="Where the last part ended")]
Number = Annotated[int, Path(ge=1, le=MOST_SEQ, description="Its place in the ledger")]
Most = Annotated[int | None, Query(ge=1, le=MOST_SEQ, description="Only so many entries, or a few more; null: all")]


def view_of(kept: Recorded) -> EntryView:
    """Return an entry as it is shown."""
    entry = kept.entry
    return EntryView(
        seq=kept.seq,
        line=line_of(kept),
        about=entry.about,
        event=entry.event,
        data=entry.data,
        policy_hash=entry.policy_hash,
        prev_hash=kept.prev_hash,
        hash=kept.hash,
    )


async def page_of(svc: Services, stream: Stream, query: LedgerQuery) -> Page:
    """Return one page of a query."""
    found = await svc.reader.entries(query)
    return Page(
        product=stream.name,
        time_zone=stream.time_zone,
        simulated_clock=stream.simulated,
        items=[view_of(kept) for kept in found],
        next=found[-1].seq if len(found) == query.limit else None,
    )


async def choices_of(svc: Services, stream: Stream) -> Choices:
    """Return what a stream may be filtered by."""
    found = await svc.reader.choices(stream.name)
    return Choices(
        product=stream.name,
        simulated_clock=stream.simulated,
        kinds=[Kind(kind=kind, words=kind_name(kind)) for kind in found.kinds],
        actors=list(found.actors),
    )


async def verification_of(svc: Services, stream: Stream, after: int = 0, most: int | None = None) -> Verification:
    """Return whether the chain holds: all of it, or a part that begins behind the entry ``after``."""
    begin = BEGINNING
    if after:
        last = await numbered(svc, stream, after)
        if last is None:
            wrong = FieldError(("after",), f"there is no entry {after}")
            raise problem("invalid-request", f"after: {wrong.message}", [wrong])
        begin = (last.seq, last.hash)
    report = await svc.reader.verify(stream.name, begin, most)
    return Verification(ok=report.broken_at is None, simulated_clock=stream.simulated, **report.model_dump())


async def numbered(svc: Services, stream: Stream, seq: int) -> Recorded | None:
    """Return the entry of a number."""
    found = await svc.reader.entries(LedgerQuery(product=stream.name, after_seq=seq - 1, limit=1)) if seq > 0 else []
    return found[0] if found and found[0].seq == seq else None


async def matching(svc: Services, stream: Stream, chosen: Chosen) -> AsyncIterator[Recorded]:
    """Yield entries, oldest first, with a bounded number of them in memory."""
    if chosen.everything:
        async for kept in svc.reader.export(stream.name):
            yield kept
        return
    after = 0
    while page := await svc.reader.entries(chosen.query(stream, after, PART)):
        for kept in page:
            yield kept
        after = page[-1].seq
