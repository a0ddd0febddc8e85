"""The webhook that goes out is the one that our own way in would take."""

from datetime import UTC, datetime

import pytest

from activities.channels.webhook import WebhookChannel, body_of
from activities.ports import NoSuchRecipientError
from events.webhooks.signatures import SignatureError, verify
from tests.contract.test_channels import SECRET, message
from tests.receivers import Receiver, http_receiver


async def test_the_signature_holds_and_the_message_is_all_there() -> None:
    receiver = Receiver()
    sent = message(kind="decision_asked", at=datetime(2026, 3, 2, 12, tzinfo=UTC), data={"hash": "a" * 64})
    with http_receiver(receiver):
        await WebhookChannel("finance", receiver.url, SECRET).send(sent)
    headers, body = receiver.requests[0]
    verify("standard", headers, body, [SECRET], datetime.now(UTC))
    with pytest.raises(SignatureError):
        verify("standard", headers, body + b" ", [SECRET], datetime.now(UTC))
    found = receiver.body()
    assert (found["type"], found["timestamp"]) == ("message.decision_asked", "2026-03-02T12:00:00Z")
    assert found["data"] == {
        "product": "web",
        "to": "olga",
        "role": "product_owner",
        "subject": "Decision 7 for web",
        "text": "the login is late",
        "hash": "a" * 64,
    }


def test_the_same_message_has_the_same_bytes_whenever_it_is_sent() -> None:
    assert body_of(message()) == body_of(message())


async def test_a_redirect_is_not_followed() -> None:
    receiver = Receiver()
    receiver.statuses = [307, 200]
    refused = pytest.raises(NoSuchRecipientError, match="answered 307, and redirects are not followed")
    with http_receiver(receiver), refused:
        await WebhookChannel("finance", receiver.url, SECRET).send(message())
    assert len(receiver.requests) == 1
