"""Plays the story on a running stack, over HTTP, at the instants of the product's clock; the ledger has the word."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any

from deploy.demo.api import Api, DemoFailedError
from deploy.demo.narrator import Narrator
from deploy.demo.story import Chapter, Expected, Step, local
from domain.clock import ProductClock
from domain.definition import ProductDefinition

PATIENCE_S = 25.0  # for what must appear in the ledger; a worker that was killed is back long before
LOOK_AGAIN_S = 0.1
Kill = Callable[[str], Awaitable[None]]


class Player:
    """One telling of the story."""

    def __init__(self, api: Api, definition: ProductDefinition, narrator: Narrator, kill: Kill | None = None) -> None:
        self._api, self._definition, self._narrator, self._kill = api, definition, narrator, kill
        self._zone = definition.time_zone
        self._clock: ProductClock | None = None
        self._sent = 0
        self._began = 0  # the number of the last entry when the last step was taken
        self.entries: list[dict[str, Any]] = []  # the ledger so far

    @property
    def _last(self) -> int:
        return int(self.entries[-1]["seq"]) if self.entries else 0

    async def play(self, chapters: tuple[Chapter, ...]) -> None:
        """Declare the product and play everything. Raises DemoFailedError naming what did not happen."""
        following = asyncio.create_task(self._follow())
        telling = asyncio.create_task(self._tell(chapters))
        try:
            await asyncio.wait({following, telling}, return_when=asyncio.FIRST_COMPLETED)
            if following.done():  # it has no end of its own: reading failed
                await following
            await telling
            await self._read()
        finally:
            for task in (following, telling):
                task.cancel()
            await asyncio.gather(following, telling, return_exceptions=True)

    async def _tell(self, chapters: tuple[Chapter, ...]) -> None:
        for chapter in chapters:
            opened = bool(chapter.opens)
            if opened:
                self._narrator.announce(chapter.title, _of_kind(chapter.opens))
            if not self.entries:
                await self._declare()
            for step in chapter.steps:
                await self._reach(step.at)
                if step.kill is not None and self._kill is not None:
                    await self._kill(step.kill)
                    await self._read()
                if not opened and (step.send or step.kill):
                    opened = True
                    after = self._last
                    event = None if step.kill else (step.send[0].source, self._id(1))
                    self._narrator.announce(chapter.title, _after(after) if event is None else _of_event(*event))
                await self._take(step)

    async def _declare(self) -> None:
        await self._api.apply(self._definition, self._definition.people.product_manager[0])
        await self._await_all(0, [Expected(kind="product.applied")], "the product file was applied")
        first = self.entries[0]["line"]
        # The clock starts with the first entry: the instant that it was recorded is the origin's real one.
        self._clock = ProductClock(settings=self._definition.clock, started=datetime.fromisoformat(first["at"]))

    async def _reach(self, moment: datetime) -> None:
        """Wait until the product's clock shows an instant of the story."""
        if self._clock is not None:
            wait = self._clock.wait(datetime.now(UTC), local(moment, self._zone))
            await asyncio.sleep(wait.total_seconds())

    async def _take(self, step: Step) -> None:
        waits_only = not (step.send or step.decide or step.answer)
        since = self._began if waits_only else self._last  # what falls due by itself may have come a moment early
        self._began = self._last
        events = [self._event(step.at, one.type, one.source, one.data) for one in step.send]
        if step.begin is not None:
            events += await self._begun(step.at, step.begin)
        if step.finish is not None:
            events += await self._finished(step.at, step.finish)
        if events:
            await self._api.send(events)
        if step.decide is not None:
            await self._decide(step)
        if step.answer is not None:
            await self._answer(step)
        wanted = [(one["source"], one["id"]) for one in events]
        what = f"what was due on {step.at:%d %b %H:%M}"
        await self._until(lambda: not (set(wanted) - self._recorded()), f"{what} is not in the ledger")
        await self._await_all(since, list(step.expect), what)

    # -- what systems and people do ----------------------------------------------------------------------

    def _id(self, ahead: int) -> str:
        return f"demo-{self._sent + ahead}"

    def _event(self, at: datetime, kind: str, source: str, data: dict[str, Any]) -> dict[str, Any]:
        event_id = self._id(1)
        self._sent += 1
        return {
            "specversion": "1.0",
            "id": event_id,
            "source": source,
            "type": kind,
            "subject": self._api.product,
            "time": local(at, self._zone).isoformat(),
            "datacontenttype": "application/json",
            "data": {name: value.isoformat() if hasattr(value, "isoformat") else value for name, value in data.items()},
        }

    async def _begun(self, at: datetime, source: str) -> list[dict[str, Any]]:
        """Return that everything began which the plan in force has for the month."""
        month = f"{at:%Y-%m}"
        items = (await self._api.roadmap())["items"]
        due = [item["id"] for item in items if item["status"] == "planned" and item["start"] == month]
        return [self._event(at, "item.started", source, {"item": name}) for name in due]

    async def _finished(self, at: datetime, source: str) -> list[dict[str, Any]]:
        """Return that everything is finished, and paid, which began and takes a month."""
        month, found = f"{at:%Y-%m}", []
        for item in (await self._api.roadmap())["items"]:
            if item["status"] == "started" and item["duration"] <= 1:
                spent = {"item": item["id"], "period": month, "amount": item["cost"]}
                found.append(self._event(at, "item.completed", source, {"item": item["id"]}))
                found.append(self._event(at, "budget.spent", "/finance", spent))
        return found

    async def _decide(self, step: Step) -> None:
        approvals = await self._api.open_approvals()
        if not approvals or step.decide is None:
            raise DemoFailedError(f"on {step.at:%d %b %H:%M} no decision was open")
        shown = approvals[0]
        await self._api.decide(shown["number"], {**step.decide.model_dump(mode="json"), "proposal": shown["hash"]})

    async def _answer(self, step: Step) -> None:
        escalations = await self._api.open_escalations()
        if not escalations or step.answer is None:
            raise DemoFailedError(f"on {step.at:%d %b %H:%M} no escalation was open")
        reply = step.answer.model_dump(mode="json") | {"until": local(step.answer.until, self._zone).isoformat()}
        await self._api.answer(escalations[0]["subject"], escalations[0]["number"], reply)

    # -- what the ledger says ----------------------------------------------------------------------------

    async def _follow(self) -> None:
        while True:
            if self._clock is not None or self.entries:
                await self._read()
            await asyncio.sleep(LOOK_AGAIN_S)

    async def _read(self) -> None:
        """Read what is new and tell it."""
        while True:
            page = await self._api.ledger(self._last)
            for entry in page["items"]:
                if entry["seq"] > self._last:  # two readers may overlap
                    self.entries.append(entry)
                    self._narrator.tell(entry, page["time_zone"])
            if page["next"] is None:
                return

    def _recorded(self) -> set[tuple[str, str]]:
        return {(entry["event"][0], entry["event"][1]) for entry in self.entries if entry["event"]}

    async def _await_all(self, since: int, expected: list[Expected], what: str) -> None:
        for one in expected:
            says = f" that says “{one.says}”" if one.says else ""
            missing = f"{what}: there is no entry “{one.kind}”{says}"
            await self._until(lambda one=one: self._holds(one, since), missing)  # type: ignore[misc]

    def _holds(self, expected: Expected, since: int) -> bool:
        return any(
            entry["seq"] > since
            and entry["line"]["kind"] == expected.kind
            and expected.says in f"{entry['line']['what']} {entry['line']['why']}"
            for entry in self.entries
        )

    async def _until(self, holds: Callable[[], bool], missing: str) -> None:
        deadline = time.monotonic() + PATIENCE_S
        while not holds():
            if time.monotonic() > deadline:
                raise DemoFailedError(f"the story stopped: {missing} after {PATIENCE_S:.0f} s of waiting")
            if self._clock is None:
                await self._read()
            await asyncio.sleep(LOOK_AGAIN_S / 2)


def _of_kind(kinds: tuple[str, ...]) -> Callable[[dict[str, Any]], bool]:
    return lambda entry: entry["line"]["kind"] in kinds


def _after(seq: int) -> Callable[[dict[str, Any]], bool]:
    return lambda entry: bool(entry["seq"] > seq)


def _of_event(source: str, event_id: str) -> Callable[[dict[str, Any]], bool]:
    return lambda entry: entry["event"] is not None and list(entry["event"]) == [source, event_id]
