"""A text in the words of whoever reads it: ids become what they call them. Pure.

An id that is also a word which holds sentences together (a team `it`) stays in running text.
"""

import re
from collections.abc import Mapping
from functools import lru_cache

from activities.feedback.function_words import FUNCTION_WORDS

LONGEST_SUBJECT = 200  # characters

# An id ends where the text around it could not be part of a longer one: `sso` is not in `sso-api`, `web/sso` or
# `sso.example`, and it is at the end of a sentence.
_BEFORE = r"(?<![\w/@:#-])(?<!\w\.)"
_AFTER = r"(?![\w/@#-])(?![.:]\w)"


def in_words(text: str, words: Mapping[str, str]) -> str:
    """Return a text with every whole id that ``words`` knows replaced, all at once: no word is replaced again."""
    known = {name: word for name, word in words.items() if name and name != word and name not in FUNCTION_WORDS}
    if not known:
        return text
    return _pattern(tuple(sorted(known, key=len, reverse=True))).sub(lambda found: known[found[0]], text)


@lru_cache(maxsize=64)
def _pattern(names: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile(f"{_BEFORE}(?:{'|'.join(map(re.escape, names))}){_AFTER}")


def shortened(text: str, most: int = LONGEST_SUBJECT) -> str:
    """Return a text of at most so many characters; what is cut off is shown by an ellipsis."""
    return text if len(text) <= most else f"{text[: most - 1].rstrip()}…"
