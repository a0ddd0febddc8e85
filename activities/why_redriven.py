"""What an event was redriven as, and what it was redriven of, as the ledger says: a sender may say anything."""

from activities.ports import LedgerQuery, LedgerReader
from domain.evolve import event_key
from domain.letters import REDRIVE_OF
from domain.letters_record import redriven_about
from domain.narrative import line_of
from domain.record import Recorded

MOST = 100  # redrives of one event

Name = tuple[str, str]  # source and id


async def redrives_of(reader: LedgerReader, recorded: Recorded) -> list[Recorded]:
    """Return the redrives of an event, what it was redriven as, and what it was redriven of; oldest first."""
    entry = recorded.entry
    if entry.event is None:
        return []
    extensions = (entry.data.get("event") or {}).get("extensions") or {}
    names = [entry.event]
    if isinstance(first := extensions.get(REDRIVE_OF), str) and first != entry.event[1]:
        names.append((entry.event[0], first))
    own = await _tried(reader, entry.product, names[0])
    earlier = [one for name in names[1:] for one in await _tried(reader, entry.product, name)]
    if not any(names[0] in _links(one) for one in earlier):  # its sender only says so
        earlier, names = [], names[:1]
    tried = {one.seq: one for one in (*own, *earlier)}
    if not tried:
        return []
    names += [name for one in tried.values() for name in (*_links(one), *_of(one))]
    found = [await reader.entry(entry.product, event_key(*name)) for name in dict.fromkeys(names)]
    events = {one.seq: one for one in found if one is not None and one.seq != recorded.seq}
    return [one for _, one in sorted((tried | events).items())]


async def redrives_told(reader: LedgerReader, recorded: Recorded) -> list[str]:
    """Return the same as lines, each with the number of its entry."""
    return [_told(one) for one in await redrives_of(reader, recorded)]


def _told(recorded: Recorded) -> str:
    if recorded.entry.event is None:
        return f"#{recorded.seq} {line_of(recorded).what}"
    source, event_id = recorded.entry.event
    return f"#{recorded.seq} {event_id} from {source}: {recorded.entry.data.get('outcome') or 'applied'}"


async def _tried(reader: LedgerReader, product: str, name: Name) -> list[Recorded]:
    """Return the entries that say that an event was redriven."""
    return await reader.entries(LedgerQuery(product=product, about=redriven_about(*name), limit=MOST))


def _links(tried: Recorded) -> list[Name]:
    product = tried.entry.product
    links = tried.entry.data.get("events") or ()
    return [(link["source"], link["id"]) for link in links if link["product"] == product]


def _of(tried: Recorded) -> list[Name]:
    """Return the event that an edited copy was made of."""
    of = tried.entry.data.get("of") or {}
    return [(of["source"], of["id"])] if of.get("source") and of.get("id") else []
