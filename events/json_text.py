"""JSON as RFC 8259 and 7493 (I-JSON) want it: no repeated keys, no infinities, no broken text."""

import json
import math
import re
from typing import Any

from events.errors import EventError, FieldError, Path, shorten

MAX_DEPTH = 32  # levels; an event of ours has four
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")  # PostgreSQL refuses U+0000, UTF-8 refuses lone surrogates


class _Repeated(dict[str, Any]):
    """An object of which the sender wrote one key twice."""

    key = ""


def parse(body: bytes) -> object:
    """Return the value that a body in UTF-8 holds; ``flaws`` then names what else is wrong. Raises ``EventError``."""
    try:
        return _DECODER.decode(body.decode())
    except UnicodeDecodeError as exc:
        raise EventError.at((), f"is not UTF-8 (byte {exc.start})") from None
    except json.JSONDecodeError as exc:
        raise EventError.at((), f"is not JSON: {exc.msg} (line {exc.lineno}, column {exc.colno})") from None
    except RecursionError:
        raise EventError.at((), f"is nested deeper than {MAX_DEPTH} levels") from None
    except ValueError:  # an integer of more digits than Python converts
        raise EventError.at((), "holds a number that is too long") from None


def flaws(value: object, path: Path = ()) -> list[FieldError]:
    """Return what no JSON of ours may hold, each with its place."""
    found: list[FieldError] = []
    _walk(value, path, found, len(path) + MAX_DEPTH)
    return found


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    fields = dict(pairs)
    if len(fields) == len(pairs):
        return fields
    seen: set[str] = set()
    repeated = _Repeated(fields)
    repeated.key = next(key for key, _ in pairs if key in seen or seen.add(key))  # type: ignore[func-returns-value]
    return repeated


_DECODER = json.JSONDecoder(object_pairs_hook=_object)  # made once: `json.loads` would make one for every body


def _walk(value: object, path: Path, found: list[FieldError], deepest: int) -> None:
    if isinstance(value, str):
        if _UNSTORABLE.search(value):
            found.append(FieldError(path, "holds a character that cannot be stored (U+0000 or half of a pair)"))
    elif isinstance(value, float):
        if not math.isfinite(value):
            found.append(FieldError(path, "must be a finite number"))
    elif len(path) > deepest:
        found.append(FieldError(path[:3], f"is nested deeper than {MAX_DEPTH} levels"))
    elif isinstance(value, dict):
        if isinstance(value, _Repeated):
            found.append(FieldError((*path, value.key), "is given twice in one object"))
        for key, inner in value.items():
            if not isinstance(key, str) or _UNSTORABLE.search(key):
                found.append(FieldError(path, f"holds a name that cannot be stored: {shorten(repr(key))}"))
            else:
                _walk(inner, (*path, key), found, deepest)
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            _walk(inner, (*path, index), found, deepest)
    elif value is not None and not isinstance(value, int):
        found.append(FieldError(path, f"is not a JSON value: {type(value).__name__}"))
