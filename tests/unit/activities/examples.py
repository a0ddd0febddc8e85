"""Labelled texts for tests: made of a few words per theme, drawn with a seed."""

from random import Random

from activities.feedback.training import Example

WORDS = {
    "login": ["password", "login", "account", "locked", "forgot", "sign", "reset", "code"],
    "delivery": ["parcel", "late", "courier", "delivery", "arrived", "package", "waiting", "tracking"],
    "price": ["expensive", "price", "cost", "cheaper", "discount", "fee", "charged", "bill"],
}
FILLERS = ["my", "the", "is", "was", "again", "please", "very", "today"]


def examples(per_theme: int = 30, themes: tuple[str, ...] = ("login", "delivery", "price")) -> list[Example]:
    """Return so many different texts of each theme."""
    rng, found = Random(7), set[Example]()
    for theme in themes:
        while sum(one.theme == theme for one in found) < per_theme:
            words = [rng.choice(WORDS[theme]) for _ in range(4)] + [rng.choice(FILLERS) for _ in range(4)]
            rng.shuffle(words)
            found.add(Example(theme, " ".join(words)))
    return sorted(found)
