"""A product as it stands now, and a turn for questions about it that have to be solved for."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from typing import NamedTuple

from domain.product import ProductState
from web.problems import try_later
from web.product_time import clock_at
from web.products import Product
from web.services import Services

WAIT_S = 20.0  # for the questions before this one


class Present(NamedTuple):
    """What a question about a product is asked of."""

    known: Product
    state: ProductState
    at: datetime  # by the product's clock; never before the last event that it has taken in


async def present(svc: Services, product: str) -> Present:
    """Return the product's state now. Raises a problem for an unknown product, NotOpenError, NoAnswerError."""
    known = await svc.products.get(product)
    state = await svc.states.get(known.id)
    return Present(known, state, max(state.at, await clock_at(svc.reader, known, svc.clock())))


@asynccontextmanager
async def turn(svc: Services, seconds: float) -> AsyncIterator[None]:
    """Hold one of the few places for questions that keep a core busy; ``seconds``: how long this one takes at most.

    Raises a problem when the questions before it take too long.
    """
    try:
        async with asyncio.timeout(WAIT_S):
            await svc.solving.acquire()
    except TimeoutError as exc:
        raise try_later(f"other questions are being worked on; none ended within {WAIT_S:g} s", seconds) from exc
    try:
        yield
    finally:
        svc.solving.release()
