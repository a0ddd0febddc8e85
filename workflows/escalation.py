"""A blocked or late dependency climbs its ladder until somebody with authority answers, or the blocker clears."""

from datetime import datetime

from temporalio import workflow
from temporalio.exceptions import ApplicationError

from domain.authority import speaks_for
from domain.entries import workflow_id
from domain.ladder import Step
from domain.product import DEBT_SUBJECT
from domain.wording import listing, role_name
from events.internal import SOURCE, EscalationAnswered, EscalationUnanswered
from events.union import Accepted, EventBatch, Internal
from workflows.escalation_record import EscalationRecord
from workflows.messages import Ended, EscalationCase, EscalationReply, NewPeople, StoodDown
from workflows.options import DUE, ROLE, STATE
from workflows.waiting import happens_by


@workflow.defn(name="Escalation")
class EscalationWorkflow:
    """Climb until answered or stood down. Id: ``escalation/{product}/{subject}/{n}``."""

    @workflow.init
    def __init__(self, case: EscalationCase) -> None:
        self.case = case
        self.people = case.people
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
        await happens_by(case.clock, case.climb.ends_at, self._settled)
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
        await self.record.tell(entry, rung.role, to, f"{self.case.subject} needs you", self.case.because)

    async def _end(self, cause: str) -> Ended:
        if self.reply is not None:
            reply = self.reply
            data = {"by": reply.actor, "role": reply.role, "answer": reply.answer, "reason": reply.reason}
            ended = Ended(ended="answered", because=reply.reason)
            entry = self.record.of(
                "escalation.concluded", "concluded", f"event/{SOURCE}/{self.key}/answer", data, "answered"
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
                **self._about_event("unanswered"), subject=self.case.subject, escalation=self.case.number
            )
            entry = self.record.of("escalation.unanswered", "unanswered", cause, {}, "unanswered")
            await self.record.append(entry)
            await self._report(event)
        return ended

    def _about_event(self, what: str) -> dict[str, object]:
        return {
            "id": f"{self.key}/{what}",
            "source": SOURCE,
            "product": self.case.product,
            "time": self.record.now(),
            "cause": f"{self.key}/rung/1" if what == "answer" else f"{self.key}/{what}",
        }

    @workflow.update(name="answer", description="answer the escalation")
    async def answer(self, reply: EscalationReply) -> Ended:
        """Answer with authority; the first answer counts."""
        self._refuse(reply)
        self.reply = reply
        await self._report(
            EscalationAnswered(
                **self._about_event("answer"),
                subject=self.case.subject,
                escalation=self.case.number,
                **reply.model_dump(),
            )
        )
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
        if reply.answer == "accept_delay" and (reply.until is None or reply.until <= self.record.now()):
            return "accepting a delay needs a date in the future that is accepted"
        if reply.answer == "waive" and self.case.subject == DEBT_SUBJECT:
            return "a better plan cannot be waived: keep the plan as it is until a date, or decide the open request"
        return speaks_for(self.people, reply.actor, reply.role, "product_owner")

    @workflow.signal(name="stand_down", description="the blocker is gone")
    def stand_down(self, stood_down: StoodDown) -> None:
        """End by itself."""
        self.stood_down = self.stood_down or stood_down

    @workflow.signal(name="appoint", description="other people hold the roles now")
    def appoint(self, new: NewPeople) -> None:
        """Ask and accept the people who hold the roles now."""
        self.people = new.people

    async def _report(self, event: Internal) -> None:
        product = workflow.get_external_workflow_handle(workflow_id("product", self.case.product))
        await product.signal("observe", EventBatch(events=(Accepted(event=event, at=workflow.now()),)))
