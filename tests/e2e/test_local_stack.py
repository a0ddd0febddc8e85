"""The embedded stack, as `tandem up` runs it: real processes, a home of its own, free ports."""

import asyncio
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from datetime import timedelta
from pathlib import Path

import httpx
import psutil
import pytest
from temporalio.api.workflowservice.v1 import DescribeNamespaceRequest
from temporalio.client import Client, WorkflowExecutionStatus
from temporalio.common import SearchAttributeKey, SearchAttributePair, TypedSearchAttributes

from deploy.errors import AlreadyRunningError, PortTakenError
from deploy.local import NAMES, LocalStack, local_stack
from deploy.namespace import RETENTION, describe_namespace, ensure_namespace
from deploy.settings import Settings, child_environment
from tests.harness import stack_settings, temporal_dev_server

READY_WITHIN_S = 10.0  # promised for `tandem up`
GONE_WITHIN_S = 10.0
PRODUCT = SearchAttributeKey.for_keyword("TandemProduct")


@pytest.fixture
def settings(tmp_path: Path) -> Iterator[Settings]:
    chosen = stack_settings(tmp_path / "home")
    yield chosen
    for process in of_home(chosen):  # only after a failed test
        process.kill()


def of_home(settings: Settings) -> list[psutil.Process]:
    """Return every process, whoever started it, that runs in this home."""
    found = []
    for process in psutil.process_iter():
        try:
            if process.pid != os.getpid() and process.environ().get("TANDEM_HOME") == str(settings.home):
                found.append(process)
        except psutil.Error:
            continue
    return found


def wait_until_none(settings: Settings) -> None:
    deadline = time.monotonic() + GONE_WITHIN_S
    while left := of_home(settings):
        assert time.monotonic() < deadline, f"left behind: {left}"
        time.sleep(0.05)


def command(settings: Settings, *arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-P", "-c", "from deploy.cli.main import main; main()", *arguments],
        env=child_environment(settings),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


@contextmanager
def up(settings: Settings) -> Iterator[tuple[subprocess.Popen[str], list[str]]]:
    """Run `tandem up` until the block ends; yields it with what it printed once it was ready."""
    process = command(settings, "up")
    assert process.stdout is not None
    try:
        lines = []
        for line in process.stdout:
            lines.append(line.rstrip())
            if "Ctrl-C" in line:
                break
        yield process, lines
    finally:
        process.kill()
        process.communicate()


@asynccontextmanager
async def connected(settings: Settings) -> AsyncIterator[Client]:
    yield await Client.connect(settings.temporal_target)


def pid_files(settings: Settings) -> dict[str, int]:
    return {path.stem: int(path.read_text()) for path in (settings.home / "run").glob("*.pid")}


async def test_up_is_ready_in_time_stops_cleanly_and_keeps_everything(settings: Settings) -> None:
    began = time.monotonic()
    with up(settings) as (process, lines):
        assert time.monotonic() - began < READY_WITHIN_S
        printed = "\n".join(lines)
        assert settings.web_url in printed
        assert f"http://127.0.0.1:{settings.temporal_ui_port}" in printed
        assert settings.kafka_brokers[0] in printed
        assert set(pid_files(settings)) == set(NAMES)
        async with httpx.AsyncClient(trust_env=False) as http:
            assert (await http.get(f"{settings.web_url}/readyz")).status_code == 200
            assert (await http.get(f"http://127.0.0.1:{settings.temporal_ui_port}")).status_code == 200
        async with connected(settings) as client:
            assert (await describe_namespace(client)).complete
            found_by = TypedSearchAttributes([SearchAttributePair(PRODUCT, "web")])
            await client.start_workflow("Kept", id="kept", task_queue="nobody", search_attributes=found_by)
        process.send_signal(signal.SIGTERM)
        assert process.wait(GONE_WITHIN_S + 10) == 0
    assert of_home(settings) == []
    assert pid_files(settings) == {}

    with up(settings) as (process, _):
        async with connected(settings) as client:
            described = await client.get_workflow_handle("kept").describe()
            assert described.status == WorkflowExecutionStatus.RUNNING
            assert [run.id async for run in client.list_workflows("TandemProduct = 'web'")] == ["kept"]
        process.send_signal(signal.SIGINT)
        assert process.wait(GONE_WITHIN_S + 10) == 0
    assert of_home(settings) == []


async def test_a_killed_up_leaves_no_process_and_does_not_hinder_the_next_one(settings: Settings) -> None:
    with up(settings) as (process, _):
        assert len(of_home(settings)) == 1 + len(NAMES)  # itself and its children
        process.kill()
        process.wait()
        wait_until_none(settings)
    with up(settings) as (process, _):
        process.send_signal(signal.SIGHUP)  # its terminal is closed
        assert process.wait(GONE_WITHIN_S + 10) == 0
    assert of_home(settings) == []


async def test_doctor_finds_nothing_to_do_while_the_stack_runs_and_a_second_one_is_refused(settings: Settings) -> None:
    async with local_stack(settings):
        doctor = await asyncio.to_thread(finish, command(settings, "doctor", "--json"))
        second = await asyncio.to_thread(finish, command(settings, "up"))
        with pytest.raises(AlreadyRunningError):
            await LocalStack(settings).start()
    assert doctor[0] == 0, doctor
    assert {check["name"]: check["state"] for check in json.loads(doctor[1]) if check["state"] != "ok"} == {}
    assert second[0] == 1
    assert f"error: Tandem already runs in {settings.home} (pid {os.getpid()})" in second[2]
    assert "Traceback" not in second[2]


def finish(process: subprocess.Popen[str]) -> tuple[int, str, str]:
    out, err = process.communicate(timeout=60)
    return process.returncode, out, err


async def test_a_taken_port_is_named_with_its_holder_and_its_setting(settings: Settings) -> None:
    async def nothing(*_: asyncio.StreamReader | asyncio.StreamWriter) -> None: ...

    server = await asyncio.start_server(nothing, "127.0.0.1", settings.web_port)
    async with server:
        with pytest.raises(PortTakenError) as refused:
            await LocalStack(settings).start()
    holder = f"{psutil.Process().name()} (pid {os.getpid()})"
    assert f"port {settings.web_port} is taken by {holder}; set TANDEM_WEB_PORT" in str(refused.value)
    assert of_home(settings) == []


@pytest.mark.parametrize("name", NAMES)
async def test_a_killed_process_comes_back_by_itself(stack: LocalStack, name: str) -> None:
    before = stack.pids
    stack.kill(name)
    deadline = time.monotonic() + GONE_WITHIN_S
    while stack.pids.get(name) in (None, before[name]):
        assert time.monotonic() < deadline
        await asyncio.sleep(0.02)
    await stack.wait_ready()
    after = stack.pids
    assert {n: after[n] for n in after if n != name} == {n: before[n] for n in before if n != name}
    assert pid_files(stack.settings) == after
    assert stack.restarts[name] == 1


async def test_what_our_processes_log_is_json_line_by_line(stack: LocalStack) -> None:
    for name in ("worker", "web", "stream"):
        lines = [json.loads(line) for line in stack.home.log_file(name).read_text().splitlines()]
        assert all({"event", "level", "logger", "timestamp"} <= line.keys() for line in lines)
        assert [line["process"] for line in lines if line["event"] == "process_ready"][-1] == name


@pytest.fixture(scope="module")
async def stack(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[LocalStack]:
    async with local_stack(stack_settings(tmp_path_factory.mktemp("stack"))) as running:
        yield running


async def test_without_automatic_restart_a_killed_process_waits_for_us(settings: Settings) -> None:
    async with local_stack(settings, only={"temporal", "worker"}, auto_restart=False) as stack:
        before = stack.pids
        assert set(before) == {"temporal", "worker"}
        stack.kill("worker")
        assert await stack.wait_gone("worker") == -signal.SIGKILL
        await asyncio.sleep(0.5)
        assert set(stack.pids) == {"temporal"}
        await stack.restart("worker")
        assert stack.pids["worker"] != before["worker"]
        assert stack.pids["temporal"] == before["temporal"]
    assert of_home(settings) == []


async def test_a_namespace_of_a_configured_server_is_prepared_once(tmp_path: Path) -> None:
    async with temporal_dev_server(tmp_path) as server:
        before = await ensure_namespace(server.client, "elsewhere")
        assert not before.exists
        after = await ensure_namespace(server.client, "elsewhere")
        assert after.complete
        longer = await describe_namespace(server.client)
        assert longer.retention == RETENTION == timedelta(days=30)
        found = await server.client.workflow_service.describe_namespace(DescribeNamespaceRequest(namespace="elsewhere"))
        assert found.config.workflow_execution_retention_ttl.ToTimedelta() == RETENTION
