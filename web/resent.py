"""Letters that need nobody any more: their senders sent the same again, and it was taken."""

from activities.ports import BrokenSealError, VaultUnavailableError
from activities.ports_letters import StillUnreadableError
from domain.letters import Kept, Link, Try
from events.errors import EventError
from web.redrive import Redrive

LARGEST = 256 * 1024  # bytes of a delivery that is read again only to look whether it came
BY_ITSELF = "its sender sent it again"


async def settled(desk: Redrive, kept: Kept) -> Kept:
    """Return a letter as it stands: closed when all that it holds is in the ledger without anybody's redriving it."""
    kept = await desk.fates.settle(kept)
    if kept.state != "open" or kept.result.pending or kept.copy_of is not None or await _copied(desk, kept):
        return kept
    links = await _webhook(desk, kept) if kept.letter.way == "webhook" else await _record(desk, kept)
    if not links or any(not link.outcome or link.refused for link in links):
        return kept
    return await _close(desk, kept, links)


async def _copied(desk: Redrive, kept: Kept) -> bool:
    """Tell whether an edited copy may still end the letter."""
    copy = await desk.letters.letter(kept.result.copies[-1]) if kept.result.copies else None
    return copy is not None and copy.state in ("open", "redriven")


async def _webhook(desk: Redrive, kept: Kept) -> list[Link]:
    """Return what the delivery makes today; empty when that is not all of it, or cannot be said."""
    if kept.letter.size > LARGEST:
        return []
    try:
        events, rest = await desk.events_of(kept)
    except (EventError, StillUnreadableError, BrokenSealError, VaultUnavailableError):
        return []
    links = [Link(product=event.product, source=event.source, id=event.id) for event in events]
    return [] if rest else list(await desk.fates.found(links))


async def _record(desk: Redrive, kept: Kept) -> list[Link]:
    """Return the event that a record names, when the ledger got it after the letter; an id may be used twice."""
    letter = kept.letter
    if letter.way != "kafka" or not (letter.product and letter.source and letter.event_id):
        return []
    for found in await desk.fates.reader.event(letter.source, letter.event_id):
        if found.entry.product == letter.product and found.entry.at >= letter.at:
            link = Link(product=letter.product, source=letter.source, id=letter.event_id)
            return [await desk.fates.looked_up(link)]
    return []


async def _close(desk: Redrive, kept: Kept, links: list[Link]) -> Kept:
    came = "; ".join(f"{link.product} has {link.id} (#{link.seq}): {link.outcome}" for link in links)
    now = desk.fates.clock()
    done = Try(number=kept.attempts, at=now, actor="tandem", reason=BY_ITSELF, came=f"came by itself: {came}")
    await desk.fates.record_resent(kept, done.model_copy(update={"came": f"{BY_ITSELF}; {came}"}), links)
    result = kept.result.model_copy(update={"tries": (*kept.result.tries, done), "events": tuple(links)})
    moved = await desk.letters.move(kept, now, state="closed", result=result)
    return moved or await desk.letters.letter(kept.letter.id) or kept
