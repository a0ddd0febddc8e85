"""A running product says what a file changes, and ends nothing that nobody asked it to end."""

import json
from typing import Any

import pytest
from temporalio.client import WorkflowUpdateFailedError
from temporalio.worker import Replayer

from deploy.sandbox import workflow_runner
from deploy.wiring import WORKFLOWS
from domain.applied_differences import DROPPED
from tests.integration.company import Company, web_shop
from workflows.client import RefusedError
from workflows.data import DATA_CONVERTER
from workflows.messages import ApplyRequest


def shorter(company: Company, **over: Any) -> Any:
    """Return the product's file without its last item and whatever needs it."""
    file = web_shop(company.product, **over)
    gone = list(file.items)[-1]
    items = {name: one for name, one in file.items.items() if name != gone}
    items = {name: one.model_copy(update={"after": ()}) for name, one in items.items()}
    dependencies = {name: one for name, one in file.dependencies.items() if one.needs != gone}
    return gone, file.model_copy(update={"items": items, "dependencies": dependencies})


async def test_whoever_asks_a_file_ends_nothing_unless_drop_is_said(company: Company) -> None:
    await company.declare()
    gone, file = shorter(company)
    with pytest.raises(RefusedError, match=f"items.{gone}") as refused:
        await company.engine.apply(file, "mara")
    assert refused.value.kind == "WouldDropError"
    places = [one["place"] for one in refused.value.details[0]]
    assert f"items.{gone}" in places
    handle = company.env.client.get_workflow_handle(f"product/{company.product}")
    bare = ApplyRequest(definition=file, actor="mara").model_dump(mode="json", exclude={"drop"})
    with pytest.raises(WorkflowUpdateFailedError):  # a caller that knows nothing of the field
        await handle.execute_update("apply", bare)
    assert len(company.entries("product.applied")) == 1
    done = await company.engine.apply(file, "mara", drop=True)
    assert [(one.change, one.text) for one in done.differences.listed if one.place == f"items.{gone}"] == [
        ("dropped", DROPPED)
    ]
    await company.recorded("product.applied", 2)


async def test_a_drop_that_was_accepted_before_it_had_to_be_asked_for_replays(company: Company) -> None:
    await company.declare()
    _, file = shorter(company)
    await company.engine.apply(file, "mara", drop=True)
    await company.quiet()
    history = await company.env.client.get_workflow_handle(f"product/{company.product}").fetch_history()
    stripped = 0
    for event in history.events:
        for payload in event.workflow_execution_update_accepted_event_attributes.accepted_request.input.args.payloads:
            request = json.loads(payload.data)
            stripped += request.pop("drop")
            payload.data = json.dumps(request).encode()
    assert stripped == 1
    replayer = Replayer(workflows=list(WORKFLOWS), workflow_runner=workflow_runner(), data_converter=DATA_CONVERTER)
    await replayer.replay_workflow(history)


async def test_comparing_tells_what_applying_comes_to_and_changes_nothing(company: Company) -> None:
    assert (await company.engine.apply(web_shop(company.product), "", dry_run=True)).created
    await company.declare()
    handle = company.env.client.get_workflow_handle(f"product/{company.product}")
    await company.quiet()
    length = (await handle.describe()).history_length
    same = await company.engine.apply(web_shop(company.product), "", dry_run=True)
    assert (same.changed, same.created, same.differences.listed) == (False, False, ())
    gone, file = shorter(company)
    found = await company.engine.apply(file, "", dry_run=True)
    assert found.changed
    assert (f"items.{gone}", "dropped") in [(one.place, one.change) for one in found.differences.listed]
    with pytest.raises(RefusedError, match="currency: EUR cannot become USD") as refused:
        await company.engine.apply(web_shop(company.product, currency="USD"), "", dry_run=True)
    assert refused.value.kind == "ProductRefusedError"
    assert (await handle.describe()).history_length == length
