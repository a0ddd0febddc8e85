"""VADER: right about plain cases, bounded in time, and explained by its words."""

import time

import pytest

from activities.feedback.sentiment import EMOJIS, PIECE, READ, mood_of, mood_words, name_and_version, pieces


@pytest.mark.parametrize(
    ("text", "low", "high"),
    [
        pytest.param("I love it, it works great!", 0.5, 1, id="praise"),
        pytest.param("Terrible. It never works and I hate it.", -1, -0.3, id="complaint"),
        pytest.param("The card arrived on Monday", 0, 0, id="a statement"),
        pytest.param("not good", -1, -0.1, id="negated"),
        pytest.param("😀 😀", 0.1, 1, id="emojis"),
        pytest.param("   ", 0, 0, id="blank"),
        pytest.param("Die Karte kam nie an", -1, 1, id="another language: whatever, but no error"),
    ],
)
def test_mood(text: str, low: float, high: float) -> None:
    assert low <= mood_of(text) <= high


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("😀" * 20_000, id="emojis, which cost VADER minutes"),
        pytest.param("good but bad " * 1_600, id="words that it knows"),
        pytest.param("x" * 20_000, id="one word"),
        pytest.param("!?" * 10_000, id="marks"),
    ],
)
def test_no_text_takes_long(text: str) -> None:
    mood_of("warm")
    started = time.process_time()
    assert -1 <= mood_of(text) <= 1
    assert time.process_time() - started < 2


def test_a_long_text_is_read_in_sentences_from_its_beginning() -> None:
    text = f"One. Two! {'word ' * 100}. {'late ' * 4_000}"
    found = pieces(text)
    assert found[:2] == ["One.", "Two!"]
    assert max(map(len, found)) <= PIECE
    assert sum(map(len, found)) <= READ
    assert len("".join(pieces("😀" * 100))) == EMOJIS


def test_the_mean_over_sentences_counts() -> None:
    assert mood_of("I love it.") > mood_of("I love it. The card arrived on Monday.") > 0


def test_its_words_are_named_once_the_strongest_first() -> None:
    assert [word for word, _ in mood_words("Terrible, terrible. I love it")] == ["love", "terrible"]
    assert name_and_version().startswith("vader 3.")
