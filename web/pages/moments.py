"""Time left and dates that people choose, for pages. Pure: the present comes from the API, by the product's clock."""

from datetime import date, datetime, time, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from domain.wording import lasting

SOON = timedelta(hours=24)
AT_ONCE = timedelta(hours=4)
Urgency = Literal["", "warn", "bad"]


def time_left(until: str | None, at: str) -> str:
    """Return how much time is left at an instant, or since when it is over; empty when there is no end."""
    if not until:
        return ""
    left = datetime.fromisoformat(until) - datetime.fromisoformat(at)
    return f"{lasting(left)} left" if left > timedelta() else f"over since {lasting(left)}"


def urgency(until: str | None, at: str) -> Urgency:
    """Return the colour of what is urgent: within a day, within hours or over; none for all else."""
    if not until:
        return ""
    left = datetime.fromisoformat(until) - datetime.fromisoformat(at)
    return "bad" if left <= AT_ONCE else "warn" if left <= SOON else ""


def lasted(since: str, at: str) -> str:
    """Return how long something has lasted at an instant."""
    return lasting(datetime.fromisoformat(at) - datetime.fromisoformat(since))


def last_day(due: str | None) -> str | None:
    """Return an instant within the last day of a date: what is due at a day's end is due at midnight, the next day."""
    return None if due is None else (datetime.fromisoformat(due) - timedelta(seconds=1)).isoformat()


def end_of(day: str, zone: ZoneInfo) -> str:
    """Return the end of a day, as somebody chose it, in their zone: its last whole minute. Raises ValueError."""
    chosen = date.fromisoformat(day)
    return datetime.combine(chosen, time(23, 59), zone).isoformat()


def start_of(day: str, zone: ZoneInfo) -> str:
    """Return the start of a day in somebody's zone. Raises ValueError."""
    return datetime.combine(date.fromisoformat(day), time(0, 0), zone).isoformat()


def days_on(at: str, days: int, zone: ZoneInfo) -> str:
    """Return the day that lies so many days after an instant, in somebody's zone."""
    return (datetime.fromisoformat(at).astimezone(zone) + timedelta(days=days)).date().isoformat()
