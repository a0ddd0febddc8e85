"""Logs, read as a machine and as a person reads them."""

import io
import json
import logging
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import structlog

from deploy.logs import configure_logs, product_of
from deploy.settings import Settings

WORKFLOW = {"workflow_id": "approval/web/7", "workflow_type": "Approval", "run_id": "r-1", "attempt": 1}
ACTIVITY = {"activity_id": "2", "activity_type": "solve_plan", "attempt": 3} | {
    "workflow_id": "reprioritization/web/7",
    "workflow_run_id": "r-2",
}


class Terminal(io.StringIO):
    """A stream that says that it is a terminal."""

    def isatty(self) -> bool:
        return True


@pytest.fixture
def _restored() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)
    structlog.reset_defaults()
    structlog.contextvars.clear_contextvars()


pytestmark = pytest.mark.usefixtures("_restored")


def logged(out: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in out.getvalue().splitlines()]


def configured(tmp_path: Path, out: io.StringIO, **settings: Any) -> None:
    configure_logs(Settings(home=tmp_path, **settings), out)


def test_a_line_has_event_level_utc_time_and_what_was_bound(tmp_path: Path) -> None:
    out = io.StringIO()
    configured(tmp_path, out)
    with structlog.contextvars.bound_contextvars(product="web", event_id="e-1"):
        structlog.get_logger("events.dispatch").info("batch_delivered", size=3)
    (line,) = logged(out)
    at = datetime.fromisoformat(line.pop("timestamp"))
    assert at.tzinfo == UTC
    assert line == {
        "event": "batch_delivered",
        "level": "info",
        "logger": "events.dispatch",
        "product": "web",
        "event_id": "e-1",
        "size": 3,
    }


def test_what_is_bound_ends_with_its_block(tmp_path: Path) -> None:
    out = io.StringIO()
    configured(tmp_path, out)
    with structlog.contextvars.bound_contextvars(product="web"):
        pass
    structlog.get_logger().info("batch_delivered")
    assert "product" not in logged(out)[0]


@pytest.mark.parametrize(
    ("extra", "keys"),
    [
        pytest.param(
            {"temporal_workflow": WORKFLOW},
            {"workflow": "approval/web/7", "workflow_type": "Approval", "run": "r-1", "attempt": 1, "product": "web"},
            id="workflow.logger",
        ),
        pytest.param(
            {"temporal_activity": ACTIVITY},
            {"workflow": "reprioritization/web/7", "activity": "solve_plan", "attempt": 3, "run": "r-2"},
            id="activity.logger",
        ),
    ],
)
def test_temporal_ids_are_keys_of_the_line(tmp_path: Path, extra: dict[str, Any], keys: dict[str, Any]) -> None:
    out = io.StringIO()
    configured(tmp_path, out)
    logging.getLogger("temporalio.workflow").info("request_sent", extra=extra)
    (line,) = logged(out)
    assert line["event"] == "request_sent"
    assert keys.items() <= line.items()
    assert not [key for key in line if key.startswith("temporal_")]


def test_other_libraries_take_the_same_road(tmp_path: Path) -> None:
    out = io.StringIO()
    configured(tmp_path, out)
    with structlog.contextvars.bound_contextvars(product="web"):
        logging.getLogger("uvicorn.error").info("Started %s", "server")
    (line,) = logged(out)
    assert (line["event"], line["logger"], line["product"]) == ("Started server", "uvicorn.error", "web")


def test_what_people_wrote_and_secrets_are_withheld(tmp_path: Path) -> None:
    out = io.StringIO()
    configured(tmp_path, out)
    structlog.get_logger().info("feedback_received", text="call me on 555", token="t0p", theme="login")
    assert "555" not in out.getvalue()
    assert "t0p" not in out.getvalue()
    assert logged(out)[0]["theme"] == "login"


def test_an_exception_is_one_line_without_the_values_of_variables(tmp_path: Path) -> None:
    out = io.StringIO()
    configured(tmp_path, out)
    customer = "Ms. Example"
    try:
        raise ValueError("no such theme")
    except ValueError:
        structlog.get_logger().exception("batch_failed")
    (line,) = logged(out)
    assert line["exception"][0]["exc_type"] == "ValueError"
    assert customer not in out.getvalue()


def test_a_terminal_gets_readable_lines(tmp_path: Path) -> None:
    out = Terminal()
    configured(tmp_path, out)
    structlog.get_logger().info("batch_delivered", product="web")
    assert "batch_delivered" in out.getvalue()
    with pytest.raises(json.JSONDecodeError):
        logged(out)


@pytest.mark.parametrize(
    ("stream", "log_format", "json_lines"),
    [
        pytest.param(Terminal, "json", True, id="JSON on a terminal when asked"),
        pytest.param(io.StringIO, "text", False, id="text in a file when asked"),
    ],
)
def test_the_setting_wins(tmp_path: Path, stream: type[io.StringIO], log_format: str, json_lines: bool) -> None:
    out = stream()
    configured(tmp_path, out, log_format=log_format)
    structlog.get_logger().info("batch_delivered")
    assert out.getvalue().startswith("{") is json_lines


def test_lines_below_the_level_are_not_written(tmp_path: Path) -> None:
    out = io.StringIO()
    configured(tmp_path, out, log_level="warning")
    structlog.get_logger().info("batch_delivered")
    logging.getLogger("uvicorn").info("Started")
    logging.getLogger("sqlalchemy.engine").info("SELECT")
    assert out.getvalue() == ""


@pytest.mark.parametrize(
    ("workflow", "product"),
    [("product/web", "web"), ("escalation/web/sso-api/1", "web"), ("nightly", None), ("", None)],
)
def test_a_workflow_id_names_its_product(workflow: str, product: str | None) -> None:
    assert product_of(workflow) == product
