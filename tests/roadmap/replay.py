"""The roadmap through the pure core, event by event, with a forecast of every promise as it is made.

A forecast is made from the state right after the promise: from nothing that came later.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from domain.applied import first_state
from domain.core import Stamped, follow, take_in
from domain.definition import ProductDefinition
from domain.milestone_forecasts import forecast_milestones
from domain.product import ProductState
from events import model
from events.model import Event

Dates = tuple[datetime, datetime]


@dataclass(frozen=True, slots=True)
class Promise:
    """A date that was set or moved for a milestone that was open then."""

    milestone: str
    at: datetime
    due: datetime
    first: bool
    observed: int  # slips that the product knew then
    forecast: Dates | None  # P50 and P85; None: insufficient data


@dataclass(slots=True)
class Replayed:
    """What the core made of the events."""

    state: ProductState
    applied: Counter[str] = field(default_factory=Counter)  # type -> events
    refused: list[tuple[Event, str]] = field(default_factory=list)  # with the reason
    superseded: list[tuple[Event, str]] = field(default_factory=list)
    later: int = 0  # milestone.moved to a later date
    earlier: int = 0
    slipped: set[str] = field(default_factory=set)  # milestones that moved later
    promises: list[Promise] = field(default_factory=list)


def replay(definition: ProductDefinition, events: Iterable[Event]) -> Replayed:
    """Take in the events, each at its own time."""
    origin = definition.clock.origin
    if origin is None:
        raise ValueError("the replay starts where the product's clock does")
    found = Replayed(first_state(definition, origin))
    for event in events:
        before = found.state
        stamped = Stamped(event, max(event.time, before.at))
        after, taken, reactions = take_in(before, stamped, before.policy)
        found.state = follow(after, reactions, stamped.key, stamped.at)
        if taken.outcome == "applied":
            found.applied[type_of(event)] += 1
            if isinstance(event, model.MilestonePlanned | model.MilestoneMoved):
                _note(found, before, event.milestone, stamped.at)
        else:
            (found.refused if taken.outcome == "refused" else found.superseded).append((event, taken.because))
    return found


def type_of(event: Event) -> str:
    """Return ``milestone.moved`` for a `MilestoneMoved`."""
    return str(type(event).model_fields["type"].default)


def _note(found: Replayed, before: ProductState, name: str, at: datetime) -> None:
    now, then = found.state.milestones[name], before.milestones.get(name)
    if then is not None and now.due > then.due:
        found.later += 1
        found.slipped.add(name)
    elif then is not None and now.due < then.due:
        found.earlier += 1
    if now.status == "planned":
        observed = len(found.state.slips.milestones)
        (told,) = forecast_milestones(found.state, at, only=(name,)).milestones
        forecast = None if told.p50 is None or told.p85 is None else (told.p50, told.p85)
        found.promises.append(Promise(name, at, now.due, then is None, observed, forecast))
