"""The threads of the channels whose libraries block, apart from all others: a hanging server holds up no plan."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

_POOL = ThreadPoolExecutor(16, thread_name_prefix="channels")


async def in_thread(work: Callable[[], None]) -> None:
    """Do blocking work, and wait for its end."""
    await asyncio.get_running_loop().run_in_executor(_POOL, work)
