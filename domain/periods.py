"""Months as planning periods, and dates in a product's time zone. Pure."""

from calendar import monthrange
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

DAY = timedelta(days=1)


@lru_cache(maxsize=256)
def zone(name: str) -> ZoneInfo:
    """Return the time zone of an IANA name. Raises ZoneInfoNotFoundError."""
    return ZoneInfo(name)


def period_of(at: datetime, time_zone: str) -> str:
    """Return the period that an instant falls into; periods start at local midnight."""
    local = at.astimezone(zone(time_zone))
    return f"{local.year:04d}-{local.month:02d}"


@lru_cache(maxsize=4096)
def shift(period: str, by: int) -> str:
    """Return the period ``by`` periods later (earlier when negative)."""
    year, month = period.split("-")
    months = int(year) * 12 + int(month) - 1 + by
    return f"{months // 12:04d}-{months % 12 + 1:02d}"


@lru_cache(maxsize=65536)
def index_of(period: str, first: str) -> int:
    """Return how many periods ``period`` lies after ``first``."""
    year, month = (int(part) for part in period.split("-"))
    from_year, from_month = (int(part) for part in first.split("-"))
    return (year - from_year) * 12 + month - from_month


def days_of(period: str) -> tuple[date, date]:
    """Return the first and the last day of a period."""
    year, month = (int(part) for part in period.split("-"))
    return date(year, month, 1), date(year, month, monthrange(year, month)[1])


def start_of(period: str, time_zone: str) -> datetime:
    """Return the instant (UTC) at which a period starts."""
    year, month = (int(part) for part in period.split("-"))
    return datetime(year, month, 1, tzinfo=zone(time_zone)).astimezone(UTC)


def falls_due(due: datetime | date, time_zone: str) -> datetime:
    """Return the instant (UTC) of a due date; a date without a time falls due at that day's end."""
    if isinstance(due, datetime):
        return due.astimezone(UTC)
    return datetime.combine(due + DAY, time(), tzinfo=zone(time_zone)).astimezone(UTC)


def last_period(due: datetime, time_zone: str) -> str:
    """Return the last period that lies, at least in part, before a due instant.

    The end of 31 March is the first moment of April, and still means March.
    """
    return period_of(due - timedelta(microseconds=1), time_zone)


def days_between(start: datetime, end: datetime, time_zone: str) -> float:
    """Return the days from one instant to another as a calendar on the wall counts them, whatever the summer time."""
    local = [moment.astimezone(zone(time_zone)).replace(tzinfo=None) for moment in (start, end)]
    return (local[1] - local[0]) / DAY


def next_midnight(at: datetime, time_zone: str) -> datetime:
    """Return the first local midnight after an instant (UTC)."""
    local = at.astimezone(zone(time_zone))
    return datetime.combine(local.date() + DAY, time(), tzinfo=zone(time_zone)).astimezone(UTC)


def business_days(start: datetime, end: datetime, time_zone: str) -> int:
    """Return how many working days (Monday to Friday) have ended between two instants, however late they began."""
    first, last = (moment.astimezone(zone(time_zone)).date() for moment in (start, end))
    span = (last - first).days
    if span <= 0:
        return 0
    weeks, rest = divmod(span, 7)
    return weeks * 5 + sum((first.weekday() + offset) % 7 < 5 for offset in range(rest))
