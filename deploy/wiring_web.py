"""The composition root of the web process."""

import asyncio
from contextlib import AsyncExitStack
from datetime import timedelta

from activities.counting import Counting
from activities.ledger.sources import SqlSources
from activities.solver import solve
from deploy.keys import root_key
from deploy.process import Ready
from deploy.serving import serve
from deploy.settings import Settings
from deploy.wiring_gate import door
from deploy.wiring_intake import now, process_name, way_in
from deploy.wiring_links import links_of
from web.app import create_app
from web.services import Services


async def run_web(settings: Settings, ready: Ready) -> None:
    """Serve until cancelled."""
    async with way_in(settings) as way, AsyncExitStack() as opened:
        key = root_key(settings.key_file, may_create=False)
        sources = SqlSources(settings.database_url, key)
        opened.push_async_callback(sources.close)
        kept = timedelta(hours=settings.intake_kept_hours)
        counting = Counting(way.intake, process_name("web"), "http", now, kept)
        asking = await door(settings, key, way.ledger, opened)
        services = Services(
            dispatch=way.dispatch,
            engine=way.engine,
            reader=way.ledger,
            ledger=way.ledger,
            vault=way.vault,
            letters=way.letters,
            sources=sources,
            intake=way.intake,
            embedded=settings.embedded,
            clock=now,
            solve=solve,
            tally=counting.count,
            links=links_of(key, settings.public_url),
            gate=asking.gate,
            front=asking.front,
            temporal_ui_url=settings.temporal_ui,
            temporal_namespace=settings.temporal_namespace,
        )
        app = create_app(services, console=True)
        beats = asyncio.create_task(counting.run(), name="counting")
        try:
            await serve(app, settings, ready)
        finally:
            beats.cancel()
            await asyncio.gather(beats, return_exceptions=True)
