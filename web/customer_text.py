"""What customers wrote, for those who may read it; for everybody else the word that it is withheld."""

from typing import Any

from activities.ports import BrokenSealError, VaultUnavailableError
from domain.access import Act
from domain.evidence import is_feedback, sealed_text
from domain.record import Recorded
from web.callers import Caller
from web.guard import may_in
from web.services import Services

ERASED, WITHHELD, UNREADABLE = "erased", "withheld", "cannot be read at the moment"
WHY_WITHHELD = "withheld: only those with the right to read customers' texts see it"


def act_for(document: Any) -> Act:
    """Return what somebody must be allowed to do to read a document: a model of themes holds words of customers."""
    return "read_customer_text" if isinstance(document, dict) and "terms" in document else "read"


async def may_read(svc: Services, who: Caller, product: str | None) -> bool:
    """Tell whether somebody may read what customers wrote about a product; None: about one that is not known."""
    known = None if product is None else await svc.products.find(product)
    return await may_in(svc, who, "read_customer_text", None if known is None else known.id)


async def text_of(svc: Services, who: Caller, kept: Recorded) -> str | None:
    """Return what a customer wrote, or `withheld`, or `erased`; None when the entry records no feedback.

    Raises VaultUnavailableError, BrokenSealError.
    """
    if kept.entry.event is None or not is_feedback(kept.entry):
        return None
    if not await may_read(svc, who, kept.entry.product):
        return WITHHELD
    opened = await svc.vault.open(kept.entry.product, *kept.entry.event, sealed_text(kept.entry))
    return ERASED if opened is None else opened


async def shown_text(svc: Services, who: Caller, kept: Recorded) -> tuple[str, str]:
    """Return how the text of an entry stands (`none`, `readable`, or why it is not shown), and the text."""
    if not is_feedback(kept.entry) or not sealed_text(kept.entry):
        return "none", ""
    if not await may_read(svc, who, kept.entry.product):
        return WITHHELD, ""
    try:
        text = await text_of(svc, who, kept)
    except (VaultUnavailableError, BrokenSealError):
        return UNREADABLE, ""
    return (ERASED, "") if text is None or text == ERASED else ("readable", text)
