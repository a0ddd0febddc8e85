"""Amounts as people type them: in the currency itself, or in person-days."""

import re
from decimal import Decimal

from deploy.cli.api import UsageError
from domain.wording import minor_digits

_NUMBER = re.compile(r"[0-9]{1,15}(?:\.[0-9]{1,6})?", re.ASCII)


def minor_units(text: str, currency: str, option: str) -> int:
    """Return an amount of a currency in its minor units. Raises UsageError."""
    units = _number(text, option).scaleb(minor_digits(currency))
    if units != int(units):
        raise UsageError(f"{option}: {text} {currency} is not a whole number of its smallest unit")
    return int(units)


def person_days(text: str, option: str) -> float:
    """Return a number of person-days. Raises UsageError."""
    return float(_number(text, option))


def _number(text: str, option: str) -> Decimal:
    if _NUMBER.fullmatch(text) is None:
        raise UsageError(f"{option}: {text!r} is no amount; write it such as 5000 or 12.5, without separators")
    return Decimal(text)
