"""Absolute facts: the greatest `time` per field wins, whatever the order of arrival. Pure."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, TypeVar

from pydantic import BaseModel

from domain.product import MAX_ENDED, MAX_TOPICS
from domain.things import Times

Model = TypeVar("Model", bound=BaseModel)
Value = TypeVar("Value")


def newer(times: Mapping[str, datetime], field: str, time: datetime) -> bool:
    """Tell whether a fact of this time is at least as new as the known one; at the same time the later arrival wins."""
    return field not in times or time >= times[field]


def with_facts(thing: Model, facts: Mapping[str, Any], time: datetime) -> tuple[Model, tuple[str, ...]]:
    """Return ``thing`` with the facts that are newer than the known ones, and the names of those that were not."""
    times: Times = thing.times  # type: ignore[attr-defined]
    taken = {field: value for field, value in facts.items() if newer(times, field, time)}
    old = tuple(field for field in facts if field not in taken)
    if not taken:
        return thing, old
    return thing.model_copy(update={**taken, "times": {**times, **dict.fromkeys(taken, time)}}), old


def put(things: Mapping[str, Value], name: str, value: Value) -> dict[str, Value]:
    """Return a copy with one entry set."""
    return {**things, name: value}


def bounded(topics: dict[str, Value]) -> dict[str, Value]:
    """Forget the oldest topics when there are too many."""
    while len(topics) > MAX_TOPICS:
        topics.pop(min(topics, key=lambda name: (topics[name].time, name)))  # type: ignore[attr-defined]
    return topics


def forget_ended(things: dict[str, Model], keep: str = "") -> dict[str, Model]:
    """Keep at most MAX_ENDED things that have ended, the latest ones: state stays bounded for ever.

    ``keep`` is the one that an event is about: what follows from the event still has to find it.
    """
    ended = [name for name, thing in things.items() if thing.ended_at is not None]  # type: ignore[attr-defined]
    if len(ended) <= MAX_ENDED:
        return things
    # The latest last, and `keep` after them all.
    ended.sort(key=lambda name: (name == keep, things[name].ended_at, name))  # type: ignore[attr-defined]
    gone = set(ended[: len(ended) - MAX_ENDED])
    return {name: thing for name, thing in things.items() if name not in gone}
