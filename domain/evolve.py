"""What an event changes: ``evolve`` and its judgement. Pure and total: never raises on a valid event."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property, lru_cache
from typing import Any, Literal
from urllib.parse import quote

from domain.product import ProductState
from events.internal import SOURCE, ProductApplied, Raised
from events.model import Event

RULES = 1  # raised when the behaviour of `step`, `react` or `follow` changes; the old stays while a run carries it


_PLAIN = re.compile(r"[A-Za-z0-9_.~-]+")  # what percent-encoding leaves as it is; looking is quicker than encoding


def event_key(source: str, event_id: str) -> str:
    """Return the ledger key of an event, percent-encoded, so that no sender can choose the key of another entry."""
    own = source == SOURCE  # its ids are made here, and are parts of other keys as they are
    return f"event/{_quoted(source)}/{event_id if own or _PLAIN.fullmatch(event_id) else quote(event_id, safe='')}"


@lru_cache(maxsize=256)
def _quoted(source: str) -> str:
    return quote(source, safe="")


@dataclass(frozen=True)
class Stamped:
    """An event with the instant of its acceptance by the product's clock, never earlier than the one before it."""

    event: Event
    at: datetime

    @cached_property
    def key(self) -> str:
        """Return the ledger key of the entry that records it."""
        return event_key(self.event.source, self.event.id)


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of an event: applied, superseded by a newer fact, or refused (then a dead letter)."""

    outcome: Literal["applied", "superseded", "refused"] = "applied"
    because: str = ""


APPLIED = Taken()
Step = tuple[ProductState, Taken]
Handler = Callable[[ProductState, Any, datetime], Step]
HANDLERS: dict[type[Event], Handler] = {}


def handles(event: type[Event]) -> Callable[[Handler], Handler]:
    """Register the function that applies one type of event."""

    def register(handler: Handler) -> Handler:
        HANDLERS[event] = handler
        return handler

    return register


def superseded(state: ProductState, because: str) -> Step:
    """Leave the state as it is: a newer fact is known."""
    return state, Taken("superseded", because)


def refused(state: ProductState, because: str) -> Step:
    """Leave the state as it is: the event cannot be understood here."""
    return state, Taken("refused", because)


def step(state: ProductState, stamped: Stamped) -> Step:
    """Return the state after an event, and what became of the event."""
    moved = state if stamped.at <= state.at else state.model_copy(update={"at": stamped.at})
    if state.status == "archived":
        if isinstance(stamped.event, Raised) and not isinstance(stamped.event, ProductApplied):
            return superseded(moved, "the product is archived")  # what was under way comes to nothing
        return refused(moved, "the product is archived and takes no more events")
    return HANDLERS[type(stamped.event)](moved, stamped.event, moved.at)


def evolve(state: ProductState, stamped: Stamped) -> ProductState:
    """Return the state after an event."""
    return step(state, stamped)[0]
