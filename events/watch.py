"""Watches how long the runs of product workflows become, so that none is fed until the server ends it.

Without workers nobody renews a run: 59 signals of 0.9 MB make the server terminate it, and after 10,000 signals it
refuses more. So after every so much handed over the run is looked at, and what was handed over since then is added.
"""

from collections import OrderedDict
from dataclasses import dataclass

from events.ports import RunSize
from events.room import Limits

WATCHED = 100_000  # products; the one that was fed longest ago is forgotten first


@dataclass(slots=True)
class _Fed:
    """One product: its run when last looked at, and what this process handed over since."""

    run_id: str = ""
    history_bytes: int = 0
    history_events: int = 0
    signals: int = 0
    new_bytes: int = 0
    new_signals: int = 0


class Watch:
    """The sizes of all products' runs, as far as this process can tell."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._products: OrderedDict[str, _Fed] = OrderedDict()

    def fed(self, product: str, size: int) -> bool:
        """Note one signal of this many bytes; return whether it is time to look."""
        fed = self._products.setdefault(product, _Fed())
        self._products.move_to_end(product)
        if len(self._products) > WATCHED:
            self._products.popitem(last=False)
        fed.new_bytes += size
        fed.new_signals += 1
        return fed.new_bytes >= self._limits.look_bytes or fed.new_signals >= self._limits.look_signals

    def looked(self, product: str, run: RunSize) -> None:
        """Note the size of the run."""
        fed = self._products.setdefault(product, _Fed())
        same_run = fed.run_id in ("", run.run_id)
        own = fed.signals + fed.new_signals if same_run else 0  # what went to a new run is unknown; the bounds bear it
        self._products[product] = _Fed(
            run_id=run.run_id,
            history_bytes=run.history_bytes,
            history_events=run.history_events,
            signals=own if run.signals is None else run.signals,
        )

    def forget(self, product: str) -> None:
        """Drop what is known of a product that is gone."""
        self._products.pop(product, None)

    def too_long(self, product: str) -> str:
        """Return why the product must be held, with its figures; empty when it need not be."""
        fed, limits = self._products.get(product, _Fed()), self._limits
        for figure, limit, unit in (
            (fed.history_bytes + fed.new_bytes, limits.hold_bytes, "bytes of history"),
            (fed.history_events + fed.new_signals, limits.hold_events, "history events"),
            (fed.signals + fed.new_signals, limits.hold_signals, "signals"),
        ):
            if figure >= limit:
                return f"its run has {figure:,} {unit}, the limit is {limit:,}"
        return ""

    def __len__(self) -> int:
        return len(self._products)
