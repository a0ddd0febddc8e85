"""What is asked of a programme, what comes back, and what it may take."""

import time
from collections.abc import Mapping, Set
from dataclasses import dataclass, field

from activities.explaining.slots import Slot, Starts

Counted = Mapping[tuple[str, int], float]  # (task, start) -> coefficient
ITERATIONS_PER_NODE = 100  # as in `activities.solver`: HiGHS does not limit iterations inside a search


@dataclass
class Effort:
    """What is left of the limits of some questions. Nodes and iterations are reproducible, the clock is the guard."""

    nodes: int
    iterations: int
    deadline: float  # of `time.monotonic`
    cut_by_clock: bool = False

    def __post_init__(self) -> None:
        self.given = self.nodes, self.iterations

    @staticmethod
    def of(seconds: float, nodes: int = 20_000, iterations: int = 1_000_000) -> "Effort":
        """Return limits that begin now."""
        return Effort(nodes, iterations, time.monotonic() + seconds)

    def part(self, share: float) -> "Effort":
        """Return a share of what is left, to be spent apart."""
        seconds = max(0.0, self.deadline - time.monotonic()) * share
        return Effort.of(seconds, int(self.nodes * share), int(self.iterations * share))

    def take(self, part: "Effort") -> None:
        """Note that a part was spent; what it left over is not given back, so that the rest stays reproducible."""
        self.nodes, self.iterations = self.nodes - part.given[0], self.iterations - part.given[1]
        self.cut_by_clock = self.cut_by_clock or part.cut_by_clock

    @property
    def spent(self) -> bool:
        """Tell whether nothing is left; notes when it was the clock."""
        if self.nodes <= 0 or self.iterations < ITERATIONS_PER_NODE:
            return True
        late = time.monotonic() >= self.deadline
        self.cut_by_clock = self.cut_by_clock or late
        return late


@dataclass(frozen=True)
class Question:
    """What is asked of a programme: the most value, or the least of ``count``, or the least extra in ``ease``."""

    inside: Set[str] = frozenset()  # tasks that every plan funds
    outside: Set[str] = frozenset()  # tasks that none does
    extra: Mapping[Slot, int] = field(default_factory=dict)  # units that are there already
    ease: Mapping[Slot, float] = field(default_factory=dict)  # what may give way -> weight of a unit, minimised
    floor: float | None = None  # value points to reach
    count: Counted | None = None  # minimised, instead of value
    rows: tuple[tuple[Counted, float], ...] = ()  # sums that must be at least so much
    begin: Starts | None = None  # a plan to start from
    gap: float = 0.0  # of the figure, absolute: value points, units or counts


@dataclass(frozen=True)
class Answer:
    """What a question came to. Without ``starts`` no plan was found; ``proven``: none, or no better one, exists."""

    starts: Starts | None
    proven: bool


NOTHING = Answer(None, proven=False)
