"""A model that tells a text's theme: a linear one over TF-IDF features, read from a JSON document, scored by numpy."""

import math
import re
import unicodedata
from itertools import pairwise
from typing import TYPE_CHECKING, Annotated, Any, Literal, NamedTuple, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from activities.feedback.function_words import FUNCTION_WORDS

if TYPE_CHECKING:
    from numpy import float64
    from numpy.typing import NDArray

FORMAT = "tandem.theme-model/1"  # another number when features or scores are computed otherwise
MAX_TERMS = 5_000
MAX_WEIGHTS = 400_000  # terms × themes; with at most six characters each, a document stays below 3 MB
UNIT = 1_000  # weights are whole thousandths: short, and the same wherever they were computed
WORD = re.compile(r"\b\w\w+\b")
SHOWN = 5  # words of an explanation
Whole = Annotated[int, Field(ge=-1_000_000, le=1_000_000)]


class UnusableModelError(Exception):
    """A model's document is not there, not what was stored, or of a kind that this build does not know."""


class Document(BaseModel):
    """A model as it is stored; its content hash is its version."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    format: Literal["tandem.theme-model/1"] = "tandem.theme-model/1"
    trainer: str  # what it was fitted with, and the version
    themes: tuple[str, ...] = Field(min_length=2)
    terms: tuple[str, ...] = Field(min_length=1, max_length=MAX_TERMS)  # one or two words each, in order
    idf: tuple[float, ...]  # of each term
    weights: tuple[tuple[Whole, ...], ...]  # of each theme, of each term, in thousandths
    bias: tuple[Whole, ...]  # of each theme, in thousandths
    threshold: float = Field(ge=0, le=1)  # below this confidence a text stays unsorted
    examples: int
    seed: int  # of the split
    held_out: int
    accuracy: float  # share of the held-out texts that were sorted rightly, whatever the threshold
    unsorted: float  # share of the held-out texts below the threshold
    accuracy_of_sorted: float  # of the others

    @model_validator(mode="after")
    def _fits(self) -> Self:
        themes, terms = len(self.themes), len(self.terms)
        if not (len(self.bias) == len(self.weights) == themes and len(self.idf) == terms):
            raise ValueError("its parts do not fit together")
        if any(len(row) != terms for row in self.weights) or terms * themes > MAX_WEIGHTS:
            raise ValueError("its weights do not fit its terms")
        return self


class Sorted(NamedTuple):
    """How likely the two likeliest themes of a text are, 0–1."""

    likeliest: str | None  # None: not one of its words is known
    confidence: float
    runner_up: str | None
    runner_up_confidence: float


class ThemeModel:
    """A model in memory (at most about 5 MB), shared by threads."""

    def __init__(self, document: Document) -> None:
        import numpy as np  # 0.1 s and 20 MB, which only a text without a theme needs

        self.document = document
        self._index = {term: place for place, term in enumerate(document.terms)}
        self._idf = np.asarray(document.idf)
        self._weights = np.ascontiguousarray(np.asarray(document.weights, dtype=np.float64).T / UNIT)
        self._bias = np.asarray(document.bias, dtype=np.float64) / UNIT

    @classmethod
    def read(cls, content: Any) -> Self:
        """Return the model of a stored document. Raises UnusableModelError."""
        if content is None:
            raise UnusableModelError("its document is missing")
        found = content.get("format") if isinstance(content, dict) else None
        if found != FORMAT:
            raise UnusableModelError(f"its format {str(found)[:40]!r} is not known to this build, which knows {FORMAT}")
        try:
            return cls(Document.model_validate(content))
        except ValidationError as exc:
            raise UnusableModelError(f"its document is damaged ({exc.error_count()} errors)") from exc

    def sort(self, text: str) -> Sorted:
        """Return the likeliest themes of a text."""
        places, values = self._features(text)
        if not places:
            return Sorted(None, 0.0, None, 0.0)
        shares = self._shares(places, values)
        order = sorted(range(len(shares)), key=lambda place: (-shares[place], place))[:2]
        first, second = (self.document.themes[place] for place in order)
        return Sorted(first, round(shares[order[0]], 4), second, round(shares[order[1]], 4))

    def words(self, text: str, theme: str) -> list[tuple[str, float]]:
        """Return the words of a text that spoke most for a theme, or against it: word, share of its score.

        "in the" counts in the model, but it explains nothing and is not among them.
        """
        places, values = self._features(text)
        if theme not in self.document.themes or not places:
            return []
        column = self.document.themes.index(theme)
        spoke = [
            (self.document.terms[p], float(v * self._weights[p, column])) for p, v in zip(places, values, strict=True)
        ]
        telling = [one for one in spoke if not FUNCTION_WORDS.issuperset(one[0].split())]
        return sorted(telling, key=lambda one: (-abs(one[1]), one[0]))[:SHOWN]

    def _features(self, text: str) -> tuple[list[int], list[float]]:
        """Return the places of the known terms, and their TF-IDF values, of length 1 together."""
        counts: dict[int, int] = {}
        for term in terms_of(text):
            if (place := self._index.get(term)) is not None:
                counts[place] = counts.get(place, 0) + 1
        places = sorted(counts)
        values = [counts[place] * float(self._idf[place]) for place in places]
        length = math.sqrt(sum(value * value for value in values)) or 1.0
        return places, [value / length for value in values]

    def _shares(self, places: list[int], values: list[float]) -> list[float]:
        import numpy as np

        scores: NDArray[float64] = np.asarray(values) @ self._weights[places] + self._bias
        powers = np.exp(scores - scores.max())
        return [float(share) for share in powers / powers.sum()]


def terms_of(text: str) -> list[str]:
    """Return the features of a text: its words of two letters or more, and each two neighbours."""
    words = WORD.findall(unicodedata.normalize("NFKC", text).lower())
    return words + [f"{one} {other}" for one, other in pairwise(words)]
