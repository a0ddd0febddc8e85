"""Changes as people type them, such as `it@2026-12=-10%`, and as the API takes them."""

import re
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from deploy.cli.api import UsageError
from domain.wording import minor_digits

_PERIOD = r"(?:19|2[0-9])[0-9]{2}-(?:0[1-9]|1[0-2])"
_AMOUNT = re.compile(r"(?P<sign>[+-]|=)?(?P<number>[0-9]+(?:\.[0-9]+)?)(?P<percent>%)?")
_BUDGET = re.compile(rf"(?:(?P<period>{_PERIOD})=)?(?P<change>=?[^=]+)")
_NAMED = re.compile(rf"(?P<name>[^=@]+)(?:@(?P<period>{_PERIOD}))?=(?P<change>=?[^=]+)")
_SHIFT = re.compile(r"(?P<sign>[+-])(?P<number>[0-9]{1,5})(?P<unit>[dw])")
AMOUNTS = "-10%, +5000 (more), -5000 (less) or 5000 (exactly)"


def budget_change(text: str, currency: str) -> dict[str, Any]:
    """Return what `--budget` asks for: `-10%`, `-5000`, or `2026-12=40000` for one period. Raises UsageError."""
    found = _BUDGET.fullmatch(text)
    if found is None:
        raise UsageError(f"--budget: {text!r}: write {AMOUNTS}, for one period 2026-12=-5000")
    return _with_period({}, found) | _amount("--budget", text, found["change"], money_of(currency))


def capacity_change(text: str) -> dict[str, Any]:
    """Return what `--capacity` asks for: `it=-5`, `it=-10%`, or `it@2026-12=30` for one period. Raises UsageError."""
    found = _NAMED.fullmatch(text)
    if found is None:
        raise UsageError(f"--capacity: {text!r}: write TEAM=-5, TEAM=-10% or TEAM=30, for one period TEAM@2026-12=30")
    return _with_period({"team": found["name"]}, found) | _amount("--capacity", text, found["change"], float)


def cost_change(text: str, currency: str) -> dict[str, Any]:
    """Return what `--cost` asks for: `search=+20%` or `search=8000`. Raises UsageError."""
    found = _NAMED.fullmatch(text)
    if found is None or found["period"]:
        raise UsageError(f"--cost: {text!r}: write ITEM=+20%, ITEM=-500 or ITEM=8000")
    return {"item": found["name"]} | _amount("--cost", text, found["change"], money_of(currency))


def milestone_change(text: str) -> dict[str, Any]:
    """Return what `--move` asks for: `spring=+14d`, `spring=-1w` or `spring=2026-05-31`. Raises UsageError."""
    name, equals, to = text.partition("=")
    if not (name and equals and to):
        raise UsageError(f"--move: {text!r}: write MILESTONE=+14d, MILESTONE=-1w or MILESTONE=2026-05-31")
    if found := _SHIFT.fullmatch(to):
        days = int(found["number"]) * (7 if found["unit"] == "w" else 1)
        return {"milestone": name, "by_days": days if found["sign"] == "+" else -days}
    if to[0] in "+-":
        raise UsageError(f"--move: {text!r}: days are written +14d, weeks -1w")
    return {"milestone": name, "to": to}


def money_of(currency: str) -> Callable[[Decimal], int]:
    """Return what turns an amount as people write it into minor units of the currency."""
    digits = minor_digits(currency)

    def minor(amount: Decimal) -> int:
        units = amount.scaleb(digits)
        if units != int(units):
            raise UsageError(f"{amount} {currency} is not a whole number of its smallest unit")
        return int(units)

    return minor


def _amount(option: str, text: str, change: str, unit: Callable[[Decimal], Any]) -> dict[str, Any]:
    found = _AMOUNT.fullmatch(change)
    if found is None:
        raise UsageError(f"{option}: {text!r}: {change!r} is no amount; write {AMOUNTS}")
    number = Decimal(found["number"])
    signed = -number if found["sign"] == "-" else number
    if found["percent"]:
        if found["sign"] not in ("+", "-"):
            raise UsageError(f"{option}: {text!r}: a percentage is more or less: write +{number}% or -{number}%")
        return {"percent": float(signed)}
    return {"by" if found["sign"] in ("+", "-") else "to": unit(signed)}


def _with_period(fields: dict[str, Any], found: re.Match[str]) -> dict[str, Any]:
    return fields | ({"period": found["period"]} if found["period"] else {})
