"""One sentence for every step that is not an event: runs, requests for a decision, escalations, messages."""

from domain.narrative_follows import in_failure
from domain.narrative_parts import (
    Data,
    Told,
    capital,
    in_plain_words,
    instant,
    plain,
    reason_of,
    signed,
    subject_name,
    template,
    the_role,
    were,
)
from domain.record import Entry
from domain.wording import count, listing, percent, role_name


def because(data: Data) -> str:
    """Return why, as the entry says it; nothing when it does not."""
    why = plain(str(data.get("because") or ""))
    return f"because {why}" if why else ""


@template("reprioritization.started")
def _run(entry: Entry) -> Told:
    data = entry.data
    reasons = [plain(str(reason)) for reason in data.get("reasons") or ()]
    more = int(data.get("more") or 0) + max(0, len(reasons) - 5)
    because = "because " + "; ".join(reasons[:5]) if reasons else ""
    if more:
        because += f"; and for {more} more reasons" if more > 1 else "; and for one more reason"
    haste = " at once" if data.get("urgent") else ""
    return Told(f"Run {data.get('run', '')} looks for the best plan{haste}", because, "the planner")


# -- requests for a decision -----------------------------------------------------------------------------


@template("approval.requested")
def _requested(entry: Entry) -> Told:
    data = entry.data
    asked = the_role(data, data.get("holders"))
    return Told(f"Decision {data['number']} is brought to {asked}", because(data), asked, instant(data["deadline"]))


def _asking(entry: Entry, done: str) -> Told:
    data = entry.data
    what = f"{were(data.get('to'))} {done} decision {data['number']} as {role_name(data['role'])}"
    return Told(what, "", the_role(data), instant(data.get("deadline")))


@template("approval.asked")
def _asked(entry: Entry) -> Told:
    return _asking(entry, "asked for")


@template("approval.reminded")
def _reminded(entry: Entry) -> Told:
    return _asking(entry, "reminded of")


ENDS = {
    "adopted": "approved by {by} as {role}",
    "rejected": "rejected by {by} as {role}",
    "kept": "{by}, as {role}, keeps the plan as it is",
    "changes": "{by}, as {role}, asks for changes",
    "withdrawn": "{by}, who asked for it, takes it back",
}


@template("approval.concluded")
def _concluded(entry: Entry) -> Told:
    data = entry.data
    by, role = signed(data), role_name(str(data.get("role", "")))
    ended = ENDS.get(str(data.get("state")), "answered by {by} as {role}").format(by=by, role=role)
    given = plain(str(data.get("reason") or ""))
    said = plain(str(data.get("said") or "")).removesuffix(f": {given}")
    why = "; ".join(part for part in (said, f"{by} says: {given}" if given else "") if part)
    return Told(f"Decision {data['number']} is settled: {ended}", why)


@template("approval.counted")
def _counted(entry: Entry) -> Told:
    data = entry.data
    back = data.get("effect") == "uncounted"
    did = "takes the approval back" if back else "approved, and that is not enough yet"
    what = f"Decision {data['number']}: {data.get('by', '')} {did}"
    return Told(
        what, plain(str(data.get("said") or "")), the_role(data, data.get("holders")), instant(data["deadline"])
    )


@template("approval.commented")
def _commented(entry: Entry) -> Told:
    return Told(f"{plain(entry.actor)} on decision {entry.data['number']}: {plain(str(entry.data['text']))}")


@template("approval.settled_told")
def _settled(entry: Entry) -> Told:
    return Told(f"{were(entry.data.get('to'))} told how decision {entry.data['number']} was answered")


@template("approval.superseded")
def _superseded(entry: Entry) -> Told:
    data = entry.data
    differences = [plain(str(one)) for one in data.get("differences") or ()]
    why = because(data)
    if differences:
        why += f"; {'the new proposal' if data.get('successor') else 'the plan'} {listing(differences)}"
    end = "gives way to a new proposal" if data.get("successor") else "is no longer needed"
    return Told(f"Decision {data['number']} {end}", why)


@template("approval.withdrawal_told")
def _withdrawn(entry: Entry) -> Told:
    data = entry.data
    return Told(f"{were(data.get('to'))} told that decision {data['number']} is no longer needed")


EXPIRIES = {
    "escalate": "it goes to the next higher role; silence is never consent",
    "reject": "it counts as rejected; silence is never consent",
    "lapse": "it lapses and the plan in force stays; silence is never consent",
}


@template("approval.lapsed")
def _lapsed(entry: Entry) -> Told:
    data = entry.data
    role = role_name(data["role"])
    return Told(
        f"Decision {data['number']} was not answered by the {role} in time", EXPIRIES.get(str(data["on_expiry"]), "")
    )


# -- messages and incidents ------------------------------------------------------------------------------


@template("notification.sent")
def _told(entry: Entry) -> Told:
    data = entry.data
    what = f"{capital(the_role(data))} was told: {plain(str(data.get('subject', '')))}"
    return Told(what, plain(str(data.get("text") or "")))


@template("feedback.erased")
def _erased(entry: Entry) -> Told:
    feedback = f"feedback {entry.data.get('id', '')} from {entry.data.get('source', '')}"
    return Told(f"{plain(entry.actor)} erased the text of {feedback}{reason_of(entry.data)}")


@template("feedback.model_trained")
def _trained(entry: Entry) -> Told:
    data = entry.data
    made = f"{count(int(data['examples']), 'example')} of {count(len(data['themes']), 'theme')}"
    rest = f"it leaves {percent(float(data['unsorted']))} unsorted"
    return Told(
        f"{plain(entry.actor)} trained model {data['number']} of the feedback's themes from {made}",
        f"of {count(int(data['held_out']), 'text')} held out it sorted {percent(float(data['accuracy']))} rightly; "
        f"{rest} and is right in {percent(float(data['accuracy_of_sorted']))} of the others",
    )


@template("incident.raised")
def _incident(entry: Entry) -> Told:
    data = entry.data
    subject, text = plain(str(data.get("subject", ""))), plain(str(data.get("text") or ""))
    if "/unheard/" in entry.key:
        target = _target(entry.key.rsplit("/unheard/", 1)[1])
        return Told(f"An incident: {target} had already ended and could not be told", "somebody should look at it")
    if entry.key.endswith("/failed"):
        return Told(f"An incident: {subject}", in_plain_words(text))
    return Told(f"An incident: {subject}", in_failure(text))


def _target(workflow: str) -> str:
    kind, _, rest = workflow.partition("/")
    parts = rest.split("/")
    if kind == "approval":
        return f"decision {parts[-1]}"
    if kind == "escalation" and len(parts) > 2:
        return f"escalation {parts[-1]} of {subject_name(parts[-2])}"
    return f"{kind} {parts[-1]}"
