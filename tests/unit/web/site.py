"""What tests of the web share: a product, events as senders write them, the site itself."""

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import httpx

from activities.solver import solve
from domain.proposals import Proposal
from events.dispatch import Dispatch
from events.internal import Change
from events.letters import Way
from events.room import Limits
from tests.fakes.engine import NOON, FakeEngine
from tests.fakes.intake import FakeIntake
from tests.fakes.ledger import FakeLedger
from tests.fakes.letters import FakeLetters
from tests.fakes.vault import FakeVault
from tests.fakes.webhooks import FakeSources
from web.services import Services

SINGLE = "application/cloudevents+json"
BATCH = "application/cloudevents-batch+json"
LIMITS = Limits(events=20, product_events=10, attempts=1, deadline=0.5)


@dataclass
class Site:
    """A site, and what stands behind it."""

    http: httpx.AsyncClient
    services: Services
    ledger: FakeLedger
    engine: FakeEngine

    async def apply(self, actor: str | None = "maria", **changes: Any) -> httpx.Response:
        """Apply the product file with some of its fields replaced."""
        declared = definition(**changes)
        params = {} if actor is None else {"actor": actor}
        return await self.http.put(f"/api/v1/products/{declared['product']}", json=declared, params=params)

    async def send(self, body: Any, content_type: str | None = SINGLE, **headers: str) -> httpx.Response:
        """Send one event or a batch; ``bytes`` go as they are."""
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        given = headers if content_type is None else {"content-type": content_type, **headers}
        return await self.http.post("/api/v1/events", content=content, headers=given)

    def entries(self) -> list[str]:
        """Return the kinds of the product's entries."""
        return [kept.entry.kind for kept in self.ledger.by_product.get("web", [])]


class Tallied:
    """How many events were counted, by way, product, source, type and status."""

    def __init__(self) -> None:
        self.found: Counter[tuple[str, ...]] = Counter()

    def __call__(self, counts: Mapping[tuple[str, str, str, str], int], way: Way) -> None:
        for kind, events in counts.items():
            self.found[(way, *kind)] += events


def services(ledger: FakeLedger, engine: FakeEngine, *, embedded: bool = True) -> Services:
    """Return the services of a site."""
    dispatch = Dispatch(engine, lambda: NOON, LIMITS)
    vault = FakeVault()
    return Services(
        dispatch=dispatch,
        engine=engine,
        reader=ledger,
        ledger=ledger,
        vault=vault,
        letters=FakeLetters(ledger, vault),
        sources=FakeSources(),
        intake=FakeIntake(),
        embedded=embedded,
        clock=lambda: datetime.now(UTC),
        solve=solve,
        tally=Tallied(),
    )


def definition(**changes: Any) -> dict[str, Any]:
    """Return a product file's values."""
    return {
        "product": "web",
        "title": "Web site",
        "currency": "EUR",
        "people": {"product_manager": ["maria"], "product_owner": ["olga"], "executive_board": ["bernd"]},
        "teams": {"it": {"function": "it", "lead": "ines", "person_days": 50, "allotment": 40}},
        "budget": {"per_period": 3000000},
        "items": {"search": {"cost": 600000, "efforts": {"it": 5}}, "login": {"cost": 300000}},
    } | changes


def event(event_id: str = "e1", **changes: Any) -> dict[str, Any]:
    """Return a valid CloudEvent; None takes an attribute away."""
    fields = {
        "specversion": "1.0",
        "id": event_id,
        "source": "/crm/survey",
        "type": "goal.changed",
        "subject": "web",
        "time": "2026-03-02T12:00:00Z",
        "data": {"goal": "growth", "weight": 50},
    } | changes
    return {name: value for name, value in fields.items() if value is not None}


def proposal(**changes: Any) -> Proposal:
    """Return a proposal that funds search."""
    fields: dict[str, Any] = {
        "product": "web",
        "run": 2,
        "currency": "EUR",
        "snapshot": "a" * 64,
        "plan": "b" * 64,
        "periods": ("2026-03", "2026-04"),
        "starts": {"search": "2026-03"},
        "value": 60.0,
        "value_in_force": 50.0,
        "in_force_feasible": True,
        "why_infeasible": "",
        "gap": 0.0,
        "change": Change(entered=("search",), money_moved=600000),
        "reasons": ("the budget changed",),
        "items": (),
    }
    return Proposal(**(fields | changes))


def decision(digest: str, **changes: Any) -> dict[str, Any]:
    """Return the body of a decision."""
    given = {"verdict": "approve", "actor": "olga", "role": "product_owner", "reason": "ok", "proposal": digest}
    return given | changes
