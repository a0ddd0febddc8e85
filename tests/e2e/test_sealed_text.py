"""What customers write is readable to those who ask for it, and nowhere else; erased, to nobody."""

import asyncio
import re
import sqlite3
import sys
import zlib
from collections.abc import AsyncIterator
from contextlib import closing
from datetime import UTC, datetime

import httpx
import pytest
from temporalio.client import Client

from activities.ledger.envelope import PREFIX
from deploy.local import LocalStack, local_stack
from deploy.settings import child_environment
from domain.definition import ProductDefinition
from events.codec import encode
from events.model import Event, FeedbackReceived
from tests.builders import feedback, item_started
from tests.harness import stack_settings
from tests.ways_in import LedgerFile, Sender, until_answered
from workflows.data import ENCODING

SECRET = "the basket lost my grandmother's ring"
LONG = f"{SECRET}; " + "ä" * 19_000  # above the size from which payloads are compressed
CRM = "/crm/eu"
WEB = ProductDefinition.model_validate(
    {
        "product": "web",
        "title": "Web site",
        "currency": "EUR",
        "people": {"product_manager": ["mara"], "product_owner": ["olga"], "executive_board": ["bo"]},
        "teams": {"it": {"function": "it", "lead": "ivo", "person_days": 50, "allotment": 40}},
        "budget": {"per_period": 3_000_000},
        "items": {"search": {"cost": 900_000, "efforts": {"it": 8}}},
    }
)


def said(event_id: str, text: str) -> FeedbackReceived:
    return feedback(id=event_id, source=CRM, time=datetime.now(UTC), text=text)


@pytest.fixture(scope="module")
async def stack(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[LocalStack]:
    """A stack with two products, and feedback that was taken in singly, in a batch, and twice."""
    async with local_stack(stack_settings(tmp_path_factory.mktemp("sealed"))) as running:
        async with Sender(running.settings.web_url) as sender:
            await sender.apply(WEB, "mara")
            assert await sender.one(said("1", SECRET)) == "accepted"
            batch = [
                said("2", LONG),
                said("3", ""),
                item_started(time=datetime.now(UTC)),
                said("4", f"{PREFIX}{SECRET}"),
            ]
            assert await sender.batch([*batch, said("1", SECRET)]) == ["accepted"] * 4 + ["duplicate"]
        assert not await LedgerFile(running.home.path).holds("web", CRM, "1234")
        yield running


@pytest.fixture
async def http(stack: LocalStack) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(base_url=f"{stack.settings.web_url}/api/v1", trust_env=False) as client:
        yield client


async def text_of(http: httpx.AsyncClient, event_id: str) -> str | None:
    answer = await http.get(f"/events/%2Fcrm%2Feu/{event_id}", params={"text": "true"})
    assert answer.status_code == 200, answer.text
    found: str | None = answer.json()["products"][0]["text"]
    return found


async def erase(http: httpx.AsyncClient, event_id: str, actor: str = "mara", product: str = "web") -> httpx.Response:
    asked = {"source": CRM, "id": event_id, "actor": actor, "reason": "the customer asked for it"}
    return await http.post(f"/products/{product}/erasures", json=asked)


async def test_the_text_is_given_to_those_who_ask_for_it(http: httpx.AsyncClient) -> None:
    assert [await text_of(http, event_id) for event_id in "1234"] == [SECRET, LONG, "", f"{PREFIX}{SECRET}"]
    unasked = (await http.get("/events/%2Fcrm%2Feu/1")).json()["products"][0]
    assert unasked["text"] is None


async def test_it_is_nowhere_in_temporal(stack: LocalStack) -> None:
    client = await Client.connect(stack.settings.temporal_target)  # without our codec: what the server has
    seen = 0
    async for run in client.list_workflows():
        async for event in client.get_workflow_handle(run.id, run_id=run.run_id).fetch_history_events():
            content = event.SerializeToString()
            assert SECRET.encode() not in content
            for payload in event.workflow_execution_signaled_event_attributes.input.payloads:
                data = zlib.decompress(payload.data) if payload.metadata.get("encoding") == ENCODING else payload.data
                assert SECRET.encode() not in data
                assert b"grandmother" not in data
                seen += data.count(PREFIX.encode())
    assert seen >= 3


async def test_it_is_nowhere_in_the_files(stack: LocalStack) -> None:
    names = set()
    for path in (one for one in stack.home.path.rglob("*") if one.is_file()):
        names.add(path.name)
        assert b"grandmother" not in path.read_bytes(), path
    assert {"ledger.db", "ledger.db-wal", "temporal.db", "web.log", "worker.log"} <= names
    assert stack.settings.key_file.stat().st_mode & 0o777 == 0o600
    key = stack.settings.key_file.read_bytes().strip()
    assert key not in (stack.home.path / "ledger.db").read_bytes()


async def test_who_may_not_or_names_nothing_changes_nothing(http: httpx.AsyncClient) -> None:
    assert (await erase(http, "1", actor="eve")).status_code == 403
    assert (await erase(http, "3")).status_code == 404, "it has no text"
    assert (await erase(http, "5")).status_code == 404
    assert (await erase(http, "1", product="app")).status_code == 404
    refused = await http.post("/products/web/erasures", json={"source": CRM, "id": "1"})
    assert {error["field"] for error in refused.json()["errors"]} == {"actor", "reason"}
    assert await text_of(http, "1") == SECRET


async def test_erased_text_is_gone_for_ever_and_the_ledger_says_by_whom(
    stack: LocalStack, http: httpx.AsyncClient
) -> None:
    ledger = LedgerFile(stack.home.path)
    before = ledger.select("SELECT wrapped FROM text_key WHERE event_id = '2'")[0][0]
    both = await asyncio.gather(erase(http, "2"), erase(http, "2", actor="olga"))
    assert [answer.status_code for answer in both] == [200, 200]
    first, again = both[0].json(), (await erase(http, "2", actor="bo")).json()
    assert first == both[1].json() == again, "the first one stays"
    assert await text_of(http, "2") == "erased"
    assert await text_of(http, "1") == SECRET
    files = [path.read_bytes() for path in stack.home.path.glob("ledger.db*")]
    assert not any(before in content for content in files)

    page = (await http.get("/products/web/ledger", params={"kind": "feedback.erased"})).json()
    (entry,) = page["items"]
    assert entry["seq"] == first["seq"]
    what = f"{first['by']} erased the text of feedback 2 from /crm/eu: the customer asked for it"
    assert (entry["line"]["what"], entry["line"]["identity"]) == (what, "asserted")
    assert (await http.get("/products/web/ledger/verify")).json()["ok"]
    why = (await http.get("/products/web/why/event:2")).json()["explanation"]
    assert what in str(why)

    stack.kill("web")  # what it remembered is gone: the same event reaches the vault again
    async with Sender(stack.settings.web_url) as sender:
        assert await until_answered(lambda: sender.one(said("2", LONG))) == "accepted"
    assert ledger.select("SELECT wrapped FROM text_key WHERE event_id = '2'") == [(None,)]
    assert await text_of(http, "2") == "erased"


async def test_the_command_line_does_the_same(stack: LocalStack, http: httpx.AsyncClient) -> None:
    async def tandem(*arguments: str) -> tuple[int | None, str, str]:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-P", "-c", "from deploy.cli.main import main; main()", *arguments),
            env=child_environment(stack.settings),
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        out, err = await process.communicate()
        return process.returncode, out.decode(), err.decode()

    status, out, _ = await tandem("events", "show", CRM, "4", "--text")
    assert (status, f"text: {PREFIX}{SECRET}" in out) == (0, True)
    assert SECRET not in (await tandem("events", "show", CRM, "4"))[1]
    status, out, _ = await tandem("erase", "web", CRM, "4", "--as", "mara", "--reason", "asked for")
    assert status == 0
    assert re.search(r"feedback 4 from /crm/eu is erased: by mara \(asserted\), asked for \(#\d+\)", out)
    assert "text: erased" in (await tandem("events", "show", CRM, "4", "--text"))[1]
    status, _, err = await tandem("erase", "web", CRM, "no", "--as", "mara", "--reason", "x")
    assert (status, "has no text of a feedback 'no'" in err) == (1, True)


async def test_without_the_vault_nothing_is_handed_over(stack: LocalStack, http: httpx.AsyncClient) -> None:
    async def send(event: Event) -> int:
        headers = {"content-type": "application/cloudevents+json"}
        return (await http.post("/events", json=encode(event), headers=headers, timeout=20)).status_code

    def rename(old: str, new: str) -> None:
        with closing(sqlite3.connect(stack.home.path / "ledger.db", timeout=10)) as database:
            database.execute(f"ALTER TABLE {old} RENAME TO {new}")

    rename("text_key", "hidden")
    try:
        assert await send(said("6", SECRET)) == 503
        assert (await erase(http, "1")).status_code == 503
        assert await send(item_started(time=datetime.now(UTC))) == 202, "what holds no text needs no vault"
    finally:
        rename("hidden", "text_key")
    assert await send(said("6", SECRET)) == 202
    assert not await LedgerFile(stack.home.path).holds("web", CRM, "6")
    assert await text_of(http, "6") == SECRET
