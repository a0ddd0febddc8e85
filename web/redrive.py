"""Sends dead letters again: read anew, handed over like any event, and ended by what the ledger says of it."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Annotated, Any

from fastapi import Depends, Request

from activities.ports import BrokenSealError, Ledger, LedgerReader, Vault, VaultUnavailableError
from activities.ports_letters import Letters, Retries, StillUnreadableError
from domain.letters import Kept, Link, State, Try, conclusion, copy_id, ended, mark_of, redriven_id, refusal_of, renamed
from domain.record import canonical
from events.codec import decode
from events.dispatch import Dispatch
from events.errors import EventError
from events.fields import Proof
from events.letters import Letter, digest_of
from events.outcome import Outcome, Status
from events.room import FullError, TooManyError
from events.union import External
from web.fates import Fates
from web.products import Products
from web.redriven import Came, Redriven, answer
from web.retries import Refused, from_copy, from_kafka

VISIBLE_S = 5.0  # how long a redrive waits for its events in the ledger
LOOK_AGAIN_S = 0.05
MOST_MARKS = 200  # ids that are tried for one event: each before it was refused
NOT_YET = "handed over; the ledger does not have it yet"


@dataclass
class _Plan:
    """A letter on its way."""

    kept: Kept
    done: Try
    to_send: list[External]
    waits: list[Link] = field(default_factory=list)


class Redrive:
    """Redrives the letters of all ways in. One per process."""

    def __init__(
        self,
        letters: Letters,
        retries: Retries,
        dispatch: Dispatch,
        reader: LedgerReader,
        ledger: Ledger,
        vault: Vault,
        products: Products,
        clock: Callable[[], datetime],
    ) -> None:
        self.letters = letters
        self.fates = Fates(letters, reader, ledger, vault, products, clock)
        self.refused = Refused(reader, vault)
        own: Retries = {"http": from_copy, "kafka": from_kafka, "product": self.refused.again}
        self._retries: Retries = {**own, **retries}
        self._dispatch, self._products, self._clock = dispatch, products, clock

    async def redrive(
        self, letters: Sequence[Kept], actor: str, reason: str, identity: Proof = "asserted"
    ) -> list[Redriven]:
        """Send letters again, in this order; return what became of each, as far as it can be seen in time."""
        until = asyncio.get_running_loop().time() + VISIBLE_S
        begun = [await self._begin(kept, actor, reason, identity) for kept in letters]
        plans = [one for one in begun if isinstance(one, _Plan)]
        later = await asyncio.gather(*(self._hand_over(plan) for plan in plans))
        await self._wait([plan for plan, wait in zip(plans, later, strict=True) if wait is None], until)
        answers = iter([wait or await self._finish(plan) for plan, wait in zip(plans, later, strict=True)])
        return [next(answers) if isinstance(one, _Plan) else one for one in begun]

    async def edited(
        self, kept: Kept, event: dict[str, Any], actor: str, reason: str, identity: Proof = "asserted"
    ) -> Redriven:
        """Send an edited copy of a letter; the letter closes when that succeeds.

        Raises EventError, ParkingUnavailableError.
        """
        kept = await self.fates.settle(kept)
        if why := await self._blocked(kept) or ended(kept):
            return answer(kept, "not-open", why)
        read = decode(event)
        known = await self.fates.looked_up(Link(product=read.product, source=read.source, id=read.id))
        if known.outcome and not known.refused:
            raise EventError.at(("id",), f"{read.product} has an event of this id already (#{known.seq}); give another")
        body = canonical(event)
        digest = digest_of(body)
        copy = Letter(
            id=copy_id(kept.letter.id, digest),
            way="http",
            at=self._clock(),
            reason=kept.letter.reason,
            detail=f"an edited copy, by {actor}",
            body=body,
            size=len(body),
            digest=digest,
            product=read.product,
            source=read.source,
            event_id=read.id,
            type=read.type,
        )
        if copy.id in kept.result.copies and await self.letters.letter(copy.id):
            return answer(kept, "not-open", f"the same was tried before, as {copy.id}; change something else")
        result = kept.result.model_copy(update={"copies": (*kept.result.copies, copy.id)})
        moved = await self.letters.move(
            kept, self._clock(), state=kept.state, result=result, attempts=kept.attempts + 1
        )
        if moved is None:
            return await self._meanwhile(kept)
        await self.letters.copy(copy, kept.letter.id)
        stored = await self.letters.letter(copy.id)
        assert stored is not None, "it was kept a moment ago"
        (done,) = await self.redrive([stored], actor, reason, identity)
        return done.model_copy(update={"id": kept.letter.id, "copy_id": copy.id, "state": await self._state(kept)})

    async def discard(self, kept: Kept, actor: str, reason: str, identity: Proof = "asserted") -> Redriven:
        """Give a letter up; it is kept."""
        kept = await self.fates.settle(kept)
        done = kept.result.discarded
        if done is None:
            if why := await self._blocked(kept) or (ended(kept) if kept.state in ("closed", "discarded") else ""):
                return answer(kept, "not-open", why)
            done = Try(
                number=kept.attempts, at=self._clock(), actor=actor, reason=reason, came="discarded", identity=identity
            )
            result = kept.result.model_copy(update={"discarded": done})
            moved = await self.letters.move(kept, self._clock(), state="discarded", result=result)
            if moved is None:
                return await self._meanwhile(kept)
            kept = moved
        await self.fates.record_discarded(kept, done)
        return answer(kept, "discarded", f"discarded by {done.actor}: {done.reason}")

    # -- one letter, step by step ------------------------------------------------------------------------

    async def _begin(self, kept: Kept, actor: str, reason: str, identity: Proof = "asserted") -> _Plan | Redriven:
        kept = await self.fates.settle(kept)
        blocked = "" if kept.result.pending else await self._blocked(kept)
        if why := blocked or refusal_of(kept):
            return answer(kept, "not-open", why)
        number, attempts = _number(kept), kept.attempts + 1
        done = Try(number=attempts, at=self._clock(), actor=actor, reason=reason, identity=identity)
        try:
            events, rest = await self.events_of(kept)
            planned = await self.planned(kept, events)
        except (EventError, StillUnreadableError, BrokenSealError) as exc:
            if kept.result.pending:  # that is still on its way, perhaps
                return answer(kept, "unreadable", str(exc))
            return await self._in_vain(kept, done, str(exc))
        except VaultUnavailableError as exc:
            return answer(kept, "later", str(exc), retry_after=1.0)
        pending = tuple(link for _, link in planned)
        result = kept.result.model_copy(update={"pending": pending, "mark": number, "asked": done, "rest": rest})
        moved = await self.letters.move(kept, self._clock(), state="redriven", result=result, attempts=attempts)
        if moved is None:
            return await self._meanwhile(kept)
        return _Plan(moved, done, [event for event, link in planned if not link.outcome], list(pending))

    async def events_of(self, kept: Kept) -> tuple[list[External], str]:
        """Return the events of a letter, and why there is more in it than they say; empty when there is not."""
        body = b"" if kept.letter.way == "product" else await self.letters.body(kept.letter.id)
        if body is None:
            raise StillUnreadableError(kept.letter.reason, "its body was erased")
        try:
            events = await self._retries[kept.letter.way](replace(kept.letter, body=body))
        except StillUnreadableError as exc:
            if not exc.events:
                raise
            return exc.events, str(exc)
        if not events:
            raise StillUnreadableError(kept.letter.reason, "nothing in it is an event for any product")
        return events, ""

    async def planned(self, kept: Kept, events: list[External]) -> list[tuple[External, Link]]:
        """Return the events under ids that were not refused, each with what the ledger says of it already."""
        planned = []
        for event in events:
            sent, link = event, Link(product=event.product, source=event.source, id=event.id)
            for mark in range(1, MOST_MARKS):  # from the first: an earlier try, of this letter or another, may be in
                link = await self.fates.looked_up(link)
                if not link.refused:
                    break
                sent = renamed(event, redriven_id(event.id, mark_of(kept, mark)))
                link = Link(product=sent.product, source=sent.source, id=sent.id)
            planned.append((sent, link.model_copy(update={"duplicate": bool(link.outcome)})))
        return planned

    async def _hand_over(self, plan: _Plan) -> Redriven | None:
        """Hand a letter's events over; return an answer only when that must be tried again later."""
        try:
            outcomes = await self._dispatch.take(plan.to_send) if plan.to_send else []
        except FullError as exc:
            outcomes = [Outcome(Status.HELD, str(exc), exc.retry_after) for _ in plan.to_send]
        except TooManyError as exc:
            return await self._in_vain(plan.kept, plan.done, str(exc))
        for event, outcome in zip(plan.to_send, outcomes, strict=True):
            if outcome.status is Status.REFUSED:  # nobody has it: there is nothing to wait for
                link = next(one for one in plan.waits if (one.source, one.id) == (event.source, event.id))
                why = await self._products.unknown(event.product)
                plan.waits[plan.waits.index(link)] = link.model_copy(update={"outcome": "refused", "because": why})
        waits = [one for one in outcomes if one.status in (Status.HELD, Status.UNAVAILABLE)]
        if not waits:
            return None
        came = f"not now: {waits[0].reason}"
        await self.fates.record(plan.kept, plan.done.model_copy(update={"came": came}), plan.waits)
        result = plan.kept.result
        if all(one.status in (Status.HELD, Status.REFUSED) for one in outcomes):  # nothing can be on its way
            result = result.model_copy(update={"pending": (), "mark": 0, "asked": None})
        moved = await self.letters.move(plan.kept, self._clock(), state="open", result=result)
        seconds = max(one.retry_after or 1.0 for one in waits)
        return answer(moved or plan.kept, "later", came, plan.waits, retry_after=seconds)

    async def _wait(self, plans: list[_Plan], until: float) -> None:
        """Wait until the ledger has the events, or time is up."""
        now = asyncio.get_running_loop().time
        while True:
            for plan in plans:
                if any(not link.outcome for link in plan.waits):
                    plan.waits = list(await self.fates.found(plan.waits))
            if now() >= until or all(link.outcome for plan in plans for link in plan.waits):
                return
            await asyncio.sleep(LOOK_AGAIN_S)

    async def _finish(self, plan: _Plan) -> Redriven:
        if any(not link.outcome for link in plan.waits):
            await self.fates.record(plan.kept, plan.done.model_copy(update={"came": NOT_YET}), plan.waits)
            return answer(plan.kept, "pending", NOT_YET, plan.waits)
        kept = await self.fates.conclude(plan.kept, plan.waits, plan.done)
        _, said = conclusion(plan.kept, plan.waits)
        rest: Came = "unreadable" if plan.kept.result.rest else "closed"
        return answer(kept, "refused" if any(link.refused for link in plan.waits) else rest, said, plan.waits)

    async def _in_vain(self, kept: Kept, done: Try, why: str) -> Redriven:
        """End a try that led to no event at all."""
        state: State = "open" if kept.copy_of is None else "discarded"
        counted = await self.letters.move(
            kept, self._clock(), state=state, result=kept.result, attempts=max(kept.attempts, done.number)
        )
        if counted is None:
            return await self._meanwhile(kept)
        ended_so = await self.fates.end(counted, state, (), done.model_copy(update={"came": why}), sent=False)
        return answer(ended_so, "unreadable", why)

    async def _blocked(self, kept: Kept) -> str:
        """Return why nothing may be begun with a letter now: two events must not come of it."""
        if kept.result.pending:
            return "it was handed over, and what came of it is not known yet; redrive it, or look again"
        if kept.result.copies and (copy := await self.letters.letter(kept.result.copies[-1])):
            copy = await self.fates.settle(copy)
            if copy.state in ("open", "redriven"):
                return f"an edited copy is on its way: {copy.letter.id}; redrive that one, or look again"
            if copy.state == "closed":
                return f"it is closed: its edited copy {copy.letter.id} was taken"
        return ""

    async def _meanwhile(self, kept: Kept) -> Redriven:
        present = await self.letters.letter(kept.letter.id)
        return answer(present or kept, "not-open", "somebody else did something with it in this moment; look again")

    async def _state(self, kept: Kept) -> State:
        present = await self.letters.letter(kept.letter.id)
        return kept.state if present is None else present.state


def _number(kept: Kept) -> int:
    """Return the number that ids are made of: what may be under way already is sent under the same ones."""
    return kept.result.mark if kept.result.pending else kept.attempts + 1


def redrive_of(request: Request) -> Redrive:
    """Return what redrives in the application that serves a request."""
    redrive: Redrive = request.app.state.services.redrive
    return redrive


Desk = Annotated[Redrive, Depends(redrive_of)]
