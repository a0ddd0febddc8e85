"""How long to wait, as people say it: ``48 hours``, ``3 business days``; a business day is not 24 hours. Pure."""

import re
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, PlainSerializer, WithJsonSchema

Unit = Literal["hours", "days", "business hours", "business days"]
MOST_HOURS = 876_600.0  # a century: further out, instants would run over the calendar's end
_WRITTEN = re.compile(r"(\d+(?:\.\d+)?) +(business +)?(hour|day)s?")
_HOW = "must be a time such as 48 hours, 2 days, 16 business hours or 3 business days"


class Span(BaseModel):
    """An amount of time. Days and hours go by the clock, business days and hours by a working calendar."""

    model_config = ConfigDict(frozen=True)

    amount: float = Field(ge=0, allow_inf_nan=False)
    unit: Unit

    @property
    def business(self) -> bool:
        """Tell whether only working time counts."""
        return self.unit.startswith("business")

    def __str__(self) -> str:
        unit = self.unit.removesuffix("s") if self.amount == 1 else self.unit
        amount = f"{Decimal(repr(self.amount)):f}".removesuffix(".0")  # all of it: `parse` reads it back, unrounded
        return f"{amount} {unit}"


def parse(value: Any) -> Any:
    """Return the span that a text writes; what is one already stays. Raises ValueError."""
    if isinstance(value, Span):
        return value
    found = _WRITTEN.fullmatch(value.strip()) if isinstance(value, str) else None
    if found is None:
        raise ValueError(_HOW)
    amount, business, noun = float(found[1]), "business " if found[2] else "", found[3]
    if business and noun == "day" and not amount.is_integer():
        raise ValueError("business days must be whole; use business hours for parts of a day")
    if amount * (24 if noun == "day" else 1) > MOST_HOURS:
        raise ValueError("must not be longer than a century")
    return Span.model_validate({"amount": amount, "unit": f"{business}{noun}s"})


_SCHEMA = WithJsonSchema({"type": "string", "examples": ["48 hours", "3 business days"]})
Wait = Annotated[Span, BeforeValidator(parse), PlainSerializer(str, return_type=str), _SCHEMA]


def wait(text: str) -> Span:
    """Return the span that a text writes. Raises ValueError."""
    span: Span = parse(text)
    return span


def elapsed(at: datetime, span: Span) -> datetime:
    """Return the instant so much later by the clock; a day is 24 hours. Not for business time."""
    return at + timedelta(hours=span.amount * (24 if span.unit == "days" else 1))


def until(start: datetime, end: datetime) -> Span:
    """Return the time between two instants as a span by the clock; nothing when the end has passed."""
    return Span(amount=max(0.0, (end - start) / timedelta(hours=1)), unit="hours")
