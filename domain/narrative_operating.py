"""One sentence for what operators do to workflows, and for incidents that they close."""

from domain.narrative_parts import Data, Told, in_plain_words, plain, reason_of, subject_name, template
from domain.operating import PAST
from domain.record import Entry

INFINITIVES = {"resend": "send again the question of", "refresh": "refresh", "force": "force the next step of"}


def thing(workflow: str) -> str:
    """Return a workflow as people call it: ``decision 3``, ``escalation 1 of sso``, ``run 7``."""
    kind, _, rest = workflow.partition("/")
    parts = rest.split("/")
    if kind == "approval":
        return f"decision {parts[-1]}"
    if kind == "escalation" and len(parts) > 1:
        return f"escalation {parts[-1]} of {subject_name(parts[-2])}"
    if kind == "reprioritization":
        return f"run {parts[-1]}"
    return "the product" if kind == "product" else "messages that are gathered" if kind == "digest" else workflow


def _about(data: Data) -> str:
    return plain(thing(str(data.get("workflow") or "")))


@template("workflow.action_asked")
def _asked(entry: Entry) -> Told:
    action = str(entry.data.get("action"))
    return Told(
        f"{plain(entry.actor)} wants to {INFINITIVES.get(action, action)} {_about(entry.data)}{reason_of(entry.data)}"
    )


@template("workflow.action_failed")
def _failed(entry: Entry) -> Told:
    data = entry.data
    past = PAST.get(str(data.get("action")), "changed")
    why = in_plain_words(plain(str(data.get("why") or "")))
    return Told(f"{_about(data)[:1].upper()}{_about(data)[1:]} was not {past}", f"because {why}" if why else "")


def _done(kind: str, did: str) -> None:
    @template(kind)
    def tell(entry: Entry) -> Told:
        said = plain(str(entry.data.get("said") or ""))
        return Told(f"{plain(entry.actor)} {did.format(_about(entry.data))}{reason_of(entry.data)}", said)


_done("workflow.retried", "had {} try again at once")
_done("workflow.paused", "paused {}")
_done("workflow.resumed", "let {} go on")
_done("workflow.cancelled", "cancelled {}")
_done("workflow.terminated", "terminated {}")
_done("workflow.reset", "took {} back to an earlier point")
_done("workflow.refreshed", "had {} go on in a fresh run")
_done("workflow.resent", "had the question of {} sent again")
_done("workflow.forced", "took the next step of {} at once")


@template("approval.resent")
def _approval(entry: Entry) -> Told:
    return Told(_again(entry, f"decision {entry.data['number']}"))


@template("escalation.resent")
def _escalation(entry: Entry) -> Told:
    data = entry.data
    return Told(_again(entry, f"escalation {data['number']} of {subject_name(data['subject'])}"))


def _again(entry: Entry, what: str) -> str:
    to = ", ".join(plain(str(one)) for one in entry.data.get("to") or ())
    return f"{plain(entry.actor)} had {what} sent again to {to}{reason_of(entry.data)}"


@template("incident.closed")
def _closed(entry: Entry) -> Told:
    subject = plain(str(entry.data.get("subject") or ""))
    return Told(f"{plain(entry.actor)} closed the incident: {subject}", plain(str(entry.data.get("reason") or "")))
