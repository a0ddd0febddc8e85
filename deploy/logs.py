"""Logs: JSON lines for machines, readable lines on a terminal, everything through structlog.

Standard-library records (uvicorn, temporalio, sqlalchemy, `workflow.logger`, `activity.logger`) take the same road.
Product, workflow and event ids are bound once with ``structlog.contextvars`` and appear on every line below.
"""

import logging
import sys
from collections.abc import Mapping
from typing import Any, TextIO

import structlog
from structlog.stdlib import ProcessorFormatter
from structlog.typing import EventDict, Processor, WrappedLogger

from deploy.settings import Settings

WITHHELD = "withheld"
# Keys that must not reach a log: what people wrote, and what opens doors.
_PRIVATE = frozenset(
    {
        "text",
        "reason",
        "note",
        "body",
        "comment",
        "payload",
        "password",
        "secret",
        "token",
        "authorization",
        "signature",
    }
)
# A key of Temporal's record extras -> ours.
_TEMPORAL_KEYS = {
    "workflow_id": "workflow",
    "workflow_type": "workflow_type",
    "run_id": "run",
    "workflow_run_id": "run",
    "activity_type": "activity",
    "activity_id": "activity_id",
    "attempt": "attempt",
    "update_id": "update",
    "update_name": "update_name",
}
_TALKATIVE = {
    "sqlalchemy": logging.WARNING,
    "aiosqlite": logging.WARNING,
    "httpx": logging.WARNING,  # a line per request, addresses with query included
    "httpcore": logging.WARNING,
    "uvicorn": logging.INFO,
    "uvicorn.access": logging.WARNING,
    "asyncio": logging.WARNING,
    "alembic": logging.WARNING,
}


def product_of(workflow_id: str) -> str | None:
    """Return the product of a workflow id, whose second segment it is: ``approval/{product}/{n}``."""
    parts = workflow_id.split("/")
    return parts[1] if len(parts) > 1 and parts[1] else None


def temporal_ids(details: Mapping[str, Any]) -> dict[str, Any]:
    """Return Temporal's ids under the names that all our lines use."""
    ids = {ours: details[theirs] for theirs, ours in _TEMPORAL_KEYS.items() if theirs in details}
    product = product_of(str(ids.get("workflow", "")))
    return ids | ({"product": product} if product else {})


def _take_temporal_ids(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
    """Unfold what `workflow.logger` and `activity.logger` left on a standard-library record."""
    record = event.get("_record")
    for name in ("temporal_workflow", "temporal_activity"):
        details = event.pop(name, None) or getattr(record, name, None)
        if isinstance(details, Mapping):
            for key, value in temporal_ids(details).items():
                event.setdefault(key, value)
    return event


def _withhold(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
    """Last defence: a key that may hold private text keeps its place and loses its value."""
    for key in event:
        if key.lower() in _PRIVATE:
            event[key] = WITHHELD
    return event


def _shared() -> list[Processor]:
    return [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        _take_temporal_ids,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.StackInfoRenderer(),
    ]


def _rendering(json_lines: bool) -> list[Processor]:
    strip: list[Processor] = [_withhold, ProcessorFormatter.remove_processors_meta]
    if json_lines:
        plain = structlog.processors.ExceptionRenderer(
            structlog.tracebacks.ExceptionDictTransformer(show_locals=False)  # locals hold what people wrote
        )
        return [plain, *strip, structlog.processors.JSONRenderer(sort_keys=False, default=str)]
    console = structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)
    return [*strip, console]


def configure_logs(settings: Settings, stream: TextIO | None = None) -> None:
    """Send every log line of this process to ``stream`` (standard error). May be called again."""
    out = stream or sys.stderr
    json_lines = settings.log_format == "json" or (settings.log_format == "auto" and not out.isatty())
    handler = logging.StreamHandler(out)
    handler.setFormatter(
        ProcessorFormatter(
            foreign_pre_chain=[
                *_shared(),
                structlog.stdlib.ExtraAdder(allow=["product", "event_id"]),
            ],
            processors=_rendering(json_lines),
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(settings.log_level.upper())
    for name, level in _TALKATIVE.items():
        logger = logging.getLogger(name)
        logger.handlers.clear()
        logger.propagate = True
        logger.setLevel(max(level, root.level))
    structlog.configure(
        processors=[structlog.stdlib.filter_by_level, *_shared(), ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,  # a second call must reach loggers that are already in use
    )


def keep_temporal_ids_out_of_messages() -> None:
    """Stop temporalio's loggers from appending a dictionary to every message: its ids are keys of the line already."""
    from temporalio import activity, workflow  # heavy: only processes that run workflows pay for it

    workflow.logger.workflow_info_on_message = False
    activity.logger.activity_info_on_message = False
