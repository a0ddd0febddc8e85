"""Media types, of events and of their data: their name, and whether their charset is one that JSON may have.

Source: RFC 2045, section 5.1 (syntax); CloudEvents JSON format 1.0.2, section 3.1.1 (what declares JSON).
"""

import re
from functools import lru_cache

SINGLE, BATCH = "application/cloudevents+json", "application/cloudevents-batch+json"
CLOUDEVENTS = "application/cloudevents"  # whatever begins so is an event in some format
SHORT = 200  # characters; longer ones are legal, rare, and not worth remembering

_TOKEN = r"[!#$%&'*+\-.^_`{|}~0-9A-Za-z]+"  # noqa: S105 (a grammar, not a password)
_QUOTED = r'"(?:[^"\\\x00-\x08\x0a-\x1f\x7f]|\\[^\x00-\x08\x0a-\x1f\x7f])*"'
_PARAMETER = rf"[ \t]*;[ \t]*({_TOKEN})=({_TOKEN}|{_QUOTED})"
_MEDIA_TYPE = re.compile(rf"({_TOKEN}/{_TOKEN})((?:{_PARAMETER})*)[ \t]*")
_EACH = re.compile(_PARAMETER)


def name_of(text: str) -> str | None:
    """Return type and subtype in lower case, or None when this is no media type."""
    return _read(text)[0]


def charset_of(text: str) -> str | None:
    """Return the charset in lower case, if there is one."""
    return _read(text)[1]


def holds_json(text: str | None) -> bool:
    """Whether data of this content type is JSON; in the JSON format, no type means JSON."""
    if text is None:
        return True
    name = name_of(text) or ""
    return name.endswith(("/json", "+json"))


def is_utf8(text: str | None) -> bool:
    """Whether text of this content type is UTF-8, which JSON is unless it says otherwise (RFC 8259, section 8.1)."""
    return text is None or charset_of(text) in (None, "utf-8", "utf8", "us-ascii")


def refusal_of(text: str, accepted: str) -> str | None:
    """Return why a message of this content type is not one of the ``accepted`` format in JSON, or None."""
    text = text.rstrip("; \t")  # RFC 9110 has empty parameters
    if name_of(text) != accepted:
        return f"{text[:SHORT]} is not accepted; the format of events is JSON: {accepted}"
    return None if is_utf8(text) else f"the body must be UTF-8, not {(charset_of(text) or '')[:SHORT]}"


def _read(text: str) -> tuple[str | None, str | None]:
    return _remembered(text) if len(text) <= SHORT else _parse(text)


def _parse(text: str) -> tuple[str | None, str | None]:
    match = _MEDIA_TYPE.fullmatch(text)
    if match is None:
        return None, None
    found = {name.lower(): value for name, value in reversed(_EACH.findall(match[2]))}  # the first one counts
    charset = found.get("charset")
    if charset is not None and charset.startswith('"'):
        charset = re.sub(r"\\(.)", r"\1", charset[1:-1])
    return match[1].lower(), None if charset is None else charset.lower()


_remembered = lru_cache(maxsize=256)(_parse)
