"""How long to wait, as people write it: what is understood, what is refused, and that nothing is lost on the way."""

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from domain.waits import MOST_HOURS, Span, Unit, Wait, elapsed, until, wait
from tests.builders import NOON

WAITS: TypeAdapter[Span] = TypeAdapter(Wait)
UNITS: tuple[Unit, ...] = ("hours", "days", "business hours", "business days")


@pytest.mark.parametrize(
    ("text", "amount", "unit"),
    [
        pytest.param("48 hours", 48, "hours", id="hours"),
        pytest.param("1 hour", 1, "hours", id="one"),
        pytest.param("0 hours", 0, "hours", id="at once"),
        pytest.param("2 days", 2, "days", id="days"),
        pytest.param("1.5 days", 1.5, "days", id="a day and a half"),
        pytest.param("16 business hours", 16, "business hours", id="business hours"),
        pytest.param("0.5 business hours", 0.5, "business hours", id="part of a business hour"),
        pytest.param("1 business day", 1, "business days", id="a business day"),
        pytest.param("3   business   days", 3, "business days", id="more blanks than needed"),
        pytest.param("  48 hours  ", 48, "hours", id="blanks around it"),
        pytest.param("876600 hours", MOST_HOURS, "hours", id="a century"),
    ],
)
def test_waits_as_people_write_them(text: str, amount: float, unit: str) -> None:
    assert wait(text) == Span.model_validate({"amount": amount, "unit": unit})


HOW = "must be a time such as 48 hours"


@pytest.mark.parametrize(
    ("value", "why"),
    [
        pytest.param("", HOW, id="nothing"),
        pytest.param("48", HOW, id="no unit"),
        pytest.param("hours", HOW, id="no amount"),
        pytest.param("48hours", HOW, id="no blank"),
        pytest.param("-1 hours", HOW, id="into the past"),
        pytest.param("1,5 days", HOW, id="a comma"),
        pytest.param("1e3 hours", HOW, id="as machines write it"),
        pytest.param("nan hours", HOW, id="no number"),
        pytest.param("2 weeks", HOW, id="a unit that is none"),
        pytest.param("2 days 4 hours", HOW, id="two at once"),
        pytest.param("3 businessdays", HOW, id="one word"),
        pytest.param(48, HOW, id="a bare number: of what?"),
        pytest.param(None, HOW, id="null"),
        pytest.param({"amount": 1, "unit": "hours"}, HOW, id="a structure"),
        pytest.param("1.5 business days", "business days must be whole", id="part of a business day"),
        pytest.param("876601 hours", "longer than a century", id="an hour more than a century"),
        pytest.param("36526 days", "longer than a century", id="a day more"),
        pytest.param("36526 business days", "longer than a century", id="a business day more"),
    ],
)
def test_what_is_no_wait_is_refused_with_how_to_write_one(value: Any, why: str) -> None:
    with pytest.raises(ValidationError) as refused:
        WAITS.validate_python(value)
    assert why in str(refused.value)


@pytest.mark.parametrize(
    ("span", "text"),
    [
        pytest.param(Span(amount=1, unit="hours"), "1 hour", id="one"),
        pytest.param(Span(amount=1, unit="business days"), "1 business day", id="one business day"),
        pytest.param(Span(amount=0, unit="days"), "0 days", id="none"),
        pytest.param(Span(amount=1.5, unit="days"), "1.5 days", id="a part"),
        pytest.param(Span(amount=876_600, unit="hours"), "876600 hours", id="many"),
        pytest.param(Span(amount=0.00001, unit="hours"), "0.00001 hours", id="next to nothing: never as 1e-05"),
    ],
)
def test_a_wait_is_written_as_people_write_it(span: Span, text: str) -> None:
    assert str(span) == text
    assert WAITS.dump_python(span) == text


@given(st.floats(0, MOST_HOURS / 24), st.sampled_from(UNITS))
def test_what_is_written_is_read_back_unrounded(amount: float, unit: Unit) -> None:
    span = Span(amount=float(int(amount)) if unit == "business days" else amount, unit=unit)
    assert WAITS.validate_json(WAITS.dump_json(span)) == span


@pytest.mark.parametrize("unit", UNITS)
def test_only_business_time_is_business(unit: Unit) -> None:
    assert Span(amount=1, unit=unit).business is unit.startswith("business")


@pytest.mark.parametrize(("text", "hours"), [("36 hours", 36), ("1.5 days", 36), ("0 hours", 0)])
def test_by_the_clock_a_day_is_24_hours(text: str, hours: int) -> None:
    assert elapsed(NOON, wait(text)) == NOON + timedelta(hours=hours)


def test_the_time_that_is_left_is_never_negative() -> None:
    assert until(NOON, NOON + timedelta(hours=36)) == Span(amount=36, unit="hours")
    assert until(NOON, NOON - timedelta(hours=1)) == Span(amount=0, unit="hours")
