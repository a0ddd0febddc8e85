"""Without any worker nobody renews a run: events of hours neither end a product nor are lost."""

import base64
import random
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from temporalio.client import Client, WorkflowExecutionStatus

from deploy.local import LocalStack, local_stack
from deploy.opening import connect
from events.dispatch import Dispatch
from events.model import FeedbackReceived
from events.outcome import Status
from events.room import Limits
from tests.builders import make
from tests.harness import stack_settings
from tests.integration.company import web_shop
from tests.ways_in import LedgerFile, until
from workflows.client import Engine

pytestmark = pytest.mark.check

SOURCE = "/hours"
MOST_SENT = 30_000  # events; long before this the product has to be held
PATIENCE = timedelta(seconds=180)  # until a worker has caught up with everything
LIVES = (WorkflowExecutionStatus.RUNNING, WorkflowExecutionStatus.CONTINUED_AS_NEW)


@dataclass
class Site:
    """A server and a worker that can be stopped, and dispatch in front of them."""

    stack: LocalStack
    client: Client
    engine: Engine
    dispatch: Dispatch
    ledger: LedgerFile


@pytest.fixture(scope="module")
async def site(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Site]:
    home: Path = tmp_path_factory.mktemp("hours")
    settings = stack_settings(home)
    async with local_stack(settings, only={"temporal", "worker"}, auto_restart=False) as stack:
        client = await connect(settings)
        engine = Engine(client, settings.task_queue)
        dispatch = Dispatch(engine, lambda: datetime.now(UTC), Limits(deadline=60))
        yield Site(stack, client, engine, dispatch, LedgerFile(home))
        await dispatch.close(1)


def statements(product: str, first: int, count: int, letters: int) -> list[FeedbackReceived]:
    """Return so many statements, each with this much text that no compression makes much smaller."""
    now, noise = datetime.now(UTC), random.Random(first)
    return [
        make(
            FeedbackReceived,
            id=f"e-{n}",
            source=SOURCE,
            product=product,
            time=now,
            theme="login",
            weight=0,
            text=base64.b64encode(noise.randbytes(letters * 3 // 4)).decode(),
        )
        for n in range(first, first + count)
    ]


@pytest.mark.parametrize(
    ("product", "batch", "letters", "reason"),
    [
        pytest.param("many-small", 1, 0, "signals", id="small ones, one by one"),
        pytest.param("few-large", 450, 2_000, "bytes", id="batches of 0.9 MB"),
    ],
)
async def test_events_of_hours_without_a_worker_end_no_product_and_are_not_lost(
    site: Site, product: str, batch: int, letters: int, reason: str
) -> None:
    if "worker" not in site.stack.pids:
        await site.stack.restart("worker")
    await site.engine.apply(web_shop(product), "mara")
    await until(lambda: bool(site.ledger.entries(product, "plan.adopted")), "the first plan")
    await site.stack.supervisor.release("worker")
    await site.stack.supervisor["worker"].stop()
    run = (await site.engine.measure(product)).run_id

    accepted: list[str] = []
    while True:
        events = statements(product, len(accepted), batch, letters)
        outcomes = {one.status for one in await site.dispatch.take(events)}
        if outcomes != {Status.ACCEPTED}:
            break
        accepted += [event.id for event in events]
        assert len(accepted) < MOST_SENT
    assert outcomes == {Status.HELD}
    assert reason in site.dispatch.stats().held_products[product]
    assert {one.status for one in await site.dispatch.take(events)} == {Status.HELD}
    assert (await site.client.get_workflow_handle(f"product/{product}").describe()).run_id == run

    await site.stack.restart("worker")
    await until(lambda: product not in site.dispatch.stats().held_products, "its release", PATIENCE)
    assert {one.status for one in await site.dispatch.take(events)} == {Status.ACCEPTED}
    accepted += [event.id for event in events]
    missing = await site.ledger.holds(product, SOURCE, accepted, PATIENCE)
    assert missing == set()
    assert site.ledger.event_ids(product, SOURCE) == accepted, "each once, in order"
    async for one in site.client.list_workflows(f"WorkflowId = 'product/{product}'"):
        assert one.status in LIVES, f"run {one.run_id} was ended by the server"
