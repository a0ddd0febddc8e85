"""What the history of a request for a decision says, and whom it tells."""

from collections.abc import Mapping
from datetime import datetime

from activities.links import LinkTo
from domain.delegations import stand_ins
from domain.entries import workflow_id, workflow_row
from domain.latency import waited
from domain.policy import Flood
from domain.record import Entry, ViewRow
from domain.wording import listing, role_name
from workflows.messages import Answer, ApprovalCase, Effect, Remark, Replacement
from workflows.messages_operating import Resend
from workflows.recording import Recorder

UNBOUNDED = Flood(most=1_000, within_minutes=1)  # what somebody sends again is not held back
STATES = {"changes": "is planned anew", "withdrawn": "is withdrawn", "kept": "is settled: the plan stays as it is"}


class ApprovalRecord(Recorder):
    """Writes the history of one request."""

    def __init__(self, case: ApprovalCase) -> None:
        super().__init__(case.product, workflow_id("approval", case.product, case.number), case.clock, case.policy_hash)
        self.case = case
        self.known = case.known  # who may decide now, and how they are told
        self.asked: dict[str, None] = {}  # everybody who was told, in order
        self.votes: tuple[str, ...] = ()

    def asked_at(self, at: datetime) -> tuple[str, ...]:
        """Return who is asked at an instant: who holds the role or stands in, and did not ask for it."""
        mandates, role = self.known.mandates, self.case.role
        people = (*mandates.people.holders(role), *stand_ins(mandates, role, "decisions", at))
        return tuple(person for person in people if person != self.case.requester) or people

    def joins_after(self, at: datetime) -> datetime | None:
        """Return when the next delegation begins that lets somebody decide this; None: none that is known."""
        starts = (one.start for one in self.known.mandates.delegations if one.role == self.case.role)
        return min((start for start in starts if start > at), default=None)

    def knows(self, person: str) -> bool:
        """Tell whether somebody belongs to the product: by a role, a delegation, a team or a contact."""
        mandates, directory = self.known.mandates, self.known.directory
        people = mandates.people
        named = {*people.product_manager, *people.product_owner, *people.executive_board}
        named |= {one.delegate for one in mandates.delegations} | {*directory.contacts, *directory.functions}
        return person in named

    def of(self, kind: str, key: str, cause: str, data: Mapping[str, object], state: str | None = None) -> Entry:
        """Return an entry; with a ``state`` it also says where the request stands now."""
        case = self.case
        people = self.asked_at(self.now())
        all_data = {
            "number": case.number,
            "role": case.role,
            "because": case.because,
            "proposal": case.proposal,
            "deadline": case.deadline.isoformat(),
            "on_expiry": case.on_expiry,
            "said": f"{role_name(case.role)} ({listing(people)})",
            "holders": list(people),
            **({} if case.requester is None else {"requester": case.requester}),
            **({} if state is None else {"state": state}),
            **data,
        }
        rows = () if state is None else self._rows(state, all_data)
        key = f"approval/{case.number}/{key}"
        return self.entry(kind, key, cause, all_data, about=(f"approval:{case.number}",), rows=rows)

    def _rows(self, state: str, data: dict[str, object]) -> tuple[ViewRow, ...]:
        case, is_open = self.case, state == "open"
        due = case.deadline if is_open else None
        waits = f"the {role_name(case.role)}" if is_open else ""
        role = case.role if is_open else None
        more = {
            "asked_at": case.asked_at.isoformat(),
            "brief": case.brief.model_dump(mode="json"),
            "may_approve": sorted(case.changes),
            "votes": list(self.votes),
        }
        return (
            ViewRow(
                kind="approval",
                id=f"{case.product}/{case.number}",
                product=case.product,
                state=state,
                role=case.role,
                due=due,
                data={**data, **more},
            ),
            workflow_row(self.workflow_id, case.product, state, f"decision {case.number}", waits, due, role),
        )

    @property
    def waited(self) -> dict[str, object]:
        """Return since when it waits, and for how long it has, by the product's clock."""
        asked = self.case.asked_at
        return {"asked_at": asked.isoformat(), "waited_seconds": waited(asked, self.now())}

    async def ask(self, kind: str, key: str, people: tuple[str, ...]) -> None:
        """Ask people for the decision, or remind them of it."""
        case = self.case
        entry = self.of(kind, key, f"approval/{case.number}/requested", {"to": list(people)})
        self.asked |= dict.fromkeys(people)
        reminded = kind == "approval.reminded"
        await self._tell(
            entry,
            people,
            f"{'Reminder: decision' if reminded else 'Decision'} {case.number} for {case.product}",
            case.because,
            "decision_reminded" if reminded else "decision_asked",
        )

    def asked_now(self) -> tuple[str, ...]:
        """Return who is asked now, and may be asked again."""
        return self.asked_at(self.now())

    async def resent(self, resend: Resend, number: int, people: tuple[str, ...]) -> None:
        """Ask people once more, however many messages they got of late."""
        case, data = self.case, {"number": self.case.number, "to": list(people), "reason": resend.reason}
        about = (f"approval:{case.number}",)
        entry = self.entry(
            "approval.resent",
            f"approval/{case.number}/resent/{number}",
            f"approval/{case.number}/requested",
            data,
            about=about,
            actor=resend.actor,
            identity=resend.identity,
        )
        self.asked |= dict.fromkeys(people)
        subject = f"Decision {case.number} for {case.product}"
        await self._tell(entry, people, subject, case.because, "decision_asked", flood=UNBOUNDED)

    async def counted(self, answer: Answer, effect: Effect, number: int) -> None:
        """Record that an approval counts, or no longer does, and more are needed."""
        self.votes = effect.votes
        data = {"by": answer.actor, "reason": answer.reason, "said": effect.because, "effect": effect.effect}
        await self.append(self.of("approval.counted", f"counted/{number}", effect.cause, data, "open"))

    async def remarked(self, remark: Remark, number: int) -> None:
        """Record what somebody said."""
        case, data = self.case, {"number": self.case.number, "text": remark.text}
        key, about = f"approval/{case.number}/comment/{number}", (f"approval:{case.number}",)
        cause = f"approval/{case.number}/requested"
        entry = self.entry("approval.commented", key, cause, data, about=about)
        await self.append(entry.model_copy(update={"actor": remark.actor, "identity": remark.identity}))

    async def settled(self, answer: Answer, effect: Effect) -> None:
        """Record how the request was answered, and tell the others who were asked."""
        data: dict[str, object] = {"by": answer.actor, "role": answer.role, "reason": answer.reason}
        data |= {"said": effect.because, **self.waited}
        if effect.effect == "adopted":
            data["proposal"] = answer.proposal  # it may be an alternative
        if answer.acting_for not in (None, answer.actor):
            data["acting_for"] = answer.acting_for or ""
        entry = self.of("approval.concluded", "concluded", effect.cause, data, effect.effect)
        await self.append(entry)
        others = tuple(person for person in self.asked if person != answer.actor)
        if others:
            told = self.of("approval.settled_told", "concluded/told", entry.key, {"to": list(others)})
            ended = STATES.get(effect.effect, f"is {effect.effect}")
            subject = f"Decision {self.case.number} for {self.case.product} {ended}"
            text = effect.because if effect.because.startswith(answer.actor) else f"{answer.actor}: {effect.because}"
            await self._tell(told, others, subject, text, "decision_settled", answer.proposal)

    async def superseded(self, replaced: Replacement) -> None:
        """Record that the request is no longer open, and tell everybody who was asked."""
        case, data = self.case, {**replaced.model_dump(mode="json", exclude={"cause"}), **self.waited}
        entry = self.of("approval.superseded", "superseded", replaced.cause, data, "superseded")
        await self.append(entry)
        people = tuple(self.asked)
        if people:
            told = self.of("approval.withdrawal_told", "superseded/told", entry.key, {"to": list(people)})
            subject = f"Decision {case.number} for {case.product} is no longer needed"
            await self._tell(told, people, subject, replaced.because, "decision_withdrawn")

    async def _tell(
        self,
        entry: Entry,
        people: tuple[str, ...],
        subject: str,
        text: str,
        kind: str,
        proposal: str | None = None,
        flood: Flood | None = None,
    ) -> None:
        """Tell people; what is still to be decided goes with a question, and not with news of its end."""
        case, digest = self.case, proposal or self.case.proposal
        thing, until = f"approval/{case.product}/{case.number}", case.clock.real(case.deadline)
        facts: dict[str, object] = {}
        if kind in ("decision_asked", "decision_reminded"):
            facts = {**case.brief.model_dump(mode="json"), "hash": digest, "number": case.number}
        to, link = self.known.directory.people(people, case.role), LinkTo(thing=thing, hash=digest, until=until)
        about = (entry, case.role, to, subject, text)
        await self.tell_meanwhile(*about, kind=kind, facts=facts, link=link, flood=flood or case.flood)
