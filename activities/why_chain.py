"""What an entry follows from and what follows from it: a bounded walk through the causes that the ledger keeps."""

from collections import deque

from activities.ports import LedgerQuery, LedgerReader
from activities.why_found import Found
from domain.record import Recorded

MOST_LINKS = 60  # of one explanation; nobody reads more
MOST_STEPS = 12  # from the start, in either direction
LATEST = 8  # entries about a milestone, a theme … that are explained

MAIL = ("message.", "digest.")  # kinds of entries
LIVES = {"approval.requested": "approval:", "escalation.started": "escalation:"}  # kind -> what its life is about
ENDS = frozenset({"approval.superseded", "escalation.stood_down"})  # they follow from something else than they began


class Chain:
    """Entries by number, gathered in both directions; each is visited once, so a circle of causes ends."""

    def __init__(self, reader: LedgerReader, product: str) -> None:
        self._reader, self._product = reader, product
        self._found: dict[int, Recorded] = {}

    @property
    def links(self) -> list[Recorded]:
        """Return what was gathered, oldest first."""
        return [self._found[seq] for seq in sorted(self._found)]

    def add(self, recorded: Recorded) -> bool:
        """Add an entry; False when it was there before, or when there is no room."""
        if recorded.seq in self._found or len(self._found) >= MOST_LINKS:
            return False
        self._found[recorded.seq] = recorded
        return True

    async def back(self, start: Recorded, steps: int = MOST_STEPS) -> None:
        """Gather what an entry follows from."""
        waiting = deque([(start, 0)])
        seen = {start.seq}
        while waiting:
            recorded, step = waiting.popleft()
            if step >= steps:
                continue
            for cause in await self._causes(recorded):
                if cause.seq not in seen:
                    seen.add(cause.seq)
                    self.add(cause)
                    waiting.append((cause, step + 1))

    async def forth(self, start: Recorded, steps: int = MOST_STEPS) -> None:
        """Gather what follows from an entry."""
        waiting = deque([(start, 0)])
        seen = {start.seq}
        while waiting and len(self._found) < MOST_LINKS:
            recorded, step = waiting.popleft()
            if step >= steps:
                continue
            for effect in await self._effects(recorded):
                if effect.seq not in seen:
                    seen.add(effect.seq)
                    self.add(effect)
                    waiting.append((effect, step + 1))

    async def _causes(self, recorded: Recorded) -> list[Recorded]:
        entry = recorded.entry
        keys = [about.removeprefix("cause:") for about in entry.about if about.startswith("cause:")]
        if entry.cause is not None:
            keys.insert(0, entry.cause)
        found = [await self._reader.entry(self._product, key) for key in dict.fromkeys(keys)]
        return [cause for cause in found if cause is not None]

    async def _effects(self, recorded: Recorded) -> list[Recorded]:
        entry = recorded.entry
        found = await self._entries(cause=entry.key)
        if entry.kind in LIVES:
            for about in entry.about:
                if about.startswith(LIVES[entry.kind]):
                    found += await self._entries(about=about)
        if "reactions" in entry.data:
            runs = await self._entries(about=f"cause:{entry.key}")
            found += runs
            if not runs and asks(recorded):  # gathered with others under one reason: the next run answers it
                found += await self._entries(kind="reprioritization.started", after_seq=recorded.seq, limit=1)
        return found

    async def _entries(
        self,
        cause: str | None = None,
        about: str | None = None,
        kind: str | None = None,
        after_seq: int = 0,
        limit: int = MOST_LINKS,
    ) -> list[Recorded]:
        query = LedgerQuery(
            product=self._product, cause=cause, about=about, kind=kind, after_seq=after_seq, limit=limit
        )
        return [one for one in await self._reader.entries(query) if not is_mail(one)]


def is_mail(recorded: Recorded) -> bool:
    """Tell whether an entry belongs to the log of deliveries: how somebody was told explains nothing."""
    return recorded.entry.kind.startswith(MAIL)


def asks(recorded: Recorded) -> bool:
    """Tell whether an event asked for a look at the priorities, or joined others that had."""
    return any(
        str(reaction.get("kind", "")).startswith("look at the priorities")
        or str(reaction.get("because", "")).endswith("is already due for this")
        for reaction in recorded.entry.data.get("reactions") or ()
    )


async def chain_of(reader: LedgerReader, found: Found) -> list[Recorded]:
    """Return the entries that explain a thing, oldest first."""
    chain = Chain(reader, found.product)
    if found.kind == "item":
        await _of_item(reader, found, chain)
    elif found.kind in ("approval", "escalation", "run"):
        life = [recorded for recorded in found.entries if not is_mail(recorded)]
        for recorded in life:
            chain.add(recorded)
        await chain.back(found.entries[0])
        for recorded in life:
            if recorded.entry.kind in ENDS:
                await chain.back(recorded, steps=1)
        for recorded in life:
            await chain.forth(recorded, steps=3)
    else:
        # The newest matter most: they are gathered first, in case there is no room for all.
        for recorded in reversed(found.entries[-LATEST:]):
            chain.add(recorded)
            await chain.back(recorded, steps=MOST_STEPS if len(found.entries) == 1 else 2)
            await chain.forth(recorded, steps=MOST_STEPS if len(found.entries) == 1 else 3)
    return chain.links


async def _of_item(reader: LedgerReader, found: Found, chain: Chain) -> None:
    """Gather who moved an item last and on whose authority; when nobody did, what last looked at it."""
    start = await latest(reader, found.product, "plan.adopted", f"item:{found.name}")
    if start is None:
        start = await latest(reader, found.product, "plan.solved", None)
    if start is not None:
        chain.add(start)
        await chain.back(start)
    for recorded in found.entries[-3:]:  # what happened to the item itself
        if recorded.entry.event is not None and recorded.entry.kind.startswith(("item.", "budget.", "dependency.")):
            chain.add(recorded)


async def latest(reader: LedgerReader, product: str, kind: str, about: str | None) -> Recorded | None:
    """Return the newest entry of a kind, about a thing."""
    query = LedgerQuery(product=product, kind=kind, about=about, newest_first=True, limit=1)
    page = await reader.entries(query)
    return page[0] if page else None
