"""Does what operators ask of a workflow, and writes it into the ledger: what was asked for, and what came of it."""

import asyncio
from collections.abc import Sequence
from typing import Literal, NamedTuple

from pydantic import BaseModel, Field, model_validator

from domain.operating import Action, Pending, offer
from domain.operating_record import Operation, asked_entry, done_entry, ended_rows, failed_entry
from domain.record import Recorded, ViewRow
from domain.wording import listing
from events.fields import Instant, Proof
from events.internal import SOURCE, WorkStopped
from web.api.answering import Steered, steer_climb
from web.api.bodies import Actor, Asked, Reason
from web.problems import problem
from web.product_time import clock_at
from web.products import Product
from web.services import Services
from web.workflow_views import Look, looked_at, subject_of
from workflows.client import NotOpenError
from workflows.messages_operating import Resend

VISIBLE_S = 3.0  # how long an answer waits for what it asked for to be seen in the ledger
LOOK_AGAIN_S = 0.05
TELLS_PRODUCT = ("approval", "escalation", "reprioritization")  # their product waits for them


class Ask(Asked):
    """What an operator wants done to a workflow, and why."""

    action: Action = Field(
        description="`retry`, `pause` and `resume` (`work`), of an escalation `pause` (`waiting_on`, `until`) and "
        "`resume` of its climb, `cancel`, `terminate`, `reset` (`point`), `refresh`, `resend` (`person`) or `force`"
    )
    actor: Actor
    reason: Reason
    work: str | None = Field(default=None, max_length=200, description="The id of a pending piece of work; null: all")
    point: int | None = Field(default=None, ge=1, description="With `reset`: one of the workflow's `points`")
    person: Actor | None = Field(default=None, description="With `resend`; null: everybody who is asked now")
    waiting_on: Actor | None = Field(default=None, description="With `pause` of an escalation: for whom it waits")
    until: Instant | None = Field(default=None, description="With `pause` of an escalation: by the product's clock")

    @model_validator(mode="after")
    def _complete(self) -> "Ask":
        goes_with = {"work": ("retry", "pause", "resume"), "point": ("reset",), "person": ("resend",)}
        goes_with |= dict.fromkeys(("waiting_on", "until"), ("pause",))
        for field, actions in goes_with.items():
            if getattr(self, field) is not None and self.action not in actions:
                raise ValueError(f"{field} goes with {' or '.join(actions)} only")
        if self.action == "reset" and self.point is None:
            raise ValueError("reset needs the point that it goes back to")
        return self


class Operated(BaseModel):
    """What came of an action."""

    workflow: str
    product: str
    action: Action
    said: str = Field(description="What came of it, in words")
    entry: int = Field(description="The number of the ledger's entry that records it")
    run_id: str | None = Field(default=None, description="After a reset: of the run that goes on")
    identity: Proof = "asserted"
    simulated_clock: bool


class _Done(NamedTuple):
    said: str
    rows: tuple[ViewRow, ...] = ()
    run_id: str | None = None


class Operator:
    """Acts on one workflow, for one person."""

    def __init__(self, svc: Services, known: Product, row: ViewRow, ask: Ask, identity: Proof = "asserted") -> None:
        self._svc, self._known, self._row, self._ask, self._identity = svc, known, row, ask, identity
        self._kind = str(row.data["kind"])

    async def act(self) -> Operated:
        """Do what is asked. Raises problems, and what the engine raises; the ledger has either end.

        That it was asked for is written first: what cannot be recorded is not done.
        """
        svc, ask, now = self._svc, self._ask, self._svc.clock()
        operation = Operation(
            product=self._known.id,
            workflow=self._row.id,
            action=ask.action,
            actor=ask.actor,
            reason=ask.reason,
            identity=self._identity,
            at=now,
            clock_at=await clock_at(svc.reader, self._known, now),
        )
        more = ask.model_dump(mode="json", exclude={"action", "actor", "reason"}, exclude_none=True)
        (asked,) = await svc.ledger.append([asked_entry(operation, more)])
        try:
            done = await self._do(operation, asked)
        except Exception as failed:  # whatever it was, it is not silent
            why = str(getattr(failed, "detail", "") or failed)
            await svc.ledger.append([failed_entry(operation, why, svc.clock())])
            raise
        (kept,) = await svc.ledger.append([done_entry(operation, done.said, done.rows, svc.clock())])
        return Operated(
            workflow=self._row.id,
            product=self._known.id,
            action=ask.action,
            said=done.said,
            entry=kept.seq,
            run_id=done.run_id,
            identity=self._identity,
            simulated_clock=self._known.simulated,
        )

    async def _do(self, operation: Operation, asked: Recorded) -> _Done:
        look = await looked_at(self._svc, self._row)
        offered = offer(self._ask.action, look.situation)
        if not offered.possible:
            silent = look.situation.engine == "silent"
            raise problem("try-later" if silent else "refused", offered.why_not, simulated_clock=self._known.simulated)
        match self._ask.action:
            case "retry" | "pause" | "resume" | "force":
                return await self._work(look)
            case "cancel":
                return await self._cancel(operation)
            case "terminate":
                return await self._terminate(operation, look)
            case "reset":
                return await self._reset(look, asked)
            case "refresh":
                await self._svc.engine.refresh(self._known.id)
                return _Done("it goes on in a fresh run once what is in hand is done")
            case "resend":
                return await self._resend()

    # -- pieces of work, and climbs ----------------------------------------------------------------------

    async def _work(self, look: Look) -> _Done:
        engine, pending, action, workflow = self._svc.engine, look.situation.pending, self._ask.action, self._row.id
        paused = self._of(pending, "paused")
        if self._kind == "escalation" and action != "retry" and not (action == "resume" and paused):
            return await self._steer()
        if action == "retry":
            chosen = [one for one in self._of(pending, "backing off") if one.failing]
            for one in chosen:
                await engine.try_now(workflow, one)
            return _Done(f"tried again at once: it {_works(chosen)}")
        if action == "pause":
            chosen = self._of(pending, "queued", "under way", "backing off")
            for one in chosen:
                await engine.hold(workflow, one, self._ask.reason)
            return _Done(f"not tried again until it is resumed: it {_works(chosen)}")
        for one in paused:
            await engine.let_go(workflow, one)
        return _Done(f"tried at once: it {_works(paused)}")

    def _of(self, pending: Sequence[Pending], *standings: str) -> list[Pending]:
        """Return the pieces of work that are meant. Raises a problem when the one that is named is none of them."""
        work = self._ask.work
        found = [one for one in pending if one.standing in standings and work in (None, one.id)]
        if not found and work is not None and "paused" not in standings:
            raise problem("refused", f"there is no piece of work {work!r} now that this could be done to; look again")
        return found

    async def _steer(self) -> _Done:
        ask = self._ask
        _, product, subject, number = self._row.id.split("/")
        steered = Steered.model_validate(
            {
                "kind": ask.action,
                "actor": ask.actor,
                "reason": ask.reason,
                "waiting_on": ask.waiting_on,
                "until": ask.until,
            }
        )
        escalation = (product, subject, int(number))
        stands = await steer_climb(self._svc, escalation, steered, identity=self._identity, operator=True)
        return _Done(stands.standing)

    # -- the end of a workflow ---------------------------------------------------------------------------

    async def _cancel(self, operation: Operation) -> _Done:
        if self._kind in TELLS_PRODUCT:
            await self._svc.engine.stopped(self._stopped(operation, "cancelled"), operation.at)
        if self._kind in ("approval", "escalation"):  # the product closes it, in whose name it asks
            if await self._closes():
                return _Done("it is closed, and everybody who was asked hears of it")
            return _Done("the product is told; it closes as soon as workers take that up")
        await self._svc.engine.cancel(self._row.id)
        return _Done("it ends", ended_rows(self._row, None, "cancelled"))

    async def _terminate(self, operation: Operation, look: Look) -> _Done:
        engine, said = self._svc.engine, "it is ended"
        if look.situation.engine == "running":
            try:
                await engine.terminate(self._row.id, f"{self._ask.actor}: {self._ask.reason}")
            except NotOpenError:
                said = "it had ended a moment before"
        if self._kind in TELLS_PRODUCT:
            try:
                await engine.stopped(self._stopped(operation, "terminated"), operation.at)
                said += ", and its product is told"
            except NotOpenError:
                said += "; its product is not open any more, so nobody waits for it"
        subject = await subject_of(self._svc, self._row)
        return _Done(said, ended_rows(self._row, subject, "terminated"))

    def _stopped(self, operation: Operation, how: Literal["cancelled", "terminated"]) -> WorkStopped:
        """Return what the product is told; the same for every try, so that it counts once."""
        parts, which = self._row.id.split("/"), int(self._row.id.rpartition("/")[2])
        return WorkStopped(
            id=f"{self._row.id}/stopped",
            source=SOURCE,
            product=self._known.id,
            time=operation.clock_at,
            cause=f"{operation.key}/asked",
            approval=which if self._kind == "approval" else None,
            subject=parts[-2] if self._kind == "escalation" else None,
            escalation=which if self._kind == "escalation" else None,
            run=which if self._kind == "reprioritization" else None,
            how=how,
            actor=operation.actor,
            reason=operation.reason,
            identity=self._identity,
        )

    async def _closes(self) -> bool:
        """Wait until the ledger says that it is over, but not for long."""
        until = asyncio.get_running_loop().time() + VISIBLE_S
        while asyncio.get_running_loop().time() < until:
            found = await self._svc.reader.row("workflow", self._row.id)
            if found is not None and found.state != "open":
                return True
            await asyncio.sleep(LOOK_AGAIN_S)
        return False

    # -- back, and once more -----------------------------------------------------------------------------

    async def _reset(self, look: Look, asked: Recorded) -> _Done:
        point = next((one for one in look.points if one.point == self._ask.point), None)
        if point is None or look.running is None:
            raise problem("refused", f"{self._ask.point} is not a point that it can go back to; look again")
        mark = f"/reset/{asked.seq}"
        run = await self._svc.engine.reset(self._row.id, look.running.run_id, point.point, self._ask.reason, mark)
        return _Done(f"it goes on from where it was {point.said} ({point.at:%Y-%m-%d %H:%M:%S} UTC)", run_id=run)

    async def _resend(self) -> _Done:
        ask = self._ask
        request = Resend(actor=ask.actor, reason=ask.reason, person=ask.person, identity=self._identity)
        resent = await self._svc.engine.resend(self._row.id, request)
        return _Done(f"sent again to {listing(list(resent.to))}")


def _works(chosen: Sequence[Pending]) -> str:
    return listing(list(dict.fromkeys(one.does for one in chosen)))
