"""The life of a product: take in events, evolve, react, record, perform. It interprets; the domain decides."""

from collections import deque

from temporalio import workflow
from temporalio.common import RawValue
from temporalio.exceptions import ApplicationError

from domain.applied import first_state
from domain.clock import ProductClock
from domain.core import RULES, Stamped, Taken, follow, take_in
from domain.deadlines import next_wake, struck
from domain.deduplication import Offsets, Window
from domain.definition import ClockSettings
from domain.entries import Times, adoption_of, spelled_event, workflow_id
from domain.evolve import APPLIED
from domain.product import ProductState
from domain.reactions import Adopt, NoReaction, Reaction
from domain.record import Spelled, spell
from domain.views import Shown
from events.internal import DelegationGranted, DelegationRevoked, ProductApplied
from events.union import Accepted, EventBatch
from workflows.desk import ProductDesk
from workflows.intake import Intake
from workflows.messages import ProductRun
from workflows.opening import open_run
from workflows.performing import Performer
from workflows.recording import Recorder
from workflows.waiting import Alarm, read

MOST_EVENTS = 500  # of one round, which costs the server as much as 50 of them; a task has two seconds
MOST_SIGNALS = 500  # of one run; dispatch holds a product whose run has got 1,000 and was not renewed
MOST_TAKEN = 2_000  # events of one run: after a worker dies, another one replays them within a task's time
MOST_HISTORY = 1_000  # history events of one run, for the same reason
MOST_CARRIED = 500_000  # bytes of events that a fresh run starts with; the server refuses more than 2 MB in all
APPOINTING = (ProductApplied, DelegationGranted, DelegationRevoked)  # events that change who may decide


@workflow.defn(name="Product")
class ProductWorkflow(ProductDesk):
    """Lives for ever, run after run. Id: ``product/{product}``."""

    @workflow.init
    def __init__(self, start: ProductRun) -> None:
        if start.rules > RULES:  # fails the task, not the product: a newer worker can go on
            raise RuntimeError(f"this build knows rules up to {RULES}, the run needs {start.rules}")
        settings = ClockSettings() if start.definition is None else start.definition.clock
        self.clock = start.clock or ProductClock(settings=settings, started=workflow.now())
        self.inbox: deque[tuple[Accepted, int]] = deque()  # with their bytes
        size = MOST_CARRIED // max(1, len(start.pending))  # as much as they may have been
        self.inbox.extend((one, size) for one in start.pending)
        self.waiting: dict[str, Taken | None] = {}  # internal events that an update waits for
        self.created = ""  # id of the event that declares the product, in its first run
        if start.state is not None:
            self.state = start.state
        elif start.definition is not None:
            self.state = first_state(start.definition, self.clock.at(workflow.now()))
            self.created = self._declare(start.definition, start.actor, "first", start.identity)
        else:
            raise ApplicationError("a product starts with a definition", non_retryable=True)
        self.state = self.state.model_copy(update={"rules": start.rules})
        self.recorder = Recorder(start.product, workflow_id("product", start.product), self.clock, "")
        self.performer = Performer(self.recorder, self.clock)
        window = Window(start.window, full=start.window_forgot)
        self.intake = Intake(window, Offsets(start.offsets), self.clock)
        self.alarm = Alarm()
        self.shown = Shown()
        self.signals = self.taken = 0
        self.refresh_asked = False

    @workflow.run
    async def run(self, start: ProductRun) -> None:
        """Take in events until it is time for a fresh run."""
        while not self._may_leave():
            self.alarm.set(self.clock.real(next_wake(self.state, self.state.policy)))
            await workflow.wait_condition(lambda: bool(self.inbox) or self.alarm.rang or self._may_leave())
            if self.alarm.rang:
                self.alarm.rang = False
                for event in struck(self.state, self.state.policy, self.recorder.now()):
                    self._raise(event)
            batch = [self.inbox.popleft()[0] for _ in range(min(len(self.inbox), self._most_events()))]
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
                offsets=self.intake.offsets.packed(),
                pending=tuple(one for one, _ in self.inbox),
            )
        )

    def _most_events(self) -> int:
        """Return how many events one round takes: what a reaction costs grows with the items that it looks at."""
        return MOST_EVENTS // (1 + len(self.state.items) // 200)

    def _may_leave(self) -> bool:
        """Tell whether it is time for a fresh run: all who wait are answered, and what is left fits into its start."""
        if self.performer.errands or not workflow.all_handlers_finished():
            return False
        run = workflow.info()
        long = self.taken >= MOST_TAKEN or run.get_current_history_length() >= MOST_HISTORY
        full = long or self.signals >= MOST_SIGNALS or run.is_continue_as_new_suggested()
        return (self.refresh_asked or full) and sum(size for _, size in self.inbox) <= MOST_CARRIED

    # -- one round ---------------------------------------------------------------------------------------

    async def _take(self, batch: list[Accepted]) -> None:
        self.recorder.policy_hash = self.state.policy.digest()
        self.taken += len(batch)
        to_take = deque(await self.intake.fresh(batch, self.state))
        now, policy_hash = workflow.now(), self.recorder.policy_hash
        entries: list[Spelled] = []
        to_perform: list[tuple[Reaction, Stamped, ProductState]] = []
        outcomes: dict[str, Taken] = {}
        applied: list[str] = []  # ledger keys of what changed who may decide
        while to_take:
            stamped = to_take.popleft()
            before = self.state
            after, taken, reactions = take_in(before, stamped, before.policy)
            self.state = follow(after, reactions, stamped.key, stamped.at)
            entries.append(spelled_event(before, stamped, taken, reactions, Times(now, stamped.at, policy_hash)))
            to_perform += [(one, stamped, self.state) for one in reactions if one.__class__ is not NoReaction]
            outcomes[stamped.event.id] = taken
            if isinstance(stamped.event, APPOINTING) and taken.outcome == "applied":
                applied.append(stamped.key)
            # A plan takes effect before anything else is taken in: it was judged against this state.
            adoptions = [adoption_of(reaction, stamped) for reaction in reactions if isinstance(reaction, Adopt)]
            to_take.extendleft(Stamped(adoption, stamped.at) for adoption in adoptions)
        at = max(self.state.at, self.recorder.now())
        opened = await open_run(self.state, self.recorder, at)
        if opened is not None:
            self.state, entry, case = opened
            entries.append(spell(entry))
        if entries:
            rows = self.shown.rows(self.state, at, self.recorder.workflow_id)
            entries[-1] = entries[-1]._replace(rows=(*entries[-1].rows, *rows))
        await self.recorder.write(entries)
        known = {one.event.id: APPLIED for one in batch}  # asked again in a later run: it was taken in before
        heard = known | outcomes
        self.waiting |= {event_id: heard[event_id] for event_id in self.waiting if event_id in heard}
        for number, (reaction, stamped, state) in enumerate(to_perform, start=1):
            await self.performer.perform(reaction, stamped, state, number)
        if applied:  # what they opened has begun by now, and hears it too
            await self.performer.appoint(self.state, applied[-1])
        if opened is not None:
            await self.performer.reprioritize(case)

    # -- from outside ------------------------------------------------------------------------------------

    @workflow.signal(name="observe", description="events of the product")
    def observe(self, batch: RawValue) -> None:
        """Take events (`EventBatch`) into the inbox, in order of arrival."""
        given = read(batch, EventBatch)
        size = len(batch.payload.data) // max(1, len(given.events))
        self.inbox.extend((one, size) for one in self.intake.unread(given))
        self.signals += 1

    @workflow.signal(name="refresh", description="continue as a fresh run")
    def refresh(self) -> None:
        """Continue as new when what is in hand is done; new rules apply from then on."""
        self.refresh_asked = True
