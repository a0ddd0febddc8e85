"""One entry of the ledger: what it records, why, what followed, and what proves it."""

from collections.abc import Iterable
from typing import Any, Literal

from pydantic import BaseModel, Field

from activities.ledger.chain import fault
from activities.ports import BEGINNING, BrokenChainError, LedgerQuery
from domain.documents_told import told
from domain.evidence import Fact, documents_of, facts_of
from domain.narrative import Line, line_of
from domain.record import Recorded, chain_hash
from web.callers import Caller
from web.customer_text import act_for, shown_text
from web.guard import require
from web.ledger_views import EntryView, Stream, numbered, view_of
from web.problems import problem
from web.services import Services

MOST_RELATED = 50  # entries that followed
CAUSE = "cause:"  # how an entry names further causes among the things that it is about
TextState = Literal["none", "readable", "withheld", "erased", "cannot be read at the moment"]


class DocumentView(BaseModel):
    """A document that an entry names."""

    name: str
    hash: str
    state: Literal["kept", "not kept", "not what was kept"]
    said: list[str] = Field(description="What it says, in a few sentences")


class ChainView(BaseModel):
    """Where an entry stands in the chain."""

    hash: str
    prev_hash: str
    recomputed: str = Field(description="The hash, computed anew from what is kept")
    holds: bool
    why: str = Field(description="Why it does not hold; empty when it does")


class EntryDetail(BaseModel):
    """An entry, and what stands behind it."""

    product: str
    time_zone: str
    simulated_clock: bool
    currency: str
    entry: EntryView
    causes: list[Line] = Field(description="The entries that it follows from")
    followed: list[Line] = Field(description="The entries that follow from it, 50 at the most")
    facts: list[Fact] = Field(description="What it records, field by field")
    text_state: TextState = Field(description="Whether a customer wrote something, and whether it may be read here")
    text: str = Field(description="What the customer wrote; empty unless it may be read")
    documents: list[DocumentView]
    chain: ChainView
    before: int | None = Field(description="Number of the entry before it")
    behind: int | None = Field(description="Number of the entry after it; null: it is the newest")


async def detail_of(svc: Services, who: Caller, stream: Stream, seq: int) -> EntryDetail:
    """Return an entry with all that belongs to it. Raises a problem when there is none of this number."""
    around = await svc.reader.entries(LedgerQuery(product=stream.name, after_seq=max(0, seq - 2), limit=3))
    by_seq = {one.seq: one for one in around}
    kept = by_seq.get(seq)
    if kept is None:
        raise problem("not-found", f"the ledger of {stream.name} has no entry {seq}")
    state, text = await shown_text(svc, who, kept)
    return EntryDetail.model_validate(
        {
            "product": stream.name,
            "time_zone": stream.time_zone,
            "simulated_clock": stream.simulated,
            "currency": str(kept.entry.data.get("currency") or "EUR"),
            "entry": view_of(kept),
            "causes": await _causes(svc, stream, kept),
            "followed": await _followed(svc, stream, kept),
            "facts": facts_of(kept.entry),
            "text_state": state,
            "text": text,
            "documents": [await _document(svc, one.name, one.hash) for one in documents_of(kept.entry)],
            "chain": _chain(kept, by_seq.get(seq - 1)),
            "before": seq - 1 if seq - 1 in by_seq else None,
            "behind": seq + 1 if seq + 1 in by_seq else None,
        }
    )


async def document_of(svc: Services, who: Caller, stream: Stream, seq: int, digest: str) -> Any:
    """Return a document that an entry names. Raises a problem when it names none of this hash, or for who may not."""
    kept = await numbered(svc, stream, seq)
    names = kept is not None and any(one.hash == digest for one in documents_of(kept.entry))
    content = await svc.reader.document(digest) if names else None
    if content is None:
        raise problem("not-found", f"entry {seq} of {stream.name} names no document {digest} that is kept")
    await require(svc, who, act_for(content), stream.name)
    return content


async def _causes(svc: Services, stream: Stream, kept: Recorded) -> list[Line]:
    named = [kept.entry.cause, *(one.removeprefix(CAUSE) for one in kept.entry.about if one.startswith(CAUSE))]
    keys = dict.fromkeys(key for key in named if key)
    found = [await svc.reader.entry(stream.name, key) for key in list(keys)[:MOST_RELATED]]
    return _lines(one for one in found if one is not None)


async def _followed(svc: Services, stream: Stream, kept: Recorded) -> list[Line]:
    key = kept.entry.key
    by_cause = LedgerQuery(product=stream.name, cause=key, limit=MOST_RELATED)
    by_name = LedgerQuery(product=stream.name, about=f"{CAUSE}{key}", limit=MOST_RELATED)
    return _lines([*await svc.reader.entries(by_cause), *await svc.reader.entries(by_name)])[:MOST_RELATED]


def _lines(found: Iterable[Recorded]) -> list[Line]:
    """Return entries in words, each once, the oldest first."""
    by_seq = {one.seq: one for one in found}
    return [line_of(one) for _, one in sorted(by_seq.items())]


async def _document(svc: Services, name: str, digest: str) -> DocumentView:
    try:
        content = await svc.reader.document(digest)
    except BrokenChainError:
        return DocumentView(name=name, hash=digest, state="not what was kept", said=[])
    if content is None:
        return DocumentView(name=name, hash=digest, state="not kept", said=[])
    return DocumentView(name=name, hash=digest, state="kept", said=list(told(content)))


def _chain(kept: Recorded, previous: Recorded | None) -> ChainView:
    before = BEGINNING if kept.seq == 1 else (kept.seq - 1, kept.prev_hash if previous is None else previous.hash)
    why = fault(kept, before)
    if previous is None and kept.seq > 1:
        why = why or f"entry {kept.seq - 1} is missing"
    return ChainView(
        hash=kept.hash,
        prev_hash=kept.prev_hash,
        recomputed=chain_hash(kept.prev_hash, kept.seq, kept.entry.content()),
        holds=not why,
        why=why,
    )
