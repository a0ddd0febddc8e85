"""The demo from a fresh home to the end: the stack, the story, what can be tried afterwards."""

import asyncio
import json
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path

from rich.text import Text

from deploy.cli.output import progress, shown_path
from deploy.demo.afterwards import SAMPLE, commands, sample_event
from deploy.demo.api import Api, DemoFailedError
from deploy.demo.narrator import LABEL, MOST_COLUMNS, Narrator, pace
from deploy.demo.player import Player
from deploy.demo.story import Variant, load_chapters, load_definition
from deploy.home import Home
from deploy.local import LocalStack
from deploy.settings import Settings, is_loopback

KEPT = ("*.db", "*.db-wal", "*.db-shm", "logs/*.log", "logs/*.log.1", SAMPLE)  # of an earlier demo, and removed
Say = Callable[[Text], None]


def demo_settings(settings: Settings) -> Settings:
    """Return settings of a home of its own below the configured one: the demo touches nobody's data."""
    home = settings.home / "demo"
    chosen = settings.model_dump(include={"temporal_port", "temporal_ui_port", "web_host", "web_port", "log_level"})
    if not is_loopback(settings.web_host):
        del chosen["web_host"]  # the demo has no sign-in
    return Settings.model_validate(chosen | {"home": home, "log_format": "json"})


def make_fresh(home: Home) -> None:
    """Remove what an earlier demo left, and only that. Raises AlreadyRunningError when one still runs there."""
    with home.locked():
        for pattern in KEPT:
            for path in home.path.glob(pattern):
                path.unlink()


class Demo:
    """One run of the demo."""

    def __init__(self, settings: Settings, say: Say, width: int, variant: Variant = Variant()) -> None:  # noqa: B008
        self._settings, self._say, self._variant = settings, say, variant
        self._width = min(width, MOST_COLUMNS)
        self._stack = LocalStack(settings)

    async def run(self, stay: bool) -> None:
        """Play the story; then stop, or stay until told to. Raises PlainError."""
        working = asyncio.create_task(self._work(stay))
        for sig in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            asyncio.get_running_loop().add_signal_handler(sig, working.cancel)
        try:
            await working
        finally:
            if self._stack.pids:
                with progress("stopping"):
                    await self._stack.stop()

    async def _work(self, stay: bool) -> None:
        make_fresh(Home(self._settings.home))
        began = time.monotonic()
        with progress("starting") as step:
            await self._stack.start(step)
        ready = time.monotonic() - began
        story = asyncio.create_task(self._play(ready))
        failure = asyncio.create_task(self._stack.failure())
        try:
            await asyncio.wait({story, failure}, return_when=asyncio.FIRST_COMPLETED)
            if failure.done():
                await failure
            await story
            if stay:
                await self._stay()
                await failure
        finally:
            for task in (story, failure):
                task.cancel()
            await asyncio.gather(story, failure, return_exceptions=True)

    async def _play(self, ready_s: float) -> None:
        definition = load_definition(self._variant)
        self._opening(f"{definition.title}", ready_s, definition.clock.rate)
        began = time.monotonic()
        narrator = Narrator(self._say, self._width)
        async with Api(self._settings.web_url, definition.product) as api:
            player = Player(api, definition, narrator, self._kill)
            await player.play(load_chapters(self._variant))
        told, kept = len(narrator.told), len(player.entries)
        took = time.monotonic() - began
        self._say(Text())
        self._say(Text(f"Told {told} of the {kept} entries of the ledger, in {took:.0f} s.", style="dim"))

    def _opening(self, title: str, ready_s: float, rate: float) -> None:
        self._say(Text(title, style="bold"))
        self._say(Text(f"Tandem was ready after {ready_s:.1f} s. Eight weeks follow on a {LABEL}: {pace(rate)}."))
        self._say(Text("Every line below is an entry of the ledger, read over the API, and cites its number."))

    async def _kill(self, name: str) -> None:
        """Kill a process as a failing machine would; the stack starts it again by itself."""
        self._stack.kill(name)

    async def _stay(self) -> None:
        """Say what can be tried on the stack, which goes on running."""
        settings = self._settings
        definition = load_definition(self._variant)
        async with Api(settings.web_url, definition.product) as api:
            approvals = await api.open_approvals()
        if not approvals:
            raise DemoFailedError("the story ended without an open decision")
        sample = settings.home / SAMPLE
        sample.write_text(json.dumps(sample_event(definition)) + "\n")
        self._say(Text())
        self._say(
            Text("It is still running, and from here on its clock is as slow as yours. Try, in another terminal,")
        )
        self._say(Text(f"from {Path.cwd()}:"))
        tandem = shown_path(Path(sys.executable).parent / "tandem")
        for title, lines in commands(settings, definition, approvals[0], tandem):
            self._say(Text())
            self._say(Text(title, style="bold"))
            for line in lines:
                self._say(Text(f"  {line}"))
        self._say(Text())
        self._say(Text("Ctrl-C stops it."))
