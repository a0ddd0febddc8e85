"""What was answered 202 is in the ledger, once, whatever is killed when; and a new worker goes on at once."""

import asyncio
import random
import signal
import statistics
import sys
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import pytest

from deploy.local import LocalStack, local_stack
from domain.definition import BudgetDefinition, DependencyDefinition, ItemDefinition, People, ProductDefinition
from domain.definition import TeamDefinition as Team
from domain.policy import Policy
from events.model import BudgetAdjusted, DependencyBlocked, Event
from tests.harness import stack_settings
from tests.ways_in import LedgerFile, NotAnsweredError, Sender, until_answered

pytestmark = pytest.mark.check

SOURCE, PRODUCT = "/chaos", "web"
SEEDS = range(20)
STALLS = range(20, 25)  # seeds of rounds in which Temporal hangs before web is killed: they tell a lie from a race
STALL_S = 0.5
SENDERS, EACH = 24, 15  # of a round; more than are answered before the kill, and more at once than Temporal stores
AGAIN = 50  # in one request
BASE, DELTA = 1_000_000, 1  # minor units: as deltas add up, the budget counts what was applied
WORKERS_KILLED = 5
REACTS_WITHIN_S = 2.0


def definition(product: str = PRODUCT, dependencies: int = 0) -> ProductDefinition:
    team = Team(function="it", lead="lead", person_days=100, allotment=10)
    return ProductDefinition(
        product=product,
        title="Web",
        currency="EUR",
        people=People(product_manager=("manager",), product_owner=("owner",), executive_board=("board",)),
        teams={"it": team},
        budget=BudgetDefinition(per_period=BASE),
        items={"portal": ItemDefinition(cost=100)},
        dependencies={
            f"need-{n}": DependencyDefinition(needs="portal", provider="it", needed_by=datetime(2035, 1, 1, tzinfo=UTC))
            for n in range(dependencies)
        },
        policy=Policy(watch=("dependency_blocked",)),
    )


@dataclass
class Round:
    """What the senders of one round know."""

    kill_at: int  # answers
    stall: bool
    stalled: asyncio.Event = field(default_factory=asyncio.Event)
    over: bool = False  # web is killed, once: asyncio loses the status of a process that is signalled while it dies
    sent: dict[str, Event] = field(default_factory=dict)
    answered: set[str] = field(default_factory=set)  # 202

    @property
    def unanswered(self) -> set[str]:
        return self.sent.keys() - self.answered


class Chaos:
    """One stack that is killed and started again, round after round."""

    def __init__(self, stack: LocalStack, sender: Sender) -> None:
        self.stack, self.sender = stack, sender
        self.ledger = LedgerFile(stack.settings.home)
        self.period = f"{datetime.now(UTC):%Y-%m}"
        self.answered: set[str] = set()  # in all rounds

    async def round(self, seed: int, *, stall: bool = False) -> Round:
        """Send from all sides, kill web right after a 202 was read, then Temporal, then the worker; start them again.

        With ``stall`` Temporal first hangs, so that nothing more can be stored, and web dies at the next 202; one that
        tells the truth has none left, and dies a moment later. Nothing is sent again yet.
        """
        rng = random.Random(seed)
        found = Round(kill_at=rng.randint(1, SENDERS * EACH // 4), stall=stall)
        ending = asyncio.create_task(self._end_stall(found))
        await asyncio.gather(*(self._send(found, f"{seed}/{n}", rng.random() < 0.5) for n in range(SENDERS)))
        ending.cancel()
        for name in ("temporal", "worker"):
            await asyncio.sleep(rng.choice([0, 0, 0.005, 0.05]))
            self.stack.kill(name)
        for name in ("web", "temporal", "worker"):
            assert await self.stack.wait_gone(name) == -signal.SIGKILL
        await self.stack.restart("temporal")
        await asyncio.gather(self.stack.restart("worker"), self.stack.restart("web"))
        self.answered |= found.answered
        return found

    async def _send(self, found: Round, name: str, batches: bool) -> None:
        rng = random.Random(name)
        events = [self.event(f"{name}/{n}") for n in range(EACH)]
        while events:
            count = rng.randint(2, 10) if batches else 1
            part, events = events[:count], events[count:]
            found.sent |= {event.id: event for event in part}
            try:
                await (self.sender.batch(part) if batches else self.sender.one(part[0]))
            except NotAnsweredError:
                return
            if found.stalled.is_set() or len(found.answered) < found.kill_at <= len(found.answered) + len(part):
                self._strike(found)  # before anything else happens in this process
            found.answered |= {event.id for event in part}

    def _strike(self, found: Round) -> None:
        if found.stall and not found.stalled.is_set():
            self.stack.kill("temporal", signal.SIGSTOP)
            found.stalled.set()
        elif not found.over:
            found.over = True
            self.stack.kill("web")

    async def _end_stall(self, found: Round) -> None:
        await found.stalled.wait()
        await asyncio.sleep(STALL_S)
        self._strike(found)

    def event(self, name: str) -> Event:
        return BudgetAdjusted(
            id=name,
            source=SOURCE,
            product=PRODUCT,
            time=datetime.now(UTC),
            period=self.period,
            delta=DELTA,
            reason="chaos",
        )

    async def send_again(self, found: Round) -> None:
        """Do what senders do: repeat what was not answered until it is, and now and then what was."""
        doubted = random.Random(len(found.sent)).sample(sorted(found.answered), len(found.answered) // 10)
        names = [*sorted(found.unanswered), *doubted]
        while names:
            part, names = [found.sent[name] for name in names[:AGAIN]], names[AGAIN:]
            await until_answered(partial(self.sender.batch, part))
            found.answered |= {event.id for event in part}
        self.answered |= found.answered

    def budget(self) -> int:
        budgets: dict[str, int] = self.ledger.row("roadmap", PRODUCT)["budgets"]
        return budgets[self.period]


@asynccontextmanager
async def chaos(home: Path, web: Sequence[str] | None = None) -> AsyncIterator[Chaos]:
    settings, commands = stack_settings(home), {} if web is None else {"web": web}
    async with (
        local_stack(settings, auto_restart=False, commands=commands) as stack,
        Sender(settings.web_url) as sender,
    ):
        await sender.apply(definition())
        yield Chaos(stack, sender)


async def test_what_was_answered_202_is_in_the_ledger_once_after_everything_was_killed(tmp_path: Path) -> None:
    async with chaos(tmp_path / "home") as running:
        unanswered = stored = 0
        for seed in (*SEEDS, *STALLS):
            found = await running.round(seed, stall=seed in STALLS)
            assert 0 < len(found.answered) < len(found.sent)
            missing = await running.ledger.holds(PRODUCT, SOURCE, found.answered)
            assert not missing, f"seed {seed}: {len(missing)} of {len(found.answered)} answered 202 and lost"
            unanswered += len(found.unanswered)
            stored += len(found.unanswered.intersection(running.ledger.event_ids(PRODUCT, SOURCE)))
            await running.send_again(found)
            assert not await running.ledger.holds(PRODUCT, SOURCE, found.answered)
            assert_each_once(running)
    rounds, events = len(SEEDS) + len(STALLS), len(running.answered)
    print(f"\n{rounds} rounds: {events} events, {unanswered} first without an answer, {stored} of those were stored")


def assert_each_once(running: Chaos) -> None:
    """Compare what the senders know with the database: the ids, the outcomes, and what all of them add up to."""
    recorded = running.ledger.event_ids(PRODUCT, SOURCE)
    assert len(recorded) == len(set(recorded))
    assert set(recorded) == running.answered
    outcomes = [data["outcome"] for data in running.ledger.entries(PRODUCT, "budget.adjusted")]
    assert outcomes == ["applied"] * len(recorded)
    assert running.ledger.troubles() == []
    assert running.budget() == BASE + DELTA * len(recorded)


async def test_a_build_that_answers_before_temporal_does_is_caught(tmp_path: Path) -> None:
    hasty = [sys.executable, "-P", str(Path(__file__).with_name("hasty_web.py"))]
    async with chaos(tmp_path / "home", hasty) as running:
        for seed in STALLS:
            found = await running.round(seed, stall=True)
            missing = await running.ledger.holds(PRODUCT, SOURCE, found.answered, timedelta(seconds=3))
            if missing:
                print(f"\nround {seed}: {len(missing)} of {len(found.answered)} answered 202 and lost")
                return
    pytest.fail("nothing was lost: this test cannot see what it is for")


async def test_the_products_of_a_killed_worker_react_within_two_seconds_of_its_return(tmp_path: Path) -> None:
    """For an event that was sent just before the kill, one sent while there was no worker, one sent on its return."""
    taken: dict[str, list[float]] = {"before": [], "between": [], "after": []}
    settings = stack_settings(tmp_path / "home")
    async with local_stack(settings, auto_restart=False) as stack, Sender(settings.web_url) as sender:
        ledger = LedgerFile(settings.home)
        for product in taken:
            await sender.apply(definition(product, dependencies=WORKERS_KILLED))
        for number in range(WORKERS_KILLED):
            assert await sender.one(blocked("before", number)) == "accepted"
            stack.kill("worker")
            await stack.wait_gone("worker")
            assert await sender.one(blocked("between", number)) == "accepted"
            await stack.restart("worker")
            ready = time.monotonic()
            assert await sender.one(blocked("after", number)) == "accepted"
            waiting = set(taken)
            while waiting:
                for product in sorted(waiting):
                    if len(ledger.entries(product, "escalation.started")) > number:
                        taken[product].append(time.monotonic() - ready)
                        waiting.remove(product)
                assert time.monotonic() < ready + 30, f"no reaction of {waiting}"
                await asyncio.sleep(0.01)
    for name, seconds in taken.items():
        print(f"\nsent {name}: " + ", ".join(f"{second:.2f}" for second in sorted(seconds)) + " s")
    assert {name: statistics.median(seconds) <= REACTS_WITHIN_S for name, seconds in taken.items()} == dict.fromkeys(
        taken, True
    )


def blocked(product: str, number: int) -> Event:
    return DependencyBlocked(
        id=f"blocked/{number}",
        source=SOURCE,
        product=product,
        time=datetime.now(UTC),
        dependency=f"need-{number}",
        reason="chaos",
    )
