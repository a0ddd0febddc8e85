"""From what happened to what the ledger keeps: one entry per event, and one per thing that follows. Pure."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any, NamedTuple

from domain.evolve import Stamped, Taken
from domain.horizon_mismatch import options_data
from domain.product import ProductState, Trigger
from domain.reactions import (
    Adopt,
    Conclude,
    ConcludeEscalation,
    Escalate,
    NoReaction,
    Notify,
    Reaction,
    Reactions,
    Reprioritize,
    RequestDecision,
    StandDown,
    Supersede,
)
from domain.record import Entry, Identity, Spelled, ViewRow, content_hash, said_at, spelling
from domain.wording import listing, role_name
from events import internal
from events.model import Event

PLAIN_FIELDS = ("item", "milestone", "dependency", "theme", "goal", "team", "capability", "period", "subject")


class Times(NamedTuple):
    """The two times of an entry, and the policy that was in force."""

    at: datetime
    clock_at: datetime
    policy_hash: str


def workflow_id(kind: str, *key: object) -> str:
    """Return the id of a workflow: ``approval/web/7``."""
    return "/".join((kind, *(str(part) for part in key)))


def digest_id(product: str, person: str) -> str:
    """Return the id of the workflow that gathers messages to a person; ids are not encrypted, so it names nobody."""
    return workflow_id("digest", product, content_hash(person)[:16])


def said_of(reaction: Reaction) -> dict[str, Any]:
    """Return a reaction as the ledger keeps it: its kind, and why, in words."""
    if isinstance(reaction, NoReaction):
        return {"kind": "no reaction", "because": reaction.because}
    if isinstance(reaction, Reprioritize):
        kind = "look at the priorities at once" if reaction.urgent else "look at the priorities"
        return {"kind": kind, "because": reaction.because}
    if isinstance(reaction, Escalate):
        said = {"kind": "bring to the product owner", "because": reaction.because, "subject": reaction.subject}
        return said | ({"options": options_data(reaction.options)} if reaction.options else {})
    if isinstance(reaction, StandDown):
        number, subject = reaction.number, reaction.subject
        return {"kind": "stand down", "because": reaction.because, "number": number, "subject": subject}
    if isinstance(reaction, RequestDecision):
        return {"kind": f"ask the {role_name(reaction.role)}", "because": reaction.because}
    if isinstance(reaction, Supersede):
        number, again = reaction.approval, reaction.successor is not None
        return {"kind": "replace the request", "because": reaction.because, "number": number, "asked_anew": again}
    if isinstance(reaction, Adopt):
        return {"kind": f"adopt on the authority of the {role_name(reaction.role)}", "because": reaction.because}
    if isinstance(reaction, Conclude):
        came_to = {"changes": "planned anew", "uncounted": "taken back"}.get(reaction.effect, reaction.effect)
        return {"kind": f"answer {came_to}", "because": reaction.because, "number": reaction.approval}
    if isinstance(reaction, ConcludeEscalation):
        kind = "answer refused" if reaction.effect == "refused" else "answer taken"
        number, subject = reaction.number, reaction.subject
        return {"kind": kind, "because": reaction.because, "number": number, "subject": subject}
    whom = listing(reaction.people) if reaction.people else f"the {role_name(reaction.role)}"
    return {"kind": f"tell {whom}", "because": f"{reaction.subject}: {reaction.text}"}


def event_entry(state: ProductState, stamped: Stamped, taken: Taken, reactions: Reactions, times: Times) -> Entry:
    """Return the entry that records an event, its outcome and what follows from it."""
    return spelled_event(state, stamped, taken, reactions, times).entry()


def spelled_event(state: ProductState, stamped: Stamped, taken: Taken, reactions: Reactions, times: Times) -> Spelled:
    """Return that entry spelled."""
    event = stamped.event
    data = _said_by(event)
    rows: tuple[ViewRow, ...] = (_dead_letter(stamped, taken, data),) if taken.outcome == "refused" else ()
    actor, identity, cause = event.source, _BY_ENGINE, None
    if event.source == internal.SOURCE:  # few are: in a worker's sandbox each `isinstance` takes a microsecond
        actor, identity = _answerable(event)
        cause = event.cause if isinstance(event, internal.Raised) else None
        if isinstance(event, internal.PlanSolved):  # its workflow ends with this
            run = workflow_id("reprioritization", state.product, event.run)
            rows = (*rows, workflow_row(run, state.product, "ended", "looked for the best plan"))
    return Spelled(
        product=state.product,
        key=stamped.key,
        at=said_at(times.at),
        clock_at=said_at(times.clock_at),
        kind=data["type"],
        cause=cause,
        actor=actor,
        identity=identity,
        workflow=workflow_id("product", state.product),
        about=about(data),
        event=(event.source, event.id),
        data=spelling(
            {
                "event": data,
                "outcome": taken.outcome,
                "because": taken.because,
                "currency": state.currency,
                "time_zone": state.time_zone,
                "reactions": [said_of(reaction) for reaction in reactions],
            }
        ),
        policy_hash=times.policy_hash,
        rows=rows,
    )


def _said_by(event: Event) -> dict[str, Any]:
    """Return what an event says as the ledger keeps it: without extensions that it has not, and no whole definition."""
    data = event.model_dump(mode="json")
    if not event.extensions:
        del data["extensions"]
    if "definition" in data:
        definition = data.pop("definition")
        data["title"], data["items"] = definition.get("title"), len(definition.get("items", {}))
    return data


_BY_ENGINE: Identity = "engine"


def _answerable(event: Event) -> tuple[str, Identity]:
    """Return who is behind an internal event, and how well that is known."""
    if isinstance(event, internal.DecisionGiven | internal.EscalationAnswered | internal.ReversalRequested):
        return event.actor, event.identity
    if isinstance(event, internal.DelegationRevoked | internal.WorkStopped):
        return event.actor, event.identity
    if isinstance(event, internal.DelegationGranted):
        return event.person, event.identity
    if isinstance(event, internal.ProductApplied | internal.ProductArchived):
        return event.actor, event.identity
    return "tandem", "engine"


def _dead_letter(stamped: Stamped, taken: Taken, data: dict[str, Any]) -> ViewRow:
    event = stamped.event
    return ViewRow(
        kind="dead_letter",
        id=f"{event.product}/{event.source}/{event.id}",
        product=event.product,
        state="open",
        data={"reason": taken.because, "event": data, "at": stamped.at.isoformat()},
    )


def about(data: dict[str, Any]) -> tuple[str, ...]:
    """Return what an event is about, as `why` looks it up: ``item:sso``, ``approval:7`` …"""
    found = [f"{field}:{data[field]}" for field in PLAIN_FIELDS if data.get(field).__class__ is str]
    if "needs" in data:
        found.append(f"item:{data['needs']}")
    if data["source"] == internal.SOURCE:
        found += _about_inside(data)
    return tuple(dict.fromkeys(found))


def _about_inside(data: dict[str, Any]) -> Iterator[str]:
    """Yield what an internal event is about beside that."""
    for field in ("run", "approval"):
        if isinstance(data.get(field), int):
            yield f"{field}:{data[field]}"
    if isinstance(data.get("escalation"), int):
        yield f"escalation:{data['subject']}/{data['escalation']}"
    change = data.get("change")
    if isinstance(change, dict):
        for part in ("entered", "displaced", "moved"):
            yield from (f"item:{name}" for name in change.get(part, ()))


def started_entry(state: ProductState, triggers: tuple[Trigger, ...], more: int, times: Times, snapshot: str) -> Entry:
    """Return the entry that a reprioritization begins with: all the reasons that were gathered."""
    number = state.runs
    run_id = workflow_id("reprioritization", state.product, number)
    return Entry(
        product=state.product,
        key=f"reprioritization/{number}/started",
        at=times.at,
        clock_at=times.clock_at,
        kind="reprioritization.started",
        cause=triggers[0].cause if triggers else None,
        workflow=run_id,
        about=(f"run:{number}", *(f"cause:{trigger.cause}" for trigger in triggers)),
        data={
            "run": number,
            "reasons": [trigger.because for trigger in triggers],
            "more": more,
            "urgent": any(trigger.urgent for trigger in triggers),
            "snapshot": snapshot,
        },
        policy_hash=times.policy_hash,
        rows=(workflow_row(run_id, state.product, "running", "looks for the best plan", "the planner"),),
    )


def adoption_of(adopt: Adopt, stamped: Stamped) -> internal.PlanAdopted:
    """Return the event that puts a plan in force: it takes effect right after the one that it follows from."""
    outcome = adopt.outcome
    return internal.PlanAdopted(
        id=f"plan/{outcome.run}/adopted" + ("" if adopt.approval is None else f"/{adopt.approval}"),
        source=internal.SOURCE,
        product=stamped.event.product,
        time=stamped.at,
        cause=stamped.key,
        run=outcome.run,
        plan=outcome.plan,
        proposal=outcome.proposal,
        starts=outcome.starts,
        change=outcome.change,
        by=adopt.by,
        role=adopt.role,
        approval=adopt.approval,
    )


def workflow_row(
    workflow: str,
    product: str,
    state: str,
    purpose: str,
    waits_for: str = "",
    until: datetime | None = None,
    role: str | None = None,
) -> ViewRow:
    """Return the row of one workflow: what it is for, what it waits for and until when."""
    return ViewRow(
        kind="workflow",
        id=workflow,
        product=product,
        state=state,
        role=role,
        due=until,
        data={"purpose": purpose, "waits_for": waits_for, "kind": workflow.split("/", 1)[0]},
    )


def incident_row(product: str, key: str, subject: str, text: str, at: datetime) -> ViewRow:
    """Return a row for the operator's page: something that somebody has to look at."""
    return ViewRow(
        kind="incident",
        id=f"{product}/{key}",
        product=product,
        state="open",
        data={"subject": subject, "text": text, "at": at.isoformat()},
    )


def told_people(state: ProductState, notify: Notify) -> tuple[str, ...]:
    """Return whom news are for: those whom they name, or all who hold the role."""
    return notify.people or state.people.holders(notify.role)


def told_entry(state: ProductState, notify: Notify, cause: str, number: int, times: Times) -> Entry:
    """Return the entry of something that is told to those who hold a role."""
    key = f"{cause}/told/{number}"
    people = told_people(state, notify)
    rows = (incident_row(state.product, key, notify.subject, notify.text, times.clock_at),) if notify.incident else ()
    return Entry(
        product=state.product,
        key=key,
        at=times.at,
        clock_at=times.clock_at,
        kind="incident.raised" if notify.incident else "notification.sent",
        cause=cause,
        workflow=workflow_id("product", state.product),
        data={
            "role": notify.role,
            "to": list(people),
            "subject": notify.subject,
            "text": notify.text,
            "said": f"{notify.subject} ({listing(people)})",
        },
        policy_hash=times.policy_hash,
        rows=rows,
    )
