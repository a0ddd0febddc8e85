"""The life of a product: take in events, evolve, react, record, perform. It interprets; the domain decides."""

from collections import deque
from typing import Any

from temporalio import workflow
from temporalio.exceptions import ApplicationError

from activities.records import Document, Records
from domain.applied import first_state, refusal_of
from domain.clock import ProductClock
from domain.core import RULES, Stamped, Taken, follow, may_start, started, take_in
from domain.deadlines import next_wake, review_at
from domain.deduplication import Window
from domain.entries import event_entry, started_entry, workflow_id, workflow_row
from domain.planning import document
from domain.product import ProductState
from domain.reactions import Adopt, Reaction
from domain.record import Entry, ViewRow
from domain.snapshot import snapshot_of
from domain.views import product_row, roadmap_parts, roadmap_row
from events.internal import SOURCE, ClockStruck, PlanAdopted, ProductApplied, ProductArchived, ReviewDue
from events.union import Accepted, EventBatch, Internal
from workflows.intake import Intake
from workflows.messages import Applied, ApplyRequest, ArchiveRequest, Effect, ProductRun, ReprioritizationCase
from workflows.options import RECORD, STATE
from workflows.performing import Performer
from workflows.recording import Recorder
from workflows.waiting import Alarm

MOST_EVENTS = 500  # of one round: the ledger sees them in one go
MOST_SIGNALS = 2_000  # of one run; the server refuses more than 10,000 and does not warn before


@workflow.defn(name="Product")
class ProductWorkflow:
    """Lives for ever, run after run. Id: ``product/{product}``."""

    @workflow.init
    def __init__(self, start: ProductRun) -> None:
        self.clock = start.clock or _first_clock(start)
        self.inbox: deque[Accepted] = deque(start.pending)
        self.waiting: dict[str, Taken | None] = {}  # internal events that an update waits for
        self.created = ""  # id of the event that declares the product, in its first run
        if start.state is not None:
            self.state = start.state.model_copy(update={"rules": RULES})
        elif start.definition is not None:
            self.state = first_state(start.definition, self.clock.at(workflow.now()))
            self.created = self._declare(start.definition.model_dump(mode="json"), start.actor)
        else:
            raise ApplicationError("a product starts with a definition", non_retryable=True)
        self.recorder = Recorder(start.product, workflow_id("product", start.product), self.clock, "")
        self.performer = Performer(self.recorder, self.clock)
        self.intake = Intake(Window(start.window, full=start.window_forgot), self.clock)
        self.alarm = Alarm()
        self.shown: tuple[Any, ...] = ()  # what the roadmap row was last made of
        self.signals = 0
        self.refresh_asked = False

    @workflow.run
    async def run(self, start: ProductRun) -> None:
        """Take in events until it is time for a fresh run."""
        while not self._wants_a_fresh_run():
            self.alarm.set(self.clock.real(next_wake(self.state, self.state.policy)))
            await workflow.wait_condition(lambda: bool(self.inbox) or self.alarm.rang or self._wants_a_fresh_run())
            if self.alarm.rang:
                self.alarm.rang = False
                self._strike()
            batch = [self.inbox.popleft() for _ in range(min(len(self.inbox), MOST_EVENTS))]
            if batch:
                await self._take(batch)
        await workflow.wait_condition(workflow.all_handlers_finished)
        window = self.intake.window
        workflow.continue_as_new(
            ProductRun(
                product=start.product,
                state=self.state,
                clock=self.clock,
                window=window.packed(),
                window_forgot=window.forgot,
                pending=tuple(self.inbox),
            )
        )

    def _wants_a_fresh_run(self) -> bool:
        if self.waiting:  # an update's event has to be taken in first
            return False
        full = workflow.info().is_continue_as_new_suggested() or self.signals >= MOST_SIGNALS
        return full or self.refresh_asked

    def _strike(self) -> None:
        at = self.recorder.now()
        stamp, product = at.isoformat(), self.state.product
        self._raise(ClockStruck(id=f"clock/{stamp}", source=SOURCE, product=product, time=at))
        if review_at(self.state, self.state.policy) <= at:
            self._raise(ReviewDue(id=f"review/{stamp}", source=SOURCE, product=product, time=at))

    def _raise(self, event: Internal) -> None:
        self.inbox.append(Accepted(event=event, at=workflow.now()))

    # -- one round ---------------------------------------------------------------------------------------

    async def _take(self, batch: list[Accepted]) -> None:
        fresh = await self.intake.fresh(batch, self.state)
        entries: list[Entry] = []
        to_perform: list[tuple[Reaction, Stamped, ProductState]] = []
        outcomes: dict[str, Taken] = {}
        self.recorder.policy_hash = self.state.policy.digest()
        for stamped in fresh:
            before = self.state
            after, taken, reactions = take_in(before, stamped, before.policy)
            self.state = follow(after, reactions, stamped.key, stamped.at)
            entries.append(event_entry(before, stamped, taken, reactions, self.recorder.times(stamped.at)))
            to_perform += [(reaction, stamped, self.state) for reaction in reactions]
            outcomes[stamped.event.id] = taken
        case = await self._open_run(entries)
        self._show(entries)
        await self.recorder.append(*entries)
        self.waiting |= {event_id: outcomes[event_id] for event_id in self.waiting if event_id in outcomes}
        for number, (reaction, stamped, state) in enumerate(to_perform, start=1):
            if isinstance(reaction, Adopt):
                await self._adopt(reaction, stamped.key)
            else:
                await self.performer.perform(reaction, stamped, state, number)
        if any(isinstance(stamped.event, ProductApplied) for stamped in fresh):
            await self.performer.appoint(self.state, entries[-1].key)
        if case is not None:
            await self.performer.reprioritize(case)

    async def _open_run(self, entries: list[Entry]) -> ReprioritizationCase | None:
        """Open a run when there are reasons and nothing makes it wait; its snapshot is kept first."""
        at = max(self.state.at, self.recorder.now())
        if not may_start(self.state, self.state.policy, at):
            return None
        triggers, more = self.state.triggers, self.state.more_triggers
        digest = await workflow.execute_activity_method(
            Records.store_document,
            Document(content=document(snapshot_of(self.state, at))),
            summary=f"keep the snapshot of run {self.state.runs + 1}",
            **RECORD,
        )
        self.state = started(self.state, at)
        entries.append(started_entry(self.state, triggers, more, self.recorder.times(at), digest))
        return ReprioritizationCase(
            product=self.state.product,
            run=self.state.runs,
            snapshot=digest,
            limits=self.state.policy.solver,
            reasons=tuple(trigger.because for trigger in triggers),
            titles={item.id: item.title for item in self.state.items.values() if item.open and item.title},
            clock=self.clock,
            policy_hash=self.recorder.policy_hash,
        )

    def _show(self, entries: list[Entry]) -> None:
        """Refresh what pages read, in the transaction of the last entry."""
        if not entries:
            return
        state, at = self.state, max(self.state.at, self.recorder.now())
        wake = next_wake(state, state.policy)
        me = workflow_row(self.recorder.workflow_id, state.product, "running", "the product", "the next event", wake)
        rows: list[ViewRow] = [product_row(state, at), me]
        parts = roadmap_parts(state)
        if len(parts) != len(self.shown) or any(new is not old for new, old in zip(parts, self.shown, strict=True)):
            self.shown = parts
            rows.append(roadmap_row(state, at))
        entries[-1] = entries[-1].model_copy(update={"rows": (*entries[-1].rows, *rows)})

    async def _adopt(self, adopt: Adopt, cause: str) -> None:
        outcome, product = adopt.outcome, self.state.product
        event_id = f"plan/{outcome.run}/adopted" + ("" if adopt.approval is None else f"/{adopt.approval}")
        event = PlanAdopted(
            id=event_id,
            source=SOURCE,
            product=product,
            time=self.recorder.now(),
            cause=cause,
            run=outcome.run,
            plan=outcome.plan,
            proposal=outcome.proposal,
            starts=outcome.starts,
            change=outcome.change,
            by=adopt.by,
            role=adopt.role,
            approval=adopt.approval,
        )
        await self._take([Accepted(event=event, at=workflow.now())])
        if adopt.approval is not None:
            because = f"the plan of run {outcome.run} is in force"
            settled = f"event/{SOURCE}/{event_id}"
            effect = Effect(approval=adopt.approval, effect="adopted", because=because, cause=settled)
            await self.performer.conclude(product, effect)

    # -- from outside ------------------------------------------------------------------------------------

    @workflow.signal(name="observe", description="events of the product")
    def observe(self, batch: EventBatch) -> None:
        """Take events into the inbox, in order of arrival."""
        self.signals += 1
        self.inbox.extend(batch.events)

    @workflow.signal(name="refresh", description="continue as a fresh run")
    def refresh(self) -> None:
        """Continue as new when what is in hand is done; new rules apply from then on."""
        self.refresh_asked = True

    @workflow.update(name="apply", description="apply a product file")
    async def apply(self, request: ApplyRequest) -> Applied:
        """Apply a product file; the same file again changes nothing."""
        if request.definition == self.state.declared:
            created, self.created = bool(self.created), ""
            return Applied(changed=created, created=created)
        await self._taken(self._declare(request.definition.model_dump(mode="json"), request.actor))
        return Applied(changed=True)

    @apply.validator
    def check_apply(self, request: ApplyRequest) -> None:
        """Refuse a file that cannot be applied, with the place."""
        if refusal := refusal_of(self.state, request.definition):
            raise ApplicationError(refusal, type="ProductRefusedError", non_retryable=True)

    @workflow.update(name="archive", description="end the product")
    async def archive(self, request: ArchiveRequest) -> None:
        """End the product: it refuses events from now on."""
        at, product = self.recorder.now(), self.state.product
        self._raise(ProductArchived(id="archived", source=SOURCE, product=product, time=at, **request.model_dump()))
        await self._taken("archived")
        workflow.upsert_search_attributes([STATE.value_set("archived")])

    def _declare(self, definition: dict[str, Any], actor: str) -> str:
        now = workflow.now()
        event_id, at = f"applied/{now.isoformat()}", self.clock.at(now)
        product = str(definition["product"])
        event = ProductApplied(id=event_id, source=SOURCE, product=product, time=at, definition=definition, actor=actor)
        self._raise(event)
        return event_id

    async def _taken(self, event_id: str) -> None:
        """Wait until an event is taken in; raise when the product could not make sense of it."""
        self.waiting[event_id] = None
        await workflow.wait_condition(lambda: self.waiting[event_id] is not None)
        taken = self.waiting.pop(event_id)
        if taken is not None and taken.outcome == "refused":
            raise ApplicationError(taken.because, type="ProductRefusedError", non_retryable=True)

    @workflow.query(name="roadmap", description="the roadmap as it stands")
    def roadmap(self) -> ViewRow:
        """Return the roadmap."""
        return roadmap_row(self.state, self.state.at)

    @workflow.query(name="standing", description="where the product stands")
    def standing(self) -> ViewRow:
        """Return what is under way, what waits for whom, and when the product looks again."""
        return product_row(self.state, self.state.at)


def _first_clock(start: ProductRun) -> ProductClock:
    settings = start.definition.clock if start.definition is not None else None
    now = workflow.now()
    return ProductClock(started=now) if settings is None else ProductClock(settings=settings, started=now)
