"""What would be a flood for one person: gathered for a while, and sent as one message."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from temporalio import workflow
from temporalio.common import RawValue

from activities.messages.flood import about_person, shifted
from activities.messages.gathered import MOST_GATHERED, DigestCase, Gathered
from activities.notifications import DIGEST, Tell
from domain.entries import workflow_row
from domain.record import Entry, ViewRow
from domain.wording import count
from workflows.messages_operating import WasReset
from workflows.options import STATE
from workflows.recording import Recorder
from workflows.waiting import read

MOST_AT_ONCE = 2_000  # messages; then the digest goes out before its time, and a run ends, so that none grows too long
SHORTEST = timedelta(seconds=1)


@workflow.defn(name="Digest")
class DigestWorkflow:
    """Gather messages to one person until there is room for one again. Id: ``digest/{product}/{hash}``."""

    @workflow.init
    def __init__(self, case: DigestCase) -> None:
        self.case = case
        self.waiting = list(case.waiting)
        self.more = case.more
        self.keys = {one.key for one in case.waiting}  # of all that this run has heard of: each counts once
        self.record = Recorder(case.product, workflow.info().workflow_id, case.clock, case.policy_hash)

    @workflow.run
    async def run(self, case: DigestCase) -> int:
        """Return how many messages went out as one, the last time."""
        until, sent = case.until, 0
        while self.waiting:
            await self._gathered_by(until)
            sent = await self._send()
            until = shifted(workflow.now(), timedelta(minutes=case.within_minutes), case.clock)
            if len(self.keys) >= MOST_AT_ONCE and self.waiting:
                workflow.continue_as_new(
                    case.model_copy(update={"waiting": tuple(self.waiting), "more": self.more, "until": until})
                )
        workflow.upsert_search_attributes([STATE.value_set("sent")])
        return sent

    @workflow.signal(name="gather", description="one more message that waits")
    def gather(self, one: RawValue) -> None:
        """Take one more message (`Gathered`)."""
        message = read(one, Gathered)
        if message.key in self.keys:
            return
        self.keys.add(message.key)
        if len(self.waiting) < MOST_GATHERED:
            self.waiting.append(message)
        else:
            self.more += 1

    @workflow.signal(name="was_reset", description="it goes on from an earlier point")
    def was_reset(self, mark: RawValue) -> None:
        """Give what is recorded and sent from now on keys of its own (`WasReset`)."""
        self.record.mark = read(mark, WasReset).mark

    async def _gathered_by(self, until: datetime) -> None:
        """Wait until then, or until there are too many to wait."""
        first = self.waiting[0]
        clock_until = self.case.clock.at(until)
        row = workflow_row(
            self.record.workflow_id,
            self.case.product,
            "running",
            f"messages to {self.case.recipient.name}, to go out as one",
            "more of them",
            clock_until,
        )
        data = {"until": clock_until.isoformat()}
        await self.record.append(self._entry("digest.started", "started", first, data, row))
        try:
            await workflow.wait_condition(
                lambda: len(self.waiting) + self.more >= MOST_AT_ONCE,
                timeout=max(SHORTEST, until - workflow.now()),
                timeout_summary="until there is room for a message again",
            )
        except TimeoutError:
            return

    async def _send(self) -> int:
        """Send what waits now as one message; return how many it holds."""
        waiting, more = tuple(self.waiting), self.more
        self.waiting, self.more = [], 0
        total, recipient = len(waiting) + more, self.case.recipient
        row = workflow_row(self.record.workflow_id, self.case.product, "ended", f"messages to {recipient.name}")
        data = {"count": total, "messages": [one.key for one in waiting], "more": more}
        entry = self._entry("digest.sent", "sent", waiting[0], data, row)
        await self.record.send(
            Tell(
                entry=entry,
                kind=DIGEST,
                role=recipient.role,
                to=(recipient,),
                subject=f"{count(total, 'message')} about {self.case.product}",
                text=f"{count(total, 'message')} came in so short a time that they are told together.",
                clock=self.case.clock,
                gathered=waiting,
                more=more,
            )
        )
        return total

    def _entry(self, kind: str, key: str, first: Gathered, data: Mapping[str, object], row: ViewRow) -> Entry:
        """Return an entry; its key follows from the first message that is gathered, which no other digest has."""
        name = self.case.recipient.name
        return self.record.entry(
            kind,
            f"{first.key}/digest/{key}",
            first.key,
            {"to": name, **data},
            about=(about_person(name),),
            rows=(row,),
        )
