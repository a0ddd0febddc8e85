"""What a workflow that is asked for something may answer instead, and how the engine's own errors become that."""

from typing import Any

from temporalio.client import WorkflowUpdateFailedError, WorkflowUpdateRPCTimeoutOrCancelledError
from temporalio.exceptions import ApplicationError
from temporalio.service import RPCError, RPCStatusCode

from events.ports import DeliveryUnavailableError


class RefusedError(Exception):
    """The workflow refused what was asked of it."""

    def __init__(self, message: str, kind: str = "", details: tuple[Any, ...] = ()) -> None:
        super().__init__(message)
        self.kind, self.details = kind, details


class NotOpenError(Exception):
    """There is no open workflow of this id."""


class NoAnswerError(Exception):
    """The engine did not answer in time; it may still do what was asked. Look again before asking again."""


class Translated:
    """Turns the engine's errors into ours."""

    def __init__(self, target: str) -> None:
        self._target = target

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if isinstance(error, WorkflowUpdateFailedError):
            cause = error.cause
            if isinstance(cause, ApplicationError):
                if "completed" in str(cause.type or "").lower():
                    raise NotOpenError(f"{self._target} is no longer open") from error
                raise RefusedError(cause.message, cause.type or "", tuple(cause.details)) from error
            raise RefusedError(str(cause)) from error
        if isinstance(error, WorkflowUpdateRPCTimeoutOrCancelledError):
            raise NoAnswerError(f"{self._target} did not answer in time; look again before asking again") from error
        if isinstance(error, RPCError):
            if error.status == RPCStatusCode.NOT_FOUND:
                raise NotOpenError(f"{self._target} is not open") from error
            if error.status == RPCStatusCode.DEADLINE_EXCEEDED:
                raise NoAnswerError(f"{self._target} did not answer in time") from error
            raise DeliveryUnavailableError(error.message) from error
