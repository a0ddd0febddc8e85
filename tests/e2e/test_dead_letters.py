"""Dead letters on a real stack: refused, mended, redriven, linked; by the commands, and read from the database."""

import asyncio
import json
import sys
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from activities.ledger.letters import SqlLetters
from deploy.local import LocalStack, local_stack
from deploy.opening import open_vault
from deploy.settings import child_environment
from domain.definition import ProductDefinition
from domain.letters import Bounds
from events.codec import encode
from events.kafka_binding import to_kafka
from events.letters import Letter, digest_of
from events.model import Event
from tests.builders import feedback, item_added, item_started
from tests.harness import stack_settings
from tests.ways_in import LedgerFile, Sender

CRM = "/crm/eu"
SECRET = "the basket lost my grandmother's ring"
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


@pytest.fixture(scope="module")
async def stack(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[LocalStack]:
    async with local_stack(stack_settings(tmp_path_factory.mktemp("letters"))) as running:
        async with Sender(running.settings.web_url) as sender:
            await sender.apply(WEB, "mara")
        yield running


async def tandem(stack: LocalStack, *arguments: str) -> tuple[int | None, str, str]:
    """Run a command as another process; return its exit status and what it printed."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-P", "-c", "from deploy.cli.main import main; main()", *arguments),
        env=child_environment(stack.settings),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    out, err = await process.communicate()
    return process.returncode, out.decode(), err.decode()


async def letters_command(stack: LocalStack, *arguments: str) -> tuple[int | None, str, str]:
    return await tandem(stack, "dead-letters", *arguments)


async def letters(stack: LocalStack, *options: str) -> list[dict[str, Any]]:
    status, out, err = await letters_command(stack, "list", "--json", *options)
    assert status == 0, err
    items: list[dict[str, Any]] = json.loads(out)["items"]
    return items


async def send(stack: LocalStack, event: Event) -> None:
    async with Sender(stack.settings.web_url) as sender:
        assert await sender.one(event) == "accepted"
    assert not await LedgerFile(stack.home.path).holds("web", event.source, [event.id])


async def park(stack: LocalStack, name: str, event: Event) -> None:
    """Park a record as the stream does, in another process than the one that redrives it."""
    key, headers, value = to_kafka(event)
    vault = await open_vault(stack.settings)
    shelf = await SqlLetters.connect(stack.settings.database_url, vault, Bounds(), lambda: datetime.now(UTC))
    try:
        letter = Letter(
            id=f"kafka/{name}",
            way="kafka",
            at=datetime.now(UTC),
            reason="unmapped",
            detail="a name that no product knew",
            body=value,
            size=len(value),
            digest=digest_of(value),
            headers={"kafka-key": key.decode(), **{name: content.decode() for name, content in headers}},
            product="web",
            source=event.source,
            event_id=event.id,
            type=str(encode(event)["type"]),
        )
        await shelf.park([letter])
    finally:
        await shelf.close()
        await vault.close()


async def test_a_refused_event_is_mended_redriven_closed_and_linked(stack: LocalStack) -> None:
    now = datetime.now(UTC)
    await send(stack, item_started(id="s1", source=CRM, time=now, item="sso"))
    (one,) = await letters(stack)
    assert (one["id"], one["reason"], "sso" in one["detail"]) == ("web//crm/eu/s1", "refused", True)

    who = ("--as", "olga", "--because", "the item was missing")
    status, out, err = await letters_command(stack, "redrive", one["id"], *who)
    assert (status, "web refused s1~1" in out) == (1, True), err
    (still,) = await letters(stack)
    assert (still["id"], len(still["tries"])) == (one["id"], 1)

    await send(stack, item_added(id="a1", source=CRM, time=now, item="sso"))
    status, out, _ = await letters_command(stack, "redrive", "--all", "--reason", "refused", "--dry-run", *who)
    assert (status, "s1~2 to web" in out) == (0, True)
    status, out, err = await letters_command(stack, "redrive", "--all", "--reason", "refused", *who)
    assert status == 0, err
    assert await letters(stack) == []
    (closed,) = [found for found in await letters(stack, "--state", "closed") if found["id"] == one["id"]]
    (link,) = closed["events"]
    assert (link["id"], link["outcome"]) == ("s1~2", "applied")
    assert f"web has s1~2 (#{link['seq']}): applied" in out

    ledger = LedgerFile(stack.home.path)
    assert ledger.event_ids("web", CRM) == ["s1", "s1~1", "a1", "s1~2"]
    found = ledger.select("SELECT seq FROM entry WHERE product = 'web' AND event_id = 's1~2'")
    assert found == [(link["seq"],)]
    assert [data["came"] for data in ledger.entries("web", "dead_letter.redriven")][1:] == [
        f"web has s1~2 (#{link['seq']}): applied"
    ]
    status, out, _ = await letters_command(stack, "show", one["id"])
    assert (status, f"s1~2 from /crm/eu in web (#{link['seq']}): applied" in out) == (0, True)
    status, _, err = await letters_command(stack, "redrive", one["id"], *who)
    assert (status, err.count("could not be closed")) == (1, 1)


async def test_a_record_of_a_customer_is_sealed_redriven_and_erased(stack: LocalStack) -> None:
    await park(stack, "t/0/7", feedback(id="f1", source=CRM, time=datetime.now(UTC), text=SECRET))
    content = b"".join(path.read_bytes() for path in stack.home.path.glob("ledger.db*"))
    assert b"kafka/t/0/7" in content
    assert b"grandmother" not in content
    status, out, _ = await letters_command(stack, "show", "kafka/t/0/7", "--body")
    assert (status, SECRET in out) == (0, True)
    status, out, err = await letters_command(stack, "redrive", "kafka/t/0/7", "--as", "olga", "--because", "mapped now")
    assert (status, "applied" in out) == (0, True), err

    erase = ("erase", "web", CRM, "f1", "--as", "mara", "--reason", "asked for")
    status, out, err = await tandem(stack, *erase)
    assert (status, "so is the text in 1 dead letter" in out) == (0, True), err
    status, out, _ = await letters_command(stack, "show", "kafka/t/0/7", "--body")
    assert (SECRET in out, "what the customer wrote is erased" in out) == (False, True)


async def test_a_letter_is_edited_in_a_file_and_another_one_given_up(stack: LocalStack, tmp_path: Path) -> None:
    for name in ("s2", "s3"):
        await send(stack, item_started(id=name, source=CRM, time=datetime.now(UTC), item="typo"))
    file = tmp_path / "event.json"
    letter = "web//crm/eu/s2"
    status, _, err = await letters_command(stack, "edit", letter, "--to", str(file), "--as", "olga")
    assert status == 0, err
    event = json.loads(file.read_text())
    file.write_text(json.dumps(event | {"data": {"itm": "search"}}))
    send_it = ("edit", letter, "--with", str(file), "--as", "olga", "--because", "mistyped")
    status, _, err = await letters_command(stack, *send_it)
    assert (status, "data.item" in err) == (1, True)
    file.write_text(json.dumps(event | {"data": {"item": "search"}}))
    status, out, err = await letters_command(stack, *send_it)
    assert (status, "applied" in out) == (0, True), err
    discard = ("discard", "web//crm/eu/s3", "--as", "olga", "--because", "nobody needs it")
    assert (await letters_command(stack, *discard))[0] == 0
    assert await letters(stack) == []
    async with Sender(stack.settings.web_url) as sender:
        page = await sender.get("/products/web/ledger", kind="dead_letter.discarded")
        verified = await sender.get("/products/web/ledger/verify")
    assert "olga discarded the dead letter with event s3" in page["items"][0]["line"]["what"]
    assert verified["ok"]


@pytest.mark.parametrize(
    "arguments",
    [
        pytest.param(["redrive", "x", "--because", "y"], id="nobody"),
        pytest.param(["redrive", "x", "--as", "olga"], id="without a reason"),
        pytest.param(["redrive", "--as", "olga", "--because", "y"], id="neither letters nor all"),
        pytest.param(["redrive", "x", "--all", "--as", "olga", "--because", "y"], id="both"),
        pytest.param(["discard", "x", "--because", "y"], id="nobody gives it up"),
    ],
)
async def test_a_command_that_does_not_say_enough_is_wrong_usage(stack: LocalStack, arguments: list[str]) -> None:
    status, _, err = await letters_command(stack, *arguments)
    assert (status, "error" in err) == (2, True)
