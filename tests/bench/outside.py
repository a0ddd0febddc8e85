"""The outside of a running stack: raw requests in, and the ledger's file watched closely."""

import asyncio
import json
import sqlite3
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import httpx

from domain.definition import ProductDefinition
from tests.bench.cases import ACTOR, OWNER

SINGLE, BATCH = "application/cloudevents+json", "application/cloudevents-batch+json"
CLOSELY_S, LOOSELY_S = 0.001, 0.02  # between two looks at the ledger
PATIENCE_S = 60.0


class BenchError(Exception):
    """The stack did not do what the bench was about to measure."""


class Sender:
    """Sends what was encoded before the clock started."""

    def __init__(self, web_url: str) -> None:
        self._http = httpx.AsyncClient(base_url=f"{web_url}/api/v1", trust_env=False, timeout=30)
        self.again = 0  # requests that had to be sent again

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._http.aclose()

    async def apply(self, definition: ProductDefinition) -> None:
        """Declare a product."""
        answer = await self._http.put(
            f"/products/{definition.product}",
            params={"actor": ACTOR},
            json=definition.model_dump(mode="json"),
        )
        _expect(answer, 200, 201)

    async def send(self, body: bytes, kind: str = SINGLE) -> None:
        """Send events until all are stored; those sent again are recognized."""
        until = time.monotonic() + PATIENCE_S
        while True:
            answer = await self._http.post("/events", content=body, headers={"content-type": kind})
            if answer.status_code == 202:
                return
            if answer.status_code not in (207, 503) or time.monotonic() > until:
                _expect(answer, 202)
            self.again += 1
            await asyncio.sleep(float(answer.headers.get("retry-after", 1)))

    async def decide(self, product: str, number: int, proposal: str) -> None:
        """Approve a proposal; returns when it has taken effect."""
        said = {"verdict": "approve", "actor": OWNER, "role": "product_owner", "reason": "bench", "proposal": proposal}
        _expect(await self._http.post(f"/approvals/{product}/{number}/decision", json=said), 200)


def _expect(answer: httpx.Response, *codes: int) -> None:
    if answer.status_code not in codes:
        request = answer.request
        raise BenchError(f"{request.method} {request.url.path}: {answer.status_code} {answer.text[:500]}")


class Ledger:
    """The ledger's SQLite file, read beside the stack over one connection of our own."""

    def __init__(self, home: Path) -> None:
        self._database = sqlite3.connect(f"file:{home / 'ledger.db'}?mode=ro", uri=True, timeout=10)

    def close(self) -> None:
        self._database.close()

    def select(self, query: str, *values: object) -> list[tuple[Any, ...]]:
        """Return the rows of a query."""
        return self._database.execute(query, values).fetchall()

    def recorded(self, products: Sequence[str], source: str) -> int:
        """Return how many events of a source are recorded for these products."""
        query = "SELECT count(*) FROM entry WHERE product = ? AND event_source = ?"
        return sum(self.select(query, product, source)[0][0] for product in products)

    def has(self, product: str, source: str, event_id: str) -> bool:
        """Tell whether an event is recorded."""
        query = "SELECT 1 FROM entry WHERE product = ? AND event_source = ? AND event_id = ?"
        return bool(self.select(query, product, source, event_id))

    def has_kind(self, product: str, kind: str) -> bool:
        """Tell whether an entry of a kind is recorded."""
        return bool(self.select("SELECT 1 FROM entry WHERE product = ? AND kind = ? LIMIT 1", product, kind))

    def open_request(self, product: str) -> tuple[int, str] | None:
        """Return number and proposal of the request that is open."""
        query = "SELECT data FROM view_row WHERE kind = 'approval' AND product = ? AND state = 'open'"
        found = [json.loads(row[0]) for row in self.select(query, product)]
        return (found[-1]["number"], found[-1]["proposal"]) if found else None


async def seen(condition: Callable[[], bool], patience: float, every: float = LOOSELY_S) -> bool:
    """Wait until something is seen; return whether it was within so many seconds."""
    deadline = time.monotonic() + patience
    while not condition():
        if time.monotonic() > deadline:
            return False
        await asyncio.sleep(every)
    return True


async def until(condition: Callable[[], bool], what: str, every: float = LOOSELY_S) -> None:
    """Wait until something is seen. Raises BenchError when patience ends."""
    if not await seen(condition, PATIENCE_S, every):
        raise BenchError(f"not within {PATIENCE_S:.0f} s: {what}")
