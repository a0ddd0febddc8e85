"""What redriving a letter would do, without doing anything."""

from activities.ports import BrokenSealError, VaultUnavailableError
from activities.ports_letters import StillUnreadableError
from domain.letters import Kept, Link, refusal_of
from events.errors import EventError
from web.products import Products
from web.redrive import Redrive
from web.redriven import Redriven, answer


async def foreseen(desk: Redrive, products: Products, kept: Kept) -> Redriven:
    """Return what would be sent; that nobody would take it is an answer, too."""
    if why := refusal_of(kept):
        return answer(kept, "not-open", why)
    try:
        events, rest = await desk.events_of(kept)
        links = [link for _, link in await desk.planned(kept, events)]
    except (EventError, StillUnreadableError, BrokenSealError) as exc:
        return answer(kept, "unreadable", str(exc))
    except VaultUnavailableError as exc:
        return answer(kept, "later", str(exc), retry_after=1.0)
    missing = {link.product for link in links if await products.find(link.product) is None}
    said = [await _said(products, link, missing) for link in links]
    said += [f"not sent: {rest}"] if rest else []
    return answer(kept, "would-refuse" if missing else "would-send", "; ".join(said), links)


async def _said(products: Products, link: Link, missing: set[str]) -> str:
    if link.product in missing:
        return f"{link.id} would be refused: {await products.unknown(link.product)}"
    if link.duplicate:
        return f"{link.id} is in the ledger of {link.product} already"
    return f"{link.id} to {link.product}"
