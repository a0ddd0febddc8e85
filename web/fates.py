"""What became of redriven letters, found in the ledger and never guessed; and what the ledger keeps of it."""

from collections.abc import Callable, Sequence
from datetime import datetime

import structlog

from activities.ports import Ledger, LedgerConflictError, LedgerReader, Vault
from activities.ports_letters import Letters
from domain.erasures import erasure_key
from domain.letters import Kept, Link, Result, State, Try, conclusion
from domain.letters_record import discarded_entry, redriven_entry, resent_entry
from domain.record import SYSTEM_STREAM, Entry
from web.product_time import clock_at
from web.products import Products

AGAIN = 3  # times that a change is tried when somebody else changed the same letter meanwhile
log = structlog.get_logger()


class Fates:
    """Ends letters whose events are in the ledger."""

    def __init__(
        self,
        letters: Letters,
        reader: LedgerReader,
        ledger: Ledger,
        vault: Vault,
        products: Products,
        clock: Callable[[], datetime],
    ) -> None:
        self._letters, self.reader, self._ledger, self._vault = letters, reader, ledger, vault
        self._products, self.clock = products, clock

    async def settle(self, kept: Kept) -> Kept:
        """Return the letter as it stands now: what was handed over may be in the ledger since."""
        done = kept.result.asked
        if done is None or not kept.result.pending:
            return kept
        links = await self.found(kept.result.pending)
        if any(not link.outcome for link in links):
            return kept
        return await self.conclude(kept, links, done)

    async def found(self, links: Sequence[Link]) -> tuple[Link, ...]:
        """Return the links with what the ledger says of those whose fate is not known."""
        return tuple([link if link.outcome else await self.looked_up(link) for link in links])

    async def looked_up(self, link: Link) -> Link:
        """Return a link with its outcome, or as it is when the ledger does not have the event."""
        for kept in await self.reader.event(link.source, link.id):
            if kept.entry.product == link.product:
                data = kept.entry.data
                outcome, because = str(data.get("outcome") or "applied"), str(data.get("because") or "")
                return link.model_copy(update={"seq": kept.seq, "outcome": outcome, "because": because})
        return link

    async def conclude(self, kept: Kept, links: Sequence[Link], done: Try) -> Kept:
        """End a try whose events all have an outcome; return the letter as it stands then."""
        await self._erase_again(kept, links)
        state, came = conclusion(kept, links)
        return await self.end(kept, state, links, done.model_copy(update={"came": came}))

    async def end(self, kept: Kept, state: State, links: Sequence[Link], done: Try, *, sent: bool = True) -> Kept:
        """End a try; ``done`` says what came of it. What was not even sent is not in the ledger, only in the letter."""
        if sent:
            await self.record(kept, done, links)  # first: it is true whoever writes the letter's own row
        result = kept.result.model_copy(
            update={
                "tries": (*kept.result.tries, done),
                "pending": (),
                "mark": 0,
                "asked": None,
                "rest": "",
                "events": tuple(links) if state == "closed" else (),
            }
        )
        moved = await self._letters.move(kept, self.clock(), state=state, result=result)
        if moved is None:  # somebody else ended it, or handed the same over once more
            present = await self._letters.letter(kept.letter.id)
            return kept if present is None else await self.settle(present)
        for link in links:
            if link.refused:
                await self._fold(link, kept.copy_of or kept.letter.id, kept.letter.id)
        if kept.copy_of is not None:
            await self._end_original(moved, kept.copy_of, done)
        return moved

    async def record(self, kept: Kept, done: Try, links: Sequence[Link]) -> None:
        """Write into the ledger what came of a try: with who tried it, or after that, when it is seen later."""
        stream, times = await self._stream(kept, links)
        of = None if kept.copy_of is None else await self._letters.letter(kept.copy_of)
        entry = redriven_entry(kept, done, links, stream, times, of=of)
        known = await self.reader.entry(stream, entry.key)
        if known is not None and known.entry.data["came"] != done.came:
            entry = redriven_entry(kept, done, links, stream, times, of=of, late=True)
        await self._append(entry)

    async def record_resent(self, kept: Kept, done: Try, links: Sequence[Link]) -> None:
        """Write into the ledger that the sender itself mended a letter; again changes nothing."""
        stream, times = await self._stream(kept, links)
        await self._append(resent_entry(kept, done, links, stream, times))

    async def record_discarded(self, kept: Kept, done: Try) -> None:
        """Write that a letter was given up into the ledger; again changes nothing."""
        stream, times = await self._stream(kept, ())
        await self._append(discarded_entry(kept, done, stream, times))

    async def _erase_again(self, kept: Kept, links: Sequence[Link]) -> None:
        """Erase what was redriven of a text that somebody erased while it was under way."""
        erased = erasure_key(kept.letter.source or "", kept.letter.event_id or "")
        for link in links:
            if await self.reader.entry(link.product, erased) is not None:
                await self._vault.erase(link.product, link.source, link.id)

    async def _fold(self, link: Link, into: str, but: str) -> None:
        """Close the letter of a redriven event that was refused again: one trouble is one open letter."""
        own = await self._letters.letter(f"{link.product}/{link.source}/{link.id}")
        if own is not None and own.state == "open" and own.letter.id not in (into, but):
            await self._letters.move(own, self.clock(), state="closed", result=Result(of=into))

    async def _end_original(self, copy: Kept, original: str, done: Try) -> None:
        """Tell the original what became of its edited copy; it closes with the copy."""
        for _ in range(AGAIN):
            kept = await self._letters.letter(original)
            if kept is None or kept.state not in ("open", "redriven"):
                return
            said = done.model_copy(update={"number": kept.attempts, "came": f"an edited copy: {done.came}"})
            events = copy.result.events if copy.state == "closed" else ()
            result = kept.result.model_copy(update={"tries": (*kept.result.tries, said), "events": events})
            state: State = "closed" if copy.state == "closed" else kept.state
            if await self._letters.move(kept, self.clock(), state=state, result=result):
                return

    async def _stream(self, kept: Kept, links: Sequence[Link]) -> tuple[str, tuple[datetime, datetime]]:
        """Return the stream that the letter belongs to, and the times there."""
        now = self.clock()
        for name in dict.fromkeys([*(link.product for link in links), kept.letter.product or ""]):
            if name and (known := await self._products.find(name)) is not None:
                return name, (now, await clock_at(self.reader, known, now))
        return SYSTEM_STREAM, (now, now)

    async def _append(self, entry: Entry) -> None:
        if await self.reader.entry(entry.product, entry.key) is not None:
            return
        try:
            await self._ledger.append([entry])
        except LedgerConflictError:  # somebody else recorded the same a moment before
            log.info("redrive_recorded_already", key=entry.key)
