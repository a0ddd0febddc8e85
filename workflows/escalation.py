"""A blocked or late dependency climbs its ladder until somebody with authority answers, or the blocker clears."""

from collections import deque
from typing import Any

from temporalio import workflow
from temporalio.common import RawValue
from temporalio.exceptions import ApplicationError

from domain.climbing import (
    Climbing,
    Due,
    handed_to_board,
    joined,
    next_due,
    refusal_of_steering,
    take_held,
    take_step,
)
from domain.delegations import Given, Matter, chain_of
from domain.replies import refusal_of_reply
from events.internal import SOURCE, EscalationAnswered, EscalationUnanswered
from workflows.escalation_record import EscalationRecord
from workflows.messages import Ended, EscalationCase, EscalationReply, Known, ReplyEffect, Steered, StoodDown
from workflows.operated import Operated
from workflows.options import STATE
from workflows.reporting import report
from workflows.steering import go_on, in_role, present_step, steer
from workflows.waiting import happens_by, read

MOST_STEERED = 200  # what people may do to one climb without answering


@workflow.defn(name="Escalation")
class EscalationWorkflow(Operated):
    """Climb until answered or stood down. Id: ``escalation/{product}/{subject}/{n}``."""

    record: EscalationRecord

    @workflow.init
    def __init__(self, case: EscalationCase) -> None:
        self.case = case
        self.climbing = Climbing(climb=case.climb)
        self.answers = 0
        self.busy = False  # an answer waits for the product's word
        self.word: ReplyEffect | None = None
        self.reply: EscalationReply | None = None
        self.stood_down: StoodDown | None = None
        self.handing = False  # to the board
        self.appointed = False  # others hold the roles, or stand in, since a moment ago
        self.over = False
        self.wanted: deque[tuple[int, Steered]] = deque()  # what people want done to the climb, in order
        self.wishes = 0
        self.done: dict[int, Steered] = {}
        self.key = f"escalation/{case.subject}/{case.number}"
        self.record = EscalationRecord(case)

    @workflow.run
    async def run(self, case: EscalationCase) -> Ended:
        """Return how the escalation ended."""
        if next_due(self.climbing).at > self.record.now():
            await self.record.opened(self.climbing)
        while not self._settled():
            due = next_due(self.climbing)
            if await happens_by(case.clock, due.at, lambda: self._settled() or self._asked()):
                await self._do_asked()
            elif due.what == "end":
                while self.busy:  # an answer given in time still counts
                    await workflow.wait_condition(lambda: not self.busy)
                if not self._asked():  # it was not handed to the board
                    break
            else:
                await self._fall_due(due)
        self.over = True
        ended = await self._end()
        workflow.upsert_search_attributes([STATE.value_set(ended.ended)])
        await workflow.wait_condition(lambda: not self.record.errands and workflow.all_handlers_finished())
        return ended

    def _settled(self) -> bool:
        return self.reply is not None or self.stood_down is not None

    def _asked(self) -> bool:
        """Tell whether somebody wants something of the climb; only the run itself changes it, one thing at a time."""
        return self.handing or self.appointed or bool(self.wanted)

    async def _do_asked(self) -> None:
        now = self.record.now()
        if self._settled():
            return
        if self.handing:
            board, self.handing = await in_role(self.record, "executive_board", now), False
            self.climbing = handed_to_board(self.climbing, board, now)
        elif self.appointed:
            self.appointed, role = False, self.record.role
            if role is not None:
                fresh = await in_role(self.record, role, now)
                self.climbing = joined(self.climbing, role, fresh, self.record.told)
        else:
            await self._steer(*self.wanted.popleft())

    async def _fall_due(self, due: Due) -> None:
        now = max(self.record.now(), due.at)  # a fast clock may round to a moment before
        if due.what == "resume":
            self.climbing = await go_on(self.climbing, self.record, now)
            await self.record.rearmed(self.climbing)
        elif due.what == "held":
            self.climbing, back = take_held(self.climbing, now)
            for one in back:
                await self.record.back_on_duty(one, self.climbing)
        elif (step := self.climbing.next_step) is not None:
            taken = take_step(self.climbing, await present_step(self.climbing, step, self.record, now), now)
            self.climbing = taken.after
            await self.record.climbed(taken)

    async def _steer(self, number: int, wanted: Steered) -> None:
        """Do what somebody wants done, unless it no longer can be."""
        steering, now = wanted.steering, self.record.now()
        who = (self.record.known.mandates, frozenset(self.record.people))
        if why := refusal_of_steering(self.climbing, steering, *who, now):
            self.done[number] = wanted.model_copy(update={"refused": why})
            return
        self.climbing = await steer(self.climbing, steering, self.record, now)
        said = await self.record.steered(steering, number, self.climbing)
        self.done[number] = wanted.model_copy(update={"said": said})

    async def _end(self) -> Ended:
        if self.reply is not None:
            await self.record.concluded(
                self.reply, f"event/{SOURCE}/{self.key}/answer/{self.answers}{self.record.mark}"
            )
            return Ended(ended="answered", because=self.reply.reason)
        if self.stood_down is not None:
            await self.record.stood_down(self.stood_down)
            return Ended(ended="stood_down", because=self.stood_down.because)
        about = self._event("unanswered", f"{self.key}/unanswered")
        await self.record.unanswered()
        await report(self.case.product, EscalationUnanswered(**about))
        return Ended(ended="unanswered", because="nobody with authority answered")

    def _event(self, what: str, cause: str) -> dict[str, Any]:
        case, now = self.case, self.record.now()
        about = {
            "id": f"{self.key}/{what}{self.record.mark}",
            "source": SOURCE,
            "product": case.product,
            "time": now,
            "cause": cause,
        }
        return {**about, "subject": case.subject, "escalation": case.number}

    # -- from outside ------------------------------------------------------------------------------------

    @workflow.update(name="answer", description="answer the escalation")
    async def answer(self, reply: EscalationReply) -> Ended:
        """Answer with authority; returns once the product has taken it. The first answer that it takes counts."""
        while self.busy:
            await workflow.wait_condition(lambda: not self.busy)
        self._refuse(self._why_not(reply))
        self.busy, self.word = True, None
        self.answers += 1
        try:
            about = self._event(f"answer/{self.answers}", self.record.first) | reply.model_dump()
            matter = Matter(scope="escalations", money=reply.money or 0)
            via = chain_of(self.record.known.mandates, _given(reply), matter, self.record.now())
            await report(self.case.product, EscalationAnswered(**about, via=via))
            await workflow.wait_condition(lambda: self.word is not None or self.stood_down is not None)
            if self.word is not None and self.word.effect == "handed":
                self.handing = True
                return Ended(ended="handed", because=self.word.because)
        finally:
            self.busy = False
        if self.word is None or self.word.effect == "refused":
            self._refuse(self._why_not(reply))
            self._refuse("the product did not take it" if self.word is None else self.word.because)
        self.reply = reply
        return Ended(ended="answered", because=reply.reason)

    @answer.validator
    def check(self, reply: EscalationReply) -> None:
        """Refuse what cannot count, with the reason."""
        self._refuse(self._why_not(reply))

    @workflow.update(name="steer", description="acknowledge, pause, force, skip or reassign")
    async def steer(self, wanted: Steered) -> Steered:
        """Do something to the climb without answering it; returns where it stands since."""
        self.wishes += 1
        number = self.wishes
        self.wanted.append((number, wanted))
        await workflow.wait_condition(lambda: number in self.done or self.over)
        done = self.done.get(number)
        self._refuse("the escalation has ended" if done is None else done.refused)
        return done or wanted

    @steer.validator
    def check_steer(self, wanted: Steered) -> None:
        """Refuse what cannot be done, with the reason."""
        if self.why_closed():
            self._refuse(self.why_closed())
        if self.wishes >= MOST_STEERED:
            self._refuse(f"it was acknowledged, paused or moved {MOST_STEERED} times already: answer it")
        who = (self.record.known.mandates, frozenset(self.record.people))
        self._refuse(refusal_of_steering(self.climbing, wanted.steering, *who, self.record.now()))

    @staticmethod
    def _refuse(why: str) -> None:
        if why:
            raise ApplicationError(why, type="DecisionRefusedError", non_retryable=True)

    def why_closed(self) -> str:
        """Return why nobody is asked any more; empty while somebody is."""
        if self.reply is not None:
            return f"{self.reply.actor} already answered: {self.reply.answer.replace('_', ' ')}"
        if self.stood_down is not None:
            return f"stood down: {self.stood_down.because}"
        return "the escalation has ended" if self.over else ""

    def _why_not(self, reply: EscalationReply) -> str:
        given, now, at_least = _given(reply), self.record.now(), self.climbing.at_least
        who = (self.record.known.mandates, self.case.subject, reply.answer, given, reply.until, now)
        return self.why_closed() or refusal_of_reply(*who, at_least=at_least, money=reply.money or 0)

    @workflow.signal(name="conclude", description="what the product made of an answer")
    def conclude(self, word: RawValue) -> None:
        """Take the product's word (`ReplyEffect`)."""
        self.word = read(word, ReplyEffect)

    @workflow.signal(name="stand_down", description="the blocker is gone")
    def stand_down(self, stood_down: RawValue) -> None:
        """End by itself (`StoodDown`)."""
        self.stood_down = self.stood_down or read(stood_down, StoodDown)

    @workflow.signal(name="appoint", description="others hold the roles, or stand in, now")
    def appoint(self, new: RawValue) -> None:
        """Ask and accept those who may answer now (`Known`)."""
        self.record.known = read(new, Known)
        self.record.appointed = self.appointed = True


def _given(reply: EscalationReply) -> Given:
    return Given(actor=reply.actor, role=reply.role, acting_for=reply.acting_for)
