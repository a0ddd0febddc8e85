"""A request for a decision: ask, remind, take the answer, expire. Silence is never consent."""

from datetime import datetime

from temporalio import workflow
from temporalio.common import RawValue
from temporalio.exceptions import ApplicationError

from domain.authority import refusal_of_verdict
from domain.entries import workflow_id
from events.internal import SOURCE, ApprovalExpired, DecisionGiven
from events.union import Accepted, EventBatch, Internal
from workflows.approval_record import ApprovalRecord
from workflows.messages import Answer, ApprovalCase, Effect, Ended, NewPeople, Replacement
from workflows.options import STATE
from workflows.waiting import happens_by, read


@workflow.defn(name="Approval")
class ApprovalWorkflow:
    """Ask for one decision until it takes effect, is replaced or expires. Id: ``approval/{product}/{n}``."""

    @workflow.init
    def __init__(self, case: ApprovalCase) -> None:
        self.case = case
        self.to_ask = self.asked = 0  # how often other people came to hold the role, and how often they were asked
        self.replaced: Replacement | None = None
        self.effect: Effect | None = None  # of the answer that was given last
        self.decided: tuple[Answer, Effect] | None = None
        self.expired = False
        self.answers = 0
        self.busy = False  # an answer waits for the product's word
        self.key = f"approval/{case.number}"
        self.record = ApprovalRecord(case)

    @workflow.run
    async def run(self, case: ApprovalCase) -> Ended:
        """Return how the request ended."""
        requested = self.record.of("approval.requested", "requested", case.cause, {}, "open")
        await self.record.append(requested)
        await self._ask("approval.asked", "asked/1", requested.key)
        for number, instant in enumerate(case.reminders, start=2):
            if await self._settled_by(instant):
                break
            await self._ask("approval.reminded", f"asked/{number}", requested.key)
        if not await self._settled_by(case.deadline):
            while self.busy:  # an answer given in time still counts, and so does the one that waits behind it
                await workflow.wait_condition(lambda: not self.busy)
            self.expired = not self._settled()
        ended = await self._end()
        await workflow.wait_condition(workflow.all_handlers_finished)
        return ended

    def _settled(self) -> bool:
        return self.decided is not None or self.replaced is not None

    async def _settled_by(self, until: datetime) -> bool:
        """Wait for an answer; whoever comes to hold the role meanwhile is asked as well."""
        while await happens_by(self.case.clock, until, lambda: self._settled() or self.to_ask > self.asked):
            if self._settled():
                return True
            self.asked = self.to_ask
            again = self.record.of("approval.requested", f"requested/{self.asked}", f"{self.key}/requested", {}, "open")
            await self.record.append(again)
            await self._ask("approval.asked", f"asked/anew/{self.asked}", again.key)
        return False

    async def _ask(self, kind: str, key: str, cause: str) -> None:
        people = self.record.people.holders(self.case.role)
        entry = self.record.of(kind, key, cause, {"to": list(people)})
        await self.record.tell(
            entry, self.case.role, people, f"Decision {self.case.number} for {self.case.product}", self.case.because
        )

    async def _end(self) -> Ended:
        if self.decided is not None:
            answer, effect = self.decided
            ended = Ended(ended=effect.effect, because=effect.because)
            data = {"by": answer.actor, "role": answer.role, "reason": answer.reason, "said": effect.because}
            entry = self.record.of("approval.concluded", "concluded", effect.cause, data, ended.ended)
            await self.record.append(entry)
        elif self.replaced is not None:
            ended = Ended(ended="superseded", because=self.replaced.because)
            data = self.replaced.model_dump(mode="json", exclude={"cause"})
            entry = self.record.of("approval.superseded", "superseded", self.replaced.cause, data, ended.ended)
            people = self.record.people.holders(self.case.role)
            subject = f"Decision {self.case.number} for {self.case.product} is no longer needed"
            await self.record.append(entry)
            told = self.record.of("approval.withdrawal_told", "superseded/told", entry.key, {"to": list(people)})
            await self.record.tell(told, self.case.role, people, subject, self.replaced.because)
        else:
            ended = Ended(ended="expired", because=f"nobody answered; {self.case.on_expiry}")
            entry = self.record.of("approval.lapsed", "lapsed", f"{self.key}/requested", {}, ended.ended)
            await self.record.append(entry)
            await self._report(
                ApprovalExpired(
                    id=f"{self.key}/expired",
                    source=SOURCE,
                    product=self.case.product,
                    time=self.record.now(),
                    cause=entry.key,
                    approval=self.case.number,
                    proposal=self.case.proposal,
                )
            )
        workflow.upsert_search_attributes([STATE.value_set(ended.ended)])
        return ended

    @workflow.update(name="decide", description="answer the request")
    async def decide(self, answer: Answer) -> Effect:
        """Give an answer; returns what the product made of it. Of two at once the first that takes effect wins."""
        while self.busy:  # again after waking: of several who wait, one goes first
            await workflow.wait_condition(lambda: not self.busy)
        self._refuse(answer)  # somebody may have decided meanwhile
        self.busy, self.effect = True, None
        self.answers += 1
        try:
            await self._report(
                DecisionGiven(
                    id=f"{self.key}/decision/{self.answers}",
                    source=SOURCE,
                    product=self.case.product,
                    time=self.record.now(),
                    cause=f"{self.key}/requested",
                    approval=self.case.number,
                    **answer.model_dump(),
                )
            )
            await workflow.wait_condition(lambda: self.effect is not None or self.replaced is not None)
        finally:
            self.busy = False
        if self.effect is None:
            self._refuse(answer)
        effect = self.effect or Effect(approval=self.case.number, effect="refused", because="replaced", cause="")
        if effect.effect == "refused":
            raise ApplicationError(effect.because, type="DecisionRefusedError", non_retryable=True)
        self.decided = (answer, effect)
        return effect

    @decide.validator
    def check(self, answer: Answer) -> None:
        """Refuse what cannot count, with the reason, before anything is recorded."""
        self._refuse(answer)

    def _refuse(self, answer: Answer) -> None:
        why = self._why_not(answer)
        if why:
            changed = self.replaced is not None or answer.proposal != self.case.proposal
            kind = "ChangedSinceYouLookedError" if changed else "DecisionRefusedError"
            differences = self.replaced.differences if self.replaced is not None else ()
            raise ApplicationError(why, list(differences), type=kind, non_retryable=True)

    def _why_not(self, answer: Answer) -> str:
        if self.replaced is not None:
            return f"changed since you looked: {self.replaced.because}"
        if self.decided is not None:
            first, effect = self.decided
            return f"{first.actor} already decided: {effect.effect}"
        if self.expired:
            return "the time to answer has passed"
        if answer.proposal != self.case.proposal:
            return "changed since you looked: the answer names another proposal than the one that is asked about"
        given = (answer.verdict, answer.actor, answer.role, self.case.role)
        return refusal_of_verdict(self.record.people, *given, answer.until, self.record.now())

    @workflow.signal(name="conclude", description="what the product made of an answer")
    def conclude(self, effect: RawValue) -> None:
        """Take the product's word (`Effect`)."""
        self.effect = read(effect, Effect)

    @workflow.signal(name="replace", description="the request is no longer open")
    def replace(self, replacement: RawValue) -> None:
        """Close the request (`Replacement`)."""
        self.replaced = self.replaced or read(replacement, Replacement)

    @workflow.signal(name="appoint", description="other people hold the roles now")
    def appoint(self, new: RawValue) -> None:
        """Ask and accept the people who hold the roles now (`NewPeople`)."""
        before, self.record.people = self.record.people, read(new, NewPeople).people
        if before.holders(self.case.role) != self.record.people.holders(self.case.role):
            self.to_ask += 1

    async def _report(self, event: Internal) -> None:
        product = workflow.get_external_workflow_handle(workflow_id("product", self.case.product))
        await product.signal("observe", EventBatch(events=(Accepted(event=event, at=workflow.now()),)))
