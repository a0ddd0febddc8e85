"""The outside of a running stack: events and products in over HTTP, the ledger's database read beside it.

``tests.ways_kafka`` has the same for Kafka.
"""

import asyncio
import json
import sqlite3
import time
from collections.abc import Callable, Iterable, Sequence
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import httpx

from domain.definition import ProductDefinition
from events.codec import encode
from events.http_binding import to_http_binary
from events.model import Event

LOOK_AGAIN_S = 0.02
SEND_AGAIN_S = 0.1


class NotAnsweredError(Exception):
    """The sender does not know what became of the events and may send them again."""


class Sender:
    """A system that sends events, and sends again what was not answered."""

    def __init__(self, web_url: str, token: str = "") -> None:
        """``token``: of the machine, where people sign in."""
        headers = {"authorization": f"Bearer {token}"} if token else None
        self._http = httpx.AsyncClient(base_url=f"{web_url}/api/v1", trust_env=False, timeout=15, headers=headers)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._http.aclose()

    async def apply(self, definition: ProductDefinition, actor: str = "manager") -> None:
        """Declare a product, as somebody who holds a role in it."""
        answer = await self._http.put(
            f"/products/{definition.product}",
            params={"actor": actor},
            json=definition.model_dump(mode="json"),
        )
        assert answer.is_success, f"{answer.status_code} {answer.text}"

    async def get(self, path: str, **params: Any) -> Any:
        """Return what the API answers to a question."""
        answer = await self._http.get(path, params=params)
        assert answer.is_success, f"{answer.status_code} {answer.text}"
        return answer.json()

    async def one(self, event: Event) -> str:
        """Send one event by itself; return `accepted` or `duplicate`. Raises NotAnsweredError."""
        answer = await self._post(encode(event), "application/cloudevents+json")
        return _stored(answer)

    async def batch(self, events: Sequence[Event]) -> list[str]:
        """Send several in one request; return the status of each. Raises NotAnsweredError unless all are stored."""
        answer = await self._post([encode(event) for event in events], "application/cloudevents-batch+json")
        return [_stored(one) for one in answer["items"]]

    async def binary(self, event: Event) -> str:
        """Send one event, its attributes in headers; return as ``one`` does. Raises NotAnsweredError."""
        headers, content = to_http_binary(event)
        return _stored(await self._send(headers, content))

    async def _post(self, body: object, content_type: str) -> Any:
        return await self._send([("content-type", content_type)], json.dumps(body).encode())

    async def _send(self, headers: list[tuple[str, str]], content: bytes) -> Any:
        try:
            answer = await self._http.post("/events", content=content, headers=headers)
        except httpx.TransportError as exc:
            raise NotAnsweredError(repr(exc)) from exc
        if answer.status_code >= 500:
            raise NotAnsweredError(f"{answer.status_code} {answer.text}")
        assert answer.status_code in (202, 207), f"{answer.status_code} {answer.text}"
        return answer.json()


def _stored(answer: dict[str, Any]) -> str:
    status = str(answer["status"])
    if status in ("held", "unavailable"):
        raise NotAnsweredError(json.dumps(answer))
    assert status in ("accepted", "duplicate"), answer
    return status


async def until_answered(send: Callable[[], Any], patience: timedelta = timedelta(seconds=30)) -> Any:
    """Return the answer, sending again until there is one."""
    deadline = time.monotonic() + patience.total_seconds()
    while True:
        try:
            return await send()
        except NotAnsweredError:
            if time.monotonic() > deadline:
                raise
            await asyncio.sleep(SEND_AGAIN_S)


class LedgerFile:
    """The ledger's SQLite file, read by somebody who does not ask Tandem."""

    def __init__(self, home: Path) -> None:
        self._uri = f"file:{home / 'ledger.db'}?mode=ro"

    def select(self, query: str, *values: object) -> list[tuple[Any, ...]]:
        """Return the rows of a query."""
        with closing(sqlite3.connect(self._uri, uri=True, timeout=10)) as database:
            return database.execute(query, values).fetchall()

    def event_ids(self, product: str, source: str) -> list[str]:
        """Return the id of every entry that records an event of a source, as often as it is there."""
        query = "SELECT event_id FROM entry WHERE product = ? AND event_source = ? ORDER BY seq"
        return [row[0] for row in self.select(query, product, source)]

    def entries(self, product: str, kind: str) -> list[dict[str, Any]]:
        """Return the data of all entries of a kind, oldest first."""
        query = "SELECT data FROM entry WHERE product = ? AND kind = ? ORDER BY seq"
        return [json.loads(row[0]) for row in self.select(query, product, kind)]

    def row(self, kind: str, row_id: str) -> dict[str, Any]:
        """Return what pages read about one thing."""
        found = self.select("SELECT data FROM view_row WHERE kind = ? AND id = ?", kind, row_id)
        return {} if not found else dict(json.loads(found[0][0]))

    def troubles(self) -> list[tuple[str, str]]:
        """Return incidents and dead letters: a repeated event that got as far as the ledger would be one."""
        return self.select(
            "SELECT id, data FROM view_row WHERE kind = 'incident' UNION ALL SELECT id, detail FROM dead_letter"
        )

    async def holds(
        self, product: str, source: str, ids: Iterable[str], patience: timedelta = timedelta(seconds=20)
    ) -> set[str]:
        """Wait until all these events are recorded; return those that are not when patience ends."""
        wanted, deadline = set(ids), time.monotonic() + patience.total_seconds()
        while missing := wanted - set(self.event_ids(product, source)):
            if time.monotonic() > deadline:
                return missing
            await asyncio.sleep(LOOK_AGAIN_S)
        return set()


async def until(condition: Callable[[], bool], what: str, patience: timedelta = timedelta(seconds=20)) -> None:
    """Wait until something holds."""
    deadline = time.monotonic() + patience.total_seconds()
    while not condition():
        assert time.monotonic() < deadline, f"not within {patience.total_seconds():.0f} s: {what}"
        await asyncio.sleep(LOOK_AGAIN_S)
