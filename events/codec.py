"""CloudEvents 1.0 ↔ our events, strict: whatever is wrong is refused with the name of its field."""

import json
import re
from collections.abc import Iterable, Mapping
from contextlib import suppress
from difflib import get_close_matches
from typing import Any, get_args

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from events import fast_lane
from events.customer_text import FROM_OUTSIDE
from events.envelope import SPECVERSION, Envelope, envelope, read_attributes, read_object
from events.errors import SHOWN, EventError, FieldError, Path, shorten
from events.fields import PRODUCT_PATTERN
from events.internal import SOURCE as OUR_SOURCE
from events.json_text import flaws, parse
from events.media_type import charset_of, holds_json, is_utf8
from events.model import Event
from events.union import EVENT_TYPES, EXTERNAL, INTERNAL_TYPES, External

MAX_BODY = 1024 * 1024  # bytes of one request or message; whoever reads the body enforces it
EXTERNAL_TYPES = tuple(sorted(EVENT_TYPES.keys() - INTERNAL_TYPES))
ENVELOPE_FIELDS = frozenset({*Event.model_fields, "type"})  # not part of `data`
_NOT_SENT = ENVELOPE_FIELDS | {"inferred"}  # neither offered to senders nor written for them
_ATTRIBUTES = {"product": "subject"}  # our field -> CloudEvents attribute, where the names differ
_PATTERNS = {
    PRODUCT_PATTERN: "must be a product id: 1 to 63 lower-case letters, digits and hyphens, no hyphen first",
    r"^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$": "must be an id: 1 to 100 letters, digits, dots, hyphens and underscores",
    r"^(19|2[0-9])[0-9]{2}-(0[1-9]|1[0-2])$": "must be a month, such as 2026-03",
}


def decode_json(body: bytes) -> External:
    """Return the event of one structured body. Raises ``EventError``."""
    value = parse(body)
    if isinstance(value, list):
        raise EventError.at((), "is an array; send several events as application/cloudevents-batch+json")
    return _decode(value, plain=not fast_lane.doubtful(body))


def decode_batch(body: bytes) -> list[External | EventError]:
    """Return for each event of a batch the event or what is wrong with it, in order.

    Raises ``EventError`` when the body as a whole is not a batch. An empty batch is valid.
    """
    value = parse(body)
    if not isinstance(value, list):
        raise EventError.at((), "must be an array of CloudEvents")
    plain = not fast_lane.doubtful(body)
    return [_decoded(item, plain=plain) for item in value]


def decode_binary(attributes: Mapping[str, str], body: bytes | None, errors: Iterable[FieldError] = ()) -> External:
    """Return the event of a message whose attributes and data came apart. Raises ``EventError``.

    ``attributes`` are those that could be read, ``errors`` is what is wrong with the others; an empty body is no data.
    """
    errors = list(errors)
    if body and not errors and not fast_lane.doubtful(body):
        with suppress(EventError):
            event = fast_lane.build(attributes, parse(body))
            if event is not None:
                return event
    return from_envelope(*read_attributes(attributes, body or None, errors))


def envelope_of(body: bytes) -> Envelope:
    """Return the envelope of one structured body, whatever its type means. Raises ``EventError``."""
    value = parse(body)
    broken = flaws(value)
    if broken:
        raise EventError(broken)
    return envelope(value)


def decode(value: object) -> External:
    """Return the event that a JSON object holds. Raises ``EventError`` with everything that is wrong with it."""
    broken = flaws(value)
    if broken:
        raise EventError(broken)
    return from_envelope(*read_object(value))


def from_envelope(found: Envelope, errors: Iterable[FieldError] = ()) -> External:
    """Return our event of an envelope that was read with ``errors``; all modes of CloudEvents end here."""
    errors = list(errors)
    refused = {error.path[0] for error in errors if error.path}
    for name in ("subject", "time"):
        if getattr(found, name) is None and name not in refused:
            errors.append(FieldError((name,), "is required"))
    if found.source == OUR_SOURCE:
        errors.append(FieldError(("source",), f"{OUR_SOURCE} is the name of Tandem itself"))
    if not holds_json(found.datacontenttype) and "datacontenttype" not in refused:
        errors.append(FieldError(("datacontenttype",), "must be application/json, or end in /json or +json"))
    data = _data(found, errors, refused)
    event = None
    if found.type in INTERNAL_TYPES:
        errors.append(FieldError(("type",), f"{found.type} is raised only by Tandem itself"))
    elif found.type in EXTERNAL_TYPES:
        event = _build(found, data, errors)
    elif "type" not in refused:
        errors.append(FieldError(("type",), "unknown type; " + _closest(found.type, EXTERNAL_TYPES)))
    if errors or event is None:
        raise EventError(errors)
    return event


def encode(event: Event) -> dict[str, Any]:
    """Return the event as a structured CloudEvent; ``decode`` gives the same event back."""
    fields = event.model_dump(mode="json", exclude_none=True)
    return {
        "specversion": SPECVERSION,
        "id": event.id,
        "source": event.source,
        "type": fields["type"],
        "subject": event.product,
        "time": fields["time"],
        "datacontenttype": "application/json",
        **event.extensions,
        "data": {name: value for name, value in fields.items() if name not in _NOT_SENT},
    }


def encode_json(event: Event) -> bytes:
    """Return the event as the body of structured mode; ``decode_json`` gives the same event back."""
    return _json(encode(event))


def encode_batch(events: Iterable[Event]) -> bytes:
    """Return events as the body of batch mode; ``decode_batch`` gives the same events back."""
    return _json([encode(event) for event in events])


def encode_binary(event: Event) -> tuple[dict[str, str], bytes]:
    """Return the attributes as text, and the data as JSON; ``decode_binary`` gives the same event back.

    But for extensions, which are text from then on. Source: CloudEvents 1.0.2, "Type System", canonical strings.
    """
    attributes = encode(event)
    data = attributes.pop("data")
    return {name: _canonical(value) for name, value in attributes.items()}, _json(data)


def _json(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


def _canonical(value: bool | int | str) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _decode(value: object, *, plain: bool) -> External:
    event = None
    if plain and type(value) is dict:  # an object with a repeated key is of another type
        event = fast_lane.build({name: one for name, one in value.items() if name != "data"}, value.get("data"))
    return decode(value) if event is None else event


def _decoded(value: object, *, plain: bool) -> External | EventError:
    try:
        return _decode(value, plain=plain)
    except EventError as error:
        return error


def _data(found: Envelope, errors: list[FieldError], refused: set[str | int]) -> dict[str, Any] | None:
    """Return the event's data object, or None after adding why there is none."""
    data = found.data
    if isinstance(data, bytes):
        if not holds_json(found.datacontenttype):
            return None
        if not is_utf8(found.datacontenttype):
            charset = charset_of(found.datacontenttype or "") or ""
            errors.append(FieldError(("datacontenttype",), f"must be UTF-8, not {shorten(charset)}"))
            return None
        try:
            data = parse(data)
        except EventError as exc:
            errors += [FieldError(("data", *error.path), error.message) for error in exc.errors]
            return None
        broken = flaws(data, ("data",))
        if broken:
            errors += broken
            return None
    if isinstance(data, dict):
        return data
    if data is not None:
        errors.append(FieldError(("data",), "must be an object"))
    elif not refused & {"data", "data_base64"}:
        errors.append(FieldError(("data",), "is required"))
    return None


def _build(found: Envelope, data: dict[str, Any] | None, errors: list[FieldError]) -> External | None:
    cls = EVENT_TYPES[found.type]
    known = {name: value for name, value in (data or {}).items() if name not in ENVELOPE_FIELDS}
    misplaced = [name for name in data or {} if name in ENVELOPE_FIELDS]
    errors += [FieldError(("data", name), "unknown field; this belongs to the attributes") for name in misplaced]
    extensions = found.extensions if found.dataschema is None else {**found.extensions, "dataschema": found.dataschema}
    fields = {
        **known,  # the placeholders stand for what was refused already
        "id": found.id or "-",
        "source": found.source or "-",
        "type": found.type,
        "product": found.subject or "-",
        "time": found.time.isoformat() if found.time else "2000-01-01T00:00:00Z",
        "extensions": extensions,
    }
    try:  # as JSON text, because strict means what JSON can say: an array is a tuple, a text may be a date
        return EXTERNAL.validate_json(json.dumps(fields), strict=True, extra="forbid", context=FROM_OUTSIDE)
    except ValidationError as exc:
        for detail in exc.errors(include_url=False, include_input=False):
            error = _explain(cls, detail, fields)
            absent = (error.path[0] == "subject" and not found.subject) or (error.path[0] == "data" and data is None)
            if not absent:
                errors.append(error)
        return None


def _explain(cls: type[Event], detail: ErrorDetails, fields: dict[str, Any]) -> FieldError:
    """Return pydantic's finding in our words, at the place where the sender wrote it."""
    kind, loc = detail["type"], detail["loc"][1:]  # the first part is the union's tag: the event's type
    path = _place(loc, fields, keep_last=kind in ("missing", "extra_forbidden"))
    if path and path[0] in ENVELOPE_FIELDS:
        name = str(path[0])
        path = path[1:] if name == "extensions" else (_ATTRIBUTES.get(name, name),)
    else:
        path = ("data", *path)
    context = detail.get("ctx", {})
    if kind == "missing":
        return FieldError(path, "is required")
    if kind == "extra_forbidden":
        return FieldError(path, "unknown field; " + _closest(str(loc[-1]), _siblings(cls, loc)))
    if kind == "string_pattern_mismatch" and context.get("pattern") in _PATTERNS:
        return FieldError(path, _PATTERNS[context["pattern"]])
    message = detail["msg"].removeprefix("Value error, ")
    return FieldError(path, re.sub(r"^[A-Z][a-z]+ should ", "must ", message))


def _place(loc: Path, fields: object, *, keep_last: bool) -> Path:
    """Return the part of pydantic's location that exists in the input: without tags of unions and dict keys."""
    path: list[str | int] = []
    for part in loc:
        if isinstance(fields, dict):
            inside = part in fields
        else:
            inside = isinstance(fields, list) and isinstance(part, int) and part < len(fields)
        if not inside:
            return (*path, part) if keep_last and part == loc[-1] else tuple(path)
        path.append(part)
        fields = fields[part]  # type: ignore[index]
    return tuple(path)


def _siblings(cls: type[BaseModel], loc: Path) -> list[str]:
    """Return the fields that exist where an unknown one was found."""
    for part in loc[:-1]:
        annotation = cls.model_fields[str(part)].annotation
        models = [one for one in (annotation, *get_args(annotation)) if isinstance(one, type)]
        cls = next(one for one in models if issubclass(one, BaseModel))
    return [name for name in cls.model_fields if name not in _NOT_SENT]


def _closest(name: str, known: Iterable[str]) -> str:
    known = list(known)
    close = get_close_matches(name, known, n=3) if len(name) <= SHOWN else []  # quadratic in the length
    if close:
        return f"did you mean {' or '.join(close)}?"
    return f"known are {', '.join(known)}"
