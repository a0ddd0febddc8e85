"""The HTTP API, as the demo uses it: nothing here that any other sender or reader could not do."""

from types import TracebackType
from typing import Any, Self
from urllib.parse import quote

import httpx

from deploy.errors import PlainError
from domain.definition import ProductDefinition

SINGLE, BATCH = "application/cloudevents+json", "application/cloudevents-batch+json"
TIMEOUT_S = 30.0


class DemoFailedError(PlainError):
    """The story did not go on as it should."""


class Api:
    """One product over HTTP."""

    def __init__(self, base: str, product: str) -> None:
        self.product = product
        # No proxy of the environment stands between two processes of one machine.
        self._client = httpx.AsyncClient(base_url=f"{base}/api/v1", timeout=TIMEOUT_S, trust_env=False)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._client.aclose()

    async def apply(self, definition: ProductDefinition, actor: str) -> None:
        """Declare the product."""
        await self._ask(
            "PUT", f"/products/{self.product}", params={"actor": actor}, json=definition.model_dump(mode="json")
        )

    async def send(self, events: list[dict[str, Any]]) -> None:
        """Send events; returns once all of them are stored."""
        one = len(events) == 1
        content: Any = events[0] if one else events
        answer = await self._ask("POST", "/events", json=content, headers={"content-type": SINGLE if one else BATCH})
        taken = [answer] if one else answer["items"]
        refused = [one for one in taken if one["status"] != "accepted"]
        if refused:
            raise DemoFailedError(f"an event was not taken: {refused[0].get('reason') or refused[0]['status']}")

    async def ledger(self, after: int) -> dict[str, Any]:
        """Return a page of entries, the oldest first."""
        return await self._ask("GET", f"/products/{self.product}/ledger", params={"after": after, "limit": 500})

    async def roadmap(self) -> dict[str, Any]:
        """Return the plan in force."""
        found: dict[str, Any] = (await self._ask("GET", f"/products/{self.product}/roadmap"))["data"]
        return found

    async def open_approvals(self) -> list[dict[str, Any]]:
        """Return the requests that wait, each with the hash of what is asked."""
        params = {"product": self.product, "state": "open"}
        found: list[dict[str, Any]] = (await self._ask("GET", "/approvals", params=params))["items"]
        return found

    async def decide(self, number: int, decision: dict[str, Any]) -> None:
        """Decide a request."""
        await self._ask("POST", f"/approvals/{self.product}/{number}/decision", json=decision)

    async def open_escalations(self) -> list[dict[str, Any]]:
        """Return the escalations that wait."""
        params = {"product": self.product, "state": "open"}
        found: list[dict[str, Any]] = (await self._ask("GET", "/escalations", params=params))["items"]
        return found

    async def answer(self, subject: str, number: int, reply: dict[str, Any]) -> None:
        """Answer an escalation."""
        await self._ask("POST", f"/escalations/{self.product}/{quote(subject)}/{number}/answer", json=reply)

    async def _ask(self, method: str, path: str, **request: Any) -> dict[str, Any]:
        try:
            response = await self._client.request(method, path, **request)
        except httpx.HTTPError as exc:
            raise DemoFailedError(f"{method} {path} got no answer: {exc or type(exc).__name__}") from exc
        try:
            body: dict[str, Any] = response.json()
        except ValueError:
            body = {}
        if response.is_error:
            raise DemoFailedError(f"{method} {path} was answered {response.status_code}: {body.get('detail', '')}")
        return body
