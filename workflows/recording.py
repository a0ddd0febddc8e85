"""How a workflow writes to the ledger and tells people, with the right times and the history that it belongs to."""

import asyncio
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from typing import Any

from temporalio import workflow
from temporalio.exceptions import ActivityError, ApplicationError, WorkflowAlreadyStartedError

from activities.links import LinkTo
from activities.messages.delivery import message_key
from activities.messages.gathered import DigestCase, Gathered
from activities.notifications import Notifications, Tell, Told, Waiting
from activities.records import Append, Records
from domain.clock import ProductClock
from domain.directory import Recipient
from domain.entries import Times, digest_id, incident_row
from domain.policy import Flood
from domain.record import Entry, Identity, Spelled, ViewRow, spell
from workflows.options import PATIENT, RECORD, REQUEST, TASK_TIMEOUT, Options, attributes


class Recorder:
    """Writes the history of one workflow."""

    def __init__(self, product: str, workflow_id: str, clock: ProductClock, policy_hash: str) -> None:
        self.product, self.workflow_id = product, workflow_id
        self.clock, self.policy_hash = clock, policy_hash
        self.mark = ""  # after a reset: what is recorded and sent once more gets other keys
        self.errands: set[asyncio.Task[bool]] = set()  # messages under way

    def now(self) -> datetime:
        """Return the product's time."""
        return self.clock.at(workflow.now())

    def times(self, clock_at: datetime | None = None) -> Times:
        """Return the two times of an entry written now."""
        return Times(at=workflow.now(), clock_at=clock_at or self.now(), policy_hash=self.policy_hash)

    def entry(
        self,
        kind: str,
        key: str,
        cause: str | None,
        data: Mapping[str, Any],
        *,
        about: tuple[str, ...] = (),
        rows: tuple[ViewRow, ...] = (),
        actor: str = "tandem",
        identity: Identity = "engine",
    ) -> Entry:
        """Return an entry of this workflow's history."""
        times = self.times()
        return Entry(
            product=self.product,
            key=f"{key}{self.mark}",
            at=times.at,
            clock_at=times.clock_at,
            kind=kind,
            cause=cause,
            actor=actor,
            identity=identity,
            workflow=self.workflow_id,
            about=about,
            data=dict(data),
            policy_hash=self.policy_hash,
            rows=rows,
        )

    async def append(self, *entries: Entry) -> None:
        """Append entries in order."""
        await self.write([spell(entry) for entry in entries])

    async def write(self, entries: Sequence[Spelled]) -> None:
        """Append spelled entries in order; they travel in parts, because a payload has an upper size."""
        for part in parts(entries):
            await workflow.execute_activity_method(
                Records.append_entries, Append(entries=part), summary=f"record {len(part)}", **RECORD
            )

    async def tell(
        self,
        entry: Entry,
        role: str,
        to: tuple[Recipient, ...],
        subject: str,
        text: str,
        *,
        kind: str = "news",
        facts: Mapping[str, Any] | None = None,
        link: LinkTo | None = None,
        flood: Flood | None = None,
        patience: Options = REQUEST,
    ) -> bool:
        """Tell people, and record it; a message that cannot go out becomes an incident, and work goes on.

        What would be a flood for somebody is gathered, and goes out to them as one message.
        """
        tell = Tell(
            entry=entry,
            kind=kind,
            role=role,
            to=to,
            subject=subject,
            text=text,
            facts=dict(facts or {}),
            link=link,
            flood=flood or Flood(),
            clock=self.clock,
        )
        return await self.send(tell, patience)

    async def tell_meanwhile(self, entry: Entry, *about: Any, **more: Any) -> None:
        """Record that people are told, and tell them while the workflow goes on: a mail server may be down for hours.

        As `tell` otherwise. Whoever uses it waits for `errands` before the end.
        """
        await self.append(entry)
        told = entry.model_copy(update={"rows": ()})  # they are older than whatever is recorded meanwhile
        errand = asyncio.create_task(self.tell(told, *about, patience=PATIENT, **more))
        self.errands.add(errand)
        errand.add_done_callback(self.errands.discard)

    async def send(self, tell: Tell, patience: Options = REQUEST) -> bool:
        """Send a message that is put together; tell whether everybody was told, or will be with others."""
        try:
            told: Told | None = await workflow.execute_activity_method(
                Notifications.tell, tell, summary=f"tell {tell.role}", **patience
            )
        except ActivityError as failed:
            await self._not_told(tell, str(failed.cause or failed))
            return False
        if told is None:  # what was recorded before there were digests
            return True
        recipients = {one.name: one for one in tell.to if not one.is_channel}
        lost = [
            waiting.name
            for waiting in told.gathered
            if not await gather(self._digest(tell, recipients[waiting.name], waiting))
        ]
        if lost:
            await self._not_told(tell, f"{', '.join(lost)}: the message could not be kept for later", "lost")
        if told.failed:
            await self._not_told(tell, told.why)
        return not told.failed and not lost

    def _digest(self, tell: Tell, recipient: Recipient, waiting: Waiting) -> DigestCase:
        key = message_key(tell.entry, recipient)
        gathered = Gathered(key=key, subject=tell.subject, at=tell.entry.clock_at, link=tell.link)
        return DigestCase(
            product=self.product,
            recipient=recipient,
            waiting=(gathered,),
            until=waiting.until,
            within_minutes=tell.flood.within_minutes,
            clock=self.clock,
            policy_hash=self.policy_hash,
        )

    async def _not_told(self, tell: Tell, why: str, how: str = "failed") -> None:
        entry, key, subject = tell.entry, f"{tell.entry.key}/{how}", "A message could not be sent"
        row = incident_row(self.product, key, subject, why, entry.clock_at)
        data = {"subject": subject, "text": why, "said": f"{tell.subject}: {why}"}
        await self.append(self.entry("incident.raised", key, entry.key, data, about=entry.about, rows=(row,)))


MOST_TRIES = 5  # to hand a message to a digest that ends just then


async def gather(case: DigestCase) -> bool:
    """Hand one message to the digest of its recipient, which may have to be started; tell whether one has it."""
    target = digest_id(case.product, case.recipient.name)
    for _ in range(MOST_TRIES):
        with suppress(WorkflowAlreadyStartedError):
            await workflow.start_child_workflow(
                "Digest",
                case,
                id=target,
                parent_close_policy=workflow.ParentClosePolicy.ABANDON,  # it outlives whatever told
                task_timeout=TASK_TIMEOUT,
                search_attributes=attributes(case.product, "digest"),
                static_summary="messages that go out as one",
            )
            return True
        with suppress(ApplicationError):  # it has ended meanwhile: start it again
            await workflow.get_external_workflow_handle(target).signal("gather", case.waiting[0])
            return True
    return False


MOST_BYTES = 1_000_000  # of a part, before compression
MOST_ENTRIES = 500
AROUND_BYTES = 700  # of an entry around its data, about


def parts(entries: Sequence[Spelled]) -> list[tuple[Spelled, ...]]:
    """Return entries in parts that fit a payload, in order."""
    found: list[tuple[Spelled, ...]] = []
    part: list[Spelled] = []
    size = 0
    for entry in entries:
        length = len(entry.data) + AROUND_BYTES + sum(len(row.model_dump_json()) for row in entry.rows)
        if part and (size + length > MOST_BYTES or len(part) >= MOST_ENTRIES):
            found.append(tuple(part))
            part, size = [], 0
        part.append(entry)
        size += length
    return [*found, tuple(part)] if part else found
