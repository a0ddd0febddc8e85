"""Real answering times against the ladder: as many reminders and rungs as the durations and the calendars say."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from activities.ledger.store import SqlLedger
from deploy.opening import prepare
from tests.harness import stack_settings
from tests.integration.company import time_skipping_server
from tests.integration.stateless_worker import Worker
from tests.integration.year import HOUR, Case, Year, clear_of_boundaries, companies, expected
from tests.realdata import realdata
from workflows.client import Engine

REMINDER, BOARD = 2, 5  # business days
BUSINESS: dict[str, Any] = {
    "rungs": [
        {"after": "0 business days", "role": "product_owner"},
        {"after": f"{REMINDER} business days", "role": "product_owner", "reminder": True},
        {"after": f"{BOARD} business days", "role": "executive_board"},
    ],
    "ends_after": "140 business days",
    "cap": "300 days",
}
PLAIN: dict[str, Any] = {"ends_after": "4000 hours", "cap": "300 days"}  # its rungs are the default: 0, 48, 168 hours


def durations() -> list[float]:
    """Return real hours from a request to its approval."""
    values = json.loads(realdata("approval-hours/permit_approval_hours.json").read_text())["values"]
    assert len(values) == 100
    return [float(value) for value in values]


@asynccontextmanager
async def a_year(home: Path) -> AsyncIterator[Year]:
    async with time_skipping_server() as env:
        address = env.client.service_client.config.target_host
        settings = stack_settings(home, temporal_address=address)
        await prepare(settings)
        worker, ledger = Worker(settings), await SqlLedger.open(settings.database_url)
        worker.start()
        try:
            yield Year(env, Engine(env.client, settings.task_queue), ledger, worker)
        finally:
            worker.kill()
            await ledger.close()


async def test_the_first_durations_under_plain_hours_give_four_reminders_and_one_rung(tmp_path: Path) -> None:
    hours = durations()[:22]
    async with asyncio.timeout(150), a_year(tmp_path) as year:
        now = await year.env.get_current_time()
        cases = [Case(number, now + number * timedelta(minutes=1), one) for number, one in enumerate(hours)]
        await year.declare(companies(cases, PLAIN, business=False))
        await year.play(cases, kill_share=0.05, seed=6)
        found = await year.counted()
    assert year.kills >= 3
    assert (found["escalation.reminded"], found["escalation.climbed"]) == (4, 1)
    assert sum(one > 48 for one in hours) == 4
    assert sum(one > 168 for one in hours) == 1
    assert found["escalation.unanswered"] == 0


@pytest.mark.check
async def test_a_year_in_three_time_zones_tells_as_often_as_the_calendars_say(tmp_path: Path) -> None:
    hours = durations()
    async with asyncio.timeout(500), a_year(tmp_path) as year:
        now = (await year.env.get_current_time()).replace(second=0, microsecond=0) + timedelta(minutes=5)
        apart = timedelta(days=365) / len(hours)
        cases = [
            clear_of_boundaries(Case(number, now + number * apart, one), REMINDER, BOARD)
            for number, one in enumerate(hours)
        ]
        await year.declare(companies(cases, BUSINESS, business=True))
        await year.play(cases, kill_share=0.025, seed=8)
        found, passed = await year.counted(), await year.env.get_current_time() - now
    assert year.kills >= 5
    assert passed >= 360 * 24 * HOUR
    wanted = expected(cases, REMINDER, BOARD)
    assert {kind: found[kind] for kind in wanted} == dict(wanted)
    assert found["escalation.unanswered"] == 0
    assert found["escalation.answered"] == len(cases)
