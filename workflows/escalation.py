"""A blocked or late dependency climbs its ladder until somebody with authority answers, or the blocker clears."""

from datetime import datetime

from temporalio import workflow
from temporalio.common import RawValue
from temporalio.exceptions import ApplicationError

from domain.authority import refusal_of_reply
from domain.entries import workflow_id
from domain.horizon_mismatch import with_options
from domain.ladder import Step
from domain.wording import listing, role_name
from events.internal import SOURCE, EscalationAnswered, EscalationUnanswered
from events.union import Accepted, EventBatch, Internal
from workflows.escalation_record import EscalationRecord
from workflows.messages import Ended, EscalationCase, EscalationReply, NewPeople, ReplyEffect, StoodDown
from workflows.options import DUE, ROLE, STATE
from workflows.waiting import happens_by, read


@workflow.defn(name="Escalation")
class EscalationWorkflow:
    """Climb until answered or stood down. Id: ``escalation/{product}/{subject}/{n}``."""

    @workflow.init
    def __init__(self, case: EscalationCase) -> None:
        self.case = case
        self.people = case.people
        self.answers = 0
        self.busy = False  # an answer waits for the product's word
        self.word: ReplyEffect | None = None
        self.reply: EscalationReply | None = None
        self.stood_down: StoodDown | None = None
        self.over = False
        self.told: dict[str, str] = {}  # person -> role in which they were told
        self.key = f"escalation/{case.subject}/{case.number}"
        self.record = EscalationRecord(case)

    @workflow.run
    async def run(self, case: EscalationCase) -> Ended:
        """Return how the escalation ended."""
        cause = case.cause
        for position, rung in enumerate(case.climb.steps):
            if await happens_by(case.clock, rung.at, self._settled):
                break
            later = case.climb.steps[position + 1 :]
            await self._climb(rung, cause, later[0].at if later else case.climb.ends_at)
            cause = f"{self.key}/rung/1"
        if not await happens_by(case.clock, case.climb.ends_at, self._settled):
            while self.busy:  # an answer given in time still counts
                await workflow.wait_condition(lambda: not self.busy)
        self.over = True
        ended = await self._end(cause)
        workflow.upsert_search_attributes([STATE.value_set(ended.ended)])
        await workflow.wait_condition(workflow.all_handlers_finished)
        return ended

    def _settled(self) -> bool:
        return self.reply is not None or self.stood_down is not None

    async def _climb(self, rung: Step, cause: str, until: datetime) -> None:
        people = self.people.holders(rung.role)
        to = tuple(dict.fromkeys((*people, *rung.copies)))
        self.told |= dict.fromkeys(rung.copies, "team lead") | dict.fromkeys(people, rung.role)
        kind = "escalation.started" if rung.number == 1 else "escalation.climbed"
        data = {
            "role": rung.role,
            "rung": rung.number,
            "to": list(people),
            "copies": list(rung.copies),
            "until": until.isoformat(),
            "said": f"{role_name(rung.role)} ({listing(people)})",
        }
        waits = f"the {role_name(rung.role)}"
        if not rung.reminder:
            workflow.upsert_search_attributes([ROLE.value_set(rung.role), DUE.value_set(until)])
        entry = self.record.of(
            "escalation.reminded" if rung.reminder else kind, f"rung/{rung.number}", cause, data, "open", waits, until
        )
        text = with_options(self.case.because, self.case.options)
        await self.record.tell(entry, rung.role, to, f"{self.case.subject} needs you", text)

    async def _end(self, cause: str) -> Ended:
        if self.reply is not None:
            reply = self.reply
            data = {"by": reply.actor, "role": reply.role, "answer": reply.answer, "reason": reply.reason}
            ended = Ended(ended="answered", because=reply.reason)
            entry = self.record.of(
                "escalation.concluded",
                "concluded",
                f"event/{SOURCE}/{self.key}/answer/{self.answers}",
                data,
                "answered",
            )
            await self.record.append(entry)
        elif self.stood_down is not None:
            because = self.stood_down.because
            ended = Ended(ended="stood_down", because=because)
            told = {"why": because, "to": sorted(self.told), "said": listing(sorted(self.told))}
            entry = self.record.of("escalation.stood_down", "stood-down", self.stood_down.cause, told, "stood_down")
            # Everybody who was told hears that it is over; nobody who was not.
            subject = f"{self.case.subject} no longer needs you"
            if self.told:
                await self.record.tell(entry, "everyone told", tuple(sorted(self.told)), subject, because)
            else:
                await self.record.append(entry)
        else:
            ended = Ended(ended="unanswered", because="nobody with authority answered")
            event = EscalationUnanswered(
                **self._about_event("unanswered", f"{self.key}/unanswered"),
                subject=self.case.subject,
                escalation=self.case.number,
            )
            entry = self.record.of("escalation.unanswered", "unanswered", cause, {}, "unanswered")
            await self.record.append(entry)
            await self._report(event)
        return ended

    def _about_event(self, what: str, cause: str) -> dict[str, object]:
        return {
            "id": f"{self.key}/{what}",
            "source": SOURCE,
            "product": self.case.product,
            "time": self.record.now(),
            "cause": cause,
        }

    @workflow.update(name="answer", description="answer the escalation")
    async def answer(self, reply: EscalationReply) -> Ended:
        """Answer with authority; returns once the product has taken it. The first answer that it takes counts."""
        while self.busy:
            await workflow.wait_condition(lambda: not self.busy)
        self._refuse(reply)
        self.busy, self.word = True, None
        self.answers += 1
        try:
            await self._report(
                EscalationAnswered(
                    **self._about_event(f"answer/{self.answers}", f"{self.key}/rung/1"),
                    subject=self.case.subject,
                    escalation=self.case.number,
                    **reply.model_dump(),
                )
            )
            await workflow.wait_condition(lambda: self.word is not None or self.stood_down is not None)
        finally:
            self.busy = False
        if self.word is None or self.word.effect == "refused":
            self._refuse(reply)
            because = "the product did not take it" if self.word is None else self.word.because
            raise ApplicationError(because, type="DecisionRefusedError", non_retryable=True)
        self.reply = reply
        return Ended(ended="answered", because=reply.reason)

    @answer.validator
    def check(self, reply: EscalationReply) -> None:
        """Refuse what cannot count, with the reason."""
        self._refuse(reply)

    def _refuse(self, reply: EscalationReply) -> None:
        if why := self._why_not(reply):
            raise ApplicationError(why, type="DecisionRefusedError", non_retryable=True)

    def _why_not(self, reply: EscalationReply) -> str:
        if self.reply is not None:
            return f"{self.reply.actor} already answered: {self.reply.answer.replace('_', ' ')}"
        if self.stood_down is not None:
            return f"stood down: {self.stood_down.because}"
        if self.over:
            return "the escalation has ended"
        given = (reply.answer, reply.actor, reply.role, reply.until)
        return refusal_of_reply(self.people, self.case.subject, *given, self.record.now())

    @workflow.signal(name="conclude", description="what the product made of an answer")
    def conclude(self, word: RawValue) -> None:
        """Take the product's word (`ReplyEffect`)."""
        self.word = read(word, ReplyEffect)

    @workflow.signal(name="stand_down", description="the blocker is gone")
    def stand_down(self, stood_down: RawValue) -> None:
        """End by itself (`StoodDown`)."""
        self.stood_down = self.stood_down or read(stood_down, StoodDown)

    @workflow.signal(name="appoint", description="other people hold the roles now")
    def appoint(self, new: RawValue) -> None:
        """Ask and accept the people who hold the roles now (`NewPeople`)."""
        self.people = read(new, NewPeople).people

    async def _report(self, event: Internal) -> None:
        product = workflow.get_external_workflow_handle(workflow_id("product", self.case.product))
        await product.signal("observe", EventBatch(events=(Accepted(event=event, at=workflow.now()),)))
