"""What tests of dead letters share: letters parked, looked at and redriven over HTTP."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any, cast
from urllib.parse import quote

import httpx

from events.letters import Letter, digest_of
from tests.fakes.letters import FakeLetters
from tests.unit.web.site import Site, event

LETTERS = "/api/v1/dead-letters"
WHO = {"actor": "olga", "reason": "mended"}
NINE = datetime(2026, 3, 2, 9, tzinfo=UTC)
STARTED: dict[str, Any] = {"type": "item.started", "data": {"item": "x"}}
ADDED: dict[str, Any] = {"type": "item.added", "data": {"item": "x", "title": "X", "cost": 100}}
REFUSED = "web//crm/survey/e1"
SMALL_TEAM = {"it": {"function": "it", "lead": "ines", "person_days": 50, "allotment": 10}}


def letters_of(site: Site) -> FakeLetters:
    return cast("FakeLetters", site.services.letters)


def at(letter: str, *end: str) -> str:
    return "/".join((LETTERS, quote(letter, safe=""), *end))


async def listed(site: Site, **query: Any) -> list[dict[str, Any]]:
    answer = await site.http.get(LETTERS, params=query)
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()["items"]
    return found


async def shown(site: Site, letter: str, **query: Any) -> dict[str, Any]:
    answer = await site.http.get(at(letter), params=query)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def redrive(site: Site, letter: str, **more: Any) -> httpx.Response:
    return await site.http.post(at(letter, "redrive"), json=WHO | more)


async def done(site: Site, letter: str, **more: Any) -> dict[str, Any]:
    answer = await redrive(site, letter, **more)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def park(site: Site, *names: str, body: Any = None, minutes: int = 0, **changes: Any) -> None:
    """Park letters from Kafka; ``body``: one event, by default one of each name."""
    for name in names:
        content = body if isinstance(body, bytes) else json.dumps(body or event(name)).encode()
        fields: dict[str, Any] = {"way": "kafka", "reason": "unmapped", "detail": "not taken", "source": "/crm/survey"}
        fields |= {"product": "web", "event_id": name, "type": "goal.changed"}
        when = NINE + timedelta(minutes=minutes)
        given = {"id": f"kafka/{name}", "at": when, "body": content, "size": len(content), "digest": digest_of(content)}
        await letters_of(site).park([Letter(**fields | given | changes)])


async def mend(site: Site) -> None:
    assert (await site.send(event("e2", **ADDED))).status_code == 202


def redrives(site: Site, product: str = "web") -> list[dict[str, Any]]:
    return [
        one.entry.data for one in site.ledger.by_product.get(product, []) if one.entry.kind == "dead_letter.redriven"
    ]


async def discard(site: Site, letter: str, **more: Any) -> httpx.Response:
    return await site.http.post(at(letter, "discard"), json=WHO | more)


async def many(site: Site, **asked: Any) -> dict[str, Any]:
    answer = await site.http.post(f"{LETTERS}/redrive", json=WHO | asked)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found
