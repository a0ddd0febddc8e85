"""How approvals and escalations report back: by a signal to the product's id; the run that began them may be over."""

from temporalio import workflow

from domain.entries import workflow_id
from events.union import Accepted, EventBatch, Internal


async def report(product: str, event: Internal) -> None:
    """Hand an event to the product; its id makes a repetition harmless."""
    target = workflow.get_external_workflow_handle(workflow_id("product", product))
    await target.signal("observe", EventBatch(events=(Accepted(event=event, at=workflow.now()),)))
