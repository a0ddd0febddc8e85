"""One sentence for every step of an escalation: the ladder, what people do to the climb, and how it ended."""

from domain.narrative_events import Facts
from domain.narrative_follows import follows
from domain.narrative_inside import unanswered
from domain.narrative_parts import (
    Data,
    Told,
    capital,
    escalation_name,
    instant,
    people,
    plain,
    reason_of,
    signed,
    template,
    the_role,
    were,
)
from domain.narrative_steps import because
from domain.record import Entry
from domain.wording import role_name


def _rung(entry: Entry, what: str, why: str = "") -> Told:
    data = entry.data
    copies = f", with a copy to {people(data['copies'])}" if data.get("copies") else ""
    held = f"; {people(data['held'])} will be told at their return" if data.get("held") else ""
    return Told(f"{what}{copies}{held}", why, _asked(data), instant(data.get("until")))


def _asked(data: Data) -> str:
    """Return whom the latest step asked: a role, or people and channels by name."""
    if data.get("role"):
        return the_role(data, [*(data.get("to") or ()), *(data.get("held") or ())])
    return people(data.get("to") or data.get("held"))


@template("escalation.started")
def _started(entry: Entry) -> Told:
    data = entry.data
    return _rung(entry, f"{capital(escalation_name(data))} is brought to {_asked(data)}", because(data))


@template("escalation.opened")
def _opened(entry: Entry) -> Told:
    data = entry.data
    return _rung(
        entry, f"{capital(escalation_name(data))} is open, and {_asked(data)} is told when on duty", because(data)
    )


@template("escalation.reminded")
def _again(entry: Entry) -> Told:
    data = entry.data
    return _rung(entry, f"{capital(_asked(data))} is reminded of {escalation_name(data)}")


@template("escalation.climbed")
def _climbed(entry: Entry) -> Told:
    data = entry.data
    return _rung(
        entry, f"{capital(escalation_name(data))} was not answered and climbs to {_asked(data)}", because(data)
    )


ANSWERS = {
    "give_capacity": "gives people",
    "give_money": "gives money",
    "resequence": "puts the waiting item back",
    "accept_delay": "accepts the delay",
    "waive": "waives it",
    "handled": "takes care of it",
}


@template("escalation.concluded")
def _answered(entry: Entry) -> Told:
    data = entry.data
    did = ANSWERS.get(str(data.get("answer")), "answered")
    who = f"{signed(data)} {did} as {role_name(str(data.get('role', '')))}"
    return Told(f"{capital(escalation_name(data))} has its answer: {who}{reason_of(data)}")


@template("escalation.stood_down")
def _stood_down(entry: Entry) -> Told:
    data = entry.data
    why = plain(str(data.get("why") or ""))
    told = f"{were(data['to'])} told" if data.get("to") else ""
    parts = (f"because {why}" if why else "", told)
    return Told(f"{capital(escalation_name(data))} stands down", "; ".join(part for part in parts if part))


@template("escalation.unanswered")
def _unanswered(entry: Entry) -> Told:
    if "event" in entry.data:  # the event that reports it has the same name as the line of the history
        return Told(unanswered(Facts(entry.data)), follows(entry.data))
    name = escalation_name(entry.data)
    return Told(f"{capital(name)} ended: nobody with authority answered", because(entry.data))


# -- what people do to the climb -------------------------------------------------------------------------


def _steered(entry: Entry, did: str) -> Told:
    said = plain(str(entry.data.get("said") or ""))
    role = ", as operator," if entry.data.get("operator") else ""
    return Told(f"{plain(entry.actor)}{role} {did}{reason_of(entry.data)}", said)


@template("escalation.acknowledged")
def _acknowledged(entry: Entry) -> Told:
    return _steered(entry, f"has seen {escalation_name(entry.data)}")


@template("escalation.paused")
def _paused(entry: Entry) -> Told:
    data = entry.data
    told = _steered(entry, f"pauses {escalation_name(data)}")
    return told._replace(waits_for=plain(str(data.get("waiting_on") or "")), until=instant(data.get("until")))


@template("escalation.resumed")
def _resumed(entry: Entry) -> Told:
    return _steered(entry, f"lets {escalation_name(entry.data)} go on")


@template("escalation.forced")
def _forced(entry: Entry) -> Told:
    return _steered(entry, f"takes the next step of {escalation_name(entry.data)} at once")


@template("escalation.skipped")
def _skipped(entry: Entry) -> Told:
    return _steered(entry, f"leaves out the next step of {escalation_name(entry.data)}")


@template("escalation.reassigned")
def _reassigned(entry: Entry) -> Told:
    to = entry.data.get("to")
    name = people(to) if isinstance(to, list) else plain(str(to or ""))
    return _steered(entry, f"gives {escalation_name(entry.data)} to {name}")


@template("escalation.rearmed")
def _rearmed(entry: Entry) -> Told:
    return Told(f"{capital(escalation_name(entry.data))} goes on", "because nobody has answered meanwhile")


@template("escalation.told_at_return")
def _at_return(entry: Entry) -> Told:
    return Told(
        f"{were(entry.data.get('to'))} told of {escalation_name(entry.data)}, now that they are there to answer"
    )


@template("escalation.conclusion_told")
def _conclusion(entry: Entry) -> Told:
    return Told(f"{were(entry.data.get('to'))} told how {escalation_name(entry.data)} was answered")
