"""Every way in as a system uses it: a CloudEvent goes in, as JSON object, and what its sender hears comes back.

The encoding is done here and not by Tandem's own encoders: these refuse to write what is wrong, and could be wrong
in the same way as its decoders.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Protocol
from urllib.parse import quote

import httpx

from events.webhooks.signatures import standard_signature
from tests.ways_kafka import KafkaSender

CloudEvent = Mapping[str, Any]  # in structured form: attributes, and `data`
Headers = list[tuple[str, str]]
Encode = Callable[[CloudEvent], tuple[Headers, bytes]]
HOOK = "crm"  # the webhook source that sends CloudEvents


@dataclass(frozen=True)
class Refusal:
    """What a sender hears."""

    status: int
    text: str  # the whole answer
    fields: tuple[str, ...]  # that are named as wrong


class Way(Protocol):
    """One way in."""

    name: str
    hears: bool  # whether a sender is told what is wrong; else a dead letter is
    copies: bool  # whether letters are copied to the dead topic

    async def send(self, events: Sequence[CloudEvent]) -> list[Refusal | None]:
        """Hand over in this order; return, for each, what its sender hears when it is refused."""
        ...

    def body(self, event: CloudEvent) -> bytes:
        """Return the bytes that a letter of this event keeps."""
        ...


def structured(event: CloudEvent) -> tuple[Headers, bytes]:
    return [("content-type", "application/cloudevents+json")], json.dumps(event).encode()


def binary(prefix: str, percent: bool) -> Encode:
    """Return the encoder whose attributes are headers of this prefix; over HTTP they are percent-encoded."""

    def encode(event: CloudEvent) -> tuple[Headers, bytes]:
        headers = [("content-type", "application/json")]
        for name, value in event.items():
            if name not in ("data", "datacontenttype"):
                text = json.dumps(value) if isinstance(value, bool | int) else str(value)
                headers.append((prefix + name, quote(text, safe="/:+@") if percent else text))
        return headers, json.dumps(event["data"]).encode()

    return encode


class HttpWay:
    """One request for each event."""

    hears, copies = True, False

    def __init__(self, name: str, http: httpx.AsyncClient, encode: Encode) -> None:
        self.name, self._http, self._encode = name, http, encode

    async def send(self, events: Sequence[CloudEvent]) -> list[Refusal | None]:
        return [await self._one(event) for event in events]

    def body(self, event: CloudEvent) -> bytes:
        return self._encode(event)[1]

    async def _one(self, event: CloudEvent) -> Refusal | None:
        headers, content = self._encode(event)
        answer = await self._http.post("/events", headers=headers, content=content)
        return None if answer.status_code == 202 else _refusal(answer.status_code, answer.text)


class BatchWay(HttpWay):
    """One request for all events, which is answered event by event."""

    def __init__(self, name: str, http: httpx.AsyncClient) -> None:
        super().__init__(name, http, structured)

    async def send(self, events: Sequence[CloudEvent]) -> list[Refusal | None]:
        headers = {"content-type": "application/cloudevents-batch+json"}
        answer = await self._http.post("/events", headers=headers, content=json.dumps(list(events)))
        if answer.status_code not in (202, 207):
            return [_refusal(answer.status_code, answer.text)] * len(events)
        items = answer.json()["items"]
        return [None if one["code"] == 202 else _refusal(one["code"], json.dumps(one)) for one in items]


class KafkaWay:
    """A producer, which hears of no error."""

    hears, copies = False, True

    def __init__(self, name: str, sender: KafkaSender, encode: Encode) -> None:
        self.name, self._sender, self._encode = name, sender, encode

    async def send(self, events: Sequence[CloudEvent]) -> list[Refusal | None]:
        records = []
        for event in events:
            headers, value = self._encode(event)
            key = str(event["subject"]).encode()
            records.append((key, [(name, text.encode()) for name, text in headers], value))
        await self._sender.records(records)
        return [None] * len(events)

    def body(self, event: CloudEvent) -> bytes:
        return self._encode(event)[1]


class WebhookWay:
    """Standard Webhooks, signed; who sends them cannot mend anything, so whatever is signed is taken."""

    hears, copies = False, False

    def __init__(self, http: httpx.AsyncClient, secret: str) -> None:
        self.name, self._http, self._secret = "webhook", http, secret
        self._sent = 0

    async def send(self, events: Sequence[CloudEvent]) -> list[Refusal | None]:
        return [await self._one(event) for event in events]

    def body(self, event: CloudEvent) -> bytes:
        return structured(event)[1]

    async def _one(self, event: CloudEvent) -> Refusal | None:
        self._sent += 1  # a delivery of its own each time: what is the same is the event
        headers = {"webhook-id": f"msg_{self._sent}", "webhook-timestamp": f"{datetime.now(UTC):%s}"}
        headers["webhook-signature"] = standard_signature(self._secret, headers, self.body(event))
        headers["content-type"] = "application/json"
        answer = await self._http.post(f"/webhooks/{HOOK}", headers=headers, content=self.body(event))
        return None if answer.status_code == 202 else _refusal(answer.status_code, answer.text)


def _refusal(status: int, text: str) -> Refusal:
    assert 400 <= status < 500, f"{status} {text}"
    errors = json.loads(text).get("errors") or ()
    return Refusal(status, text, tuple(error["field"] for error in errors))
