"""What time it is by a product's clock, for entries that are not written by its workflow."""

from collections.abc import Iterable
from datetime import datetime

from activities.ports import LedgerQuery, LedgerReader
from domain.erasures import clock_since
from web.products import Product


async def clock_at(reader: LedgerReader, known: Product, now: datetime) -> datetime:
    """Return the instant by the product's clock; ``now``: real time."""
    if not known.simulated:
        return now
    row = await reader.row("product", known.id)
    last = await reader.entries(LedgerQuery(product=known.id, newest_first=True, limit=1))
    if row is None or not last:
        return now
    until = row.data.get("clock_until")
    ends = None if until is None else datetime.fromisoformat(until)
    return clock_since(last[0].entry, row.data["clock_rate"], now, ends)


async def clocks_at(reader: LedgerReader, products: Iterable[Product], now: datetime) -> dict[str, datetime]:
    """Return the instant by the clock of each product, by its id."""
    return {known.id: await clock_at(reader, known, now) for known in {one.id: one for one in products}.values()}
