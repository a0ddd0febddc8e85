"""The life of a product: take in events, evolve, react, record, perform. It interprets; the domain decides."""

from collections import deque
from typing import Any

from temporalio import workflow
from temporalio.exceptions import ApplicationError

from domain.applied import first_state, refusal_of
from domain.clock import ProductClock
from domain.core import RULES, Stamped, Taken, follow, take_in
from domain.deadlines import next_wake, review_at
from domain.deduplication import Window
from domain.definition import ClockSettings
from domain.entries import adoption_of, event_entry, workflow_id
from domain.product import ProductState
from domain.reactions import Adopt, Reaction
from domain.record import Entry, ViewRow
from domain.views import Shown, product_row, roadmap_row
from events.internal import SOURCE, ClockStruck, ProductApplied, ProductArchived, ReviewDue
from events.union import Accepted, EventBatch, Internal
from workflows.intake import Intake
from workflows.messages import Applied, ApplyRequest, ArchiveRequest, ProductRun
from workflows.opening import open_run
from workflows.options import STATE
from workflows.performing import Performer
from workflows.recording import Recorder
from workflows.waiting import Alarm

MOST_EVENTS = 100  # of one round: a task has two seconds, and a costly event takes milliseconds
MOST_SIGNALS = 2_000  # of one run; the server refuses more than 10,000 and does not warn before
MOST_TAKEN = 2_000  # events of one run: after a worker dies, another one replays them within a task's time
MOST_HISTORY = 1_000  # history events of one run, for the same reason


@workflow.defn(name="Product")
class ProductWorkflow:
    """Lives for ever, run after run. Id: ``product/{product}``."""

    @workflow.init
    def __init__(self, start: ProductRun) -> None:
        if start.rules > RULES:  # fails the task, not the product: a newer worker can go on
            raise RuntimeError(f"this build knows rules up to {RULES}, the run needs {start.rules}")
        declared = ClockSettings() if start.definition is None else start.definition.clock
        self.clock = start.clock or ProductClock(settings=declared, started=workflow.now())
        self.inbox: deque[Accepted] = deque(start.pending)
        self.waiting: dict[str, Taken | None] = {}  # internal events that an update waits for
        self.created = ""  # id of the event that declares the product, in its first run
        if start.state is not None:
            self.state = start.state
        elif start.definition is not None:
            self.state = first_state(start.definition, self.clock.at(workflow.now()))
            self.created = self._declare(start.definition.model_dump(mode="json"), start.actor)
        else:
            raise ApplicationError("a product starts with a definition", non_retryable=True)
        self.state = self.state.model_copy(update={"rules": start.rules})
        self.recorder = Recorder(start.product, workflow_id("product", start.product), self.clock, "")
        self.performer = Performer(self.recorder, self.clock)
        self.intake = Intake(Window(start.window, full=start.window_forgot), self.clock)
        self.alarm = Alarm()
        self.shown = Shown()
        self.signals = self.taken = 0
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
        window = self.intake.window
        workflow.continue_as_new(
            ProductRun(
                product=start.product,
                rules=RULES,
                state=self.state,
                clock=self.clock,
                window=window.packed(),
                window_forgot=window.forgot,
                pending=tuple(self.inbox),
            )
        )

    def _wants_a_fresh_run(self) -> bool:
        if not workflow.all_handlers_finished():  # whoever waits for an answer gets it from this run
            return False
        run = workflow.info()
        long = self.taken >= MOST_TAKEN or run.get_current_history_length() >= MOST_HISTORY
        return self.refresh_asked or long or self.signals >= MOST_SIGNALS or run.is_continue_as_new_suggested()

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
        self.recorder.policy_hash = self.state.policy.digest()
        self.taken += len(batch)
        to_take = deque(await self.intake.fresh(batch, self.state))
        entries: list[Entry] = []
        to_perform: list[tuple[Reaction, Stamped, ProductState]] = []
        outcomes: dict[str, Taken] = {}
        while to_take:
            stamped = to_take.popleft()
            before = self.state
            after, taken, reactions = take_in(before, stamped, before.policy)
            self.state = follow(after, reactions, stamped.key, stamped.at)
            entries.append(event_entry(before, stamped, taken, reactions, self.recorder.times(stamped.at)))
            to_perform += [(reaction, stamped, self.state) for reaction in reactions]
            outcomes[stamped.event.id] = taken
            # A plan takes effect before anything else is taken in: it was judged against this state.
            adoptions = [adoption_of(reaction, stamped) for reaction in reactions if isinstance(reaction, Adopt)]
            to_take.extendleft(Stamped(adoption, stamped.at) for adoption in adoptions)
        at = max(self.state.at, self.recorder.now())
        opened = await open_run(self.state, self.recorder, at)
        if opened is not None:
            self.state, entry, case = opened
            entries.append(entry)
        if entries:
            rows = self.shown.rows(self.state, at, self.recorder.workflow_id)
            entries[-1] = entries[-1].model_copy(update={"rows": (*entries[-1].rows, *rows)})
        await self.recorder.append(*entries)
        self.waiting |= {event_id: outcomes[event_id] for event_id in self.waiting if event_id in outcomes}
        for number, (reaction, stamped, state) in enumerate(to_perform, start=1):
            await self.performer.perform(reaction, stamped, state, number)
        if opened is not None:
            await self.performer.reprioritize(case)

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
