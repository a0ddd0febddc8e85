"""The plain case of an event, read quickly: what is valid beyond doubt is built at once.

Whatever is not plain (an error, an escape, a date, a value inside a value) is left to ``events.codec``, which says
what is wrong, if anything is; so nothing here may take what the codec refuses, or make another event of it. The
tests hold both against each other.
"""

import re
from collections.abc import Mapping
from functools import lru_cache
from types import NoneType
from typing import cast

from pydantic import ValidationError

from events.customer_text import FROM_OUTSIDE
from events.envelope import CORE, NAME, SPECVERSION, is_integer, is_uri_reference
from events.instants import parse_instant
from events.internal import SOURCE as OUR_SOURCE
from events.media_type import holds_json, is_utf8
from events.union import EVENT_TYPES, INTERNAL_TYPES, External

_CLASSES = {name: cls for name, cls in EVENT_TYPES.items() if name not in INTERNAL_TYPES}
_CORE = frozenset(CORE) - {"dataschema"}
_SCALARS = frozenset({str, int, float, bool, NoneType})
_LONGEST_SOURCE = 200  # characters, as in `events.model`; longer ones are not remembered
_DOUBTFUL = re.compile(rb"\\u(?:0000|[dD][89a-fA-F])")  # U+0000 or a surrogate: a pair, or half of one


def doubtful(body: bytes) -> bool:
    """Whether JSON text may hold a character that cannot be stored; unescaped ones are refused by the parser."""
    return b"\\u" in body and _DOUBTFUL.search(body) is not None


def build(given: Mapping[str, object], data: object) -> External | None:
    """Return the event of these attributes and this data, or None when it is not plain.

    Both are JSON values that were parsed from a text that is not ``doubtful``.
    """
    extensions = _extensions(given)
    if extensions is None or given.get("specversion") != SPECVERSION:
        return None
    cls = _CLASSES.get(cast(str, given.get("type")))
    source, media_type = cast(str, given.get("source", "")), cast(str | None, given.get("datacontenttype"))
    if cls is None or not _may_send(source) or not (holds_json(media_type) and is_utf8(media_type)):
        return None
    fields = _plain(data)
    if fields is None:
        return None
    own = len(fields)
    fields["id"], fields["source"], fields["type"] = given.get("id"), source, given["type"]
    fields["product"], fields["extensions"] = given.get("subject"), extensions
    try:
        fields["time"] = parse_instant(cast(str, given.get("time", "")))
        if len(fields) != own + 6:  # the data has a field of an attribute's name
            return None
        event = cls.__pydantic_validator__.validate_python(fields, strict=True, extra="forbid", context=FROM_OUTSIDE)
    except (ValidationError, ValueError):
        return None
    return cast(External, event)


def _extensions(given: Mapping[str, object]) -> dict[str, bool | int | str] | None:
    """Return the extension attributes; None when any attribute is not plain."""
    texts: list[str] = []
    extensions: dict[str, bool | int | str] = {}
    for name, value in given.items():
        if name in _CORE:
            if type(value) is not str:
                return None
            texts.append(value)
        elif name in ("dataschema", "data") or NAME.fullmatch(name) is None:
            return None
        elif type(value) is str:
            texts.append(value)
            extensions[name] = value
        elif type(value) is bool or (type(value) is int and is_integer(value)):
            extensions[name] = value
        else:
            return None
    return extensions if "".join(texts).isprintable() else None  # stricter than CloudEvents' String


def _plain(data: object) -> dict[str, object] | None:
    """Return a copy of the data with its arrays as tuples, as the strict models want them."""
    if type(data) is not dict:  # nor an object with a repeated key
        return None
    fields = dict(data)
    for name, value in data.items():
        kind = type(value)
        if kind is str or kind is int:
            continue
        if kind is list:
            fields[name] = tuple(value)
            inside = value
        else:
            inside = value.values() if kind is dict else (value,)
        for one in inside:
            if type(one) not in _SCALARS or (type(one) is float and one - one != 0):  # infinite or not a number
                return None
    return fields


@lru_cache(maxsize=1024)
def _is_reference(source: str) -> bool:
    return is_uri_reference(source)


def _may_send(source: str) -> bool:
    return 0 < len(source) <= _LONGEST_SOURCE and source != OUR_SOURCE and _is_reference(source)
