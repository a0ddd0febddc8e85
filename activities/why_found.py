"""Which thing a person means: an event, an entry, an item, a decision … by its name or number."""

import re
from difflib import get_close_matches
from typing import Any

from pydantic import BaseModel, ConfigDict

from activities.ports import LedgerQuery, LedgerReader
from activities.why_redriven import redrives_of
from domain.evolve import event_key
from domain.product import DEBT_SUBJECT
from domain.record import Recorded
from domain.wording import listing

NAMED = ("item", "milestone", "dependency", "theme", "goal", "team", "capability", "period")
MOST_SLASHES = 20  # of a source that is written with the id behind it
RECENT = 1_000  # entries that are searched for the id of an event, and for names to suggest
LIFE = 200  # entries of one decision or escalation


class UnknownThingError(LookupError):
    """Nothing in the ledger has this name."""

    def __init__(self, message: str, closest: tuple[str, ...] = ()) -> None:
        super().__init__(message)
        self.closest = closest


class AmbiguousThingError(LookupError):
    """Several things have this name."""

    def __init__(self, thing: str, candidates: tuple[str, ...]) -> None:
        super().__init__(f"{thing!r} may mean {listing(candidates, 8).replace(' and ', ' or ')}: say which")
        self.candidates = candidates


class Found(BaseModel):
    """What a person means, and the entries to start from, oldest first."""

    model_config = ConfigDict(frozen=True)

    product: str
    kind: str
    name: str  # `sso`, `7`, `sso/1`, `jira/4711`
    entries: tuple[Recorded, ...] = ()
    standing: dict[str, Any] | None = None  # where the roadmap lists it

    @property
    def thing(self) -> str:
        """Return the name that means this and nothing else."""
        return f"#{self.name}" if self.kind == "entry" else f"{self.kind}:{self.name}"


async def find(reader: LedgerReader, product: str, thing: str) -> Found:
    """Return what is meant. Raises UnknownThingError, AmbiguousThingError."""
    found = await _numbered(reader, product, thing) or await _recorded(reader, product, thing)
    if found is None:
        kind, mark, name = thing.partition(":")
        if mark and kind in NAMED:
            found = await _named(reader, product, kind, name)
        elif mark and kind == "event":
            found = await _recorded(reader, product, name) or _one(name, await _by_id(reader, product, name))
        else:
            found = _one(thing, await _all_named(reader, product, thing))
    if found is None:
        raise await _unknown(reader, product, thing)
    return await _with_redrives(reader, found) if found.kind == "event" else found


async def _with_redrives(reader: LedgerReader, found: Found) -> Found:
    """Add what an event was redriven as, or of: the one explains the other."""
    others = [one for recorded in found.entries for one in await redrives_of(reader, recorded)]
    return found.model_copy(update={"entries": tuple(sorted((*found.entries, *others), key=lambda one: one.seq))})


def _one(thing: str, candidates: list[Found]) -> Found | None:
    if len(candidates) > 1:
        raise AmbiguousThingError(thing, tuple(candidate.thing for candidate in candidates))
    return candidates[0] if candidates else None


async def _numbered(reader: LedgerReader, product: str, thing: str) -> Found | None:
    """Return what is meant by ``#12``, ``approval/7``, ``run/4``, ``escalation/sso/1`` or ``escalation/sso``."""
    if entry := re.fullmatch(r"(?:entry:)?#(\d{1,15})", thing):
        seq = int(entry[1])
        page = await reader.entries(LedgerQuery(product=product, after_seq=seq - 1, limit=1)) if seq else []
        same = tuple(recorded for recorded in page if recorded.seq == seq)
        return Found(product=product, kind="entry", name=str(seq), entries=same) if same else None
    kind, mark, name = re.sub(r"^(\w+):", r"\1/", thing).partition("/")
    name = name.removeprefix(f"{product}/")
    if kind in ("approval", "decision", "run", "reprioritization") and re.fullmatch(r"\d{1,15}", name):
        kind = "approval" if kind in ("approval", "decision") else "run"
        return await _life(reader, product, kind, str(int(name)))
    if mark and kind == "escalation":
        return await _escalation(reader, product, name)
    return None


async def _life(reader: LedgerReader, product: str, kind: str, name: str) -> Found | None:
    entries = await reader.entries(LedgerQuery(product=product, about=f"{kind}:{name}", limit=LIFE))
    return Found(product=product, kind=kind, name=name, entries=tuple(entries)) if entries else None


async def _escalation(reader: LedgerReader, product: str, name: str) -> Found | None:
    if re.fullmatch(r".+/\d{1,15}", name):
        return await _life(reader, product, "escalation", name)
    rows = await reader.rows("escalation", product=product, limit=LIFE, after=f"{product}/{name}/")
    numbers = [row.id.rsplit("/", 1)[1] for row in rows if row.id.rsplit("/", 1)[0] == f"{product}/{name}"]
    latest = max(numbers, key=int, default=None)
    return None if latest is None else await _life(reader, product, "escalation", f"{name}/{latest}")


async def _recorded(reader: LedgerReader, product: str, thing: str) -> Found | None:
    """Return the event ``source/id``, or the entry of a key."""
    slashes = [place for place, char in enumerate(thing) if char == "/"]
    for key in (thing, *(event_key(thing[:place], thing[place + 1 :]) for place in slashes[:MOST_SLASHES])):
        recorded = await reader.entry(product, key)
        if recorded is not None:
            return _event(recorded)
    return None


def _event(recorded: Recorded) -> Found:
    event = recorded.entry.event
    kind, name = ("entry", str(recorded.seq)) if event is None else ("event", "/".join(event))
    return Found(product=recorded.entry.product, kind=kind, name=name, entries=(recorded,))


async def _named(reader: LedgerReader, product: str, kind: str, name: str) -> Found | None:
    """Return an item, a milestone …: the newest entries about it, and where the roadmap lists it."""
    query = LedgerQuery(product=product, about=f"{kind}:{name}", newest_first=True, limit=20)
    entries = await reader.entries(query)
    standing = None
    if kind in ("item", "milestone", "dependency"):
        roadmap = await reader.row("roadmap", product)
        listed = [] if roadmap is None else roadmap.data.get("dependencies" if kind == "dependency" else f"{kind}s", [])
        standing = next((one for one in listed if one.get("id") == name), None)
    if not entries and standing is None:
        return None
    return Found(product=product, kind=kind, name=name, entries=tuple(reversed(entries)), standing=standing)


async def _by_id(reader: LedgerReader, product: str, name: str) -> list[Found]:
    """Return the events of this id: among the newest entries, and of every source that they name."""
    recent = await reader.entries(LedgerQuery(product=product, newest_first=True, limit=RECENT))
    sources = sorted({recorded.entry.event[0] for recorded in recent if recorded.entry.event is not None})[:50]
    keys = [event_key(source, name) for source in sources]
    found = [await reader.entry(product, key) for key in keys]
    return [_event(recorded) for recorded in found if recorded is not None]


async def _all_named(reader: LedgerReader, product: str, thing: str) -> list[Found]:
    candidates = [await _named(reader, product, kind, thing) for kind in NAMED]
    if re.fullmatch(r"\d{1,15}", thing):
        candidates.append(await _life(reader, product, "approval", str(int(thing))))
    if thing == DEBT_SUBJECT:
        candidates.append(await _escalation(reader, product, thing))
    return [*(found for found in candidates if found is not None), *await _by_id(reader, product, thing)]


async def _unknown(reader: LedgerReader, product: str, thing: str) -> UnknownThingError:
    recent = await reader.entries(LedgerQuery(product=product, newest_first=True, limit=RECENT))
    if not recent:
        close = get_close_matches(product, await reader.streams(), n=3)
        return UnknownThingError(f"the ledger has no product {product!r}{_hint(close)}", tuple(close))
    names: dict[str, str] = {}  # as it may be typed -> as it is suggested
    for recorded in recent:
        entry = recorded.entry
        for about in entry.about:
            kind, _, name = about.partition(":")
            if kind in (*NAMED, "approval", "escalation", "run"):
                shown = about if kind in NAMED else f"{kind}/{name}"
                names |= {shown: shown}
                names.setdefault(name, shown)
        if entry.event is not None:
            whole = "/".join(entry.event)
            names |= {whole: whole}
            names.setdefault(entry.event[1], whole)
    typed = get_close_matches(thing, names, n=5, cutoff=0.6)
    close = list(dict.fromkeys(names[name] for name in typed))[:3]
    return UnknownThingError(f"the ledger of {product} knows nothing called {thing!r}{_hint(close)}", tuple(close))


def _hint(close: list[str]) -> str:
    return f"; did you mean {' or '.join(close)}?" if close else ""
