"""CloudEvents 1.0: the attributes around an event's data, whatever its type means.

Structured and batch mode arrive here as JSON objects (``envelope``); binary mode has its attributes in headers
and its data in the body, and uses ``read_attributes`` directly. Source: cloudevents/spec v1.0.2, `spec.md` and
`formats/json-format.md`.
"""

import base64
import binascii
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from events.errors import EventError, FieldError
from events.instants import parse_instant
from events.media_type import name_of

SPECVERSION = "1.0"
CORE = ("specversion", "id", "source", "type", "subject", "time", "datacontenttype", "dataschema")
INT32 = 2**31  # CloudEvents Integer: a signed 32-bit whole number
NAME = re.compile(r"[a-z0-9]+")  # of an attribute; twenty characters are advice, not a limit

_NONCHARACTERS = "".join(chr(plane << 16 | low) for plane in range(17) for low in (0xFFFE, 0xFFFF))
# refused by CloudEvents' String
_CONTROL = re.compile(f"[\x00-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef{_NONCHARACTERS}]")
_CHAR = r"(?:[A-Za-z0-9\-._~!$&'()*+,;=:@]|%[0-9A-Fa-f]{2})"  # RFC 3986 pchar
_PLAIN = r"(?:[A-Za-z0-9\-._~!$&'()*+,;=@]|%[0-9A-Fa-f]{2})"  # the same without the colon
_HOST = r"(?:[A-Za-z0-9\-._~!$&'()*+,;=]|%[0-9A-Fa-f]{2})"  # without the at sign, too: one way to match, linear time
_AUTHORITY = rf"//(?:(?:{_HOST}|:)*@)?(?:\[[0-9A-Fa-f:.]+\]|{_HOST}*)(?::[0-9]*)?(?:/{_CHAR}*)*"
_TAIL = rf"(?:\?(?:{_CHAR}|[/?])*)?(?:\#(?:{_CHAR}|[/?])*)?"
_ROOTED = rf"/(?:{_CHAR}+(?:/{_CHAR}*)*)?"
_URI = re.compile(rf"[A-Za-z][A-Za-z0-9+.\-]*:(?:{_AUTHORITY}|{_ROOTED}|(?:{_CHAR}+(?:/{_CHAR}*)*)?){_TAIL}")
_RELATIVE = re.compile(rf"(?:{_AUTHORITY}|{_ROOTED}|(?:{_PLAIN}+(?:/{_CHAR}*)*)?){_TAIL}")


@dataclass(frozen=True, slots=True)
class Envelope:
    """One CloudEvent. An attribute that is absent or was refused is empty or None."""

    id: str = ""
    source: str = ""
    type: str = ""
    subject: str | None = None
    time: datetime | None = None  # UTC
    datacontenttype: str | None = None
    dataschema: str | None = None
    extensions: dict[str, bool | int | str] = field(default_factory=dict)
    data: object = None  # a JSON value; bytes where it came as bytes; None: no data


def envelope(value: object) -> Envelope:
    """Return the envelope of one structured event. Raises ``EventError`` with everything that is wrong."""
    found, errors = read_object(value)
    if errors:
        raise EventError(errors)
    return found


def read_object(value: object) -> tuple[Envelope, list[FieldError]]:
    """Return what can be read of one structured event, and what is wrong with the rest.

    Raises ``EventError`` when it is no object at all.
    """
    if not isinstance(value, dict):
        raise EventError.at((), "must be one CloudEvent, a JSON object")
    attributes = {key: inner for key, inner in value.items() if key not in ("data", "data_base64")}
    data, encoded = value.get("data"), value.get("data_base64")
    errors: list[FieldError] = []
    if encoded is not None and "data" in value:  # even if it is null: that is data, too
        errors.append(FieldError(("data_base64",), "cannot be given together with data"))
    elif encoded is not None:
        data = _from_base64(encoded, errors)
    return read_attributes(attributes, data, errors)


def read_attributes(
    attributes: Mapping[str, object], data: object, errors: list[FieldError] | None = None
) -> tuple[Envelope, list[FieldError]]:
    """Return what can be read of an event's attributes, and ``errors`` with what is wrong with the rest added.

    ``attributes`` are JSON values by name; null means absent. ``data`` is passed on as it is.
    """
    errors = [] if errors is None else errors
    refused = {error.path[0] for error in errors if error.path}
    given = {name: value for name, value in attributes.items() if value is not None}
    version = _text(given, "specversion", errors)
    if version and version != SPECVERSION:
        errors.append(FieldError(("specversion",), f'must be "{SPECVERSION}"'))
    for name in ("specversion", "id", "source", "type"):
        if name not in given and name not in refused:
            errors.append(FieldError((name,), "is required"))
    source = _text(given, "source", errors)
    if source and not is_uri_reference(source):
        errors.append(FieldError(("source",), "must be a URI-reference (RFC 3986): percent-encode other characters"))
    media_type = _text(given, "datacontenttype", errors)
    if media_type and name_of(media_type) is None:
        errors.append(FieldError(("datacontenttype",), "must be a media type, such as application/json"))
    schema = _text(given, "dataschema", errors)
    if schema and not _URI.fullmatch(schema):
        errors.append(FieldError(("dataschema",), "must be an absolute URI (RFC 3986)"))
    found = Envelope(
        id=_text(given, "id", errors) or "",
        source=source or "",
        type=_text(given, "type", errors) or "",
        subject=_text(given, "subject", errors),
        time=_time(given, errors),
        datacontenttype=media_type,
        dataschema=schema,
        extensions=_extensions(given, errors),
        data=data,
    )
    return found, errors


def is_uri_reference(text: str) -> bool:
    """Whether this is a URI or a relative reference (RFC 3986, section 4.1)."""
    return bool(_URI.fullmatch(text) or _RELATIVE.fullmatch(text))


def is_integer(value: int) -> bool:
    """Whether this is in the range of a CloudEvents Integer."""
    return -INT32 <= value < INT32


def _text(given: Mapping[str, object], name: str, errors: list[FieldError]) -> str | None:
    value = given.get(name)
    if value is None:
        return None
    if not isinstance(value, str):
        errors.append(FieldError((name,), "must be a string"))
    elif not value:
        errors.append(FieldError((name,), "must not be empty"))
    elif _CONTROL.search(value):
        errors.append(FieldError((name,), "must not hold control characters"))
    else:
        return value
    return None


def _time(given: Mapping[str, object], errors: list[FieldError]) -> datetime | None:
    text = _text(given, "time", errors)
    if text is None:
        return None
    try:
        return parse_instant(text)
    except ValueError as exc:
        errors.append(FieldError(("time",), str(exc)))
        return None


def _extensions(given: Mapping[str, object], errors: list[FieldError]) -> dict[str, bool | int | str]:
    kept: dict[str, bool | int | str] = {}
    for name, value in given.items():
        if name in CORE:
            continue
        if not NAME.fullmatch(name) or name in ("data", "data_base64"):
            meant = name.lower().replace("_", "").replace("-", "")
            hint = f"; did you mean {meant}?" if meant in (*CORE, "data") else ""
            rule = "attribute names are lower-case letters and digits"
            errors.append(FieldError((name,), f"{rule}{hint}"))
        elif isinstance(value, bool):
            kept[name] = value
        elif isinstance(value, int):
            if is_integer(value):
                kept[name] = value
            else:
                errors.append(FieldError((name,), "must be a 32-bit integer"))
        elif not isinstance(value, str):
            errors.append(FieldError((name,), "must be a boolean, an integer or a string"))
        elif _CONTROL.search(value):
            errors.append(FieldError((name,), "must not hold control characters"))
        else:
            kept[name] = value
    return kept


def _from_base64(encoded: object, errors: list[FieldError]) -> bytes | None:
    try:
        if isinstance(encoded, str):
            return base64.b64decode(encoded, validate=True)
    except (binascii.Error, ValueError):
        pass
    errors.append(FieldError(("data_base64",), "must be base64 text (RFC 4648)"))
    return None
