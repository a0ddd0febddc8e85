"""What is wrong with an event from outside, field by field."""

from collections.abc import Iterable
from dataclasses import dataclass

Path = tuple[str | int, ...]
MAX_ERRORS = 50  # of one event; a hostile one could have a hundred thousand
SHOWN = 60  # characters of a sender's own name that are repeated back


@dataclass(frozen=True, slots=True)
class FieldError:
    """One field and what is wrong with it."""

    path: Path  # keys and indexes from the top of the event; empty: the body itself
    message: str

    @property
    def field(self) -> str:
        """The field as people write it: ``data.efforts.web``; ``body`` for the whole."""
        return ".".join(shorten(part) for part in self.path) or "body"

    @property
    def pointer(self) -> str:
        """The field as a JSON Pointer (RFC 6901): ``/data/efforts/web``; empty for the whole."""
        return "".join("/" + shorten(part).replace("~", "~0").replace("/", "~1") for part in self.path)


class EventError(Exception):
    """An event that cannot be taken in, with everything that is wrong with it; the first error speaks for all."""

    def __init__(self, errors: Iterable[FieldError]) -> None:
        found = list(errors)
        self.errors = found[:MAX_ERRORS]
        self.omitted = len(found) - len(self.errors)
        super().__init__("; ".join(f"{error.field}: {error.message}" for error in self.errors))

    @classmethod
    def at(cls, path: Path, message: str) -> "EventError":
        """Return an error about one field."""
        return cls([FieldError(path, message)])

    @property
    def field(self) -> str:
        return self.errors[0].field

    @property
    def message(self) -> str:
        return self.errors[0].message

    @property
    def pointer(self) -> str:
        return self.errors[0].pointer


def shorten(part: str | int) -> str:
    """Return a sender's name fit to be printed: short, and without what no terminal or database can take."""
    text = str(part)
    text = text if len(text) <= SHOWN else text[: SHOWN - 1] + "…"
    return "".join(char if char.isprintable() else "\N{REPLACEMENT CHARACTER}" for char in text)
