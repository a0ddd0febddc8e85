"""What the ledger holds about one thing, for answers that are put together from its history."""

from activities.ports import LedgerQuery
from domain.record import Entry
from web.services import Services

MOST_ENTRIES = 1_000  # the newest ones; more of them nobody reads


async def entries_about(svc: Services, product: str, thing: str) -> list[Entry]:
    """Return entries about a thing such as ``approval:7``, the oldest first."""
    query = LedgerQuery(product=product, about=thing, newest_first=True, limit=MOST_ENTRIES)
    return [kept.entry for kept in reversed(await svc.reader.entries(query))]


async def of_approval(svc: Services, product: str, number: int) -> list[Entry]:
    """Return the history of a request for a decision."""
    return await entries_about(svc, product, f"approval:{number}")


async def of_escalation(svc: Services, product: str, subject: str, number: int) -> list[Entry]:
    """Return the history of an escalation."""
    return await entries_about(svc, product, f"escalation:{subject}/{number}")
