"""A workflow as the API shows it: what it is for, whom it waits for, what is pending, and what may be done to it."""

import asyncio
from collections.abc import Awaitable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, TypeVar
from urllib.parse import quote

from pydantic import AwareDatetime, BaseModel, Field

from activities.ports_workflows import OPEN_STATES, FoundWorkflow
from domain.entries import workflow_id
from domain.operating import Engine, Offer, Pending, Situation, offers
from domain.record import ViewRow
from events.ports import DeliveryUnavailableError
from web.problems import problem
from web.products import Product
from web.services import Services
from workflows.client import NoAnswerError, NotOpenError
from workflows.engine_views import Point, Polled, Running

POLLED_WITHIN = timedelta(seconds=60)  # workers ask again each minute at the latest
T = TypeVar("T")


class Workflow(BaseModel):
    """One workflow, from the ledger."""

    id: str
    product: str
    title: str = Field(description="Of the product")
    kind: str = Field(description="`product`, `reprioritization`, `approval`, `escalation` or `digest`")
    state: str = Field(description="`open` and `running` are not over")
    is_open: bool
    purpose: str
    waits_for: str
    role: str | None
    until: AwareDatetime | None = Field(description="By the product's clock")
    started_at: AwareDatetime | None = Field(description="Real time")
    changed_at: AwareDatetime | None = Field(description="When the ledger last had news of it, real time")
    parent: str | None = Field(description="The workflow that began it; null: of the product itself")
    time_zone: str
    simulated_clock: bool


class Queue(BaseModel):
    """Whether workers ask for the work of a workflow."""

    name: str
    polled: bool | None = Field(description="Null: the engine did not say")
    last_asked_at: AwareDatetime | None = Field(description="Real time; null: not within the last minutes")


class Links(BaseModel):
    """Where more is said."""

    history: str
    technical: str
    ledger: str
    approval: str | None
    escalation: str | None
    temporal: str | None = Field(description="The page of Temporal's Web UI; null: its address is not known here")


class WorkflowDetail(Workflow):
    """One workflow, what the engine says of it now, and what may be done to it."""

    engine: Running | None = Field(description="Null when the engine has forgotten it, or does not answer")
    engine_answers: bool
    pending: list[Pending] = Field(description="Work that it waits for, with attempts and the last failure")
    deciding: str = Field(description="What is wrong with the step in which it decides what is next; empty: nothing")
    queue: Queue | None
    actions: list[Offer]
    points: list[Point] = Field(description="Points that `reset` can go back to, the oldest first")
    links: Links


@dataclass(frozen=True)
class Look:
    """What is known of a workflow now."""

    situation: Situation
    running: Running | None
    points: list[Point]
    polled: Polled | None


def workflow_view(known: Product, found: FoundWorkflow) -> Workflow:
    """Return a workflow as lists show it."""
    return Workflow(**_fields(known, found))


def _fields(known: Product, found: FoundWorkflow) -> dict[str, Any]:
    row = found.row
    kind = str(row.data["kind"])
    return {
        "id": row.id,
        "product": row.product,
        "title": known.title,
        "kind": kind,
        "state": row.state,
        "is_open": row.state in OPEN_STATES,
        "purpose": row.data["purpose"],
        "waits_for": row.data["waits_for"],
        "role": row.role,
        "until": row.due,
        "started_at": found.started_at,
        "changed_at": found.changed_at,
        "parent": None if kind == "product" else workflow_id("product", row.product),
        "time_zone": known.time_zone,
        "simulated_clock": known.simulated,
    }


async def workflow_detail(svc: Services, known: Product, found: FoundWorkflow) -> WorkflowDetail:
    """Return a workflow with what the engine says of it; what cannot be asked is left out, and said."""
    look = await looked_at(svc, found.row)
    running = look.running
    return WorkflowDetail(
        **_fields(known, found),
        engine=running,
        engine_answers=look.situation.engine != "silent",
        pending=list(look.situation.pending),
        deciding=deciding(running, svc.clock()),
        queue=_queue(running, look.polled, svc.clock()),
        actions=list(offers(look.situation)),
        points=look.points,
        links=_links(svc, found.row),
    )


async def found_workflow(svc: Services, workflow: str) -> tuple[Product, FoundWorkflow]:
    """Return a workflow and its product. Raises a problem when there is none."""
    found = await svc.reader.workflow(workflow)
    if found is None:
        raise problem("not-found", f"there is no workflow {workflow!r}")
    return await svc.products.get(found.row.product), found


async def looked_at(svc: Services, row: ViewRow) -> Look:
    """Ask the engine, the ledger and the queue about a workflow."""
    kind, is_open = str(row.data["kind"]), row.state in OPEN_STATES
    engine: Engine = "silent"
    running, points, polled = None, [], None
    try:
        running = await svc.engine.describe(row.id)
        engine = "forgotten" if running is None else "running" if running.is_running else "ended"
    except DeliveryUnavailableError:
        pass
    if running is not None and engine == "running":
        asked = [] if kind == "product" else await _or_none(svc.engine.points(row.id))
        points, polled = asked or [], await _or_none(svc.engine.polled(running.queue))
    subject = await subject_of(svc, row)
    data = {} if subject is None else subject.data
    situation = Situation(
        kind=kind,
        open=is_open,
        engine=engine,
        pending=() if running is None else running.pending,
        awaited=await _awaited(svc, row),
        stopped=bool(data.get("stopped", data.get("standing"))),
        paused_for=standing if (standing := str(data.get("standing", ""))).startswith("paused") else "",
        steps_left=bool(data.get("steps_left", data.get("ahead"))),
        points=bool(points),
    )
    return Look(situation, running, points, polled)


async def subject_of(svc: Services, row: ViewRow) -> ViewRow | None:
    """Return the row of the request or the escalation that a workflow is; None when it is neither."""
    kind, _, rest = row.id.partition("/")
    if kind == "approval":
        return await svc.reader.row("approval", rest)
    return await svc.reader.row("escalation", rest) if kind == "escalation" else None


async def _awaited(svc: Services, row: ViewRow) -> bool:
    """Tell whether the product still waits for a workflow."""
    product = await svc.reader.row("product", row.product)
    data = {} if product is None else product.data
    kind, _, rest = row.id.partition("/")
    parts = rest.split("/")
    if kind == "approval":
        return str(data.get("open_request")) == parts[-1]
    if kind == "escalation":
        return str(data.get("open_escalations", {}).get(parts[-2])) == parts[-1]
    return str(data.get("reprioritizing")) == parts[-1] if kind == "reprioritization" else True


def deciding(running: Running | None, now: datetime) -> str:
    """Say what is wrong with the step in which a workflow decides what is next; empty when nothing is."""
    step = None if running is None else running.decides
    if step is None:
        return ""
    waits = timedelta() if step.since is None else now - step.since
    if step.attempt > 1:
        return f"it could not decide what is next {step.attempt - 1} times: its code fails, or its workers died"
    if waits > POLLED_WITHIN and not step.under_way:
        return "no worker has taken up the step in which it decides what is next"
    return ""


def is_polled(polled: Polled, now: datetime) -> bool:
    """Tell whether workers asked for both kinds of work of late."""
    asked = (polled.decides_at, polled.works_at)
    return all(at is not None and now - at <= POLLED_WITHIN for at in asked)


def last_asked(polled: Polled) -> datetime | None:
    """Return when workers last asked for that kind of work which was asked for longer ago."""
    asked = (polled.decides_at, polled.works_at)
    return None if None in asked else min(at for at in asked if at is not None)


def _queue(running: Running | None, polled: Polled | None, now: datetime) -> Queue | None:
    if running is None or not running.queue:
        return None
    if polled is None:
        return Queue(name=running.queue, polled=None, last_asked_at=None)
    return Queue(name=running.queue, polled=is_polled(polled, now), last_asked_at=last_asked(polled))


def _links(svc: Services, row: ViewRow) -> Links:
    me, kind, rest = f"/api/v1/workflows/{quote(row.id)}", row.data["kind"], quote(row.id.partition("/")[2])
    ui, namespace = svc.temporal_ui_url, quote(svc.temporal_namespace, safe="")
    return Links(
        history=f"{me}/history",
        technical=f"{me}/technical",
        ledger=f"/api/v1/products/{quote(row.product)}/ledger",
        approval=f"/api/v1/approvals/{rest}" if kind == "approval" else None,
        escalation=f"/api/v1/escalations/{rest}" if kind == "escalation" else None,
        temporal=None if ui is None else f"{ui.rstrip('/')}/namespaces/{namespace}/workflows/{quote(row.id, safe='')}",
    )


async def _or_none(asked: Awaitable[T]) -> T | None:
    """Return an answer, or None when it cannot be had now."""
    try:
        async with asyncio.timeout(3):
            return await asked
    except (DeliveryUnavailableError, NoAnswerError, NotOpenError, TimeoutError):
        return None
