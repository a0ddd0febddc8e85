"""A signed webhook that goes out: Standard Webhooks 1.0.0. Redirects are not followed."""

import hashlib
import json
from datetime import UTC, datetime

import httpx

from activities.ports import ChannelUnavailableError, Message, NoSuchRecipientError
from events.webhooks.signatures import standard_signature

WAIT_S = 8.0  # for each step of a request
AGAIN_LATER = frozenset({408, 425, 429})  # of the 4xx, the ones that pass


class WebhookChannel:
    """Posts messages to one address. ``webhook-id`` follows from the key, so that a repetition can be recognised."""

    def __init__(self, name: str, url: str, secret: str, wait_s: float = WAIT_S) -> None:
        """``secret``: a ``whsec_…``; whoever receives checks the signature with it."""
        self.name = name
        self._url, self._secret, self._wait_s = url, secret, wait_s

    async def send(self, message: Message) -> None:
        """Post one message. Raises NoSuchRecipientError, ChannelUnavailableError."""
        body = body_of(message)
        headers = {
            "webhook-id": webhook_id(message.key),
            "webhook-timestamp": str(int(datetime.now(UTC).timestamp())),
        }
        headers["webhook-signature"] = standard_signature(self._secret, headers, body)
        headers["content-type"] = "application/json"
        try:
            async with (
                httpx.AsyncClient(timeout=self._wait_s, follow_redirects=False) as client,
                client.stream("POST", self._url, content=body, headers=headers) as response,
            ):
                status = response.status_code  # what else it says is not read
        except httpx.TimeoutException:
            raise ChannelUnavailableError("the receiver does not answer in time") from None
        except httpx.HTTPError as exc:
            raise ChannelUnavailableError(f"the receiver cannot be reached: {type(exc).__name__}") from None
        if response.is_success:
            return
        if response.is_redirect:
            raise NoSuchRecipientError(f"the receiver answered {status}, and redirects are not followed")
        if response.is_client_error and status not in AGAIN_LATER:
            raise NoSuchRecipientError(f"the receiver answered {status}")
        raise ChannelUnavailableError(f"the receiver answered {status}")


def webhook_id(key: str) -> str:
    """Return the id of a key, always the same."""
    return f"msg_{hashlib.sha256(key.encode()).hexdigest()[:32]}"


def body_of(message: Message) -> bytes:
    """Return what is posted; the same message has the same bytes whenever it is sent."""
    content = {
        "type": f"message.{message.kind}",
        "timestamp": None if message.at is None else message.at.astimezone(UTC).isoformat().replace("+00:00", "Z"),
        "data": {
            "product": message.product,
            "to": message.to,
            "role": message.role,
            "subject": message.subject,
            "text": message.text,
            **message.data,
        },
    }
    return json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode()
