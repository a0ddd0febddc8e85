"""A product's declaration from outside, read strictly: whatever is wrong with it is named with its place."""

import json
import re
from difflib import get_close_matches
from types import UnionType
from typing import Any, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from domain.calendars import holiday_problem
from domain.definition import ProductDefinition
from events.errors import EventError, FieldError, Path, shorten
from events.json_text import flaws

MAX_PRODUCT_FILE = 2 * 1024 * 1024  # bytes; Temporal refuses messages above 2 MB
_PATTERNS = {
    r"^[a-z0-9][a-z0-9-]{0,62}$": "must be 1 to 63 lower-case letters, digits and hyphens, no hyphen first",
    r"^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$": "must be an id: 1 to 100 letters, digits, dots, hyphens and underscores",
    r"^(19|2[0-9])[0-9]{2}-(0[1-9]|1[0-2])$": "must be a month, such as 2026-03",
    r"^[A-Z]{3}$": "must be a currency, such as EUR",
}
_SEVERAL = re.compile(r"; (?=[a-z_]+(?:\.\S+)*: )")  # findings of the domain, each with its place
_ABSENT = re.compile(r"^there is no \w+ '([^']*)'")


class DefinitionError(EventError):
    """A declaration that cannot be read, with everything that is wrong with it."""


def read_definition(value: object) -> ProductDefinition:
    """Return the definition that JSON values declare. Raises DefinitionError."""
    broken = flaws(value)
    if not broken and not isinstance(value, dict):
        broken = [FieldError((), "must be an object with the fields of a product")]
    if broken:
        raise DefinitionError(broken)
    try:  # as JSON text, because strict means what JSON can say: an array is a tuple, a text may be a date
        definition = ProductDefinition.model_validate_json(json.dumps(value), strict=True, extra="forbid")
    except ValidationError as exc:
        found = exc.errors(include_url=False, include_input=False)
        errors = [error for one in found if not _follows(one, found) for error in _explain(one, value)]
        raise DefinitionError(errors) from None
    found_unknown = {name: holiday_problem(calendar) for name, calendar in definition.calendars.items()}
    if unknown := [FieldError(("calendars", name, "holidays"), why) for name, why in found_unknown.items() if why]:
        raise DefinitionError(unknown)
    return definition


def place_of(text: str, value: object) -> Path:
    """Return the path that a place like ``items.sso.after`` names; names may hold dots themselves."""
    path: list[str | int] = []
    rest = text
    while rest and isinstance(value, dict):
        names = [name for name in map(str, value) if rest == name or rest.startswith(f"{name}.")]
        if not names:
            break
        name = max(names, key=len)
        path.append(name)
        value, rest = value[name], rest[len(name) + 1 :]
    return tuple(path)


def _follows(error: ErrorDetails, found: list[ErrorDetails]) -> bool:
    """Tell whether a list counts as too short only because its parts are wrong."""
    place = error["loc"]
    inside = (one["loc"] for one in found if len(one["loc"]) > len(place))
    return error["type"] == "too_short" and any(loc[: len(place)] == place for loc in inside)


def _explain(error: ErrorDetails, value: object) -> list[FieldError]:
    kind, loc = error["type"], error["loc"]
    message = error["msg"].removeprefix("Value error, ")
    path = _existing(loc, value, keep_last=kind in ("missing", "extra_forbidden"))
    if kind == "missing":
        return [FieldError(path, "is required")]
    if kind == "extra_forbidden":
        return [FieldError(path, f"unknown field; {_closest(str(loc[-1]), _siblings(loc))}")]
    if kind == "string_pattern_mismatch":
        message = _PATTERNS.get(error.get("ctx", {}).get("pattern", ""), message)
    if kind == "value_error":
        return [_placed(path, one, value) for one in _SEVERAL.split(message)]
    return [FieldError(path, re.sub(r"^[A-Z][a-z]+ should ", "must ", message))]


def _placed(path: Path, message: str, value: object) -> FieldError:
    """Return a finding of the domain, which starts with its place, at the most exact place there is."""
    inside = _at(path, value)
    place, colon, rest = message.partition(": ")
    found = place_of(place, inside) if colon else ()
    if not found:
        return FieldError(path, message)
    absent = _ABSENT.match(rest)
    if absent:
        holder = _at(found, inside)
        if isinstance(holder, dict) and absent[1] in holder:
            found = (*found, absent[1])
        elif isinstance(holder, list) and absent[1] in holder:
            found = (*found, holder.index(absent[1]))
    return FieldError((*path, *found), rest)


def _at(path: Path, value: object) -> object:
    for part in path:
        value = value[part]  # type: ignore[index]
    return value


def _existing(loc: Path, value: object, *, keep_last: bool) -> Path:
    """Return the part of pydantic's location that exists in the input: without tags of unions and of keys."""
    path: list[str | int] = []
    for part in loc:
        if isinstance(value, dict):
            inside = part in value
        else:
            inside = isinstance(value, list) and isinstance(part, int) and part < len(value)
        if not inside:
            return (*path, part) if keep_last and part == loc[-1] else tuple(path)
        path.append(part)
        value = value[part]  # type: ignore[index]
    return tuple(path)


def _siblings(loc: Path) -> list[str]:
    """Return the fields that exist where an unknown one was found."""
    kind: Any = ProductDefinition
    for part in loc[:-1]:
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            kind = _inner(kind.model_fields[str(part)].annotation)
        else:
            kind = _inner(get_args(kind)[-1 if get_origin(kind) is dict else 0])
    return list(kind.model_fields) if isinstance(kind, type) and issubclass(kind, BaseModel) else []


def _inner(annotation: Any) -> Any:
    """Return the type inside an annotation: what is not None of a union, what is annotated."""
    if hasattr(annotation, "__metadata__"):
        return _inner(get_args(annotation)[0])
    if get_origin(annotation) in (Union, UnionType):
        return _inner(next(one for one in get_args(annotation) if one is not type(None)))
    return annotation


def _closest(name: str, known: list[str]) -> str:
    close = get_close_matches(shorten(name), known, n=3)
    return f"did you mean {' or '.join(close)}?" if close else f"known are {', '.join(known)}"
