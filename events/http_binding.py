"""CloudEvents over HTTP: which mode a request is in, and the event of a request that holds one.

Header values are ISO-8859-1 text, as servers hand them over. Source: cloudevents/spec v1.0.2,
`bindings/http-protocol-binding.md`.
"""

import re
from collections.abc import Iterable, Sequence
from enum import Enum
from urllib.parse import quote, unquote_to_bytes

from events.codec import decode_binary, decode_json, encode_batch, encode_binary, encode_json, envelope_of
from events.envelope import Envelope, read_attributes
from events.errors import EventError, FieldError
from events.media_type import BATCH, CLOUDEVENTS, SHORT, SINGLE, refusal_of
from events.model import Event
from events.union import External

Headers = Sequence[tuple[str, str]]  # names in any case
PREFIX = "ce-"

_AS_THEY_ARE = "!#$&'()*+,/:;<=>?@[\\]^`{|}~"  # besides letters, digits and -._~: all that is printable but ␠ " %
_UNPRINTABLE = re.compile(r"[^ -~]")
_QUOTED = re.compile(r'"((?:[^"\\]|\\.)*)"')
_STRAY_PERCENT = re.compile(r"%(?![0-9A-Fa-f]{2})")


class Mode(Enum):
    """How a request holds events."""

    STRUCTURED = SINGLE  # one event as JSON
    BATCH = BATCH
    BINARY = "binary"  # attributes in headers, data in the body


class UnsupportedFormatError(Exception):
    """A request whose content type no event has, or is in a format that is not read here; says what is."""


def mode_of(headers: Headers) -> Mode:
    """Return the mode of a request. Raises ``UnsupportedFormatError``."""
    types = [value.strip(" \t") for name, value in headers if name.lower() == "content-type"]
    structured = [text for text in types if text.lower().startswith(CLOUDEVENTS)]
    if not structured:
        if any(name.lower().startswith(PREFIX) for name, _ in headers):
            return Mode.BINARY
        shown = types[0][:SHORT] if types and types[0] else "no content type"
        raise UnsupportedFormatError(
            f"{shown} is not accepted; send {SINGLE} (one event), {BATCH} (an array), "
            f"or data as application/json with the attributes in {PREFIX} headers"
        )
    if len(types) > 1:
        raise UnsupportedFormatError("Content-Type is given twice")
    mode = Mode.BATCH if structured[0].lower().startswith(f"{CLOUDEVENTS}-batch") else Mode.STRUCTURED
    wrong = refusal_of(structured[0], mode.value)
    if wrong:
        raise UnsupportedFormatError(wrong)
    return mode


def read_one(headers: Headers, body: bytes) -> External:
    """Return the event of a request that is no batch. Raises ``UnsupportedFormatError`` and ``EventError``."""
    if mode_of(headers) is Mode.BINARY:
        attributes, errors = _attributes(headers)
        return decode_binary(attributes, body, errors)
    return decode_json(body)  # also for a batch, to say that it is one


def read_envelope(headers: Headers, body: bytes) -> Envelope:
    """Return the envelope of one event of any type, as a gateway would. Raises as ``read_one`` does."""
    if mode_of(headers) is not Mode.BINARY:
        return envelope_of(body)
    attributes, errors = _attributes(headers)
    found, errors = read_attributes(attributes, body or None, errors)
    if errors:
        raise EventError(errors)
    return found


def to_http(event: Event) -> tuple[list[tuple[str, str]], bytes]:
    """Return headers and body of structured mode."""
    return [("content-type", SINGLE)], encode_json(event)


def to_http_batch(events: Iterable[Event]) -> tuple[list[tuple[str, str]], bytes]:
    """Return headers and body of batched mode."""
    return [("content-type", BATCH)], encode_batch(events)


def to_http_binary(event: Event) -> tuple[list[tuple[str, str]], bytes]:
    """Return headers and body of binary mode; extensions become text."""
    attributes, data = encode_binary(event)
    content_type = attributes.pop("datacontenttype")
    headers = [(PREFIX + name, quote(text, safe=_AS_THEY_ARE)) for name, text in attributes.items()]
    return [*headers, ("content-type", content_type)], data


def _attributes(headers: Headers) -> tuple[dict[str, str], list[FieldError]]:
    """Return the attributes that could be read, and what is wrong with the others."""
    found: dict[str, str] = {}
    errors: dict[str, FieldError] = {}
    for header, value in headers:
        name = header.lower()
        if name == "content-type":
            attribute, wrong = "datacontenttype", None
            text = value.strip(" \t")
        elif name.startswith(PREFIX):
            attribute = name.removeprefix(PREFIX)
            text, wrong = _decoded(value.strip(" \t"))
            if attribute == "datacontenttype":
                wrong = f"must not be given as {PREFIX}datacontenttype; the Content-Type says it"
        else:
            continue
        if attribute in found:
            wrong = wrong or "is given twice"
        if wrong:
            errors.setdefault(attribute, FieldError((attribute,), wrong))
        else:
            found[attribute] = text
    return {name: text for name, text in found.items() if name not in errors}, list(errors.values())


def _decoded(value: str) -> tuple[str, str | None]:
    """Return the text of a header value, and what is wrong with it. Source: section 3.1.3.2."""
    if _UNPRINTABLE.search(value):
        return "", "must be printable ASCII; percent-encode the UTF-8 of other characters"
    if value.startswith('"'):  # senders of older versions of the specification
        quoted = _QUOTED.fullmatch(value)
        if quoted is None:
            return "", "begins with a double quote and is no quoted string"
        value = re.sub(r"\\(.)", r"\1", quoted[1])
    if _STRAY_PERCENT.search(value):
        return "", "has a percent sign without two hexadecimal digits; a percent sign itself is %25"
    try:
        return unquote_to_bytes(value).decode(), None
    except UnicodeDecodeError:
        return "", "must be UTF-8 once it is percent-decoded"
