"""Which products take events from a webhook source, and how they name its things; read from the ledger."""

import asyncio
from collections import Counter
from datetime import datetime
from typing import Any

from activities.ports import LedgerReader
from activities.ports_letters import Retry, StillUnreadableError
from domain.record import ViewRow
from events.letters import Letter
from events.union import External
from events.webhooks.bindings import Aliases, Bound, KnownDependency, KnownItem, KnownMilestone, SourceBinding
from events.webhooks.delivery import Delivery
from events.webhooks.parking import delivery_of
from events.webhooks.registry import Sources, SourcesUnavailableError
from events.webhooks.translate import Translated, translate
from web.products import all_rows

FRESH_S = 1.0  # how long what was read is used again; what cannot be mapped is looked at anew before it is parked


class Webhooks:
    """What products make of deliveries; counts them. One per process."""

    def __init__(self, reader: LedgerReader, sources: Sources) -> None:
        self._reader, self._sources = reader, sources
        self._read: dict[str, list[Bound]] = {}  # source -> products
        self._until = 0.0  # loop time
        self.counts: Counter[tuple[str, str]] = Counter()  # (registered source, what became of a delivery)

    async def translated(self, delivery: Delivery) -> tuple[Translated, list[Bound]]:
        """Return the events of a delivery, by aliases that are at most a moment old, or why there are none."""
        stale = asyncio.get_running_loop().time() < self._until
        made = translate(delivery, bounds := await self._bound(delivery.source))
        if stale and made.reason is not None:
            self._until = 0.0
            made = translate(delivery, bounds := await self._bound(delivery.source))
        return made, bounds

    async def takers(self) -> dict[str, list[str]]:
        """Return source -> the products that take from it."""
        found: dict[str, list[str]] = {}
        for row in await all_rows(self._reader, "product"):
            for name in row.data.get("sources", ()) if row.state != "archived" else ():
                found.setdefault(name, []).append(row.id)
        return found

    def retry(self) -> Retry:
        """Return what makes events of a letter by the aliases of today."""

        async def again(letter: Letter) -> list[External]:
            self._until = 0.0  # somebody mended an alias a moment ago
            delivery = delivery_of(letter)
            made, bounds = await self.translated(delivery)
            if not bounds and await self._is_gone(delivery.source):
                raise StillUnreadableError("unmapped", _gone(delivery))
            if made.reason is not None or not made.events:
                raise StillUnreadableError(made.reason or "unmapped", made.detail or made.left_out, made.events)
            return list(made.events)

        return again

    async def _is_gone(self, source: str) -> bool:
        """Tell whether a source is known not to be registered any more."""
        try:
            return await self._sources.find(source) is None
        except SourcesUnavailableError:
            return False

    async def _bound(self, source: str) -> list[Bound]:
        now = asyncio.get_running_loop().time()
        if now >= self._until:
            self._read, self._until = {}, now + FRESH_S
        if source not in self._read:
            products = (await self.takers()).get(source, [])
            rows = [await self._reader.row("roadmap", product) for product in products]
            self._read[source] = [bound_of(row, source) for row in rows if row and source in row.data["sources"]]
        return self._read[source]


def _gone(delivery: Delivery) -> str:
    name = delivery.source
    return (
        f"the source {name} is no longer registered, and no product takes from it; to take this letter after all, "
        f"register it (`tandem sources add {name} --kind {delivery.kind}`) "
        f"and add `sources: {{{name}: {{}}}}` to a product file"
    )


def bound_of(row: ViewRow, source: str) -> Bound:
    """Return how the product of a roadmap takes a source."""
    data = row.data
    declared: dict[str, Any] = data["sources"][source]
    return Bound(
        product=row.product,
        binding=SourceBinding.model_validate(declared["binding"]),
        aliases=Aliases.model_validate(declared["aliases"]),
        items={
            one["id"]: KnownItem(tuple(sorted(one["efforts"])), one["milestone"], one["title"]) for one in data["items"]
        },
        milestones={
            one["id"]: KnownMilestone(datetime.fromisoformat(one["due"]), one["committed"], one["title"])
            for one in data["milestones"]
        },
        dependencies={
            one["id"]: KnownDependency(one["needs"], one["provider"], datetime.fromisoformat(one["needed_by"]))
            for one in data["dependencies"]
        },
        teams=tuple(data["capacity"]),
    )
