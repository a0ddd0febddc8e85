"""What an operator may do to a workflow now, why not otherwise, and how its pending work reads. Pure."""

from datetime import datetime, timedelta
from typing import Literal, get_args

from pydantic import AwareDatetime, BaseModel, ConfigDict

from domain.narrative_parts import in_plain_words, plain

Action = Literal["retry", "pause", "resume", "cancel", "terminate", "reset", "refresh", "resend", "force"]
ACTIONS: tuple[Action, ...] = get_args(Action)
Standing = Literal["queued", "under way", "backing off", "paused", "being cancelled"]
Engine = Literal["running", "ended", "forgotten", "silent"]  # silent: it does not answer

DOES = {  # what each activity does, after "it"
    "append_entries": "writes to the ledger",
    "known_events": "looks events up in the ledger",
    "store_document": "keeps a document in the ledger",
    "solve_plan": "looks for the best plan",
    "draft_proposal": "draws up the proposal",
    "tell": "tells people",
    "plan_climb": "reckons when an escalation climbs",
    "plan_asks": "reckons when people are asked",
    "move_climb": "reckons when a climb goes on",
    "reckon": "reckons a date",
}
FAILURES = {  # types of failures
    "ChannelUnavailableError": "a way to people does not work at the moment",
    "NoSuchRecipientError": "somebody cannot be reached under this name",
    "OperationalError": "the ledger's database does not answer",
    "InterfaceError": "the ledger's database does not answer",
    "ConnectionRefusedError": "what it calls does not answer",
    "VaultUnavailableError": "the keys of customers' texts cannot be reached",
    "NotFoundError": "the engine that took it does not know this kind of work; is it of an older release?",
    "start_to_close": "it took too long",
    "heartbeat": "whoever did it fell silent: a process died or hangs",
    "schedule_to_start": "nobody took it up in time",
    "schedule_to_close": "it was not done in time, however often it was tried",
}


TIMES_UP = ("start_to_close", "heartbeat", "schedule_to_start", "schedule_to_close")
WRITES = ("append_entries", "store_document")
HELD = "the ledger's database does not answer, or somebody else holds it: it took too long"


class Pending(BaseModel):
    """A piece of work that a workflow waits for."""

    model_config = ConfigDict(frozen=True)

    id: str
    activity: str  # the engine's name of it
    does: str  # in words, after "it"
    standing: Standing
    attempt: int  # 1: the first
    most_attempts: int | None = None  # None: as often as it takes
    since: AwareDatetime | None = None  # real time, all of these
    started_at: AwareDatetime | None = None  # of the last attempt
    next_at: AwareDatetime | None = None  # of the next attempt
    last_failure: str = ""  # as it came
    failed_as: str = ""  # its type
    said: str = ""  # the failure in words

    @property
    def failing(self) -> bool:
        """Tell whether its last attempt failed."""
        return bool(self.last_failure or self.failed_as) or self.attempt > 1


class Offer(BaseModel):
    """An action, and whether it is possible now."""

    model_config = ConfigDict(frozen=True)

    name: Action
    possible: bool
    why_not: str = ""  # empty when it is possible
    note: str = ""  # what it comes to here


class Situation(BaseModel):
    """What is known of a workflow when somebody wants to act on it."""

    model_config = ConfigDict(frozen=True)

    kind: str
    open: bool  # as the ledger has it
    engine: Engine
    pending: tuple[Pending, ...] = ()
    awaited: bool = True  # the product still waits for it
    stopped: bool = False  # of an escalation: acknowledged or paused
    paused_for: str = ""  # of an escalation: where it stands, when it is paused
    steps_left: bool = True  # of an escalation
    points: bool = True  # there is a point to go back to


def failure_said(failed_as: str, message: str, activity: str = "") -> str:
    """Return a failure in words; empty when there was none."""
    known = FAILURES.get(failed_as, "")
    if failed_as in TIMES_UP:  # the message is the engine's own, and says no more
        return HELD if failed_as == "start_to_close" and activity in WRITES else known
    text = in_plain_words(plain(message)).strip()
    if known and text and text.lower() not in known:
        return f"{known}: {text}"
    return known or text


def does(activity: str) -> str:
    """Return what an activity does, in words, after "it"."""
    return DOES.get(activity, f"does {activity.replace('_', ' ')}")


def offers(now: Situation) -> tuple[Offer, ...]:
    """Return every action, and why those are not possible that are not."""
    return tuple(offer(action, now) for action in ACTIONS)


def offer(action: Action, now: Situation) -> Offer:
    """Return one action, and whether it is possible."""
    why_not = _why_not(action, now)
    return Offer(name=action, possible=not why_not, why_not=why_not, note="" if why_not else _note(action, now))


def _why_not(action: Action, now: Situation) -> str:
    refusal = _never(action, now.kind)
    if refusal:
        return refusal
    if now.engine == "silent":
        return "the engine does not answer"
    if now.engine in ("ended", "forgotten"):
        return _over(action, now)
    if action == "retry":
        can = any(one.failing and one.standing == "backing off" for one in now.pending)
        return "" if can else "nothing waits to be tried again"
    if action in ("pause", "resume", "force") and now.kind == "escalation":
        return _climb(action, now)
    if action == "pause":
        can = any(one.standing not in ("paused", "being cancelled") for one in now.pending)
        return "" if can else "no work is under way that could be paused"
    if action == "resume":
        return "" if any(one.standing == "paused" for one in now.pending) else "nothing is paused"
    if action == "resend":
        return "" if now.open else "it is over: nobody is asked any more"
    if action == "reset":
        if not now.awaited:
            return "the product no longer waits for it: to begin again would ask for what nobody needs"
        return "" if now.points else "there is no point yet that it could go back to"
    return ""


def _never(action: Action, kind: str) -> str:
    """Say why an action makes no sense for this kind of workflow, whatever its state."""
    if kind == "product" and action in ("cancel", "terminate", "reset"):
        return (
            f"a product cannot be {PAST[action]}: what it knows would be lost; archive it to end it, "
            "or refresh it to go on in a fresh run"
        )
    if action == "refresh" and kind != "product":
        return "only a product goes on in a fresh run"
    if action == "resend" and kind not in ("approval", "escalation"):
        return "it asks nobody for anything; open requests and escalations do"
    if action == "force" and kind != "escalation":
        return "only an escalation has steps to force"
    return ""


def _over(action: Action, now: Situation) -> str:
    if action == "terminate" and now.open:
        return ""  # the product and the ledger have still to hear that it ended
    if not now.open:
        return "it has ended"
    return "the engine has ended it, and the product has not heard of that: terminate it, so that it does"


def _climb(action: Action, now: Situation) -> str:
    if not now.open:
        return "the escalation has ended"
    if action == "pause":
        return f"it is {now.paused_for}" if now.paused_for else ""
    if action == "resume":
        held = now.stopped or any(one.standing == "paused" for one in now.pending)
        return "" if held else "the climb is not stopped"
    if action == "force":
        return "" if now.steps_left else "no step is left on this ladder; it only ends"
    return ""


PAST = {
    "retry": "retried",
    "pause": "paused",
    "resume": "resumed",
    "cancel": "cancelled",
    "terminate": "terminated",
    "reset": "reset",
    "refresh": "refreshed",
    "resend": "sent again",
    "force": "forced",
}
NOTES: dict[tuple[str, str], str] = {
    ("pause", "escalation"): "the climb stops; it needs `waiting_on` and `until`",
    ("resume", "escalation"): "the climb goes on",
    ("force", "escalation"): "the next step of the ladder is taken at once",
    ("cancel", "approval"): "everybody who was asked is told; the product looks at its priorities again after its "
    "dwell time, and may ask anew",
    ("cancel", "escalation"): "everybody who was told hears that it stands down; it is brought up again when something "
    "about it changes",
    ("cancel", "reprioritization"): "the product takes another look later",
    ("cancel", "digest"): "the messages that wait in it are not sent; the ledger names each",
    ("terminate", "approval"): "nobody is told; the product looks at its priorities again at once, and may ask anew",
    ("terminate", "escalation"): "nobody is told; the product begins a new one when it is still needed",
    ("terminate", "reprioritization"): "the product takes another look later",
    ("terminate", "digest"): "the messages that wait in it are not sent; the ledger names each",
    ("reset", "approval"): "it goes on from the point; answers and comments given after it no longer count, and people "
    "may be told once more",
    ("reset", "escalation"): "it climbs on from the point; answers given after it no longer count, and people may be "
    "told once more",
    ("reset", "reprioritization"): "the plan is looked for again from the point",
    ("reset", "digest"): "it gathers on from the point",
}
PLAIN_NOTES = {
    "retry": "what waits to be tried again is tried now, and its attempts are counted anew",
    "pause": "its work is not tried again until it is resumed; what is under way now goes on",
    "resume": "paused work is tried at once",
    "refresh": "it goes on in a fresh run once what is in hand is done",
    "resend": "the question is sent again to one person, or to everybody who is asked",
}


def _note(action: Action, now: Situation) -> str:
    if action == "terminate" and now.engine in ("ended", "forgotten"):
        return "the engine has ended it already; the product and the ledger hear of it now"
    return NOTES.get((action, now.kind), PLAIN_NOTES.get(action, ""))


def failing_for(one: Pending, now: datetime) -> timedelta:
    """Return for how long a piece of work has failed."""
    return now - one.since if one.failing and one.since is not None else timedelta()
