"""What one event costs in pure Python and in the database, without an engine and without HTTP."""

import asyncio
import statistics
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path

from activities.ledger.migrate import upgrade
from activities.ledger.store import SqlLedger
from activities.solver import solve
from domain.applied import first_state
from domain.core import Stamped, follow, take_in
from domain.entries import Times, event_entry
from domain.planning import SolverLimits
from domain.product import PlanInForce, ProductState
from domain.record import Entry
from domain.snapshot import snapshot_of
from events.codec import decode_batch
from events.errors import EventError
from events.union import Accepted, EventBatch
from tests.bench.cases import BATCH, batch_body, feedback, mixed, product
from tests.bench.figures import Figures

APPEND = 100  # entries of one transaction
US, SECTION = 1e6, "in process"


async def measure(figures: Figures, runs: int, items: Sequence[int] = (50, 500)) -> None:
    """Add what decoding, taking in and recording cost, per event."""
    body = batch_body(mixed(product("inside", 50), BATCH))
    figures.add(SECTION, "decode", "µs / event", decoding(body, runs), said=f"strict, from a body of {BATCH}")
    figures.add(SECTION, "read a signal", "µs / event", reading(body, runs), said=f"pydantic, from {BATCH} in a signal")
    for size in items:
        found, worst = taking_in(size, runs)
        what = f"take in, {size} items"
        figures.add(SECTION, what, "µs / event", found, said=f"nine kinds in turn; dearest: {worst}")
        what = f"take in, material, {size} items"
        figures.add(
            SECTION,
            what,
            "µs / event",
            material(size, runs),
            said="each asks for a look at the priorities that is due already",
        )
    figures.add(
        SECTION,
        "ledger append",
        "µs / entry",
        await appending(runs),
        said=f"{APPEND} in a transaction, commits on the disk",
    )


def decoding(body: bytes, runs: int) -> list[float]:
    """Return microseconds per event."""
    return [_timed(lambda: decode_batch(body)) for _ in range(runs)]


def reading(body: bytes, runs: int) -> list[float]:
    """Return microseconds per event of what the worker does first with a signal."""
    now = datetime.now(UTC)
    events = [event for event in decode_batch(body) if not isinstance(event, EventError)]
    sent = EventBatch(events=tuple(Accepted(event=event, at=now) for event in events)).model_dump_json()
    return [_timed(lambda: EventBatch.model_validate_json(sent)) for _ in range(runs)]


def taking_in(items: int, runs: int) -> tuple[list[float], str]:
    """Return microseconds per event, and the kind of event that takes longest with its median."""
    first = _state(items)  # before the events: older ones would be superseded
    events = mixed(product("inside", items), 450)
    found, by_kind = [], defaultdict[str, list[float]](list)
    for _ in range(runs):
        state, at = first, datetime.now(UTC)
        began = time.perf_counter()
        for event in events:
            before = time.perf_counter()
            stamped = Stamped(event, at)
            after, _, reactions = take_in(state, stamped, state.policy)
            state = follow(after, reactions, stamped.key, at)
            by_kind[type(event).__name__].append(time.perf_counter() - before)
        found.append((time.perf_counter() - began) * US / len(events))
    kind, times = max(by_kind.items(), key=lambda one: statistics.median(one[1]))
    return found, f"{kind} {statistics.median(times) * US:,.0f} µs"


def material(items: int, runs: int) -> list[float]:
    """Return microseconds per event when each asks for a look at the priorities that is due already."""
    first, found = _state(items), []
    events = [feedback("inside", f"surge-{n}", sentiment=-1.0) for n in range(300)]
    for _ in range(runs):
        state, at = first, datetime.now(UTC)
        for number, event in enumerate(events):
            if number == len(events) - 100:  # by then demand has reached the threshold
                began = time.perf_counter()
            stamped = Stamped(event, at)
            after, _, reactions = take_in(state, stamped, state.policy)
            state = follow(after, reactions, stamped.key, at)
        found.append((time.perf_counter() - began) * US / 100)
    return found


async def appending(runs: int, batches: int = 20) -> list[float]:
    """Return microseconds per entry, in a database of its own."""
    entries = _entries(runs * batches * APPEND)
    with tempfile.TemporaryDirectory(prefix="tandem-bench-") as folder:
        url = f"sqlite+aiosqlite:///{Path(folder) / 'ledger.db'}"
        await asyncio.to_thread(upgrade, url)
        ledger = await SqlLedger.open(url)
        try:
            found = []
            for run in range(runs):
                began = time.perf_counter()
                for batch in range(batches):
                    start = (run * batches + batch) * APPEND
                    await ledger.append(entries[start : start + APPEND])
                found.append((time.perf_counter() - began) * US / (batches * APPEND))
            return found
        finally:
            await ledger.close()


def _timed(work: Callable[[], object], times: int = 10) -> float:
    """Return microseconds per event of work on one batch."""
    began = time.perf_counter()
    for _ in range(times):
        work()
    return (time.perf_counter() - began) * US / (times * BATCH)


def _state(items: int) -> ProductState:
    """Return a product with a plan in force."""
    at = datetime.now(UTC)
    state = first_state(product("inside", items), at)
    snapshot = snapshot_of(state, at)
    starts = {name: snapshot.periods[start] for name, start in solve(snapshot, SolverLimits(seconds=1)).starts.items()}
    plan = PlanInForce(plan="0" * 64, proposal="0" * 64, run=1, starts=starts, adopted_at=at)
    return state.model_copy(update={"plan": plan})


def _entries(count: int) -> list[Entry]:
    """Return what a product records for so many events."""
    state, at, entries = _state(50), datetime.now(UTC), []
    times = Times(at=at, clock_at=at, policy_hash="0" * 64)
    for event in mixed(product("inside", 50), count):
        stamped = Stamped(event, at)
        after, taken, reactions = take_in(state, stamped, state.policy)
        entries.append(event_entry(state, stamped, taken, reactions, times))
        state = follow(after, reactions, stamped.key, at)
    return entries
