"""Every kind of event over HTTP: at its threshold a plan changes or an escalation starts; just below, nothing."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest

from deploy.local import local_stack
from events.model import Event
from events.union import EVENT_TYPES, INTERNAL_TYPES
from tests.builders import make
from tests.e2e.rows import NOW, ROWS, Fields, Row, declared
from tests.harness import stack_settings
from tests.ways_in import Sender

PATIENCE_S = 20.0


class Site:
    """A running stack, seen from outside."""

    def __init__(self, sender: Sender) -> None:
        self.sender = sender

    async def product(self, row: Row, name: str) -> str:
        """Declare a product of the case; return its id once its first plan is in force."""
        product = f"{row.id.replace('.', '-')}-{name}"
        await self.sender.apply(declared(row, product))
        await self.entry(product, "plan.adopted")
        for number, (event, fields) in enumerate(row.before):
            await self.send(product, event, fields, f"before-{number}")
        return product

    async def send(self, product: str, event: type[Event], fields: Fields, event_id: str) -> dict[str, Any]:
        """Send an event; return what the ledger keeps of it."""
        assert await self.sender.one(make(event, id=event_id, product=product, time=NOW, **fields)) == "accepted"
        return await self.entry(product, event.model_fields["type"].default, event_id=event_id)

    async def entry(self, product: str, kind: str, count: int = 1, event_id: str | None = None) -> dict[str, Any]:
        """Wait for the n-th entry of a kind."""
        async with asyncio.timeout(PATIENCE_S):
            while True:
                found = await self.entries(product, kind)
                if event_id is not None:
                    found = [one for one in found if one["data"]["event"]["id"] == event_id]
                if len(found) >= count:
                    return found[count - 1]
                await asyncio.sleep(0.05)

    async def entries(self, product: str, kind: str) -> list[dict[str, Any]]:
        found = await self.sender.get(f"/products/{product}/ledger", kind=kind)
        items: list[dict[str, Any]] = found["items"]
        return items


@pytest.fixture(scope="module")
async def site(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Site]:
    async with (
        local_stack(stack_settings(tmp_path_factory.mktemp("rows"))) as stack,
        Sender(stack.settings.web_url) as sender,
    ):
        yield Site(sender)


def test_every_type_of_event_has_a_row() -> None:
    without = {"milestone.reached"}  # reaching a date asks nobody for anything
    assert {row.event.model_fields["type"].default for row in ROWS} == set(EVENT_TYPES) - INTERNAL_TYPES - without


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.id)
async def test_at_the_threshold_something_follows_and_just_below_nothing_does(site: Site, row: Row) -> None:
    reacting, quiet = await asyncio.gather(site.product(row, "at"), site.product(row, "below"))
    already = len(await site.entries(reacting, row.follows))
    before = await site.sender.get(f"/products/{reacting}/roadmap")
    await site.send(reacting, row.event, row.at, "the-event")
    await site.entry(reacting, row.follows, already + 1)
    if row.follows == "plan.adopted":
        after = await site.sender.get(f"/products/{reacting}/roadmap")
        assert plan_of(after) != plan_of(before)
    if row.follows == "escalation.started":
        why = await site.sender.get(f"/products/{reacting}/why/escalation/sso/1")
        assert {"event", "rule"} <= {step for step, _line in why["explanation"]["links"]}
    if "already open" in row.because and not row.before:
        await site.send(quiet, row.event, row.at, "first")
        await site.entry(quiet, row.follows)
    counted = len(await site.entries(quiet, row.follows))
    twin = await site.send(quiet, row.event, row.below, "the-twin")
    said = [reaction["because"] for reaction in twin["data"]["reactions"]]
    if row.event.model_fields["type"].default == "dependency.delivered":
        return  # delivered has no threshold: there is nothing below it
    assert any(row.because in because for because in said), said
    assert {reaction["kind"] for reaction in twin["data"]["reactions"]} == {"no reaction"}
    assert len(await site.entries(quiet, row.follows)) == counted


def plan_of(roadmap: dict[str, Any]) -> dict[str, Any]:
    """Return what starts when."""
    return {item["id"]: item["start"] for item in roadmap["data"]["items"]}
