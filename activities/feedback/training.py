"""Fits a model of themes to labelled texts, and says how good it is on texts that it did not see.

Memory and time are bounded: 50,000 examples of 20 million characters, 5,000 terms, 400,000 weights. Terms that fewer
than three different examples hold are dropped, so a name that stands in one or two texts does not become part of a
model; one that a customer wrote three times does, until the model is trained anew without these texts.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from typing import Any, NamedTuple

from activities.feedback.model import MAX_TERMS, MAX_WEIGHTS, UNIT, Document, ThemeModel, terms_of
from domain.wording import count, listing

MAX_EXAMPLES = 50_000
MAX_CHARACTERS = 20_000_000  # of all examples together
MAX_THEMES = 200  # the rarest are left out
MIN_THEMES = 2
MIN_PER_THEME = 5  # different examples
MIN_EXAMPLES = 50
MIN_HOLDING = 3  # different examples that hold a term
HELD_OUT = 0.2  # share of the examples that the model is measured on
SEED = 0  # of the split
STRENGTH = 10.0  # C of the logistic regression: inverse of the penalty on large weights
ROUNDS = 1_000  # of its solver, at most

# More likely than all other themes together. Measured by five-fold cross-validation: on BANKING77 (77 themes) it leaves
# 23 % unsorted and sorts 96 % of the rest rightly (all: 88 %); on CFPB complaints (7 themes) 16 %, 84 % (all: 78 %).
THRESHOLD = 0.5


class TooFewExamplesError(Exception):
    """There are too few labelled texts to train from."""


class Example(NamedTuple):
    """A text, and the theme that a person or a source gave it."""

    theme: str
    text: str


@dataclass(frozen=True, slots=True)
class Fitted:
    """A model, and what it was trained from."""

    document: Document
    themes: dict[str, int]  # theme -> different examples
    left_out: dict[str, int]  # themes with too few
    equal: int  # examples that say the same as another one

    def content(self) -> Any:
        """Return the model as it is stored."""
        return self.document.model_dump(mode="json")


def fit(examples: Iterable[Example], threshold: float = THRESHOLD) -> Fitted:
    """Return a model; the same examples in any order give the same. Takes seconds to minutes of one core.

    Raises TooFewExamplesError.
    """
    given = list(examples)
    usable, themes, left_out = chosen(given)
    learnt, held_out = _split(usable)
    trial = ThemeModel(_document(learnt, threshold, measured={"held_out": len(held_out)}))  # as it will be used
    guesses = [trial.sort(text) for _, text in held_out]
    right = [guess.likeliest == theme for guess, (theme, _) in zip(guesses, held_out, strict=True)]
    kept = [ok for ok, guess in zip(right, guesses, strict=True) if guess.likeliest and guess.confidence >= threshold]
    measured = {
        "held_out": len(held_out),
        "accuracy": round(sum(right) / len(right), 4),
        "unsorted": round(1 - len(kept) / len(right), 4),
        "accuracy_of_sorted": round(sum(kept) / len(kept), 4) if kept else 0.0,
    }
    return Fitted(_document(usable, threshold, measured), themes, left_out, len(given) - len(set(given)))


def chosen(examples: Iterable[Example]) -> tuple[list[Example], dict[str, int], dict[str, int]]:
    """Return the different examples in order, the themes that they are of, and those with too few.

    Raises TooFewExamplesError, which says how many are needed.
    """
    given = list(examples)
    different = sorted(set(given))
    counts = Counter(one.theme for one in different)
    ordered = sorted(counts.items(), key=lambda one: (-one[1], one[0]))
    themes = {theme: number for theme, number in ordered[:MAX_THEMES] if number >= MIN_PER_THEME}
    left_out = {theme: number for theme, number in ordered if theme not in themes}
    usable = [one for one in different if one.theme in themes]
    if len(themes) < MIN_THEMES or len(usable) < MIN_EXAMPLES:
        raise TooFewExamplesError(
            f"a model needs at least {MIN_EXAMPLES} different labelled texts of at least {MIN_THEMES} themes with "
            f"{MIN_PER_THEME} each; {_used(len(given), len(different), themes, left_out)}"
        )
    return usable, themes, left_out


def _used(given: int, different: int, themes: dict[str, int], left_out: dict[str, int]) -> str:
    """Say what of the examples can be used, and why the rest cannot."""
    if not given:
        return "there is none"
    of_themes = f" ({listing([f'{theme} has {number}' for theme, number in themes.items()])})" if themes else ""
    parts = [f"of {count(given, 'text')} {sum(themes.values())} can be used{of_themes}"]
    if equal := given - different:
        parts.append(f"{equal} {'says' if equal == 1 else 'say'} the same as another")
    if left_out:
        few = listing([f"{theme} has {number}" for theme, number in left_out.items()])
        rarely = sum(left_out.values())
        parts.append(f"{rarely} {'is' if rarely == 1 else 'are'} of themes with fewer than {MIN_PER_THEME} ({few})")
    return "; ".join(parts)


def _split(usable: Sequence[Example]) -> tuple[list[Example], list[Example]]:
    """Return what to learn from and what to measure on: of every theme the same share."""
    from sklearn.model_selection import train_test_split  # 2 s and 100 MB, which only training needs

    share = max(HELD_OUT, len({one.theme for one in usable}) / len(usable))  # at least one text of each theme
    learnt, held_out = train_test_split(
        usable, test_size=share, random_state=SEED, stratify=[one.theme for one in usable]
    )
    return learnt, held_out


def _document(examples: Sequence[Example], threshold: float, measured: dict[str, Any]) -> Document:
    import numpy as np
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression
    from threadpoolctl import threadpool_limits

    labels = [one.theme for one in examples]
    most = min(MAX_TERMS, MAX_WEIGHTS // len(set(labels)))
    vectorizer = TfidfVectorizer(analyzer=terms_of, min_df=MIN_HOLDING, max_features=most)
    try:
        features = vectorizer.fit_transform([one.text for one in examples])
    except ValueError as exc:  # no term is left
        raise TooFewExamplesError(
            f"no word is held by {MIN_HOLDING} different labelled texts; longer texts or more of them are needed"
        ) from exc
    with threadpool_limits(limits=1):  # sums in another order end in other digits
        linear = LogisticRegression(C=STRENGTH, max_iter=ROUNDS).fit(features, labels)
    weights, bias = linear.coef_, linear.intercept_
    if len(weights) == 1:  # of two themes it fits only the second
        weights, bias = np.vstack([-weights / 2, weights / 2]), np.concatenate([-bias / 2, bias / 2])
    figures = {"accuracy": 0.0, "unsorted": 0.0, "accuracy_of_sorted": 0.0} | measured
    return Document(
        trainer=f"scikit-learn {version('scikit-learn')}",
        themes=tuple(str(theme) for theme in linear.classes_),
        terms=tuple(str(term) for term in vectorizer.get_feature_names_out()),
        idf=tuple(round(float(value), 4) for value in vectorizer.idf_),
        weights=tuple(tuple(int(value) for value in row) for row in np.rint(weights * UNIT)),
        bias=tuple(int(value) for value in np.rint(bias * UNIT)),
        threshold=threshold,
        examples=len(examples),
        seed=SEED,
        **figures,
    )
