"""How late what was promised came, noted when it comes: what forecasts are made from. Pure.

Each thing counts once. An item counts by its last completion, against the end that the plan promised when work on it
began: when it is opened again, it was not finished, and its lateness is withdrawn until it is. A milestone that is
planned again after it was reached starts anew: its earlier lateness is withdrawn, and the new date is its promise.
"""

from datetime import datetime

from domain.periods import days_between, shift, start_of
from domain.product import MAX_OBSERVED, ProductState, starts_of
from domain.things import Item, Milestone, Slips

DIGITS = 4  # of a day: ten seconds


def promised_end(state: ProductState, item: Item) -> str | None:
    """Return the last period of an item that has not begun under the plan in force; None when that leaves it out."""
    start = starts_of(state).get(item.id)
    return None if start is None else shift(start, max(item.duration, 1) - 1)


def end_of(period: str, time_zone: str) -> datetime:
    """Return the instant (UTC) at which a period ends."""
    return start_of(shift(period, 1), time_zone)


def item_slip(item: Item, time_zone: str) -> float | None:
    """Return how many days late an item was completed; None when it is not, or nothing was promised."""
    if item.status != "completed" or item.promised_end is None or item.ended_at is None:
        return None
    return _late(end_of(item.promised_end, time_zone), item.times.get("status"), item.ended_at, time_zone)


def milestone_slip(milestone: Milestone, time_zone: str) -> float | None:
    """Return how many days after its first date a milestone was reached; None when it is not, or was no promise."""
    if milestone.status != "reached" or milestone.promised is None or milestone.ended_at is None:
        return None
    if milestone.promised_at is not None and milestone.promised <= milestone.promised_at:
        return None  # it had passed when it was written down: a record, not a promise
    return _late(milestone.promised, milestone.times.get("status"), milestone.ended_at, time_zone)


def _late(promised: datetime, said: datetime | None, heard: datetime, time_zone: str) -> float:
    """Return the days from a promise until it was kept: when the source says, and never after Tandem heard of it."""
    return round(days_between(promised, heard if said is None else min(said, heard), time_zone), DIGITS)


def with_item(slips: Slips, known: Item, after: Item, time_zone: str) -> Slips:
    """Return the observations after an item's status has changed."""
    items = _noted(slips.items, item_slip(known, time_zone), item_slip(after, time_zone))
    return slips if items is slips.items else slips.model_copy(update={"items": items})


def with_milestone(slips: Slips, known: Milestone, after: Milestone, time_zone: str) -> Slips:
    """Return the observations after what is known of a milestone has changed."""
    milestones = _noted(slips.milestones, milestone_slip(known, time_zone), milestone_slip(after, time_zone))
    return slips if milestones is slips.milestones else slips.model_copy(update={"milestones": milestones})


def _noted(values: tuple[float, ...], old: float | None, new: float | None) -> tuple[float, ...]:
    """Return the latest observations with one withdrawn (unless it was forgotten) and one added."""
    if old == new:
        return values
    if old is not None and old in values:
        last = len(values) - 1 - values[::-1].index(old)
        values = (*values[:last], *values[last + 1 :])
    return values if new is None else (*values, new)[-MAX_OBSERVED:]
