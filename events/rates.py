"""How much passes through: events by second, way, product, source, type and status. Pure; the second is handed in."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

MOST_KEYS = 2_000  # of one second; what is beyond is counted together
OTHERS = "(others)"
MOST_OF_A_NAME = 200  # characters; parked records name what they like


class Kind(NamedTuple):
    """What is counted together."""

    way: str  # `http`, `kafka`, `webhook`
    product: str  # empty: not known
    source: str
    type: str
    status: str  # `accepted`, `duplicate`, `refused`, `parked` …


@dataclass(frozen=True, slots=True)
class Rate:
    """How many events of a kind passed in one second."""

    second: int  # Unix time
    kind: Kind
    events: int


class Rates:
    """Counts until it is emptied; of one process, used from one event loop."""

    def __init__(self) -> None:
        self._counts: dict[int, Counter[Kind]] = {}

    def add(self, second: int, counts: Mapping[Kind, int]) -> None:
        """Count a batch."""
        kinds = self._counts.setdefault(second, Counter())
        for kind, events in counts.items():
            short = Kind(*(_storable(name[:MOST_OF_A_NAME]) for name in kind))
            known = short in kinds or len(kinds) < MOST_KEYS
            kinds[short if known else Kind(kind.way, OTHERS, OTHERS, OTHERS, kind.status)] += events

    def take(self) -> list[Rate]:
        """Return what was counted, and begin again."""
        counts, self._counts = self._counts, {}
        return [Rate(second, kind, n) for second, kinds in counts.items() for kind, n in kinds.items()]

    def put_back(self, rates: list[Rate], oldest: int) -> None:
        """Count again what could not be stored; what is from before ``oldest`` is given up."""
        for rate in rates:
            if rate.second >= oldest:
                self.add(rate.second, {rate.kind: rate.events})


def _storable(name: str) -> str:
    """Return a name that every database takes: parked records may hold halves of pairs, and U+0000."""
    return name.replace("\0", "\ufffd").encode("utf-8", "replace").decode()
