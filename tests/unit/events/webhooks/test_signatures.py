"""Who may be believed: the published vectors, and everything that is nearly right."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from events.webhooks.bindings import Kind
from events.webhooks.registry import secret_flaw
from events.webhooks.signatures import HEADERS, TOLERANCE, SignatureError, hub_signature, standard_signature, verify
from tests.realdata import realdata

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
BODY = b'{"action": "closed"}'
STANDARD = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
SECOND = timedelta(seconds=1)


@pytest.mark.parametrize("name", ["github", "jira", "standard-webhooks-v1"])
def test_the_published_vectors_hold(name: str) -> None:
    vectors = {one["name"]: one for one in json.loads(realdata("signature-vectors/vectors.json").read_text())}
    one: dict[str, Any] = vectors[name]
    kind: Kind = "standard" if name.startswith("standard") else name  # type: ignore[assignment]
    headers = {one["header"].lower(): one["expected"]}
    now = NOW
    if kind == "standard":
        headers |= {one["id_header"]: one["id"], one["timestamp_header"]: one["timestamp"]}
        now = datetime.fromtimestamp(int(one["timestamp"]), UTC)
    verify(kind, headers, one["body"].encode(), [one["secret"]], now)
    with pytest.raises(SignatureError):
        verify(kind, headers, one["body"].encode() + b" ", [one["secret"]], now)


def hub(secret: str = "the present secret", body: bytes = BODY) -> dict[str, str]:
    return {"x-hub-signature-256": hub_signature(secret, body)}


def signed(sent: datetime = NOW, secret: str = STANDARD, body: bytes = BODY) -> dict[str, str]:
    headers = {"webhook-id": "msg_1", "webhook-timestamp": str(int(sent.timestamp()))}
    return headers | {"webhook-signature": standard_signature(secret, headers, body)}


@pytest.mark.parametrize(
    ("kind", "headers", "secrets"),
    [
        pytest.param("github", hub(), ["the present secret"], id="github"),
        pytest.param("github", hub("the old secret"), ["the present secret", "the old secret"], id="either secret"),
        pytest.param("jira", {"x-hub-signature": hub()["x-hub-signature-256"]}, ["the present secret"], id="jira"),
        pytest.param("standard", signed(), [STANDARD], id="standard"),
        pytest.param("standard", signed(NOW - TOLERANCE), [STANDARD], id="as old as it may be"),
        pytest.param("standard", signed(NOW + TOLERANCE), [STANDARD], id="as far ahead as it may be"),
        pytest.param(
            "standard",
            signed() | {"webhook-signature": f"v1a,xyz v1,AAAA {signed()['webhook-signature']}"},
            [STANDARD],
            id="one of several signatures",
        ),
    ],
)
def test_a_good_signature_is_taken(kind: Kind, headers: dict[str, str], secrets: list[str]) -> None:
    verify(kind, headers, BODY, secrets, NOW)


@pytest.mark.parametrize(
    ("kind", "headers", "body", "why"),
    [
        pytest.param("github", {}, BODY, "is missing", id="no signature"),
        pytest.param("github", hub(), BODY + b"\n", "not made with", id="another body"),
        pytest.param("github", hub("a wrong secret"), BODY, "not made with", id="another secret"),
        pytest.param("github", {"x-hub-signature": "sha1=0123"}, BODY, "SHA-1", id="only SHA-1"),
        pytest.param("github", {"x-hub-signature-256": hub()["x-hub-signature-256"][7:]}, BODY, "not", id="no method"),
        pytest.param("github", {"x-hub-signature-256": "sha256=ÿ"}, BODY, "not made with", id="no ASCII"),
        pytest.param("jira", {"x-hub-signature": "sha1=0123"}, BODY, "not made with", id="another method"),
        pytest.param("standard", signed(NOW - TOLERANCE - SECOND), BODY, "minutes away", id="too old"),
        pytest.param("standard", signed(NOW + TOLERANCE + SECOND), BODY, "minutes away", id="too far ahead"),
        pytest.param("standard", signed() | {"webhook-timestamp": "now"}, BODY, "whole seconds", id="no time"),
        pytest.param("standard", signed() | {"webhook-timestamp": "9" * 40}, BODY, "whole seconds", id="absurd time"),
        pytest.param("standard", signed() | {"webhook-id": "msg_2"}, BODY, "not made with", id="another id"),
        pytest.param("standard", signed() | {"webhook-id": ""}, BODY, "webhook-id is missing", id="no id"),
        pytest.param("standard", signed() | {"webhook-signature": "v2,AAAA"}, BODY, "not made with", id="no v1"),
    ],
)
def test_anything_else_is_refused_without_repeating_it(
    kind: Kind, headers: dict[str, str], body: bytes, why: str
) -> None:
    secret = STANDARD if kind == "standard" else "the present secret"
    with pytest.raises(SignatureError, match=why) as refused:
        verify(kind, headers, body, [secret], NOW)
    assert secret not in str(refused.value)
    assert not (given := headers.get(HEADERS[kind])) or given not in str(refused.value)


def test_without_a_valid_secret_nothing_is_taken() -> None:
    with pytest.raises(SignatureError):
        verify("github", hub(""), BODY, [], NOW)


@pytest.mark.parametrize(
    ("kind", "secret", "usable"),
    [
        pytest.param("jira", "x" * 16, True, id="long enough"),
        pytest.param("jira", "x" * 15, False, id="too short"),
        pytest.param("github", "x" * 201, False, id="too long"),
        pytest.param("github", "tab\tinside-the-secret", False, id="a control character"),
        pytest.param("standard", STANDARD, True, id="base64 with its prefix"),
        pytest.param("standard", STANDARD.removeprefix("whsec_"), False, id="base64 alone"),
        pytest.param("standard", "whsec_not base64 at all", False, id="no base64"),
        pytest.param("standard", "whsec_c2hvcnQ=", False, id="too few bytes"),
    ],
)
def test_a_secret_that_somebody_brings_must_be_usable(kind: Kind, secret: str, usable: bool) -> None:
    flaw = secret_flaw(kind, secret)
    assert (flaw == "") is usable
    assert secret not in flaw
