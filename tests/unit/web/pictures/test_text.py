"""How wide texts are, and how they are cut; figures for where there is little room."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from web.pictures.canvas import Canvas
from web.pictures.figures import short, short_money
from web.pictures.text import cut, width_of

SIZE = 10


@given(st.text(max_size=60), st.floats(0, 400))
def test_a_cut_text_fits_and_says_that_something_is_missing(text: str, room: float) -> None:
    shown = cut(text, room, SIZE)
    assert width_of(shown, SIZE) <= room or not text
    assert shown in ("", text) or shown.endswith("…")
    assert text.startswith(shown.removesuffix("…").rstrip())


@pytest.mark.parametrize(
    ("narrow", "wide"), [("iiii", "mmmm"), ("abc", "ABC"), ("abc", "検索語"), ("a\N{COMBINING ACUTE ACCENT}", "ab")]
)
def test_letters_are_as_wide_as_they_are(narrow: str, wide: str) -> None:
    assert width_of(narrow, SIZE) < width_of(wide, SIZE) < width_of(wide, SIZE, bold=True)


@pytest.mark.parametrize(
    ("number", "shown"),
    [
        (0, "0"),
        (0.5, "0.5"),
        (9.994, "9.99"),
        (9.996, "10"),
        (12.5, "12.5"),
        (99.96, "100"),
        (999.4, "999"),
        (999.6, "1k"),
        (30_000, "30k"),
        (1_234_567, "1.23M"),
        (-2_500, "-2.5k"),
        (10e12, "10T"),
    ],
)
def test_short_figures(number: float, shown: str) -> None:
    assert short(number) == shown


@pytest.mark.parametrize(("currency", "shown"), [("EUR", "12.5k"), ("JPY", "1.25M"), ("KWD", "1.25k")])
def test_short_money_knows_the_currency(currency: str, shown: str) -> None:
    assert short_money(1_250_000, currency) == shown


def test_characters_that_xml_cannot_hold_are_left_out() -> None:
    canvas = Canvas("a\x00b", 100)
    box = canvas.text(10, 20, "one\x00\x1f\n two")
    assert box is not None
    assert box.text == "one two"
    assert b"\x00" not in canvas.svg()
