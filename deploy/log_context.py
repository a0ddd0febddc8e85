"""Binds Temporal's ids to everything that an activity logs."""

from typing import Any

import structlog
from temporalio import activity
from temporalio.worker import ActivityInboundInterceptor, ExecuteActivityInput, Interceptor

from deploy.logs import temporal_ids


class LogContext(Interceptor):
    """Give it to the worker. Workflows need none: they log through `workflow.logger`, which carries the ids."""

    def intercept_activity(self, next: ActivityInboundInterceptor) -> ActivityInboundInterceptor:
        return _BoundActivity(next)


class _BoundActivity(ActivityInboundInterceptor):
    async def execute_activity(self, input: ExecuteActivityInput) -> Any:
        info = activity.info()
        ids = temporal_ids(
            {
                "workflow_id": info.workflow_id or "",
                "workflow_run_id": info.workflow_run_id,
                "activity_type": info.activity_type,
                "attempt": info.attempt,
            }
        )
        with structlog.contextvars.bound_contextvars(**ids):
            return await super().execute_activity(input)
