"""What may come of work when each piece is as late as others were before: many courses, drawn from a seed. Pure.

Every piece of work draws its lateness from what was observed, each observation as likely as any other, independently.
What is late pushes what needs it, up to the next release where there are gates. Nothing is pulled forward: work starts
no earlier than the plan says. People are not queued anew: what is pushed keeps its place in the plan and pushes nothing
that does not need it. Dependencies come as late as the provider's earlier ones took, where enough of them are known.

Offsets are days from now (≥ 0). The same seed gives the same courses, and each piece has a stream of its own, by its
name: other work does not change what it draws.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from math import ceil
from zlib import crc32

MASK = (1 << 64) - 1
GOLDEN = 0x9E3779B97F4A7C15


@dataclass(frozen=True, slots=True)
class Wait:
    """What a team has to deliver before a piece of work can start; only what comes later than needed pushes it."""

    name: str
    needed: float  # offset; negative: it is overdue
    declared: float  # offset, negative
    lead_times: tuple[float, ...]  # days from declared to delivered, as observed


@dataclass(frozen=True, slots=True)
class Leg:
    """A piece of work as planned, with what it needs; offsets in days."""

    name: str
    start: float
    end: float  # when the work is done if it is neither late nor early
    promised: float | None = None  # work in flight: the end that lateness counts from, at most `end`
    own: tuple[str, ...] = ()  # legs whose work must be done
    others: tuple[str, ...] = ()  # legs that must be delivered
    waits: tuple[Wait, ...] = ()
    release: Callable[[float], float] | None = None  # from done to delivered; None: at once


def stream(seed: int, name: str, count: int, below: int) -> list[int]:
    """Return so many numbers from 0 to ``below - 1``, each as likely (SplitMix64: Steele, Lea, Flood 2014)."""
    x = _mixed(seed & MASK) ^ _mixed(crc32(name.encode()) + GOLDEN)
    found = []
    for _ in range(count):
        x = (x + GOLDEN) & MASK
        z = ((x ^ (x >> 30)) * 0xBF58476D1CE4E5B9) & MASK
        z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & MASK
        found.append(((z ^ (z >> 31)) * below) >> 64)
    return found


def _mixed(x: int) -> int:
    z = ((x ^ (x >> 30)) * 0xBF58476D1CE4E5B9) & MASK
    z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & MASK
    return z ^ (z >> 31)


def drawn(seed: int, name: str, count: int, observed: Sequence[float]) -> list[float]:
    """Return so many of the observations, each as likely as any other; at least one is needed."""
    values = sorted(observed)  # a later observation makes no draw earlier, whatever their order
    return [values[index] for index in stream(seed, name, count, len(values))]


def simulate(legs: Iterable[Leg], observed: Sequence[float], seed: int, draws: int) -> dict[str, list[float]]:
    """Return for each leg, in every course, when it and all that it needs is delivered (offset).

    ``legs`` come after what they need. ``observed``: lateness in days, at least one.
    """
    done: dict[str, list[float]] = {}
    delivered: dict[str, list[float]] = {}
    latest: dict[str, list[float]] = {}
    for leg in legs:
        late = drawn(seed, f"item/{leg.name}", draws, observed)
        ready = [done[name] for name in leg.own] + [delivered[name] for name in leg.others]
        ready += [_delivery(wait, seed, draws) for wait in leg.waits]
        done[leg.name] = ends = _ends(leg, _most(ready), late)
        delivered[leg.name] = ends if leg.release is None else [leg.release(end) for end in ends]
        # What it needs is delivered before it starts: except its team's own work, which may wait for a gate, and what
        # a leg in flight should have waited for.
        needs = (*leg.own, *leg.others)
        needed = [latest[name] for name in needs if leg.promised is not None or latest[name] is not done[name]]
        latest[leg.name] = _most([delivered[leg.name], *needed]) or []
    return latest


def _ends(leg: Leg, ready: list[float] | None, late: list[float]) -> list[float]:
    """Return when the work of a leg is done in every course: not before it starts, and not before now."""
    start, end, promised = leg.start, leg.end, leg.promised
    if promised is not None:  # it runs: what has passed of its lateness does not count twice
        return [max(promised + days, end + min(days, 0.0), 0.0) for days in late]
    if ready is None:
        return [max(end + days, start) for days in late]
    work = end - start
    return [max(start, first) + max(work + days, 0.0) for first, days in zip(ready, late, strict=True)]


def _delivery(wait: Wait, seed: int, draws: int) -> list[float]:
    """Return when a dependency that comes later than needed is delivered, in every course; 0 when it does not."""
    left = [days for days in wait.lead_times if wait.declared + days > 0]  # it is not here yet
    times = drawn(seed, f"dependency/{wait.name}", draws, left or [-wait.declared])
    return [came if (came := wait.declared + days) > wait.needed else 0.0 for days in times]


def _most(rows: list[list[float]]) -> list[float] | None:
    """Return the greatest of each column; None when there are no rows."""
    return None if not rows else rows[0] if len(rows) == 1 else list(map(max, *rows))


def rank(values: Sequence[float], share: float) -> float:
    """Return the smallest of the values that at least this share of them (0–1) does not exceed; not for no values."""
    return sorted(values)[max(0, ceil(round(share * len(values), 9)) - 1)]
