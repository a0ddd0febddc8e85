"""Looks for stuck work, everywhere at once and not for long; what could not be looked at is a finding, too."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from activities.counting import shown
from activities.ports import LedgerQuery
from activities.ports_letters import LetterQuery
from activities.ports_workflows import FoundWorkflow, WorkflowQuery
from domain.narrative_operating import thing
from domain.record import SYSTEM_STREAM
from domain.stuck import (
    Asked,
    Finding,
    Waiting,
    in_order,
    not_looked_at,
    queue_findings,
    waiting_findings,
)
from domain.stuck_around import (
    Reader,
    incident_findings,
    letter_finding,
    reader_findings,
    silent_finding,
    unwritable_finding,
)
from web.api.intake import process_of
from web.product_time import clocks_at
from web.products import Product, all_rows
from web.services import Services
from web.workflow_views import subject_of
from workflows.engine_views import Running

PART_S = 3.0  # for one part
MOST_WORKFLOWS = 50  # the engine is asked about; those that are due soonest
MOST_INCIDENTS = 50
AT_ONCE = 8
MOST_ENDED = 200  # of one kind and product, to know what is usual
JUST_NOW = timedelta(seconds=60)  # what was recorded since may not have begun yet
ENDED = ("terminated", "failed", "canceled", "timed_out")
ENDINGS = {  # entries that say how long something waited
    "approval": ("approval.concluded", "approval.lapsed"),
    "escalation": ("escalation.concluded", "escalation.unanswered"),
}


@dataclass
class Look:
    """One look at everything, or at some products."""

    svc: Services
    products: Mapping[str, Product]
    places: tuple[str | None, ...]  # whose dead letters and incidents are looked at; None: everybody's
    now: datetime
    findings: list[Finding] = field(default_factory=list)
    looked_at: int = 0  # workflows that the engine was asked about

    async def run(self) -> list[Finding]:
        """Return what is stuck, the gravest first."""
        temporal, ledger = await asyncio.gather(self._holds(self.svc.engine.healthy()), self._holds(self._readable()))
        if not temporal:
            self.findings.append(silent_finding("temporal-silent"))
        if not ledger:
            self.findings.append(silent_finding("ledger-silent"))
        parts: list[tuple[str, Callable[[], Awaitable[None]]]] = [
            ("who takes events in", lambda: self._readers(temporal))
        ]
        if ledger:
            parts += [("dead letters", self._letters), ("incidents", self._incidents)]
            parts.append(("open workflows", lambda: self._workflows(temporal)))
        await asyncio.gather(*(self._part(what, part) for what, part in parts))
        return in_order(self.findings)

    async def _part(self, what: str, part: Callable[[], Awaitable[None]]) -> None:
        try:
            async with asyncio.timeout(PART_S):
                await part()
        except TimeoutError:
            self.findings.append(not_looked_at(what, f"there was no answer within {PART_S:g} seconds"))
        except Exception as failed:  # of one part; the others are told all the same
            self.findings.append(not_looked_at(what, str(failed) or type(failed).__name__))

    async def _holds(self, asked: Awaitable[bool]) -> bool:
        try:
            async with asyncio.timeout(PART_S):
                return await asked
        except Exception:  # whatever it was: it does not answer
            return False

    async def _readable(self) -> bool:
        await self.svc.reader.rows("product", limit=1)
        return True

    # -- around the workflows ----------------------------------------------------------------------------

    async def _readers(self, temporal: bool) -> None:
        known = await self.svc.intake.beats()
        beats = shown(known, self.now)
        processes = [process_of(one, self.now, temporal) for one in beats]
        if known and not any(one.alive for one in processes):  # not even this one, which says so every second
            self.findings.append(unwritable_finding(max(one.beat_at for one in known)))
            return
        self.findings += reader_findings(
            Reader(
                name=one.process,
                state=one.state,
                alive=one.alive,
                way=one.way,
                started_at=one.started_at,
                beat_at=one.beat_at,
                lag=one.lag,
                before=() if one.lag is None else self.svc.lags.before(one.process, one.lag, self.now),
            )
            for one in processes
            if temporal or not one.alive  # that the engine does not answer is said once
        )

    async def _letters(self) -> None:
        for place in self.places:
            waiting = await self.svc.intake.open_letters(place)
            query = LetterQuery(product=place, state="open", oldest_first=True, limit=1)
            oldest = await self.svc.letters.letters(query) if waiting else []
            at = oldest[0].letter.at if oldest else None
            self.findings += letter_finding(waiting, at, place)

    async def _incidents(self) -> None:
        rows = [row for place in self.places for row in await all_rows(self.svc.reader, "incident", place, ["open"])]
        ours = [row for row in rows if row.product in self.products or row.product == SYSTEM_STREAM]
        ours.sort(key=lambda row: row.data["at"], reverse=True)
        self.findings += incident_findings(
            (row.product, row.data["subject"], datetime.fromisoformat(row.data["at"]), row.data["text"])
            for row in ours[:MOST_INCIDENTS]
        )
        if len(ours) > MOST_INCIDENTS:
            self.findings.append(not_looked_at(f"{len(ours) - MOST_INCIDENTS} more incidents", "there are too many"))

    # -- the workflows -----------------------------------------------------------------------------------

    async def _workflows(self, temporal: bool) -> None:
        query = WorkflowQuery(products=tuple(self.products), is_open=True, order="due", limit=MOST_WORKFLOWS)
        page = await self.svc.reader.workflows(query)
        if page.total > len(page.found):
            more = f"{page.total - len(page.found)} more open workflows"
            self.findings.append(not_looked_at(more, f"only the {MOST_WORKFLOWS} that are due soonest are"))
        clocks = await clocks_at(self.svc.reader, (self.products[one.row.product] for one in page.found), self.now)
        usual = _Usual(self.svc)
        turns = asyncio.Semaphore(AT_ONCE)

        async def look(one: FoundWorkflow) -> Waiting:
            async with turns:
                running, known = await self._described(one) if temporal else (None, False)
                return await self._waiting(one, running, known, clocks[one.row.product], usual)

        waiting = await asyncio.gather(*(look(one) for one in page.found))
        self.findings += waiting_findings(waiting, self.now)
        queues = {one.queue for one in waiting if one.queue}
        asked = await asyncio.gather(*(self._asked(queue) for queue in sorted(queues)))
        self.findings += queue_findings([one for one in asked if one is not None], waiting, self.now)

    async def _described(self, one: FoundWorkflow) -> tuple[Running | None, bool]:
        """Return what the engine says of a workflow, and whether it said anything."""
        self.looked_at += 1
        try:
            return await self.svc.engine.describe(one.row.id), True
        except Exception as failed:  # of one; the others are told all the same
            self.findings.append(not_looked_at(thing(one.row.id), str(failed) or type(failed).__name__))
            return None, False

    async def _asked(self, queue: str) -> Asked | None:
        try:
            polled = await self.svc.engine.polled(queue)
        except Exception as failed:  # of one queue
            self.findings.append(not_looked_at(f"the queue {queue}", str(failed) or type(failed).__name__))
            return None
        return Asked(queue=queue, decides_at=polled.decides_at, works_at=polled.works_at)

    async def _waiting(
        self, one: FoundWorkflow, running: Running | None, known: bool, now: datetime, usual: "_Usual"
    ) -> Waiting:
        row, kind = one.row, str(one.row.data["kind"])
        subject = await subject_of(self.svc, row)
        data = {} if subject is None else subject.data
        since = data.get("asked_at") or data.get("started_at")
        step = None if running is None else running.decides
        recent = one.changed_at is not None and self.now - one.changed_at <= JUST_NOW
        gone = known and running is None and not recent
        ended = running is not None and running.status in ENDED
        return Waiting(
            workflow=row.id,
            product=row.product,
            kind=kind,
            role=row.role,
            waits_for=str(row.data.get("waits_for", "")),
            since=None if since is None else datetime.fromisoformat(since),
            due=row.due if kind in ENDINGS else None,
            now=now,
            usual=await usual.of(row.product, kind, row.role),
            engine="ended" if ended else "forgotten" if gone else "running" if running is not None else "unknown",
            queue="" if running is None else running.queue,
            pending=() if running is None else running.pending,
            decided=1 if step is None else step.attempt,
            deciding_since=None if step is None else step.since,
            began=one.started_at,
        )


class _Usual:
    """For how long ended requests and escalations waited, read once for a product."""

    def __init__(self, svc: Services) -> None:
        self._svc = svc
        self._known: dict[tuple[str, str], list[tuple[str, float]]] = {}

    async def of(self, product: str, kind: str, role: str | None) -> tuple[float, ...]:
        """Return seconds, by the product's clock."""
        if kind not in ENDINGS:
            return ()
        if (product, kind) not in self._known:
            self._known[product, kind] = await self._read(product, kind)
        by_role = kind == "approval"  # an escalation waits for one role after the other
        return tuple(waited for asked, waited in self._known[product, kind] if not by_role or asked == role)

    async def _read(self, product: str, kind: str) -> list[tuple[str, float]]:
        found = []
        for ending in ENDINGS[kind]:
            query = LedgerQuery(product=product, kind=ending, newest_first=True, limit=MOST_ENDED)
            for kept in await self._svc.reader.entries(query):
                data = kept.entry.data
                if "waited_seconds" in data:
                    found.append((str(data.get("role", "")), float(data["waited_seconds"])))
        return found
