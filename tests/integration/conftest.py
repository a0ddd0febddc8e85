"""A server and a product of its own for each test: skipped time is the whole server's time."""

from collections.abc import AsyncIterator

import pytest

from tests.integration.company import Company, time_skipping_server


@pytest.fixture
async def company(request: pytest.FixtureRequest) -> AsyncIterator[Company]:
    """Return a company with a worker."""
    async with time_skipping_server() as env:
        company = Company(env, "company", "shop")
        async with company.worker():
            yield company
