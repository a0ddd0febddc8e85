"""The ledger in dictionaries. ``tests/contract/test_ledger.py`` holds it to the same contract as the database."""

import json
from collections.abc import AsyncIterator, Iterator, Sequence
from datetime import datetime
from typing import Any

from activities.ledger.allotments import refuse_overcommitted
from activities.ledger.chain import Head, fault, link
from activities.ledger.choices import MOST
from activities.ledger.reading import clamp
from activities.ports import BEGINNING, ChainReport, LedgerChoices, LedgerQuery, Link
from activities.ports_workflows import FoundWorkflow, WorkflowPage, WorkflowQuery
from domain.record import Entry, Recorded, Spelled, ViewRow, canonical, content_hash
from tests.fakes import workflow_rows


class FakeLedger:
    """Both ports of the ledger, in memory; public dictionaries, so that a test may look or tamper."""

    def __init__(self) -> None:
        self.by_product: dict[str, list[Recorded]] = {}
        self.views: dict[tuple[str, str], ViewRow] = {}
        self.written: dict[tuple[str, str], datetime] = {}  # when each view was last written
        self.documents: dict[str, bytes] = {}
        self.allotments: dict[tuple[str, str], tuple[float, float]] = {}  # (team, product) -> share, size of the team

    async def append(self, entries: Sequence[Entry]) -> list[Recorded]:
        known = {(kept.entry.product, kept.entry.key): kept for kept in self._all()}
        events = {(e.product, *e.event): e.key for kept in known.values() if (e := kept.entry).event}
        linked = link(entries, {product: self._head(product) for product in self.by_product}, known, events)
        for kept in linked.fresh:
            self.by_product.setdefault(kept.entry.product, []).append(kept)
        for kept in linked.fresh:
            self.written |= {(row.kind, row.id): kept.entry.at for row in _rows_of(entries, kept)}
        for name, (row, _) in linked.rows.items():
            self.views[name] = row.model_copy(update={"data": row.model_dump(mode="json")["data"]})
        return linked.answers

    async def append_spelled(self, entries: Sequence[Spelled]) -> list[int]:
        return [kept.seq for kept in await self.append([one.entry() for one in entries])]

    async def applied_events(self, product: str, ids: Sequence[tuple[str, str]]) -> set[tuple[str, str]]:
        return set(ids) & {kept.entry.event for kept in self.by_product.get(product, []) if kept.entry.event}

    async def put_document(self, content: Any) -> str:
        digest = content_hash(content)
        self.documents.setdefault(digest, canonical(content))
        return digest

    async def document(self, digest: str) -> Any | None:
        stored = self.documents.get(digest)
        return None if stored is None else json.loads(stored)

    async def reserve_allotments(
        self, product: str, allotments: dict[str, tuple[float, float]]
    ) -> dict[str, tuple[float, float]]:
        others = {key: value for key, value in self.allotments.items() if key[1] != product}
        refuse_overcommitted(product, allotments, [(*key, *value) for key, value in others.items()])
        earlier = {team: share for (team, other), share in self.allotments.items() if other == product}
        self.allotments = others | {(team, product): share for team, share in allotments.items()}
        return earlier

    async def entries(self, query: LedgerQuery) -> list[Recorded]:
        found = [kept for kept in self._all() if _matches(kept, query)]
        if query.product is None:
            found.sort(key=lambda kept: (kept.entry.at, kept.entry.product, kept.seq))
        if query.newest_first:
            found.reverse()
        return found[: clamp(query.limit)]

    async def entry(self, product: str, key: str) -> Recorded | None:
        return next((kept for kept in self.by_product.get(product, []) if kept.entry.key == key), None)

    async def event(self, source: str, event_id: str) -> list[Recorded]:
        return [kept for kept in self._all() if kept.entry.event == (source, event_id)]

    async def rows(
        self,
        kind: str,
        product: str | None = None,
        state: str | None = None,
        limit: int = 500,
        after: str | None = None,
    ) -> list[ViewRow]:
        found = [
            row
            for _, row in sorted(self.views.items())
            if row.kind == kind
            and product in (None, row.product)
            and state in (None, row.state)
            and (after is None or row.id > after)
        ]
        return found[: clamp(limit)]

    async def workflows(self, query: WorkflowQuery) -> WorkflowPage:
        changed = {row_id: at for (kind, row_id), at in self.written.items() if kind == "workflow"}
        return workflow_rows.search(self.views.values(), self._all(), changed, query)

    async def workflow(self, workflow: str) -> FoundWorkflow | None:
        page = await self.workflows(WorkflowQuery(text=workflow, limit=1_000))
        return next((one for one in page.found if one.row.id == workflow), None)

    async def row(self, kind: str, row_id: str) -> ViewRow | None:
        return self.views.get((kind, row_id))

    async def choices(self, product: str) -> LedgerChoices:
        entries = [kept.entry for kept in self.by_product.get(product, [])]
        kinds, actors = sorted({one.kind for one in entries}), sorted({one.actor for one in entries})
        return LedgerChoices(kinds=tuple(kinds[:MOST]), actors=tuple(actors[:MOST]))

    async def verify(self, product: str, after: Link = BEGINNING, most: int | None = None) -> ChainReport:
        stream = self.by_product.get(product, [])
        last, of = after, len(stream)
        for kept in stream[after[0] :]:
            if most is not None and last[0] >= after[0] + most:
                return ChainReport(product=product, entries=last[0], head=last[1], of=of, next=last[0])
            if why := fault(kept, last):
                return ChainReport(
                    product=product, entries=last[0], head=last[1], broken_at=last[0] + 1, why=why, of=of
                )
            last = (kept.seq, kept.hash)
        return ChainReport(product=product, entries=last[0], head=last[1], of=of)

    async def streams(self) -> list[str]:
        return sorted(self.by_product)

    async def export(self, product: str) -> AsyncIterator[Recorded]:
        for kept in list(self.by_product.get(product, [])):
            yield kept

    def _all(self) -> Iterator[Recorded]:
        for _, stream in sorted(self.by_product.items()):
            yield from stream

    def _head(self, product: str) -> Head:
        last = self.by_product[product][-1]
        return last.seq, last.hash


def _rows_of(entries: Sequence[Entry], kept: Recorded) -> Iterator[ViewRow]:
    for one in entries:
        if (one.product, one.key) == (kept.entry.product, kept.entry.key):
            yield from one.rows


def _matches(kept: Recorded, query: LedgerQuery) -> bool:
    entry = kept.entry
    behind = kept.seq < query.after_seq or not query.after_seq if query.newest_first else kept.seq > query.after_seq
    return (
        behind
        and query.product in (None, entry.product)
        and query.kind in (None, entry.kind)
        and (query.about is None or query.about in entry.about)
        and query.workflow in (None, entry.workflow)
        and query.cause in (None, entry.cause)
        and query.actor in (None, entry.actor)
        and (query.since is None or entry.at >= query.since)
        and (query.until is None or entry.at < query.until)
    )
