"""What operators ask of the workflows: to look closely, to try again, to hold, to stop, to go back."""

from datetime import datetime
from typing import TypedDict

from temporalio.api.common.v1 import WorkflowExecution
from temporalio.api.enums.v1 import ResetReapplyExcludeType, TaskQueueType
from temporalio.api.taskqueue.v1 import TaskQueue
from temporalio.api.workflowservice.v1 import (
    DescribeTaskQueueRequest,
    GetWorkflowExecutionHistoryReverseRequest,
    PauseActivityRequest,
    ResetActivityRequest,
    ResetWorkflowExecutionRequest,
    UnpauseActivityRequest,
)
from temporalio.service import RPCError, RPCStatusCode

from domain.entries import workflow_id
from domain.operating import Pending
from events.internal import WorkStopped
from events.ports import DeliveryUnavailableError
from events.union import Accepted, EventBatch
from workflows.client_errors import RefusedError, Translated
from workflows.client_people import RPC_TIMEOUT, UPDATE_TIMEOUT, PeopleClient
from workflows.engine_views import EngineEvent, Point, Points, Polled, Running, engine_event, instant, running
from workflows.messages_operating import Resend, Resent, WasReset

MOST_READ = 5_000  # events of a history that points are looked for in
MOST_POINTS = 50  # the last ones are shown
UNMARKED = ("reprioritization",)  # kinds that record nothing by themselves, and so need no other keys after a reset


class _Of(TypedDict):
    """Which workflow of which namespace a request is about."""

    namespace: str
    execution: WorkflowExecution


class OperatingClient(PeopleClient):
    """The workflows, for operators. Calls raise NotOpenError, NoAnswerError, RefusedError, DeliveryUnavailableError."""

    async def describe(self, workflow: str) -> Running | None:
        """Return what the engine knows of a workflow, or None when it has forgotten it."""
        try:
            found = await self._client.get_workflow_handle(workflow).describe(rpc_timeout=RPC_TIMEOUT)
        except RPCError as exc:
            if exc.status == RPCStatusCode.NOT_FOUND:
                return None
            raise DeliveryUnavailableError(exc.message) from exc
        return running(found)

    async def points(self, workflow: str) -> list[Point]:
        """Return the last points that a workflow can go back to, the oldest first."""
        read, seen = Points(), 0
        with Translated(workflow):
            async for event in self._client.get_workflow_handle(workflow).fetch_history_events(
                rpc_timeout=RPC_TIMEOUT, page_size=1_000
            ):
                read.see(event)
                seen += 1
                if seen >= MOST_READ:
                    break
        return read.found[-MOST_POINTS:]

    async def last_events(self, workflow: str, limit: int) -> list[EngineEvent]:
        """Return the last events of the engine's own history, the newest first."""
        request = GetWorkflowExecutionHistoryReverseRequest(
            namespace=self._client.namespace,
            execution=WorkflowExecution(workflow_id=workflow),
            maximum_page_size=limit,
        )
        found: list[EngineEvent] = []
        with Translated(workflow):
            while len(found) < limit:
                page = await self._client.workflow_service.get_workflow_execution_history_reverse(
                    request, timeout=RPC_TIMEOUT
                )
                found += [engine_event(event) for event in page.history.events]
                if not page.next_page_token:
                    break
                request.next_page_token = page.next_page_token
        return found[:limit]

    async def polled(self, queue: str) -> Polled:
        """Return when workers last asked a queue for work; the engine remembers it for some minutes."""
        kinds = TaskQueueType
        return Polled(
            queue=queue,
            decides_at=await self._last_poll(queue, kinds.TASK_QUEUE_TYPE_WORKFLOW),
            works_at=await self._last_poll(queue, kinds.TASK_QUEUE_TYPE_ACTIVITY),
        )

    async def _last_poll(self, queue: str, kind: "TaskQueueType.ValueType") -> datetime | None:
        request = DescribeTaskQueueRequest(
            namespace=self._client.namespace, task_queue=TaskQueue(name=queue), task_queue_type=kind
        )
        with Translated(queue):
            found = await self._client.workflow_service.describe_task_queue(request, timeout=RPC_TIMEOUT)
        polls = [at for one in found.pollers if (at := instant(one.last_access_time)) is not None]
        return max(polls, default=None)

    # -- one piece of work -------------------------------------------------------------------------------

    async def try_now(self, workflow: str, work: Pending) -> None:
        """Try a piece of work again at once; its attempts are counted anew."""
        request = ResetActivityRequest(**self._of(workflow), id=work.id, identity="tandem")
        with Translated(workflow):
            await self._client.workflow_service.reset_activity(request, timeout=RPC_TIMEOUT)

    async def hold(self, workflow: str, work: Pending, reason: str) -> None:
        """Let a piece of work not be tried again until it is let go."""
        request = PauseActivityRequest(**self._of(workflow), id=work.id, reason=reason, identity="tandem")
        with Translated(workflow):
            await self._client.workflow_service.pause_activity(request, timeout=RPC_TIMEOUT)

    async def let_go(self, workflow: str, work: Pending) -> None:
        """Try a piece of work that is held again."""
        request = UnpauseActivityRequest(**self._of(workflow), id=work.id, identity="tandem")
        with Translated(workflow):
            await self._client.workflow_service.unpause_activity(request, timeout=RPC_TIMEOUT)

    def _of(self, workflow: str) -> _Of:
        return {"namespace": self._client.namespace, "execution": WorkflowExecution(workflow_id=workflow)}

    # -- the whole workflow ------------------------------------------------------------------------------

    async def stopped(self, event: WorkStopped, at: datetime) -> None:
        """Tell a product that something it waits for was stopped; the same twice counts once. ``at``: real time."""
        handle = self._client.get_workflow_handle(workflow_id("product", event.product))
        batch = EventBatch(events=(Accepted(event=event, at=at),))
        with Translated(handle.id):
            await handle.signal("observe", batch, rpc_timeout=RPC_TIMEOUT)

    async def cancel(self, workflow: str) -> None:
        """Let the engine cancel a workflow."""
        with Translated(workflow):
            await self._client.get_workflow_handle(workflow).cancel(rpc_timeout=RPC_TIMEOUT)

    async def terminate(self, workflow: str, reason: str) -> None:
        """End a workflow at once; it cannot do anything any more."""
        with Translated(workflow):
            await self._client.get_workflow_handle(workflow).terminate(reason=reason, rpc_timeout=RPC_TIMEOUT)

    async def reset(self, workflow: str, run_id: str, point: int, reason: str, mark: str) -> str:
        """Let a workflow go on from an earlier point; return the id of the new run.

        What the product told it since is heard again, what people asked of it is not. It first hears that what it
        records from then on needs keys of its own: signals are heard again by the new run, before anything else.
        """
        kind = workflow.partition("/")[0]
        handle = self._client.get_workflow_handle(workflow, run_id=run_id)
        request = ResetWorkflowExecutionRequest(
            namespace=self._client.namespace,
            workflow_execution=WorkflowExecution(workflow_id=workflow, run_id=run_id),
            reason=reason,
            workflow_task_finish_event_id=point,
            request_id=f"{run_id}{mark}",
            reset_reapply_exclude_types=[ResetReapplyExcludeType.RESET_REAPPLY_EXCLUDE_TYPE_UPDATE],
            identity="tandem",
        )
        with Translated(workflow):
            if kind not in UNMARKED:
                await handle.signal("was_reset", WasReset(mark=mark), rpc_timeout=RPC_TIMEOUT)
            try:
                done = await self._client.workflow_service.reset_workflow_execution(request, timeout=RPC_TIMEOUT)
            except RPCError as exc:
                if exc.status == RPCStatusCode.INVALID_ARGUMENT:
                    raise RefusedError(f"it cannot go back to {point}: {exc.message}") from exc
                raise
        return done.run_id

    async def resend(self, workflow: str, request: Resend) -> Resent:
        """Send the question of an open request or escalation again."""
        handle = self._client.get_workflow_handle(workflow)
        with Translated(workflow):
            resent: Resent = await handle.execute_update(
                "resend", request, result_type=Resent, rpc_timeout=UPDATE_TIMEOUT
            )
            return resent
