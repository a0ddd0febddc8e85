"""All events and letters that hold the same text of a customer: the one that was sent, and what was redriven of it."""

from dataclasses import dataclass, field

from activities.ports import LedgerQuery, LedgerReader
from activities.ports_letters import Letters
from domain.letters import REDRIVE_OF, Kept
from domain.letters_record import redriven_about
from web.products import Products

MOST = 1_000  # events of one family; one letter is redriven 100 times at most


@dataclass
class Family:
    """What belongs to one event of a product."""

    events: list[tuple[str, str]] = field(default_factory=list)  # source and id, the one that was asked for first
    letters: list[str] = field(default_factory=list)


async def family_of(
    letters: Letters, reader: LedgerReader, products: Products, product: str, event: tuple[str, str]
) -> Family:
    """Return the family of an event: what it was redriven as, what it was redriven of, and edited copies."""
    family, left = Family(), [event]
    while left and len(family.events) < MOST:
        source, event_id = left.pop()
        if (source, event_id) in family.events:
            continue
        family.events.append((source, event_id))
        for kept in await reader.event(source, event_id):
            first = (kept.entry.data.get("event", {}).get("extensions") or {}).get(REDRIVE_OF)
            if kept.entry.product != product or not isinstance(first, str):
                continue
            if (source, event_id) in await _became(reader, product, (source, first)):  # a sender may claim it, too
                left.append((source, first))
        left += await _became(reader, product, (source, event_id))
        for letter in await letters.of_event(source, event_id):
            if await _belongs(products, letter, product):
                left += await _taken_in(letters, family, letter, product)
    return family


async def _became(reader: LedgerReader, product: str, event: tuple[str, str]) -> list[tuple[str, str]]:
    """Return the events of a product that the ledger says an event was redriven as."""
    found = await reader.entries(LedgerQuery(about=redriven_about(*event), limit=1_000))
    links = [link for kept in found for link in kept.entry.data["events"] if link["product"] == product]
    return [(link["source"], link["id"]) for link in links]


async def _taken_in(letters: Letters, family: Family, letter: Kept, product: str) -> list[tuple[str, str]]:
    """Add a letter and its copies to the family; return the events that they became."""
    found = [letter, *[copy for name in letter.result.copies if (copy := await letters.letter(name)) is not None]]
    links = [link for one in found for link in (*one.result.events, *one.result.pending) if link.product == product]
    family.letters += [one.letter.id for one in found if one.letter.id not in family.letters]
    return [(link.source, link.id) for link in links]


async def _belongs(products: Products, kept: Kept, product: str) -> bool:
    """Tell whether a letter is this product's, or nobody's: its product was never checked."""
    named = kept.letter.product
    return named in (None, product) or await products.find(named or "") is None
