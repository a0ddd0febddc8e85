"""What the history of an escalation says, and whom it tells."""

from collections.abc import Mapping
from datetime import datetime

from temporalio import workflow

from activities.links import LinkTo
from domain.climbing import Climbing, Held, Steering, Taken, climbs_at, standing
from domain.entries import incident_row, workflow_id, workflow_row
from domain.horizon_mismatch import options_data
from domain.ladder import Send
from domain.latency import waited
from domain.narrative_parts import subject_name
from domain.policy import Flood
from domain.record import Entry, ViewRow, content_hash
from domain.wording import listing, role_name
from events.internal import Role
from workflows.messages import EscalationCase, EscalationReply, StoodDown
from workflows.messages_operating import Resend
from workflows.options import DUE, ROLE
from workflows.recording import Recorder

UNBOUNDED = Flood(most=1_000, within_minutes=1)  # what somebody sends again is not held back
DONE = {
    "acknowledge": "escalation.acknowledged",
    "pause": "escalation.paused",
    "resume": "escalation.resumed",
    "force": "escalation.forced",
    "skip": "escalation.skipped",
    "reassign": "escalation.reassigned",
}


class EscalationRecord(Recorder):
    """Writes the history of one escalation."""

    def __init__(self, case: EscalationCase) -> None:
        number = workflow_id("escalation", case.product, case.subject, case.number)
        super().__init__(case.product, number, case.clock, case.policy_hash)
        self.case = case
        self.known = case.known
        self.told: dict[str, str] = {}  # person -> role in which they were told
        self.channels: dict[str, None] = {}  # and the channels
        self.cause = case.cause  # key of the entry that the next one follows from
        self.role: Role | None = None  # for whom it waits
        self.asked: tuple[str, ...] = ()  # whom the latest step asked
        self.people: dict[str, None] = {}  # everybody who was asked so far
        self.appointed = False  # whether others hold the roles, or stand in, than when it started
        self.first = case.cause  # key of the first entry
        self.again = self.returned = 0  # how often it went on by itself, and how many were told later

    def of(
        self, kind: str, key: str, data: Mapping[str, object], climbing: Climbing | None = None, ended: str = ""
    ) -> Entry:
        """Return an entry that says where the escalation stands: on its ladder, or how it ``ended``."""
        case = self.case
        all_data = {"number": case.number, "subject": case.subject, "because": case.because, **data}
        about = [f"escalation:{case.subject}/{case.number}"]
        if case.subject != "plan-debt":
            about.append(f"dependency:{case.subject}")
        rows = self._rows(all_data, climbing, ended)
        key = f"escalation/{case.subject}/{case.number}/{key}"
        return self.entry(kind, key, self.cause, all_data, about=tuple(about), rows=rows)

    def _rows(self, data: dict[str, object], climbing: Climbing | None, ended: str) -> tuple[ViewRow, ...]:
        case = self.case
        role = None if ended else self.role
        until = None if climbing is None else climbs_at(climbing)
        data = {**data, "started_at": case.started_at.isoformat(), "to": list(self.asked)}
        if case.options:
            data["options"] = options_data(case.options)
        waits = f"the {role_name(role)}" if role else listing(self.asked) if self.asked and not ended else ""
        if climbing is not None:
            data |= {"stopped": climbing.stopped_until is not None, "steps_left": climbing.next_step is not None}
            data |= {"standing": standing(climbing), "at_least": climbing.at_least, **_ahead(climbing)}
            data["acknowledged"] = sorted(climbing.acknowledged)
            waits = climbing.pause.waiting_on if climbing.pause is not None else waits
        state = ended or "open"
        purpose = f"escalation of {case.subject}"
        number = f"{case.product}/{case.subject}/{case.number}"
        return (
            ViewRow(kind="escalation", id=number, product=case.product, state=state, role=role, due=until, data=data),
            workflow_row(self.workflow_id, case.product, state, purpose, waits, until, role),
        )

    async def opened(self, climbing: Climbing) -> None:
        """Record that it is open, when nobody is told at once."""
        step = climbing.next_step
        self.role = None if step is None else step.role
        self.asked = () if step is None else step.asked
        data = {"role": self.role or "", "to": list(self.asked), "until": climbs_at(climbing).isoformat()}
        entry = self.of("escalation.opened", "opened", data, climbing)
        self.first = self.cause = entry.key
        await self.append(entry)

    async def climbed(self, taken: Taken) -> None:
        """Record a step, and tell those whom it tells now."""
        step, after = taken.step, taken.after
        asked = tuple(send.to for send in (*taken.now, *(one.send for one in after.held)) if not send.copies)
        if not step.reminder or self.role is None:
            self.role = step.role
            self.asked = tuple(dict.fromkeys(asked))
            if step.role is not None:
                due = climbs_at(after)
                workflow.upsert_search_attributes([ROLE.value_set(step.role), DUE.value_set(due)])
        kind = "escalation.started" if step.number == 1 else "escalation.climbed"
        later = [one.send for one in after.held if one.step == step.number]
        held = sorted(send.to for send in later if not send.copies)
        data = {
            "role": step.role or "",
            "rung": step.rung,
            "step": step.number,
            "to": [send.to for send in taken.now if not send.copies],
            "copies": [send.to for send in (*taken.now, *later) if send.copies],
            "held": held,
            "until": climbs_at(after).isoformat(),
        }
        entry = self.of("escalation.reminded" if step.reminder else kind, f"step/{step.number}", data, after)
        if step.number == 1:
            self.first = entry.key
        self.cause = self.first
        self.people |= dict.fromkeys(asked)
        await self._send(entry, taken.now, reminder=step.reminder)
        for send in taken.unreachable:
            await self._nobody(step.number, send)

    @property
    def waited(self) -> dict[str, object]:
        """Return since when it waits, and for how long it has, by the product's clock."""
        since = self.case.started_at
        return {"started_at": since.isoformat(), "waited_seconds": waited(since, self.now())}

    @property
    def key(self) -> str:
        """Return what the keys of this escalation's entries begin with."""
        return f"escalation/{self.case.subject}/{self.case.number}"

    async def back_on_duty(self, held: Held, climbing: Climbing) -> None:
        """Tell somebody who was not on duty, at their return; or who has come to answer it meanwhile."""
        data = {"to": [held.send.to], "role": held.send.role, "until": climbs_at(climbing).isoformat()}
        again = any(step.number == held.step and step.reminder for step in climbing.climb.steps)
        reminder = again and held.send.to in self.told
        self.people |= {held.send.to: None}
        self.returned += 1
        entry = self.of("escalation.told_at_return", f"later/{self.returned}", data, climbing)
        await self._send(entry, (held.send,), reminder=reminder)

    async def rearmed(self, climbing: Climbing) -> None:
        """Record that the climb goes on, because nobody answered meanwhile."""
        self.again += 1
        await self.append(self.of("escalation.rearmed", f"again/{self.again}", {}, climbing))

    async def steered(self, steering: Steering, number: int, climbing: Climbing) -> str:
        """Record what somebody did to the climb; return where it stands since."""
        said = standing(climbing)
        hidden = {"kind", "identity"} if steering.operator else {"kind", "identity", "operator"}
        data = {**steering.model_dump(mode="json", exclude=hidden), "said": said}
        entry = self.of(DONE[steering.kind], f"steered/{number}", data, climbing)
        entry = entry.model_copy(update={"actor": steering.actor, "identity": steering.identity})
        await self.append(entry)
        return said or "the climb goes on"

    async def concluded(self, reply: EscalationReply, cause: str) -> None:
        """Record the answer, and tell the others who were told."""
        self.cause = cause
        data: dict[str, object] = {"by": reply.actor, "role": reply.role, "answer": reply.answer}
        data |= {"reason": reply.reason, **self.waited}
        if reply.acting_for not in (None, reply.actor):
            data["acting_for"] = reply.acting_for or ""
        entry = self.of("escalation.concluded", "concluded", data, ended="answered")
        await self.append(entry)
        others = [person for person in self.told if person != reply.actor]
        if others or self.channels:
            self.cause = entry.key
            told = self.of("escalation.conclusion_told", "concluded/told", {"to": others}, ended="answered")
            answer = reply.answer.replace("_", " ")
            subject = f"{subject_name(self.case.subject)} has its answer: {answer}"
            await self._over(told, subject, f"{reply.actor}: {reply.reason}", without=reply.actor)

    async def stood_down(self, stood_down: StoodDown) -> None:
        """Record that the blocker is gone, and tell everybody who was told, and nobody who was not."""
        self.cause = stood_down.cause
        because, everybody = stood_down.because, sorted(self.told)
        data = {"why": because, "to": everybody, "said": listing(everybody), **self.waited}
        entry = self.of("escalation.stood_down", "stood-down", data, ended="stood_down")
        await self._over(entry, f"{subject_name(self.case.subject)} no longer needs you", because)

    async def unanswered(self) -> None:
        """Record that the ladder ended in silence."""
        await self.append(self.of("escalation.unanswered", "unanswered", self.waited, ended="unanswered"))

    async def _over(self, entry: Entry, subject: str, text: str, without: str = "") -> None:
        directory = self.known.directory
        people = tuple(directory.person(name, role) for name, role in sorted(self.told.items()) if name != without)
        to = (*people, *(directory.channel(name) for name in self.channels))
        if to:
            await self.tell_meanwhile(
                entry, "everyone told", to, subject, text, kind="escalation_over", flood=self.case.flood
            )
        else:
            await self.append(entry)

    def asked_now(self) -> tuple[str, ...]:
        """Return who is asked now, and may be asked again."""
        return tuple(person for person in self.people if person in self.told)

    async def resent(self, resend: Resend, number: int, people: tuple[str, ...]) -> None:
        """Ask people once more, however many messages they got of late."""
        case = self.case
        data = {"number": case.number, "subject": case.subject, "to": list(people), "reason": resend.reason}
        about = (f"escalation:{case.subject}/{case.number}",)
        key, by = f"{self.key}/resent/{number}", {"actor": resend.actor, "identity": resend.identity}
        entry = self.entry("escalation.resent", key, self.first, data, about=about).model_copy(update=by)
        sends = tuple(Send(to=one, at=self.now(), role=self.told[one]) for one in people)
        await self._send(entry, sends, reminder=False, flood=UNBOUNDED)

    async def _send(self, entry: Entry, sends: tuple[Send, ...], *, reminder: bool, flood: Flood | None = None) -> None:
        case, directory = self.case, self.known.directory
        self.told |= {send.to: send.role for send in sends if not send.is_channel and send.to not in self.told}
        self.channels |= {send.to: None for send in sends if send.is_channel}
        to = tuple(
            directory.channel(send.to) if send.is_channel else directory.person(send.to, send.role) for send in sends
        )
        if not to:
            await self.append(entry)
            return
        name = subject_name(case.subject)
        subject = f"Reminder: {name} needs you" if reminder else f"{name} needs you"
        link = LinkTo(thing=self.workflow_id, hash="", until=case.clock.real(case.climb.cap_at))
        facts: dict[str, object] = {"because": case.because, "options": [one.text for one in case.options]}
        if entry.data.get("until"):
            facts["until"] = entry.data["until"]
        kind = "escalation_reminded" if reminder else "escalation_asked"
        about = (entry, self.role or "", to, subject, case.because)
        await self.tell_meanwhile(*about, kind=kind, facts=facts, link=link, flood=flood or case.flood)

    async def _nobody(self, step: int, send: Send) -> None:
        key = f"{self.key}/step/{step}/{content_hash(send.to)[:16]}/unreachable"
        text = f"{send.to} is not on duty within two years, and could not be told of {subject_name(self.case.subject)}"
        row = incident_row(self.product, key, "Somebody cannot be told", text, self.now())
        data = {"subject": "Somebody cannot be told", "text": text, "said": text}
        await self.append(self.entry("incident.raised", key, self.cause, data, rows=(row,)))


def _ahead(climbing: Climbing) -> dict[str, object]:
    """Return what lies ahead on the ladder, for who looks."""
    steps = climbing.climb.steps[climbing.position :]
    return {
        "ahead": [
            {
                "at": step.at.isoformat(),
                "role": step.role,
                "reminder": step.reminder,
                "to": [{"name": send.to, "at": _iso(send.at)} for send in step.sends],
            }
            for step in steps[:20]
        ],
        "ends_at": climbing.climb.ends_at.isoformat(),
    }


def _iso(at: datetime | None) -> str | None:
    return None if at is None else at.isoformat()
