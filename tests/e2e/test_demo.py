"""The demo: the story is what the ledger says, what is left out of it has no consequences, and it can be tried."""

import asyncio
import os
import pty
import re
import select
import signal
import socket
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psutil
import pytest

from activities.ledger.store import SqlLedger
from activities.ports import LedgerQuery
from deploy.demo.api import Api
from deploy.demo.narrator import UNTOLD, Narrator
from deploy.demo.player import Player
from deploy.demo.run import demo_settings, make_fresh
from deploy.demo.story import Variant, load_chapters, load_definition
from deploy.errors import AlreadyRunningError
from deploy.home import Home
from deploy.local import LocalStack, local_stack
from deploy.settings import Settings, child_environment
from domain.clock import ProductClock
from domain.narrative import KINDS, Line, line_of
from events.codec import decode
from tests.harness import stack_settings

STORY_WITHIN_S = 90
ENDS_WITHIN_S = 180
HEAD = re.compile(r"#(\d+) +\d\d [A-Z][a-z][a-z] \d\d:\d\d  (.*)")
PROMPT = "Ctrl-C stops it."


# -- the data --------------------------------------------------------------------------------------------


def test_the_case_is_about_as_large_as_it_says() -> None:
    definition = load_definition()
    assert len(definition.items) == 24
    assert {team.function for team in definition.teams.values()} == {"marketing", "it", "data", "design"}
    assert definition.clock.simulated


def test_every_event_of_the_story_is_a_valid_one() -> None:
    for step in (step for chapter in load_chapters() for step in chapter.steps):
        for number, one in enumerate(step.send):
            envelope = {"specversion": "1.0", "id": f"{number}", "source": one.source, "subject": "bank-web"}
            plain = {
                name: value.isoformat() if hasattr(value, "isoformat") else value for name, value in one.data.items()
            }
            decode(envelope | {"type": one.type, "time": "2026-01-05T08:00:00Z", "data": plain})


def test_the_instants_are_in_order_and_before_the_clock_slows_down() -> None:
    instants = [step.at for chapter in load_chapters() for step in chapter.steps]
    until = load_definition().clock.until
    assert instants == sorted(instants)
    assert until is not None
    assert instants[-1] <= until.replace(tzinfo=None)


def test_its_clock_is_fast_until_the_story_ends_and_real_from_there_on() -> None:
    settings, started = load_definition().clock, datetime(2026, 11, 1, tzinfo=UTC)
    clock = ProductClock(settings=settings, started=started)
    assert settings.origin is not None
    assert settings.until is not None
    ends = clock.real(settings.until)
    assert ends - started == pytest.approx((settings.until - settings.origin) / settings.rate, abs=timedelta(seconds=1))
    assert clock.at(ends + timedelta(hours=3)) - clock.at(ends) == timedelta(hours=3)
    assert clock.real(settings.until + timedelta(days=2)) == ends + timedelta(days=2)


def test_who_decides_holds_the_role() -> None:
    people = load_definition().people
    acts = [act for chapter in load_chapters() for step in chapter.steps for act in (step.decide, step.answer) if act]
    assert all(act.actor in people.holders(act.role) for act in acts)


def test_what_is_left_untold_exists() -> None:
    assert set(KINDS) >= UNTOLD


def test_a_fresh_home_loses_only_what_the_demo_left(tmp_path: Path) -> None:
    home = Home(tmp_path / "demo")
    home.create()
    for name in ("ledger.db", "temporal.db-wal", "logs/web.log", "notes.txt"):
        (home.path / name).write_text("x")
    make_fresh(home)
    left = sorted(str(path.relative_to(home.path)) for path in home.path.rglob("*") if path.is_file())
    assert left == ["notes.txt", "run/up.lock"]


def test_a_home_in_use_is_left_alone(tmp_path: Path) -> None:
    home = Home(tmp_path / "demo")
    with home.locked():
        (home.path / "ledger.db").write_text("x")
        with pytest.raises(AlreadyRunningError):
            make_fresh(home)
        assert (home.path / "ledger.db").exists()


# -- the command -----------------------------------------------------------------------------------------


@pytest.fixture
def settings(tmp_path: Path) -> Iterator[Settings]:
    chosen = stack_settings(tmp_path / "home")
    yield chosen
    for process in of_home(demo_settings(chosen)):  # only after a failed test
        process.kill()


def of_home(settings: Settings) -> list[psutil.Process]:
    """Return every process that was started with this home."""
    found = []
    for process in psutil.process_iter():
        try:
            if process.pid != os.getpid() and process.environ().get("TANDEM_HOME") == str(settings.home):
                found.append(process)
        except psutil.Error:
            continue
    return found


def tandem(settings: Settings, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-P", "-c", "from deploy.cli.main import main; main()", *arguments]
    environment = child_environment(settings)
    return subprocess.run(
        command, env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=ENDS_WITHIN_S
    )


async def ledger_of(settings: Settings) -> dict[int, Line]:
    ledger = await SqlLedger.open(demo_settings(settings).database_url)
    try:
        found = await ledger.entries(LedgerQuery(product="bank-web", limit=1000))
    finally:
        await ledger.close()
    return {kept.seq: line_of(kept) for kept in found}


def narrated(output: str) -> list[tuple[int, str, list[str]]]:
    """Return what was told: number, what, and the notes below it, each on one line again."""
    found: list[tuple[int, list[str], list[str]]] = []
    for line in output.splitlines():
        if head := HEAD.fullmatch(line):
            found.append((int(head[1]), [head[2]], []))
        elif found and line.startswith("     ") and line.strip():
            _, what, notes = found[-1]
            text = line.strip()
            if text.startswith("→ "):
                notes.append(text.removeprefix("→ "))
            elif notes:
                notes[-1] += f" {text}"
            else:
                what.append(text)
    return [(seq, " ".join(what), notes) for seq, what, notes in found]


def test_a_taken_port_is_named_with_its_setting(settings: Settings) -> None:
    with socket.create_server(("127.0.0.1", settings.web_port)):
        ended = tandem(settings, "demo")
    assert ended.returncode == 1
    assert "TANDEM_WEB_PORT" in ended.stderr
    assert ended.stdout == ""


@pytest.mark.check
async def test_the_story_is_what_the_ledger_says(settings: Settings) -> None:
    ended = await asyncio.to_thread(tandem, settings, "demo")
    assert ended.returncode == 0, ended.stderr
    told, ledger = narrated(ended.stdout), await ledger_of(settings)
    assert len(told) > 30
    for seq, what, notes in told:
        line = ledger[seq]
        assert what == line.what
        for note in notes:
            assert note == line.why or note.startswith(f"waits for {line.waits_for}")
    assert [seq for seq, _, _ in told] == sorted({seq for seq, _, _ in told})
    for chapter in load_chapters():
        assert ended.stdout.count(f"── {chapter.title} ─") == 1
    assert max(map(len, ended.stdout.splitlines())) <= 100
    assert (ledger[max(ledger)].at - ledger[1].at).total_seconds() < STORY_WITHIN_S
    assert (
        Home(demo_settings(settings).home).log_file("worker").read_text().count('"process_ready"') == 2
    )  # it was killed
    assert of_home(demo_settings(settings)) == []


@pytest.mark.check
@pytest.mark.skipif(sys.platform != "linux", reason="pseudo-terminals end differently elsewhere")
def test_on_a_terminal_it_stays_and_what_it_prints_works(settings: Settings) -> None:
    ours, theirs = pty.openpty()
    command = [sys.executable, "-P", "-c", "from deploy.cli.main import main; main()", "demo"]
    environment = child_environment(settings)
    process = subprocess.Popen(command, env=environment, stdin=theirs, stdout=theirs, stderr=subprocess.DEVNULL)
    os.close(theirs)
    try:
        shown = read_until(ours, PROMPT)
        printed = [line.strip() for line in shown.splitlines() if line.startswith("  ")]
        commands = [line for line in printed if "tandem " in line or line.startswith("kill ")]
        assert len(commands) >= 7
        done = {}
        for one in (line for line in commands if " reject " not in line):
            ran = subprocess.run(one, shell=True, capture_output=True, text=True, timeout=60)
            assert ran.returncode == 0, f"{one}\n{ran.stdout}{ran.stderr}"
            done[one] = ran.stdout
        why = next(text for one, text in done.items() if " why " in one)
        assert "tomas.keller" in why  # by whose authority
        process.send_signal(signal.SIGINT)
        assert process.wait(30) == 0
    finally:
        if process.poll() is None:
            process.kill()
            process.wait()
        os.close(ours)
    assert of_home(demo_settings(settings)) == []


def read_until(terminal: int, mark: str) -> str:
    """Read a terminal until a text appears, and return all of it without its colours."""
    found, deadline = "", time.monotonic() + ENDS_WITHIN_S
    while mark not in found:
        readable, _, _ = select.select([terminal], [], [], max(0.0, deadline - time.monotonic()))
        assert readable, found[-2000:]
        found += os.read(terminal, 65536).decode(errors="replace")
    return re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", found)


# -- variants --------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
async def stack(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[LocalStack]:
    async with local_stack(stack_settings(tmp_path_factory.mktemp("demo"))) as running:
        yield running


@pytest.fixture(scope="module")
async def told(stack: LocalStack) -> dict[str, list[dict[str, Any]]]:
    """Play all variants at the same time, each with a product of its own; return their ledgers."""
    variants = {
        "no-unblock": Variant(without=frozenset({"unblock"}), until="review"),
        "thresholds": Variant(thresholds=2, until="date"),
        "rejected": Variant(reject=True, until="block"),
    }

    async def play(product: str, variant: Variant) -> list[dict[str, Any]]:
        definition = load_definition(variant).model_copy(update={"product": product})
        async with Api(stack.settings.web_url, product) as api:
            player = Player(api, definition, Narrator(lambda _: None, 100))
            await player.play(load_chapters(variant))
        return player.entries

    ledgers = await asyncio.gather(*(play(product, variant) for product, variant in variants.items()))
    return dict(zip(variants, ledgers, strict=True))


def of_kind(ledger: list[dict[str, Any]], kind: str) -> list[dict[str, Any]]:
    return [entry for entry in ledger if entry["line"]["kind"] == kind]


@pytest.mark.check
async def test_without_the_unblocking_event_nothing_stands_down(told: dict[str, list[dict[str, Any]]]) -> None:
    ledger = told["no-unblock"]
    assert len(of_kind(ledger, "escalation.started")) == 2
    assert of_kind(ledger, "escalation.stood_down") == []
    assert "stand down" not in {reaction["kind"] for entry in ledger for reaction in entry["data"].get("reactions", ())}


@pytest.mark.check
async def test_with_thresholds_doubled_the_owner_is_not_asked(told: dict[str, list[dict[str, Any]]]) -> None:
    ledger = told["thresholds"]
    cuts = of_kind(ledger, "budget.adjusted")
    assert "below the threshold of 50,000 EUR" in cuts[-1]["line"]["why"]
    assert of_kind(ledger, "approval.requested") == []
    assert {entry["data"]["event"]["by"] for entry in of_kind(ledger, "plan.adopted")} == {"tandem"}


@pytest.mark.check
async def test_with_a_rejection_the_old_plan_stays(told: dict[str, list[dict[str, Any]]], stack: LocalStack) -> None:
    ledger = told["rejected"]
    asked, adopted = of_kind(ledger, "approval.requested"), of_kind(ledger, "plan.adopted")
    assert len(asked) == 1
    assert "rejected by tomas.keller" in of_kind(ledger, "approval.concluded")[0]["line"]["what"]
    assert all(entry["seq"] < asked[0]["seq"] for entry in adopted)
    async with Api(stack.settings.web_url, "rejected") as api:
        now = {item["id"]: item["start"] for item in (await api.roadmap())["items"] if item["status"] == "planned"}
    old = adopted[-1]["data"]["event"]["starts"]
    assert {name: old.get(name) for name in now} == now
