"""An escalation as the API shows it: where it stands, whom it tells next and when, and who was told."""

from datetime import datetime
from typing import Any, Literal, NamedTuple

from pydantic import AwareDatetime, BaseModel, Field

from domain.climbing import Steer
from domain.delegations import Matter, roles_open_to
from domain.headlines import escalation_headline
from domain.horizon_mismatch import Option
from domain.inbox import least_asked, role_of
from domain.openings import answers_open, steering_open
from domain.record import Entry, ViewRow
from domain.voices import Voice, voices_of
from events.internal import Reply
from web.histories import of_escalation
from web.problems import problem
from web.product_time import clock_at
from web.products import Product
from web.services import Services
from web.stakes import Needed, needed_by


class Looks(NamedTuple):
    """Who looks at an escalation."""

    person: str
    money: int = 0  # minor units that they would give
    operator: bool = False  # of the product, without a say in it


class Escalation(BaseModel):
    """Something that climbs until somebody with authority answers, and what became of it."""

    product: str
    title: str = Field(description="Of the product")
    subject: str = Field(description="The dependency, or `plan-debt`")
    number: int
    state: str = Field(description="`open`, `answered`, `stood_down`, `unanswered` or `terminated`")
    role: str | None = Field(description="For whom it waits now")
    at_least: str = Field(description="The lowest role that may answer it")
    started_at: AwareDatetime
    until: AwareDatetime | None = Field(description="When it climbs on or ends, by the product's clock")
    ends_at: AwareDatetime | None = Field(description="When it ends, unanswered, as things stand")
    standing: str = Field(description="Whether the climb stops, and for whom it waits, in words")
    because: str
    options: list[Option] = Field(default=[], description="What those who are asked can choose from")
    currency: str
    time_zone: str
    simulated_clock: bool
    data: dict[str, Any]


class AheadOf(BaseModel):
    """One person or channel that a step will tell."""

    name: str
    at: AwareDatetime | None = Field(description="When they are on duty; null: not within two years")


class AheadStep(BaseModel):
    """A step that lies ahead on the ladder."""

    at: AwareDatetime
    role: str | None
    reminder: bool
    to: list[AheadOf]


class Telling(BaseModel):
    """What became of one message about it."""

    to: str
    is_channel: bool
    how: Literal["delivered", "failed", "undelivered", "gathered"]
    over: str = Field(description="The way, where it is known")
    subject: str
    at: AwareDatetime = Field(description="By the product's clock")
    why: str


class YourAnswer(BaseModel):
    """How the person who looks may answer."""

    person: str
    roles: list[str] = Field(description="All roles that they hold or stand in for")
    voices: list[Voice] = Field(description="How they may answer: the least authority first; empty when they may not")
    acknowledged: bool
    answers: list[Reply] = Field(description="What may be answered to it; empty when they may not")
    steering: list[Steer] = Field(description="What they may do to the climb without answering")


class EscalationDetail(Escalation):
    """An escalation with what lies ahead of it, and what became of its messages."""

    headline: str = Field(description="What waits, in one line with titles")
    at: AwareDatetime = Field(description="Now, by the product's clock: time left is counted from it")
    needed: Needed | None = Field(description="What waits for it; null: it is not on the roadmap any more")
    ahead: list[AheadStep]
    acknowledged: list[str] = Field(description="Who has seen it since the climb last went on")
    told: list[Telling] = Field(description="In order")
    yours: YourAnswer | None = Field(description="With `as`")


def escalation_view(known: Product, row: ViewRow) -> Escalation:
    """Return an escalation as lists show it."""
    data = row.data
    return Escalation(
        product=row.product,
        title=known.title,
        subject=data["subject"],
        number=data["number"],
        state=row.state,
        role=row.role,
        at_least=least_asked(row),
        started_at=data["started_at"],
        until=row.due,
        ends_at=data.get("ends_at"),
        standing=data.get("standing", ""),
        because=data["because"],
        options=data.get("options", []),
        currency=known.currency,
        time_zone=known.time_zone,
        simulated_clock=known.simulated,
        data=data,
    )


async def escalation_row(svc: Services, product: str, subject: str, number: int) -> tuple[Product, ViewRow]:
    """Return a product and the row of one of its escalations. Raises a problem when there is none."""
    known = await svc.products.get(product)
    row = await svc.reader.row("escalation", f"{product}/{subject}/{number}")
    if row is None:
        raise problem("not-found", f"{product} has no escalation {number} of {subject}")
    return known, row


async def escalation_detail(svc: Services, known: Product, row: ViewRow, looks: Looks | None) -> EscalationDetail:
    """Return an escalation with what lies ahead and who was told."""
    view = escalation_view(known, row)
    entries = await of_escalation(svc, known.id, view.subject, view.number)
    seen = list(row.data.get("acknowledged", ())) if row.state == "open" else []
    now = await clock_at(svc.reader, known, svc.clock())
    needed = await needed_by(svc, known.id, view.subject)
    return EscalationDetail(
        **dict(view),
        headline=escalation_headline(view.subject, None if needed is None else needed.title),
        at=now,
        needed=needed,
        ahead=[AheadStep.model_validate(step) for step in row.data.get("ahead", ())],
        acknowledged=seen,
        told=[_telling(entry) for entry in entries if entry.kind in _TOLD],
        yours=None if looks is None else _yours(view, known, now, seen, looks),
    )


_TOLD: dict[str, Literal["delivered", "failed", "undelivered", "gathered"]] = {
    "message.delivered": "delivered",
    "message.failed": "failed",
    "message.undelivered": "undelivered",
    "message.gathered": "gathered",
}


def _telling(entry: Entry) -> Telling:
    data = entry.data
    return Telling(
        to=str(data.get("to", "")),
        is_channel=bool(data.get("is_channel")),
        how=_TOLD[entry.kind],
        over=str(data.get("channel") or ""),
        subject=str(data.get("subject") or ""),
        at=entry.clock_at,
        why=str(data.get("why") or ""),
    )


def _yours(view: Escalation, known: Product, at: datetime, seen: list[str], looks: Looks) -> YourAnswer:
    person, data, is_open = looks.person, view.data, view.state == "open"
    least = role_of(view.at_least)
    matter = Matter(scope="escalations", money=looks.money)
    voices = voices_of(known.mandates, person, least, matter, at) if is_open else ()
    steering = steering_open(
        stopped=bool(data.get("stopped")),
        paused=bool(data.get("stopped")) and not seen,  # an acknowledgement stops it, too, and does not pause it
        steps_left=bool(data.get("steps_left")),
        answers=bool(voices),
        role=bool(roles_open_to(known.mandates, person, at, "escalations")),
        seen=person in seen,
        asked=person in (*data.get("to", ()), *data.get("copies", ())),
        operator=looks.operator,
    )
    return YourAnswer(
        person=person,
        roles=list(roles_open_to(known.mandates, person, at)),
        voices=list(voices),
        acknowledged=person in seen,
        answers=list(answers_open(view.subject, least)) if voices else [],
        steering=list(steering) if is_open else [],
    )
