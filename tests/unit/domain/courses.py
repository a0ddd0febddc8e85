"""Entries of decisions, escalations and adoptions, as workflows write them, at so many minutes."""

from datetime import timedelta
from typing import Any

from domain.record import Entry
from tests.builders import NOON

MINUTE = timedelta(minutes=1)
REAL = 0.01  # real minutes for one of the product's clock


def entry(kind: str, key: str, cause: str | None, minutes: float, **over: Any) -> Entry:
    """Return an entry written so many minutes after noon by the product's clock."""
    about = over.pop("about", ())
    at, clock_at = NOON + minutes * REAL * MINUTE, NOON + minutes * MINUTE
    return Entry(product="web", key=key, at=at, clock_at=clock_at, kind=kind, cause=cause, about=about, data=over)


def event(kind: str, key: str, cause: str | None, minutes: float, reacts: tuple[str, ...] = (), **over: Any) -> Entry:
    """Return the entry of an event, with what follows from it."""
    reactions = [{"kind": one, "because": "…"} for one in reacts]
    return entry(kind, f"event/{key}", cause, minutes, event=over, outcome="applied", reactions=reactions)


def look(run: int, cause: str, minutes: float, *more: str) -> Entry:
    about = (f"run:{run}", *(f"cause:{one}" for one in (cause, *more)))
    return entry("reprioritization.started", f"reprioritization/{run}/started", cause, minutes, run=run, about=about)


def solved(run: int, minutes: float, reacts: str) -> Entry:
    return event(
        "plan.solved",
        f"tandem/reprioritization/{run}/solved",
        f"reprioritization/{run}/started",
        minutes,
        (reacts,),
        run=run,
    )


def adopted(run: int, cause: str, minutes: float, approval: int | None = None) -> Entry:
    key = f"tandem/plan/{run}/adopted" + (f"/{approval}" if approval else "")
    role = "product_owner" if approval else "product_manager"
    return event("plan.adopted", key, cause, minutes, run=run, role=role, approval=approval)


def approval(kind: str, number: int, key: str, cause: str, minutes: float, role: str = "product_owner") -> Entry:
    return entry(f"approval.{kind}", f"approval/{number}/{key}", cause, minutes, number=number, role=role)


def escalation(kind: str, key: str, cause: str, minutes: float, role: str = "product_owner", number: int = 1) -> Entry:
    full = f"escalation/sso-api/{number}/{key}"
    return entry(f"escalation.{kind}", full, cause, minutes, number=number, subject="sso-api", role=role)


CUT = "event/finance/cut"
SOLVED = "event/tandem/reprioritization/{}/solved"


def a_look(
    run: int = 1, minutes: float = 0, reacts: str = "ask the product owner", cause: str | None = None
) -> list[Entry]:
    """Return an event (unless it is another one), the look that it leads to after an hour, and its plan."""
    cut = CUT if run == 1 else f"{CUT}-{run}"
    first = [event("budget.adjusted", cut.removeprefix("event/"), None, minutes)] if cause is None else []
    return [*first, look(run, cause or cut, minutes + 60), solved(run, minutes + 61, reacts)]


def a_decision(minutes: float = 0, number: int = 1, answered: float = 120) -> list[Entry]:
    """Return a decision that is asked for after 62 minutes, given so many later, and takes effect a minute after."""
    asked, given = minutes + 62, minutes + 62 + answered
    decided = event(
        "decision.given",
        f"tandem/approval/{number}/decision/1",
        f"approval/{number}/requested",
        given,
        approval=number,
        role="product_owner",
    )
    effect = adopted(number, decided.key, given + 1, number)
    return [
        *a_look(number, minutes),
        approval("requested", number, "requested", SOLVED.format(number), asked),
        decided,
        effect,
        approval("concluded", number, "concluded", effect.key, given + 1.5),
    ]


def an_escalation(reacts: str = "answer taken", role: str = "product_owner") -> list[Entry]:
    """Return an escalation that is answered after ten hours."""
    answer = event(
        "escalation.answered",
        "tandem/escalation/sso-api/1/answer/1",
        "escalation/sso-api/1/step/1",
        602,
        ("answer taken", reacts),
        subject="sso-api",
        escalation=1,
        role=role,
    )
    return [
        event("dependency.blocked", "jira/9", None, 0, ("bring to the product owner",), dependency="sso-api"),
        escalation("started", "step/1", "event/jira/9", 2),
        answer,
        escalation("concluded", "concluded", answer.key, 603, role),
    ]
