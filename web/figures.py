"""Figures as Prometheus reads them: its text format, version 0.0.4. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Literal

from events.outcome import Stats, Status

MEDIA_TYPE = "text/plain; version=0.0.4"
_OUTCOMES = frozenset(status.value for status in Status)
_ASIDE = {  # what dispatch counts beside events
    "batches": "Signals that were handed over; each holds the events of one product.",
    "retries": "Signals that were handed over once more after a failure.",
    "full": "Requests that were turned away because too much was waiting.",
}


@dataclass(frozen=True)
class Figure:
    """One metric; each of ``values`` with the values of ``labels``, () when there are none."""

    name: str
    kind: Literal["counter", "gauge"]
    text: str  # what it means
    values: Iterable[tuple[tuple[str, ...], float]]
    labels: tuple[str, ...] = field(default=())

    def lines(self) -> list[str]:
        """Return its lines."""
        head = [f"# HELP {self.name} {self.text}", f"# TYPE {self.name} {self.kind}"]
        return head + [f"{self.name}{self._labelled(key)} {value}" for key, value in sorted(self.values)]

    def _labelled(self, key: tuple[str, ...]) -> str:
        pairs = ",".join(f'{name}="{_escaped(value)}"' for name, value in zip(self.labels, key, strict=True))
        return f"{{{pairs}}}" if pairs else ""


def counter(name: str, text: str, value: float) -> Figure:
    """Return a counter without labels."""
    return Figure(name, "counter", text, [((), value)])


def gauge(name: str, text: str, value: float) -> Figure:
    """Return a gauge without labels."""
    return Figure(name, "gauge", text, [((), value)])


def text_of(figures: list[Figure]) -> str:
    """Return the whole answer."""
    return "\n".join(line for figure in figures for line in figure.lines()) + "\n"


def of_dispatch(stats: Stats) -> list[Figure]:
    """Return the figures of handing events over; counted since the process started."""
    events = [((name,), count) for name, count in stats.counts.items() if name in _OUTCOMES]
    aside = dict.fromkeys(_ASIDE, 0) | {n: count for n, count in stats.counts.items() if n not in _OUTCOMES}
    return [
        Figure("tandem_dispatch_total", "counter", "Events, by what became of them.", events, ("what",)),
        *(
            counter(f"tandem_dispatch_{name}_total", _ASIDE.get(name, f"Counted by dispatch: {name}."), count)
            for name, count in sorted(aside.items())
        ),
        gauge("tandem_dispatch_waiting_events", "Events that wait to be stored.", stats.waiting_events),
        gauge("tandem_dispatch_waiting_bytes", "Bytes of the events that wait to be stored.", stats.waiting_bytes),
        gauge("tandem_dispatch_busy_products", "Products with a signal under way.", stats.busy_products),
        gauge("tandem_dispatch_held_products", "Products that take nothing for the moment.", len(stats.held_products)),
    ]


def _escaped(value: str) -> str:
    return value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
