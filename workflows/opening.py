"""How a product opens a look at its priorities: the snapshot is kept first, so that its hash means something."""

from datetime import datetime

from temporalio import workflow

from activities.records import Document, Records
from domain.changed_inputs import changed_inputs
from domain.core import may_start, started
from domain.entries import started_entry
from domain.pacing import taken_up
from domain.planning import document
from domain.product import ProductState
from domain.record import Entry
from domain.snapshot import snapshot_of
from workflows.messages import ReprioritizationCase
from workflows.options import RECORD
from workflows.recording import Recorder

Opened = tuple[ProductState, Entry, ReprioritizationCase]


async def open_run(state: ProductState, recorder: Recorder, at: datetime) -> Opened | None:
    """Return the state with a run under way, its entry and its case; None when nothing starts now."""
    if not may_start(state, state.policy, at):
        return None
    triggers, more = taken_up(state)
    digest = await workflow.execute_activity_method(
        Records.store_document,
        Document(content=document(snapshot_of(state, at))),
        summary=f"keep the snapshot of run {state.runs + 1}",
        **RECORD,
    )
    after = started(state, at)
    entry = started_entry(after, triggers, more, recorder.times(at), digest)
    case = ReprioritizationCase(
        product=after.product,
        run=after.runs,
        snapshot=digest,
        limits=after.policy.solver,
        reasons=tuple(trigger.because for trigger in triggers),
        changed=changed_inputs(state, at),
        titles={item.id: item.title for item in after.items.values() if item.open and item.title},
        wanted=None if state.reversal is None else state.reversal.starts,
        wanted_by=None if state.reversal is None else state.reversal.actor,
        clock=recorder.clock,
        policy_hash=recorder.policy_hash,
    )
    return after, entry, case
