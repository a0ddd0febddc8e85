"""What tests of webhooks share: a site with registered sources, and senders who sign."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

import httpx

from activities.solver import solve
from events.dispatch import Dispatch
from events.letters import Letter
from events.webhooks.bindings import Kind
from events.webhooks.signatures import hub_signature, standard_signature
from tests.fakes.engine import NOON, FakeEngine
from tests.fakes.intake import FakeIntake
from tests.fakes.ledger import FakeLedger
from tests.fakes.letters import FakeLetters
from tests.fakes.vault import FakeVault
from tests.fakes.webhooks import FakeSources
from tests.unit.web.site import LIMITS, Tallied, definition
from web.app import create_app
from web.services import Services

SECRET = "an-old-but-good-secret"
STANDARD_SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
PATH = "/api/v1/webhooks"
Headers = dict[str, str] | None  # that differ from what the sender would send


@dataclass
class HookSite:
    """A site, and what stands behind it."""

    http: httpx.AsyncClient
    ledger: FakeLedger
    engine: FakeEngine
    services: Services
    now: list[datetime]

    @property
    def letters(self) -> FakeLetters:
        assert isinstance(self.services.letters, FakeLetters)
        return self.services.letters

    def parked(self) -> list[Letter]:
        """Return the dead letters, without their bodies."""
        return [kept.letter for kept in self.letters.kept.values()]

    async def apply(self, **changes: Any) -> None:
        """Declare a product."""
        declared = definition(**changes)
        path = f"/api/v1/products/{declared['product']}"
        answer = await self.http.put(path, json=declared, params={"actor": "maria"})
        assert answer.status_code == 200, answer.text

    async def register(self, name: str, kind: Kind, secret: str = SECRET) -> None:
        body = {"name": name, "kind": kind, "actor": "ada", "secret": secret}
        assert (await self.http.post("/api/v1/sources", json=body)).status_code == 201

    async def github(
        self,
        event: str,
        body: bytes | dict[str, Any],
        delivery: str = "d-1",
        *,
        form: bool = False,
        headers: Headers = None,
    ) -> httpx.Response:
        """Send as GitHub does; the source is `github-web`."""
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        content = urlencode({"payload": content.decode()}).encode() if form else content
        kind = "application/x-www-form-urlencoded" if form else "application/json"
        signed = {"x-hub-signature-256": hub_signature(SECRET, content), "content-type": kind}
        given = {"x-github-event": event, "x-github-delivery": delivery, **signed, **(headers or {})}
        return await self.http.post(f"{PATH}/github-web", content=content, headers=given)

    async def jira(
        self, body: bytes | dict[str, Any], delivery: str = "d-1", headers: Headers = None
    ) -> httpx.Response:
        """Send as Jira does; the source is `jira-web`."""
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        signed = {"x-hub-signature": hub_signature(SECRET, content), "content-type": "application/json"}
        given = {"x-atlassian-webhook-identifier": delivery, **signed, **(headers or {})}
        return await self.http.post(f"{PATH}/jira-web", content=content, headers=given)

    async def standard(self, body: dict[str, Any], delivery: str = "msg_1", headers: Headers = None) -> httpx.Response:
        """Send as Standard Webhooks says; the source is `campaigns`."""
        content = json.dumps(body).encode()
        given = {"webhook-id": delivery, "webhook-timestamp": str(int(self.now[0].timestamp())), **(headers or {})}
        given.setdefault("webhook-signature", standard_signature(STANDARD_SECRET, given, content))
        return await self.http.post(f"{PATH}/campaigns", content=content, headers=given)

    def events(self, product: str = "web") -> list[dict[str, Any]]:
        """Return the events from outside that a product's ledger records."""
        kept = self.ledger.by_product.get(product, [])
        return [one.entry.data["event"] for one in kept if one.entry.kind != "product.applied"]


def hook_services(ledger: FakeLedger, engine: FakeEngine, now: list[datetime]) -> Services:
    """Return the services of a site; ``now`` holds the present instant."""
    vault = FakeVault()
    return Services(
        letters=FakeLetters(ledger, vault),
        sources=FakeSources(),
        intake=FakeIntake(),
        dispatch=Dispatch(engine, lambda: now[0], LIMITS),
        engine=engine,
        reader=ledger,
        ledger=ledger,
        vault=vault,
        embedded=True,
        clock=lambda: now[0],
        solve=solve,
        tally=Tallied(),
    )


@asynccontextmanager
async def hook_site() -> AsyncIterator[HookSite]:
    """Serve with the sources `github-web`, `jira-web` and `campaigns`, and no product."""
    ledger, now = FakeLedger(), [NOON]
    engine = FakeEngine(ledger)
    services = hook_services(ledger, engine, now)
    transport = httpx.ASGITransport(create_app(services), raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://localhost:8080") as http:
        site = HookSite(http, ledger, engine, services, now)
        await site.register("github-web", "github")
        await site.register("jira-web", "jira")
        await site.register("campaigns", "standard", STANDARD_SECRET)
        yield site
    await services.dispatch.close(1)
