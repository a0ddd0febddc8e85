"""What operators do to workflows, noted; and what the engine says of them, as a test has put it."""

from collections import defaultdict
from datetime import datetime

from domain.operating import Pending
from events.internal import WorkStopped
from workflows.engine_views import EngineEvent, Point, Polled, Running
from workflows.messages_operating import Resend, Resent


class FakeOperated:
    """Implements `web.engine_port.OperatedWorkflows`."""

    def __init__(self) -> None:
        self.running: dict[str, Running] = {}
        self.points_of: dict[str, list[Point]] = {}
        self.events_of: dict[str, list[EngineEvent]] = {}
        self.polls: dict[str, Polled] = {}
        self.done: list[tuple[str, str, str]] = []  # what, to which workflow, to what of it
        self.told: list[WorkStopped] = []
        self.resends: list[Resend] = []
        self._refusals: defaultdict[str, list[Exception]] = defaultdict(list)

    def refuse(self, call: str, error: Exception) -> None:
        """Make the next call of this name raise an error."""
        self._refusals[call].append(error)

    def _maybe(self, call: str) -> None:
        if self._refusals[call]:
            raise self._refusals[call].pop(0)

    async def describe(self, workflow: str) -> Running | None:
        self._maybe("describe")
        return self.running.get(workflow)

    async def points(self, workflow: str) -> list[Point]:
        self._maybe("points")
        return self.points_of.get(workflow, [])

    async def last_events(self, workflow: str, limit: int) -> list[EngineEvent]:
        self._maybe("last_events")
        return self.events_of.get(workflow, [])[:limit]

    async def polled(self, queue: str) -> Polled:
        self._maybe("polled")
        return self.polls.get(queue, Polled(queue=queue))

    async def try_now(self, workflow: str, work: Pending) -> None:
        self._maybe("try_now")
        self.done.append(("try_now", workflow, work.id))

    async def hold(self, workflow: str, work: Pending, reason: str) -> None:
        self._maybe("hold")
        self.done.append(("hold", workflow, work.id))

    async def let_go(self, workflow: str, work: Pending) -> None:
        self._maybe("let_go")
        self.done.append(("let_go", workflow, work.id))

    async def stopped(self, event: WorkStopped, at: datetime) -> None:
        self._maybe("stopped")
        self.told.append(event)

    async def cancel(self, workflow: str) -> None:
        self._maybe("cancel")
        self.done.append(("cancel", workflow, ""))

    async def terminate(self, workflow: str, reason: str) -> None:
        self._maybe("terminate")
        self.done.append(("terminate", workflow, reason))

    async def reset(self, workflow: str, run_id: str, point: int, reason: str, mark: str) -> str:
        self._maybe("reset")
        self.done.append(("reset", workflow, f"{point}{mark}"))
        return f"{run_id}-again"

    async def resend(self, workflow: str, request: Resend) -> Resent:
        self._maybe("resend")
        self.resends.append(request)
        return Resent(to=(request.person,) if request.person else ("olga",))
