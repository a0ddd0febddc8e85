"""Instants and dates as text: RFC 3339, within years that arithmetic can bear."""

import re
from datetime import UTC, date, datetime, timedelta
from typing import TypeVar

D = TypeVar("D", bound=date)

FIRST_YEAR, LAST_YEAR = 1900, 2999  # further out, time zones and working days run over datetime's own ends
_RFC3339 = re.compile(
    r"(\d{4}-\d{2}-\d{2})[Tt](\d{2}:\d{2}):(\d{2})(?:\.(\d+))?(?:[Zz]|([+-](?:[01]\d|2[0-3]):[0-5]\d))", re.ASCII
)
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)


def parse_instant(text: str) -> datetime:
    """Return the instant in UTC; digits beyond microseconds are cut, a leap second becomes the next one.

    Raises ``ValueError`` with a message for people. Source: RFC 3339, section 5.6.
    """
    match = _RFC3339.fullmatch(text)
    if match is None:
        raise ValueError("must be an instant with an offset, such as 2026-03-31T17:00:00Z (RFC 3339)")
    day, minute, second, fraction, offset = match.groups()
    leap = second == "60"
    micros = (fraction or "0")[:6].ljust(6, "0")
    try:
        local = datetime.fromisoformat(f"{day}T{minute}:{'59' if leap else second}.{micros}{offset or '+00:00'}")
    except ValueError:
        raise ValueError("there is no such instant in the calendar") from None
    try:
        instant = (local + timedelta(seconds=1 if leap else 0)).astimezone(UTC)
    except OverflowError:
        raise _out_of_reach() from None
    return within_reach(instant)


def parse_due(text: str) -> date | datetime:
    """Return a date for ``2026-03-31``, an instant in UTC for RFC 3339. Raises ``ValueError``."""
    if _DATE.fullmatch(text):
        try:
            day = date.fromisoformat(text)
        except ValueError:
            raise ValueError("there is no such day in the calendar") from None
        return within_reach(day)
    if not _RFC3339.fullmatch(text):
        raise ValueError("must be a date (2026-03-31) or an instant with an offset (2026-03-31T17:00:00Z)")
    return parse_instant(text)


def within_reach(value: D) -> D:
    """Return the value, or raise ``ValueError`` if its year is out of reach."""
    if not FIRST_YEAR <= value.year <= LAST_YEAR:
        raise _out_of_reach()
    return value


def _out_of_reach() -> ValueError:
    return ValueError(f"must lie between the years {FIRST_YEAR} and {LAST_YEAR}")
