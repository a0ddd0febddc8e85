"""How much dispatch may hold in memory: room is reserved before anything is taken, all or nothing."""

from collections.abc import Mapping
from dataclasses import dataclass

MIB = 1024 * 1024


class FullError(Exception):
    """Too much waits to be stored already; nothing was taken. Send the same again after ``retry_after`` seconds."""

    def __init__(self, message: str = "", retry_after: float = 1.0) -> None:
        super().__init__(message or (self.__doc__ or "").partition(";")[0])
        self.retry_after = retry_after


class ClosingError(FullError):
    """This process is stopping; nothing was taken."""


class TooManyError(Exception):
    """One request holds more than may ever wait at once; it must be sent in parts."""


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds of one dispatch, in events, bytes (serialized) and seconds."""

    events: int = 20_000  # over all products
    bytes: int = 64 * MIB
    product_events: int = 5_000
    product_bytes: int = 16 * MIB
    batch_events: int = 500  # per signal: 65,000 to 80,000 events a second were measured at this size
    batch_bytes: int = 1_500_000  # per signal: Temporal refuses payloads above 2 MB
    flights: int = 500  # deliveries at once, over all products
    pace: float = 150.0  # signals a second; each costs the engine as much as 50 events, and beyond this they grow
    burst: int = 50  # signals that may exceed the pace
    longest_pause: float = 0.25  # of one signal that exceeds it
    few: int = 8  # products that have events under way: so few never wait
    deadline: float = 10.0  # of one request
    attempts: int = 6
    first_retry: float = 0.1  # doubles
    remembered: int = 100_000  # stored events whose repetition is recognized without the workflow
    look_bytes: int = 2_000_000  # handed to a product between two looks at its run's size
    look_signals: int = 500
    hold_bytes: int = 20_000_000  # the server terminates a run at about 50 MB
    hold_events: int = 20_000  # history events; the server terminates a run at 51,200
    hold_signals: int = 1_000  # 2,000 took a worker longer than the two seconds of a task, and it never got further
    first_poll: float = 1.0  # of a held product; doubles
    longest_poll: float = 30.0
    measuring: float = 5.0  # one look


@dataclass(slots=True)
class Load:
    """What waits, or is about to."""

    events: int = 0
    bytes: int = 0


class Room:
    """Counts what is held, over all and per product; a product without anything costs nothing."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self.total = Load()
        self._products: dict[str, Load] = {}

    def take(self, wanted: Mapping[str, Load]) -> None:
        """Take room for everything, or raise ``FullError`` or ``TooManyError`` and take none.

        A product for which nothing waits may exceed its own share: a body of the largest size must be
        acceptable at some time, however small its events are.
        """
        limits = self._limits
        events, size = sum(load.events for load in wanted.values()), sum(load.bytes for load in wanted.values())
        if events > limits.events or size > limits.bytes:
            raise TooManyError(f"{events} events with {size} bytes: at most {limits.events} and {limits.bytes}")
        if self.total.events + events > limits.events or self.total.bytes + size > limits.bytes:
            raise FullError
        for product, load in wanted.items():
            held = self._products.get(product)
            if held and (
                held.events + load.events > limits.product_events or held.bytes + load.bytes > limits.product_bytes
            ):
                raise FullError(f"too much waits to be stored for {product} already")
        for product, load in wanted.items():
            held = self._products.setdefault(product, Load())
            self._add(held, load.events, load.bytes)
            self._add(self.total, load.events, load.bytes)

    def give_back(self, product: str, size: int) -> None:
        """Free the room of one event."""
        held = self._products[product]
        self._add(held, -1, -size)
        self._add(self.total, -1, -size)
        if held.events == 0:
            del self._products[product]

    @staticmethod
    def _add(load: Load, events: int, size: int) -> None:
        load.events += events
        load.bytes += size

    def __len__(self) -> int:
        return len(self._products)
