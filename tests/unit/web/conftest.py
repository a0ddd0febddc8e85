"""The web application over ports in memory."""

from collections.abc import AsyncIterator

import httpx
import pytest

from events.dispatch import Dispatch
from tests.fakes.engine import FakeEngine
from tests.fakes.ledger import FakeLedger
from tests.unit.web.dead_letters import STARTED
from tests.unit.web.site import Site, event, services
from web.app import create_app


@pytest.fixture
async def site() -> AsyncIterator[Site]:
    """Serve with one product, ``web``."""
    ledger = FakeLedger()
    engine = FakeEngine(ledger)
    put_together = services(ledger, engine)
    transport = httpx.ASGITransport(create_app(put_together), raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://localhost:8080") as http:
        found = Site(http, put_together, ledger, engine)
        assert (await found.apply()).status_code == 200
        yield found
    dispatch: Dispatch = put_together.dispatch
    await dispatch.close(1)


@pytest.fixture
async def refused(site: Site) -> Site:
    """Have one letter: a product refused to start an item that it does not have."""
    assert (await site.send(event(**STARTED))).status_code == 202
    return site
