"""A request for a decision: ask, remind, take the answer, expire. Silence is never consent."""

from collections import deque

from temporalio import workflow
from temporalio.common import RawValue
from temporalio.exceptions import ApplicationError

from activities.schedules import PlanAsks, Schedules
from domain.authority import refusal_of_verdict
from domain.delegations import Given, Matter, chain_of
from domain.ladder import Errand
from domain.waits import until as within
from events.internal import SOURCE, ApprovalExpired, DecisionGiven
from workflows.approval_record import ApprovalRecord
from workflows.messages import Answer, ApprovalCase, Effect, Ended, Known, Remark, Replacement
from workflows.operated import Operated
from workflows.options import RECORD, STATE
from workflows.reporting import report
from workflows.waiting import happens_by, read

MOST_REMARKS = 200


@workflow.defn(name="Approval")
class ApprovalWorkflow(Operated):
    """Ask for one decision until it takes effect, is replaced or expires. Id: ``approval/{product}/{n}``."""

    record: ApprovalRecord

    @workflow.init
    def __init__(self, case: ApprovalCase) -> None:
        self.case = case
        self.errands = deque(case.asks.errands)
        self.to_ask = self.asked = 0  # how often others came to be asked, and how often they were
        self.told = 0  # messages so far
        self.replaced: Replacement | None = None
        self.effect: Effect | None = None  # of the answer that was given last
        self.decided: tuple[Answer, Effect] | None = None
        self.expired = False
        self.answers = self.remarks = 0
        self.busy = False  # an answer waits for the product's word
        self.key = f"approval/{case.number}"
        self.record = ApprovalRecord(case)

    @workflow.run
    async def run(self, case: ApprovalCase) -> Ended:
        """Return how the request ended."""
        await self.record.append(self.record.of("approval.requested", "requested", case.cause, {}, "open"))
        while not self._settled():
            joins = self.record.joins_after(self.record.now())  # somebody's delegation begins
            due = min([case.deadline, *(one.at for one in self.errands), *([joins] if joins is not None else ())])
            if await happens_by(case.clock, due, lambda: self._settled() or self.to_ask > self.asked):
                await self._ask_anew()
            elif joins is not None and due == joins:
                self.to_ask += 1
            elif self.errands and self.errands[0].at < case.deadline:
                await self._ask(self.errands.popleft())
            else:
                while self.busy:  # an answer given in time still counts, and so does the one that waits behind it
                    await workflow.wait_condition(lambda: not self.busy)
                self.expired = not self._settled()
                break
        await workflow.wait_condition(lambda: not self.busy)  # what an answer records comes before the end
        ended = await self._end()
        await workflow.wait_condition(lambda: not self.record.errands and workflow.all_handlers_finished())
        return ended

    def _settled(self) -> bool:
        return self.decided is not None or self.replaced is not None

    async def _ask_anew(self) -> None:
        """Ask those who came to be asked meanwhile; nothing to do once it is settled."""
        if self._settled():
            return
        self.asked = self.to_ask
        now, case = self.record.now(), self.case
        waiting = {person for errand in self.errands for person in errand.to}
        people = tuple(one for one in self.record.asked_at(now) if one not in self.record.asked and one not in waiting)
        again = self.record.of("approval.requested", f"requested/{self.asked}", f"{self.key}/requested", {}, "open")
        await self.record.append(again)
        if not people:
            return
        left = within(now, case.deadline)
        plan = PlanAsks(reminders=case.reminders, within=left, times=case.times, people=people, at=now)
        asks = await workflow.execute_activity_method(
            Schedules.plan_asks, plan, summary=f"when to ask {len(people)}", **RECORD
        )
        self.errands = deque(sorted((*self.errands, *asks.errands), key=lambda one: one.at))

    async def _ask(self, errand: Errand) -> None:
        self.told += 1
        kind = "approval.reminded" if errand.reminder else "approval.asked"
        now = set(self.record.asked_at(self.record.now()))
        people = tuple(person for person in errand.to if person in now)  # whoever has left is not asked
        if people:
            await self.record.ask(kind, f"asked/{self.told}", people)

    async def _end(self) -> Ended:
        if self.decided is not None:
            answer, effect = self.decided
            ended = Ended(ended=effect.effect, because=effect.because)
            await self.record.settled(answer, effect)
        elif self.replaced is not None:
            ended = Ended(ended="superseded", because=self.replaced.because)
            await self.record.superseded(self.replaced)
        else:
            ended = Ended(ended="expired", because=f"nobody answered; {self.case.on_expiry}")
            entry = self.record.of(
                "approval.lapsed", "lapsed", f"{self.key}/requested", self.record.waited, ended.ended
            )
            await self.record.append(entry)
            about = {"approval": self.case.number, "proposal": self.case.proposal}
            event = ApprovalExpired(**self._event("expired", entry.key), **about)
            await report(self.case.product, event)
        workflow.upsert_search_attributes([STATE.value_set(ended.ended)])
        return ended

    def _event(self, what: str, cause: str) -> dict[str, object]:
        key, now = f"{self.key}/{what}{self.record.mark}", self.record.now()
        return {"id": key, "source": SOURCE, "product": self.case.product, "time": now, "cause": cause}

    # -- from outside ------------------------------------------------------------------------------------

    @workflow.update(name="decide", description="answer the request")
    async def decide(self, answer: Answer) -> Effect:
        """Give an answer; returns what the product made of it. Of two at once the first that takes effect wins."""
        while self.busy:  # again after waking: of several who wait, one goes first
            await workflow.wait_condition(lambda: not self.busy)
        self._refuse(answer)  # somebody may have decided meanwhile
        self.busy, self.effect = True, None
        self.answers += 1
        try:
            about = self._event(f"decision/{self.answers}", f"{self.key}/requested") | answer.model_dump()
            via = chain_of(self.record.known.mandates, _given(answer), self._matter(answer), self.record.now())
            await report(self.case.product, DecisionGiven(**about, approval=self.case.number, via=via))
            await workflow.wait_condition(lambda: self.effect is not None or self.replaced is not None)
            if self.effect is not None and self.effect.effect in ("counted", "uncounted"):
                await self.record.counted(answer, self.effect, self.answers)
        finally:
            self.busy = False
        if self.effect is None:
            self._refuse(answer)
        effect = self.effect or Effect(approval=self.case.number, effect="refused", because="replaced", cause="")
        if effect.effect == "refused":
            raise ApplicationError(effect.because, type="DecisionRefusedError", non_retryable=True)
        if effect.settles:
            self.decided = (answer, effect)
        return effect

    @decide.validator
    def check(self, answer: Answer) -> None:
        """Refuse what cannot count, with the reason, before anything is recorded."""
        self._refuse(answer)

    def _refuse(self, answer: Answer) -> None:
        why = self._why_not(answer)
        if why:
            changed = self.replaced is not None or answer.proposal not in self.case.changes
            kind = "ChangedSinceYouLookedError" if changed else "DecisionRefusedError"
            differences = self.replaced.differences if self.replaced is not None else ()
            raise ApplicationError(why, list(differences), type=kind, non_retryable=True)

    def _why_not(self, answer: Answer) -> str:
        if why := self.why_closed():
            return why
        if answer.proposal not in self.case.changes:
            return "changed since you looked: the answer names another proposal than the one that is asked about"
        case, now = self.case, self.record.now()
        given, money = _given(answer), self._matter(answer).money
        who = (self.record.known.mandates, answer.verdict, given, case.role)
        return refusal_of_verdict(*who, answer.until, now, money=money, requester=case.requester)

    def why_closed(self) -> str:
        """Return why nobody is asked any more; empty while somebody is."""
        if self.replaced is not None:
            return f"changed since you looked: {self.replaced.because}"
        if self.decided is not None:
            first, effect = self.decided
            return f"{first.actor} already decided: {effect.effect}"
        return "the time to answer has passed" if self.expired else ""

    def _matter(self, answer: Answer) -> Matter:
        change = self.case.changes.get(answer.proposal)
        approving = answer.verdict == "approve" and change is not None
        return Matter(scope="decisions", money=change.money_moved if approving and change is not None else 0)

    @workflow.update(name="comment", description="say something about the request")
    async def comment(self, remark: Remark) -> None:
        """Keep what somebody says about the request; it decides nothing."""
        self.remarks += 1
        await self.record.remarked(remark, self.remarks)

    @comment.validator
    def check_comment(self, remark: Remark) -> None:
        """Refuse remarks of strangers, and without end."""
        if not self.record.knows(remark.actor):
            why = f"{remark.actor} is not among the people of this product"
        else:
            why = f"there are {MOST_REMARKS} comments already" if self.remarks >= MOST_REMARKS else ""
        if why:
            raise ApplicationError(why, type="DecisionRefusedError", non_retryable=True)

    @workflow.signal(name="conclude", description="what the product made of an answer")
    def conclude(self, effect: RawValue) -> None:
        """Take the product's word (`Effect`)."""
        self.effect = read(effect, Effect)

    @workflow.signal(name="replace", description="the request is no longer open")
    def replace(self, replacement: RawValue) -> None:
        """Close the request (`Replacement`)."""
        self.replaced = self.replaced or read(replacement, Replacement)

    @workflow.signal(name="appoint", description="others hold the roles, or stand in, now")
    def appoint(self, new: RawValue) -> None:
        """Ask and accept those who may decide now (`Known`)."""
        now, before = self.record.now(), self.record.asked_at(self.record.now())
        self.record.known = read(new, Known)
        if before != self.record.asked_at(now):
            self.to_ask += 1


def _given(answer: Answer) -> Given:
    return Given(actor=answer.actor, role=answer.role, acting_for=answer.acting_for)
