"""How figures are written wherever a person reads them. Pure."""

from datetime import datetime, timedelta

from domain.periods import zone

NO_MINOR_UNITS = frozenset({"BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG", "RWF", "UGX", "VND", "XAF"})
THREE_DIGITS = frozenset({"BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"})  # ISO 4217 minor units


def minor_digits(currency: str) -> int:
    """Return how many decimals a currency has."""
    return 0 if currency in NO_MINOR_UNITS else 3 if currency in THREE_DIGITS else 2


def money(amount: int, currency: str) -> str:
    """Return minor units as people write them: ``1250000, EUR`` is ``12,500 EUR``, with cents only when there are."""
    digits = minor_digits(currency)
    whole, rest = divmod(abs(amount), 10**digits)
    sign = "-" if amount < 0 else ""
    return f"{sign}{whole:,}{f'.{rest:0{digits}d}' if rest else ''} {currency}"


def count(number: int, noun: str) -> str:
    """Return ``1 item`` or ``3 items``."""
    if noun == "person" and number != 1:
        return f"{number} people"
    plural = noun if number == 1 else f"{noun[:-1]}ies" if noun.endswith("y") and noun[-2] not in "aeou" else f"{noun}s"
    return f"{number} {plural}"


def points(value: float) -> str:
    """Return value points with one decimal, thousands separated."""
    return f"{value:,.1f} points"


def percent(share: float) -> str:
    """Return a share as a percentage that never rounds a difference away."""
    shown = f"{share * 100:.1f}"
    return f"{shown} %" if shown not in ("0.0", "-0.0") or share == 0 else "less than 0.1 %"


def days(amount: float) -> str:
    """Return a number of days."""
    return f"{amount:g} {'day' if amount == 1 else 'days'}"


def hours(amount: float) -> str:
    """Return hours, or days when they are whole days."""
    if amount and amount % 24 == 0:
        return days(amount / 24)
    return f"{amount:g} {'hour' if amount == 1 else 'hours'}"


def lasting(span: timedelta) -> str:
    """Return how long something lasts, as people say it: two units at the most, whole days from three on."""
    minutes = int(abs(span).total_seconds() // 60)
    whole, over, rest = minutes // 1440, minutes // 60 % 24, minutes % 60
    parts = [(whole, "day"), (over, "hour"), (rest, "minute")] if whole < 3 else [(whole, "day")]
    said = [count(number, unit) for number, unit in parts if number][:2]
    return " ".join(said) or "less than a minute"


def when(at: datetime, time_zone: str) -> str:
    """Return an instant in a product's time zone: ``2026-03-31 14:05``."""
    try:
        return f"{at.astimezone(zone(time_zone)):%Y-%m-%d %H:%M}"
    except OverflowError:  # at the ends of the calendar; a sentence must never stop a product
        return f"{at:%Y-%m-%d %H:%M}"


def due_on(at: datetime, time_zone: str) -> str:
    """Return a due instant; a day's end is written as that day and not as the midnight of the next."""
    local = at.astimezone(zone(time_zone))
    if local.hour or local.minute or local.second or local.microsecond:
        return f"{local:%Y-%m-%d %H:%M}"
    return f"{local - timedelta(days=1):%Y-%m-%d}"


def role_name(role: str) -> str:
    """Return a role as people say it."""
    return role.replace("_", " ")


def listing(names: tuple[str, ...] | list[str], most: int = 5) -> str:
    """Return names joined for reading; the rest beyond ``most`` is counted."""
    shown = list(names[:most])
    if len(names) > most:
        return f"{', '.join(shown)} and {len(names) - most} more"
    if len(shown) > 1:
        return f"{', '.join(shown[:-1])} and {shown[-1]}"
    return shown[0] if shown else "none"
