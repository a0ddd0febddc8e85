"""A server and a product of its own for each test: skipped time is the whole server's time."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.integration.company import Company, time_skipping_server
from tests.integration.operated import Operated, operated


@pytest.fixture
async def company(request: pytest.FixtureRequest) -> AsyncIterator[Company]:
    """Return a company with a worker."""
    async with time_skipping_server() as env:
        company = Company(env, "company", "shop")
        async with company.worker():
            yield company


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Operated]:
    """Return a company with a worker and a plan in force."""
    async with operated(tmp_path) as found, found.company.worker():
        await found.company.declare()
        yield found
