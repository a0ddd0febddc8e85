"""One sentence for every type of event that happens inside Tandem: plans, decisions, answers, the passing of time."""

from datetime import datetime

from domain.narrative_events import Facts, says
from domain.narrative_parts import change_of, plain, subject_name
from domain.wording import count, due_on, percent, points, role_name

PROVEN = 1e-6  # a relative gap up to here is rounding


@says("clock.struck")
def _clock(e: Facts) -> str:
    return "The time came to check what falls due"


@says("review.due")
def _review(e: Facts) -> str:
    return "The regular review of the priorities is due"


@says("forecast.past_due")
def _past_due(e: Facts) -> str:
    expected = f"expected on {_due(e, 'expected')}" if e["expected"] else "without an expected date"
    likely = f" and 85 % likely by {_due(e, 'p85')}" if e["p85"] else ""
    return f"{e['milestone']}, due on {_due(e, 'due')}, is {expected}{likely}"


def _due(e: Facts, field: str) -> str:
    """Return the day of an instant; a day's end is that day, and not the next."""
    if not e[field]:
        return "an unknown day"
    return due_on(datetime.fromisoformat(e[field]), e.time_zone or "UTC")[:10]


@says("product.applied")
def _applied(e: Facts) -> str:
    title = f" of {plain(str(e['title']))}" if e["title"] else ""
    items = f" with {count(e['items'], 'item')}" if e.event.get("items") is not None else ""
    return f"{e['actor']} applied the product file{title}{items}"


@says("product.archived")
def _archived(e: Facts) -> str:
    return f"{e['actor']} archived the product{e.reason()}"


@says("plan.solved")
def _solved(e: Facts) -> str:
    if not e.event.get("plan"):
        return f"Run {e['run']} found no plan"
    value, now, gap = float(e["value"] or 0), float(e["value_in_force"] or 0), e.event.get("gap")
    change, notes = e.event.get("change") or {}, []
    if gap is not None:
        notes.append("proven the best" if gap <= PROVEN else f"none is more than {percent(gap)} better")
    if e.event.get("in_force_feasible") is False:
        notes.append("the plan in force is no longer possible")
    elif now > 0 or change.get("displaced") or change.get("moved"):  # else there is none worth naming
        notes.append(f"the plan in force is worth {points(now)}")
    beside = f" ({'; '.join(notes)})" if notes else ""
    return f"Run {e['run']} found a plan worth {points(value)}{beside}: {change_of(change, e.currency)}"


@says("plan.adopted")
def _adopted(e: Facts) -> str:
    change = change_of(e.event.get("change") or {}, e.currency)
    role = role_name(e["role"])
    by = f"Tandem within the limits of the {role}" if e["by"] == "tandem" else f"{e['by']} as {role}"
    return f"The plan of run {e['run']} is in force: {change}; decided by {by}"


VERDICTS = {
    "approve": "approved",
    "reject": "rejected",
    "changes": "asked for changes in",
    "withdraw": "took back what was said on",
}


@says("decision.given")
def _decision(e: Facts) -> str:
    role, number = role_name(e["role"]) + _stead(e), e["approval"]
    if e["verdict"] == "keep":
        until = f" until {e.day('until')}" if e["until"] else ""
        return f"{e['actor']} answered decision {number} as {role}: keep the plan as it is{until}{e.reason()}"
    return f"{e['actor']} {VERDICTS[e['verdict']]} decision {number} as {role}{e.reason()}"


def _stead(e: Facts) -> str:
    """Return in whose stead somebody answers, whether they said so or not: both names are on the record."""
    holder = e["acting_for"] or next(iter(e["via"] or ()), "")
    return f" for {holder}" if holder not in ("", e["actor"]) else ""


@says("work.stopped")
def _stopped(e: Facts) -> str:
    if e["approval"]:
        what = f"decision {e['approval']}"
    elif e["run"]:
        what = f"run {e['run']}"
    else:
        what = f"escalation {e['escalation']} of {subject_name(e['subject'])}"
    return f"{plain(str(e['actor']))} {e['how']} {what}{e.reason()}"


@says("reversal.requested")
def _reversal(e: Facts) -> str:
    return f"{e['actor']} asked to go back to the plan before decision {e['approval']}{e.reason()}"


@says("delegation.granted")
def _granted(e: Facts) -> str:
    span = f"from {e.day('start')} to {e.day('end')}"
    scope = "" if e["scope"] in ("all", None, "") else f", for {e['scope']}"
    limit = "" if e["most_money"] in ("", None) else f", up to {e.money('most_money')} a decision"
    role = role_name(e["role"])
    return f"{e['person']} lets {e['delegate']} act as {role} {span}{scope}{limit}{e.reason()}"


@says("delegation.revoked")
def _revoked(e: Facts) -> str:
    return f"{e['actor']} ended delegation {e['delegation']}{e.reason()}"


@says("approval.expired")
def _expired(e: Facts) -> str:
    return f"Nobody answered decision {e['approval']} in time"


@says("escalation.answered")
def _answered(e: Facts) -> str:
    subject, role = subject_name(e["subject"]), role_name(e["role"])
    until = f" until {e.day('until')}" if e["until"] else ""
    did = {
        "give_capacity": f"gave {float(e['person_days'] or 0):g} person-days in {e['period']} for {subject}",
        "give_money": f"gave {e.money('money')} in {e['period']} for {subject}",
        "resequence": f"put back what waits for {subject} to {e['period']}",
        "hand_to_board": f"handed {subject} to the executive board",
        "accept_delay": f"accepted the delay of {subject}{until}",
        "waive": f"waived {subject}",
        "handled": f"takes care of {subject}",
    }[e["answer"]]
    return f"{e['actor']} {did} as {role}{_stead(e)}{e.reason()}"


def unanswered(e: Facts) -> str:
    """Say that an escalation ended without an answer (an event; a line of its own history has the same kind)."""
    return f"Nobody with authority answered escalation {e['escalation']} of {subject_name(e['subject'])}"
