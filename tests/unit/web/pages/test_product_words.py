"""How pages about products write dates and periods, and what things are called."""

from zoneinfo import ZoneInfo

import pytest
from babel import Locale

from web.pages.product_words import calendar_day, due, feeling, month, name_of, named
from web.pages.reader import Reader


def reader(zone: str) -> Reader:
    return Reader(ZoneInfo(zone), True, Locale("en", "GB"), "auto")


@pytest.mark.parametrize("zone", ["Europe/Berlin", "America/New_York", "Asia/Tokyo"])
def test_a_promised_day_is_the_products_day_wherever_the_reader_is(zone: str) -> None:
    assert ">Fri 27 Mar 2026<" in due("2026-03-27T23:00:00Z", reader(zone), "Europe/Berlin")


def test_what_is_due_at_a_time_of_the_day_is_due_on_that_day() -> None:
    assert ">Fri 27 Mar 2026<" in due("2026-03-27T14:00:00Z", reader("UTC"), "Europe/Berlin")


def test_what_is_not_known_is_a_dash() -> None:
    assert "–" in due(None, reader("UTC"), "UTC")
    assert month(None) == "–"


def test_periods_and_days_of_the_calendar_are_short() -> None:
    assert (month("2026-03"), calendar_day("2026-03-31")) == ("Mar 2026", "Tue 31 Mar 2026")


def test_what_nobody_gave_a_title_is_called_by_its_id() -> None:
    assert name_of("", "landing-pages") == "Landing pages"
    answer = named({"items": [{"item": "sso_api", "title": ""}], "titles": {"chat": "", "sso": "Sign-on"}})
    assert answer["items"][0]["title"] == "Sso api"
    assert answer["titles"] == {"chat": "Chat", "sso": "Sign-on"}
    assert named(None) is None


@pytest.mark.parametrize(
    ("sentiment", "word"),
    [
        pytest.param(None, "no sentiment known", id="unknown is not mixed"),
        pytest.param(0.0, "mixed", id="none"),
        pytest.param(-0.19, "mixed", id="hardly any"),
        pytest.param(0.2, "positive", id="some"),
        pytest.param(-0.6, "very negative", id="much"),
    ],
)
def test_a_mean_sentiment_is_a_word(sentiment: float | None, word: str) -> None:
    assert feeling(sentiment) == word
