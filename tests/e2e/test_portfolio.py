"""A public portfolio's change from one report to the next, through the whole stack: HTTP and Kafka, Temporal, worker,
ledger."""

import asyncio
import json
import random
from collections import Counter
from collections.abc import AsyncIterator, Iterator, Sequence
from datetime import timedelta
from itertools import cycle
from typing import Any

import pytest

from deploy.local import LocalStack, local_stack
from domain.planning import Plan, Snapshot, objective, violations
from domain.record import content_hash
from events.model import Event
from tests.builders import feedback
from tests.harness import stack_settings
from tests.portfolio import convert
from tests.portfolio.figures import figures_of
from tests.portfolio.files import demo
from tests.ways_in import LedgerFile, Sender, until, until_answered
from tests.ways_kafka import KafkaSender

pytestmark = pytest.mark.check

SEED = 20170901
TWICE = 0.05  # share of the events that are sent twice
LARGEST_BATCH = 20
SENDERS = 2  # at once, of each way in
WAYS = ("http batch", "http binary", "kafka")
DRAINED = timedelta(seconds=60)  # while worker and stream are killed and come back
PORTFOLIO, THOUSANDS = "portfolio", "thousands"


@pytest.fixture(scope="module")
async def stack(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[LocalStack]:
    demo()  # skips before anything is started
    settings = stack_settings(tmp_path_factory.mktemp("portfolio"))
    async with local_stack(settings, auto_restart=False) as running:
        yield running


@pytest.fixture
async def sender(stack: LocalStack) -> AsyncIterator[Sender]:
    async with Sender(stack.settings.web_url) as connected:
        yield connected


@pytest.fixture
def ledger(stack: LocalStack) -> LedgerFile:
    return LedgerFile(stack.settings.home)


def parts_of(events: Sequence[Event], rng: random.Random) -> Iterator[list[Event]]:
    """Yield events one by one or in batches, as it comes."""
    left = list(events)
    while left:
        count = rng.choice([1, 1, 1, rng.randint(2, LARGEST_BATCH)])
        yield left[:count]
        left = left[count:]


class Traffic:
    """Sends what happened kind by kind: a third of each by every way in, shuffled, mixed with repetitions by any way.

    The kinds keep their order, because an item cannot be dropped that was never added; so each is recorded before the
    next one is sent, as nothing orders what comes by different ways.
    """

    def __init__(
        self, stack: LocalStack, sender: Sender, kafka: KafkaSender, ledger: LedgerFile, kinds: dict[str, list[Event]]
    ) -> None:
        self.stack, self.sender, self.kafka, self.ledger, self.kinds = stack, sender, kafka, ledger, kinds
        self.rng = random.Random(SEED)
        self.ids = {event.id for events in kinds.values() for event in events}
        self.twice = set(self.rng.sample(sorted(self.ids), round(TWICE * len(self.ids))))
        self.first_by: Counter[str] = Counter()  # way -> events
        self.answers: Counter[str] = Counter()  # way -> events, repetitions included
        self.restarting: asyncio.Future[Any] | None = None

    async def send(self) -> None:
        """Send everything; worker and stream are killed midway and started again while sending goes on."""
        in_turn = cycle(WAYS)
        for events in self.kinds.values():
            mixed: dict[str, list[Event]] = {way: [] for way in WAYS}
            for event in self.rng.sample(events, len(events)):
                way = next(in_turn)
                mixed[way].append(event)
                self.first_by[way] += 1
                if event.id in self.twice:
                    mixed[self.rng.choice(WAYS)].append(event)
            for same in mixed.values():
                self.rng.shuffle(same)
            parts = {way: parts_of(same, self.rng) for way, same in mixed.items()}
            await asyncio.gather(*(self._one_sender(way, parts[way]) for way in WAYS for _ in range(SENDERS)))
            ids = [event.id for event in events]
            assert await self.ledger.holds(PORTFOLIO, convert.SOURCE, ids, DRAINED) == set()
        assert self.restarting is not None
        await self.restarting

    async def send_again_after_a_restart(self) -> None:
        """Repeat some to processes that remember none: now the product's own workflow has to know them."""
        await asyncio.gather(self.stack.restart("web"), self.stack.restart("stream"))
        again = [event for events in self.kinds.values() for event in events if event.id in self.twice]
        assert await until_answered(lambda: self.sender.batch(again)) == ["accepted"] * len(again)
        await self.kafka.send(again)
        last = [feedback(product=PORTFOLIO) for _ in WAYS]  # of another source; recorded after what came before them
        assert await self.sender.one(last[0]) == "accepted"
        await self.kafka.send(last[1:])
        assert await self.ledger.holds(PORTFOLIO, last[0].source, [event.id for event in last]) == set()

    async def _one_sender(self, way: str, parts: Iterator[list[Event]]) -> None:
        for part in parts:
            if way == "kafka":
                await self.kafka.send(part, self.rng.choice(["structured", "binary"]))
            elif way == "http batch":
                await self.sender.batch(part)
            else:
                for event in part:
                    await self.sender.binary(event)
            self.answers[way] += len(part)
            if self.restarting is None and self.answers.total() >= len(self.ids) / 2:
                self.stack.kill("worker")
                self.stack.kill("stream")
                self.restarting = asyncio.gather(self.stack.restart("worker"), self.stack.restart("stream"))


async def test_the_stack_takes_in_the_change_between_two_reports_exactly(
    stack: LocalStack, sender: Sender, ledger: LedgerFile
) -> None:
    before, after, _ = demo()
    found = figures_of(before, after)
    # All agencies of both reports are teams: they are the organisation, whether or not they have a project yet.
    await sender.apply(convert.product_of(PORTFOLIO, before, before.agencies | after.agencies))
    await until(lambda: bool(ledger.entries(PORTFOLIO, "plan.adopted")), "the first plan is in force")
    assert len(ledger.row("roadmap", PORTFOLIO)["items"]) == len(before.projects) == 169

    async with KafkaSender(stack.settings.kafka_brokers[0]) as kafka:
        traffic = Traffic(stack, sender, kafka, ledger, convert.events_between(PORTFOLIO, before, after))
        await traffic.send()
        assert max(traffic.first_by.values()) - min(traffic.first_by.values()) <= 1
        assert traffic.answers.total() == len(traffic.ids) + len(traffic.twice)
        await traffic.send_again_after_a_restart()
    await until(lambda: len(ledger.entries(PORTFOLIO, "escalation.started")) >= len(found.late), "all escalations")

    recorded = ledger.event_ids(PORTFOLIO, convert.SOURCE)
    assert len(recorded) == len(set(recorded))
    assert set(recorded) == traffic.ids
    assert applied_from_outside(ledger) == Counter({kind: len(events) for kind, events in traffic.kinds.items()})
    assert ledger.troubles() == []
    assert_as_published(ledger)
    assert_only_late_dependencies_were_followed_up(ledger)
    await assert_the_api_agrees(sender, ledger)
    open_items = {item["id"]: item["cost"] for item in ledger.row("roadmap", PORTFOLIO)["items"]}
    assert open_items.keys() == {convert.item_id(pid) for pid in after.projects}
    assert all(open_items[convert.item_id(p.pid)] == p.cents for p in after.projects.values() if p.cents is not None)


def applied_from_outside(ledger: LedgerFile) -> Counter[str]:
    """Return how many events of each type were applied; one that was not would be missing."""
    query = "SELECT kind, data FROM entry WHERE product = ? AND event_source = ?"
    rows = ledger.select(query, PORTFOLIO, convert.SOURCE)
    return Counter(kind for kind, data in rows if json.loads(data)["outcome"] == "applied")


def assert_as_published(ledger: LedgerFile) -> None:
    before, after, expected = demo()
    found, applied = figures_of(before, after), applied_from_outside(ledger)
    assert applied["budget.reforecast"] == len(expected["budget_events"]) == len(found.reforecast) == 95
    assert applied["milestone.moved"] == len(expected["milestone_events"]) == len(found.moved) == 95
    assert applied["item.added"] == len(expected["new_items"]) == len(found.new) == 45
    assert applied["item.dropped"] == len(expected["gone_items"]) == len(found.dropped) == 2
    late = {event["pid"]: event["days"] for event in expected["escalations_cross_agency_slip_ge_90d"]}
    assert late == found.late
    started = ledger.entries(PORTFOLIO, "escalation.started")
    assert Counter(data["subject"] for data in started) == Counter(convert.dependency_id(pid) for pid in late)
    assert len(started) == 22
    for data in started:
        days = late[data["subject"].removeprefix("delivery-")]
        assert f"promised {days} days after it is needed" in data["because"].replace(",", "")


def assert_only_late_dependencies_were_followed_up(ledger: LedgerFile) -> None:
    """The one rule that is switched on is the only one that anything followed from; the declaration asks for a plan."""
    assert len(ledger.entries(PORTFOLIO, "reprioritization.started")) == 1
    query = "SELECT kind, data FROM entry WHERE product = ? AND event_source = ?"
    followed = Counter(
        (kind, reaction["kind"])
        for kind, data in ledger.select(query, PORTFOLIO, convert.SOURCE)
        for reaction in json.loads(data)["reactions"]
        if reaction["kind"] != "no reaction"
    )
    assert followed == {("milestone.moved", "bring to the product owner"): 22}


async def assert_the_api_agrees(sender: Sender, ledger: LedgerFile) -> None:
    verified = await sender.get(f"/products/{PORTFOLIO}/ledger/verify")
    total = ledger.select("SELECT count(*) FROM entry WHERE product = ?", PORTFOLIO)[0][0]
    assert (verified["ok"], verified["entries"]) == (True, total), verified
    for kind, count in {"budget.reforecast": 95, "milestone.moved": 95, "item.added": 45, "item.dropped": 2}.items():
        page = await sender.get(f"/products/{PORTFOLIO}/ledger", kind=kind, limit=1000)
        assert len(page["items"]) == count
        assert page["simulated_clock"] is True
    product = await sender.get(f"/products/{PORTFOLIO}")
    assert len(product["data"]["open_escalations"]) == 22


async def test_the_engine_replans_to_the_proven_optimum(sender: Sender, ledger: LedgerFile) -> None:
    before, after, expected = demo()
    replan = figures_of(before, after).replan
    await sender.apply(convert.product_of_replan(THOUSANDS, replan, before.day))
    await until(lambda: len(ledger.entries(THOUSANDS, "plan.adopted")) == 1, "the first plan is in force")
    first = ledger.entries(THOUSANDS, "plan.solved")[0]["event"]
    assert first["starts"].keys() == {convert.item_id(pid) for pid in replan.values}  # the budget covers them all
    assert first["value"] == replan.cap

    events = convert.reforecasts_of(THOUSANDS, replan, after.day)
    answers = await until_answered(lambda: sender.batch(events))
    assert answers == ["accepted"] * len(events)
    await until(lambda: len(ledger.entries(THOUSANDS, "plan.adopted")) == 2, "the better plan is in force")

    solved = ledger.entries(THOUSANDS, "plan.solved")
    assert len(solved) == 2  # one batch, one look at the priorities
    last = solved[-1]["event"]
    assert (last["value"], last["gap"]) == (replan.optimum(), 0)
    assert last["value"] == expected["replan"]["optimum_kept_value"] == 24_251_225
    assert last["in_force_feasible"] is False
    snapshot = Snapshot.model_validate(document(ledger, last["snapshot"]))
    plan = Plan.model_validate(document(ledger, last["plan"]))
    assert {task.id: (task.value, task.cost) for task in snapshot.tasks} == {
        convert.item_id(pid): (value, replan.costs[pid]) for pid, value in replan.values.items()
    }
    assert snapshot.budgets == (expected["replan"]["cap"],) == (24_598_952,)
    assert not violations(snapshot, plan.starts)
    assert objective(snapshot, plan.starts) == plan.objective == last["value"]
    assert plan.proven
    in_force = {item["id"] for item in ledger.row("roadmap", THOUSANDS)["items"] if item["start"] is not None}
    assert in_force == plan.starts.keys()
    assert (await sender.get(f"/products/{THOUSANDS}/ledger/verify"))["ok"] is True


def document(ledger: LedgerFile, digest: str) -> Any:
    """Return a stored document, which must be what its name says."""
    content = json.loads(ledger.select("SELECT bytes FROM document WHERE hash = ?", digest)[0][0])
    assert content_hash(content) == digest
    return content
