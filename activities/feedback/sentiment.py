"""The mood of a text, by VADER: a lexicon and rules (C.J. Hutto and E.E. Gilbert, ICWSM 2014). English only."""

import re
from functools import lru_cache
from importlib.metadata import version
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer

READ = 4_000  # characters: the beginning of a text tells its mood
PIECE = 200  # characters: VADER is made for sentences, and its time grows with the square of the words
EMOJIS = 20  # each stands for up to ten words
_BREAK = re.compile(r"(?<=[.!?\n])\s+")


@lru_cache(maxsize=1)
def name_and_version() -> str:
    """Return which model this is, as events record it."""
    return f"vader {version('vaderSentiment')}"


def mood_of(text: str) -> float:
    """Return the sentiment of a text, -1 to 1: the mean over its sentences; 0 without any word that it knows."""
    scores = [float(_analyzer().polarity_scores(piece)["compound"]) for piece in pieces(text)]
    return round(sum(scores) / len(scores), 4) if scores else 0.0


def mood_words(text: str) -> list[tuple[str, float]]:
    """Return the words of a text that the lexicon knows: word, valence -4 to 4; each once, the strongest first."""
    lexicon: dict[str, float] = _analyzer().lexicon
    known = {word: lexicon[word] for word in re.findall(r"[\w'-]+", text[:READ].lower()) if word in lexicon}
    return sorted(known.items(), key=lambda one: (-abs(one[1]), one[0]))


def pieces(text: str) -> list[str]:
    """Return the beginning of a text in sentences; longer ones are cut between words."""
    found: list[str] = []
    for sentence in _BREAK.split(_with_few_emojis(text[:READ])):
        rest = sentence.strip()
        while len(rest) > PIECE:
            cut = rest.rfind(" ", 1, PIECE + 1)
            cut = PIECE if cut < 0 else cut
            found.append(rest[:cut])
            rest = rest[cut:].strip()
        if rest:
            found.append(rest)
    return found


def _with_few_emojis(text: str) -> str:
    emojis, seen = _analyzer().emojis, 0
    kept = []
    for char in text:
        seen += char in emojis
        if seen <= EMOJIS or char not in emojis:
            kept.append(char)
    return "".join(kept)


@lru_cache(maxsize=1)
def _analyzer() -> "SentimentIntensityAnalyzer":
    from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer  # reads its lexicon, 20 ms

    return SentimentIntensityAnalyzer()
