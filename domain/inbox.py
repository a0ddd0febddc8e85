"""What waits for one person over all products, the most urgent first: decisions and escalations. Pure."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any, Literal

from pydantic import AwareDatetime, Field

from domain.delegations import Delegation, Mandates, Matter, not_ended
from domain.policy import ROLES
from domain.product import DEBT_SUBJECT
from domain.record import ViewRow
from domain.things import Frozen
from domain.voices import Voice, voices_of
from events.internal import Role

NEVER = timedelta.max


class Desk(Frozen):
    """One product, as far as it matters to who is asked for something."""

    product: str
    title: str
    time_zone: str
    simulated_clock: bool = False
    mandates: Mandates
    at: AwareDatetime  # now, by the product's clock
    rows: tuple[ViewRow, ...] = ()  # open requests and open escalations
    voted: dict[str, tuple[str, ...]] = Field(default_factory=dict)  # id of a request's row -> whose voice was given


class Waiting(Frozen):
    """One thing that waits for a person."""

    kind: Literal["decision", "escalation"]
    product: str
    title: str  # of the product
    number: int
    subject: str = ""  # of an escalation
    what: str
    why: str
    details: tuple[str, ...] = ()  # what a decision changes for whom; what can be answered to an escalation
    gain: str = ""
    cost: str = ""
    if_nothing: str = ""
    since: AwareDatetime
    until: AwareDatetime | None  # when the time to decide is over; when an escalation climbs on or ends
    time_zone: str
    simulated_clock: bool
    asked: bool  # it is asked of them; else of somebody below, and they may
    asked_role: Role
    voices: tuple[Voice, ...]  # how they may answer, the least authority first
    hash: str = ""  # of a proposal
    acknowledged: bool = False
    standing: str = ""  # of an escalation, in words


class Lent(Frozen):
    """A delegation that somebody gave, or holds."""

    product: str
    title: str
    time_zone: str
    simulated_clock: bool
    given: bool  # by them; else they hold it
    holds_now: bool  # else it is still ahead
    delegation: Delegation


def waiting_for(person: str, desks: Iterable[Desk]) -> tuple[Waiting, ...]:
    """Return what a person may decide or answer now; what they, or others for them, have approved already does
    not wait for them.

    The least time left comes first, by each product's own clock.
    """
    found: list[tuple[timedelta, Waiting]] = []
    for desk in desks:
        for row in desk.rows:
            one = _decision(person, desk, row) if row.kind == "approval" else _escalation(person, desk, row)
            if one is not None:
                left = NEVER if one.until is None else one.until - desk.at
                found.append((left, one))
    found.sort(key=lambda pair: (pair[0], pair[1].since, pair[1].product, pair[1].kind, pair[1].number))
    return tuple(one for _, one in found)


def may_decide(mandates: Mandates, row: ViewRow, person: str, at: datetime) -> tuple[Voice, ...]:
    """Return how a person may decide an open request; who asked for it does not decide it."""
    asked, requester = role_of(row.role), row.data.get("requester")
    return () if row.state != "open" else voices_of(mandates, person, asked, Matter(scope="decisions"), at, requester)


def may_answer(mandates: Mandates, row: ViewRow, person: str, at: datetime) -> tuple[Voice, ...]:
    """Return how a person may answer an open escalation."""
    asked = least_asked(row)
    return () if row.state != "open" else voices_of(mandates, person, asked, Matter(scope="escalations"), at)


def least_asked(row: ViewRow) -> Role:
    """Return the lowest role that may answer an escalation."""
    return role_of(row.data.get("at_least"))


def role_of(text: Any) -> Role:
    """Return a role as rows spell it; the product owner where they name none."""
    return next((one for one in ROLES if one == text), "product_owner")


def lent_of(person: str, desks: Iterable[Desk]) -> tuple[Lent, ...]:
    """Return the delegations that a person gave or holds and that have not ended, the first to end first."""
    found = [
        Lent(
            product=desk.product,
            title=desk.title,
            time_zone=desk.time_zone,
            simulated_clock=desk.simulated_clock,
            given=one.person == person,
            holds_now=one.active(desk.at),
            delegation=one,
        )
        for desk in desks
        for one in not_ended(desk.mandates.delegations, desk.at)
        if person in (one.person, one.delegate)
    ]
    return tuple(sorted(found, key=lambda lent: (lent.delegation.end, lent.product, lent.delegation.number)))


def _decision(person: str, desk: Desk, row: ViewRow) -> Waiting | None:
    data = row.data
    voices = may_decide(desk.mandates, row, person, desk.at)
    if not voices or person in desk.voted.get(row.id, ()):
        return None
    brief = data.get("brief") or {}
    return Waiting(
        **_common(desk, row, data.get("asked_at")),
        kind="decision",
        what=f"decision {data['number']}",
        details=tuple(f"{one['who']}: {one['what']}" for one in brief.get("changes", ())),
        gain=brief.get("gain", ""),
        cost=brief.get("cost", ""),
        if_nothing=brief.get("if_nothing", ""),
        **_asked(role_of(row.role), voices, named=person in data.get("holders", ())),
        hash=str(data.get("proposal", "")),
    )


def _escalation(person: str, desk: Desk, row: ViewRow) -> Waiting | None:
    data = row.data
    voices = may_answer(desk.mandates, row, person, desk.at)
    if not voices:
        return None
    subject = data["subject"]
    about = "the better plan that waits" if subject == DEBT_SUBJECT else subject
    return Waiting(
        **_common(desk, row, data.get("started_at")),
        kind="escalation",
        subject=subject,
        what=f"escalation {data['number']} of {about}",
        details=tuple(str(one["text"]) for one in data.get("options", ())),
        **_asked(role_of(row.role or least_asked(row)), voices, named=person in data.get("to", ())),
        acknowledged=person in row.data.get("acknowledged", ()),
        standing=data.get("standing", ""),
    )


def _asked(role: Role, voices: tuple[Voice, ...], *, named: bool) -> dict[str, Any]:
    """Return of whom it is asked: of those who hold the role or stand in, and of those whom it names."""
    asked = named or any(voice.role == role for voice in voices)
    return {"asked": asked, "asked_role": role, "voices": voices}


def _common(desk: Desk, row: ViewRow, since: Any) -> dict[str, Any]:
    deadline = row.data.get("deadline") if row.kind == "approval" else None
    return {
        "product": desk.product,
        "title": desk.title,
        "time_zone": desk.time_zone,
        "simulated_clock": desk.simulated_clock,
        "number": row.data["number"],
        "why": row.data.get("because", ""),
        "since": since or desk.at,
        "until": deadline or row.due,
    }
