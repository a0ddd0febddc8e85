"""Whether a delivery comes from who shares the secret: HMAC-SHA256 over the bytes as they came.

Every secret is tried, and compared in constant time. Sources: GitHub, "Validating webhook deliveries"; Jira Cloud,
"Secure admin webhooks" (WebSub's X-Hub-Signature); Standard Webhooks 1.0.0.
"""

import base64
import binascii
import hashlib
import hmac
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from events.webhooks.bindings import Kind

TOLERANCE = timedelta(minutes=5)  # of a signed time, both ways; Standard Webhooks leaves the figure to the receiver
STANDARD_PREFIX = "whsec_"
HEADERS: dict[Kind, str] = {
    "github": "x-hub-signature-256",
    "jira": "x-hub-signature",
    "standard": "webhook-signature",
}


class SignatureError(Exception):
    """The delivery is not proven to come from the source; the message says why, and repeats nothing of it."""


def verify(kind: Kind, headers: Mapping[str, str], body: bytes, secrets: Sequence[str], now: datetime) -> None:
    """Return when the body is signed with one of the secrets. ``headers`` by lower-case name. Raises SignatureError."""
    header = HEADERS[kind]
    given = headers.get(header, "")
    if not given:
        raise SignatureError(f"the header {header} is missing{_hint(kind, headers)}")
    if kind == "standard":
        _in_time(headers.get("webhook-timestamp", ""), now)
        if not headers.get("webhook-id"):
            raise SignatureError("the header webhook-id is missing")
        wanted = [standard_signature(secret, headers, body) for secret in secrets]
        offered = [one for one in given.split(" ") if one.startswith("v1,")]
    else:
        wanted = [hub_signature(secret, body) for secret in secrets]
        offered = [given]
    matches = [_same(one, other) for one in wanted for other in offered[:20]]  # all of them, always
    if not any(matches):
        raise SignatureError(f"the signature in {header} is not made with a valid secret of this source over this body")


def hub_signature(secret: str, body: bytes) -> str:
    """Return what GitHub's X-Hub-Signature-256 and Jira's X-Hub-Signature hold."""
    return f"sha256={hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()}"


def standard_signature(secret: str, headers: Mapping[str, str], body: bytes) -> str:
    """Return one signature of Standard Webhooks: over id, time and body."""
    signed = f"{headers.get('webhook-id', '')}.{headers.get('webhook-timestamp', '')}.".encode() + body
    return f"v1,{base64.b64encode(hmac.new(standard_key(secret), signed, hashlib.sha256).digest()).decode()}"


def standard_key(secret: str) -> bytes:
    """Return the bytes that a ``whsec_…`` stands for. Raises ValueError when it is none."""
    try:
        return base64.b64decode(secret.removeprefix(STANDARD_PREFIX), validate=True)
    except binascii.Error:
        raise ValueError(f"a secret of Standard Webhooks is base64, mostly with {STANDARD_PREFIX} before it") from None


def _same(one: str, other: str) -> bool:
    return hmac.compare_digest(one.encode(), other.encode(errors="surrogateescape"))


def _in_time(given: str, now: datetime) -> None:
    if not (given.isascii() and given.isdigit() and len(given) <= 11):
        raise SignatureError("the header webhook-timestamp must be whole seconds since 1970")
    if abs(now.timestamp() - int(given)) > TOLERANCE.total_seconds():
        minutes = int(TOLERANCE.total_seconds() // 60)
        raise SignatureError(f"the time in webhook-timestamp is more than {minutes} minutes away from now")


def _hint(kind: Kind, headers: Mapping[str, str]) -> str:
    if kind == "github" and "x-hub-signature" in headers:
        return "; SHA-1 in x-hub-signature is not taken"
    return "; does the webhook have a secret?"
