"""What the contract of the ways in is held with: a product, events of the test's own, and what became of them."""

import hashlib
import json
from datetime import UTC, datetime
from itertools import count
from typing import Any

from deploy.local import LocalStack
from domain.definition import ProductDefinition
from events.codec import encode
from tests.builders import budget_adjusted
from tests.ways import HOOK, CloudEvent, Way
from tests.ways_in import LedgerFile, until
from tests.ways_kafka import dead

SOURCE = "/contract"
BASE = 1_000_000  # minor units in each period
number = count(1)


def definition(product: str) -> ProductDefinition:
    """Return a product that takes events from a webhook too."""
    return ProductDefinition.model_validate(
        {
            "product": product,
            "title": "Contract",
            "currency": "EUR",
            "people": {"product_manager": ["mara"], "product_owner": ["olga"], "executive_board": ["bo"]},
            "teams": {"it": {"function": "it", "lead": "ivo", "person_days": 1_000, "allotment": 8}},
            "budget": {"per_period": BASE},
            "items": {"search": {"cost": 900_000, "efforts": {"it": 8}}},
            "sources": {HOOK: {}},
        }
    )


def adjusted(product: str, *, delta: int = 1, **extensions: Any) -> dict[str, Any]:
    """Return a budget event that only this call has made."""
    now = datetime.now(UTC)
    event = budget_adjusted(
        id=f"e-{next(number)}",
        source=SOURCE,
        product=product,
        time=now,
        period=f"{now:%Y-%m}",
        delta=delta,
        reason="a test",
    )
    return encode(event) | extensions


def changed(event: dict[str, Any], change: dict[str, Any]) -> dict[str, Any]:
    """Return the event with some of its attributes and of its data replaced, and data that only it has."""
    return {**event, **change, "data": {**event["data"], "reason": event["id"], **change.get("data", {})}}


async def accept(way: Way, *events: CloudEvent) -> None:
    assert await way.send(events) == [None] * len(events)


async def recorded(ledger: LedgerFile, product: str, *events: CloudEvent) -> None:
    missing = await ledger.holds(product, SOURCE, [event["id"] for event in events])
    assert missing == set(), ledger.troubles()


def entry_of(ledger: LedgerFile, event: CloudEvent) -> dict[str, Any]:
    (found,) = ledger.select("SELECT data FROM entry WHERE event_source = ? AND event_id = ?", SOURCE, event["id"])
    data: dict[str, Any] = json.loads(found[0])
    return data


def budget(ledger: LedgerFile, product: str) -> int:
    budgets: dict[str, int] = ledger.row("roadmap", product)["budgets"]
    return budgets[f"{datetime.now(UTC):%Y-%m}"]


def troubles_of(ledger: LedgerFile, product: str) -> list[tuple[Any, ...]]:
    return ledger.select(
        "SELECT id, detail FROM dead_letter WHERE product = ? "
        "UNION ALL SELECT id, data FROM view_row WHERE kind = 'incident' AND product = ?",
        *(product, product),
    )


def letters_of(ledger: LedgerFile, way: Way, event: CloudEvent) -> list[dict[str, Any]]:
    """Return the letters that keep this event's bytes."""
    names = ("id", "state", "reason", "detail", "product", "source", "event_id", "type", "size")
    query = f"SELECT {', '.join(names)} FROM dead_letter WHERE digest = ? ORDER BY at, id"
    digest = hashlib.sha256(way.body(event)).hexdigest()
    return [dict(zip(names, row, strict=True)) for row in ledger.select(query, digest)]


async def letter_once(ledger: LedgerFile, way: Way, event: CloudEvent) -> dict[str, Any]:
    """Wait for the one letter that keeps this event's bytes."""
    await until(lambda: bool(letters_of(ledger, way, event)), f"a dead letter of {event['id']}")
    (letter,) = letters_of(ledger, way, event)
    return letter


async def copies_of(stack: LocalStack) -> dict[str, bytes]:
    """Return what the dead topic holds, by the letter that it is a copy of."""
    records = await dead(stack.settings.kafka_brokers[0])
    return {one.headers["tandem-letter"].decode(): one.value for one in records}
