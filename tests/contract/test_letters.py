"""The contract of the port ``Letters``: what the database and the fake both keep."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from activities.ledger.envelope import new_key
from activities.ledger.letters import SqlLetters
from activities.ledger.store import SqlLedger
from activities.ledger.vault import SqlVault
from activities.ports import Ledger, Vault
from activities.ports_letters import LetterQuery, Letters
from domain.letters import Bounds, Link, Result, Try
from domain.record import ViewRow
from events.codec import MAX_BODY
from events.letters import MOST_KEPT, Letter, digest_of
from tests.contract.ledger_case import NINE, an_entry, url_of
from tests.fakes.ledger import FakeLedger
from tests.fakes.letters import FakeLetters
from tests.fakes.vault import FakeVault


@dataclass
class Office:
    """The letters, and the ports that they stand on."""

    letters: Letters
    ledger: Ledger
    vault: Vault


@pytest.fixture(params=["sql", "fake"])
async def office(request: pytest.FixtureRequest, database: Path) -> AsyncIterator[Office]:
    if request.param == "fake":
        ledger, vault = FakeLedger(), FakeVault()
        yield Office(FakeLetters(ledger, vault), ledger, vault)
        return
    sql, keys = await SqlLedger.open(url_of(database)), await SqlVault.connect(url_of(database), new_key())
    letters = await SqlLetters.connect(url_of(database), keys, Bounds(), lambda: NINE)
    yield Office(letters, sql, keys)
    for port in (letters, keys, sql):
        await port.close()


def a_letter(name: str = "kafka/1", minutes: int = 0, **changes: Any) -> Letter:
    body = changes.pop("body", b'{"id": "17"}')
    fields: dict[str, Any] = {
        "id": name,
        "way": "kafka",
        "at": NINE + timedelta(minutes=minutes),
        "reason": "unmapped",
        "detail": "data.item: there is no item 'x'",
        "body": body,
        "size": len(body),
        "digest": digest_of(body),
        "product": "web",
        "source": "/crm",
        "event_id": "17",
        "type": "item.started",
    }
    return Letter(**fields | changes)


async def ids(letters: Letters, **query: Any) -> list[str]:
    return [kept.letter.id for kept in await letters.letters(LetterQuery(**query))]


async def test_a_letter_comes_back_as_it_was_parked(office: Office) -> None:
    parked = a_letter(headers={"ce_id": "17", "kafka-key": "web"}, content_type="application/json")
    await office.letters.park([parked])
    kept = await office.letters.letter(parked.id)
    assert kept is not None
    assert (kept.state, kept.attempts, kept.copy_of, kept.result) == ("open", 0, None, Result())
    for name in ("id", "way", "at", "reason", "detail", "size", "digest", "content_type", "product", "source", "type"):
        assert getattr(kept.letter, name) == getattr(parked, name)
    assert (kept.letter.headers, kept.letter.event_id) == (parked.headers, "17")
    assert kept.letter.body == b"", "it is opened by itself"
    assert await office.letters.body(parked.id) == parked.body
    assert await office.letters.letter("kafka/2") is None
    assert await office.letters.body("kafka/2") is None


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(b"", id="empty"),
        pytest.param(b"\xff\x00\xfe", id="no text"),
        pytest.param(b"x" * MAX_BODY, id="the largest"),
    ],
)
async def test_any_bytes_come_back(office: Office, body: bytes) -> None:
    await office.letters.park([a_letter(body=body)])
    assert await office.letters.body("kafka/1") == body


async def test_of_an_oversized_body_size_and_digest_are_of_the_whole(office: Office) -> None:
    whole = b"y" * (MAX_BODY + 1)
    await office.letters.park([a_letter(body=whole[:MOST_KEPT], size=len(whole), digest=digest_of(whole))])
    kept = await office.letters.letter("kafka/1")
    assert kept is not None
    assert (kept.truncated, kept.letter.size, kept.letter.digest) == (True, len(whole), digest_of(whole))
    assert await office.letters.body("kafka/1") == whole[:MOST_KEPT]


async def test_the_same_delivery_is_the_same_letter_and_changes_nothing(office: Office) -> None:
    await office.letters.park([a_letter(), a_letter(detail="again, in one batch")])
    kept = await office.letters.letter("kafka/1")
    assert kept is not None
    assert await office.letters.move(kept, NINE, state="discarded", result=Result())
    await office.letters.park([a_letter(body=b"other", detail="again"), a_letter("kafka/2")])
    again = await office.letters.letter("kafka/1")
    assert again is not None
    assert (again.state, again.letter.detail) == ("discarded", a_letter().detail)
    assert await office.letters.body("kafka/1") == a_letter().body
    assert await ids(office.letters) == ["kafka/2", "kafka/1"]


async def test_neither_signatures_nor_what_a_database_cannot_hold_is_kept(office: Office) -> None:
    headers = {"Authorization": "Bearer x", "X-Hub-Signature-256": "sha256=x", "webhook-id": "msg_1", "Cookie": "x"}
    await office.letters.park([a_letter(headers=headers, source="a\0b", event_id="\ud800" + "x" * 9_999)])
    kept = await office.letters.letter("kafka/1")
    assert kept is not None
    assert kept.letter.headers == {"webhook-id": "msg_1"}
    assert kept.letter.source == "a\ufffdb"
    assert len(kept.letter.event_id or "") == 500


async def test_letters_of_a_webhook_are_found_by_its_registered_name(office: Office) -> None:
    named: dict[str, Any] = {"way": "webhook", "source": "https://github.com/acme"}
    await office.letters.park([a_letter("webhook/gh_web/1", **named), a_letter("webhook/gh-web/2", **named)])
    assert await ids(office.letters, source="gh_web") == ["webhook/gh_web/1"]
    assert len(await ids(office.letters, source="https://github.com/acme")) == 2
    assert await ids(office.letters, source="gh") == []


async def test_letters_are_found_by_what_is_known_of_them(office: Office) -> None:
    await office.letters.park(
        [
            a_letter("kafka/1", 1),
            a_letter("kafka/2", 2, product="app", reason="invalid"),
            a_letter("webhook/3", 3, way="webhook", source="/jira", product=None),
            a_letter("kafka/4", 3, event_id="18"),
        ]
    )
    everything = ["webhook/3", "kafka/4", "kafka/2", "kafka/1"]
    assert await ids(office.letters) == everything
    assert await ids(office.letters, oldest_first=True) == everything[::-1]
    assert await ids(office.letters, product="web") == ["kafka/4", "kafka/1"]
    assert await ids(office.letters, source="/jira") == ["webhook/3"]
    assert await ids(office.letters, ending="ka/2") == ["kafka/2"]
    assert await ids(office.letters, ending="_/2") == await ids(office.letters, source="kafka") == []
    assert await ids(office.letters, reason="invalid") == ["kafka/2"]
    assert await ids(office.letters, way="webhook") == ["webhook/3"]
    assert await ids(office.letters, state="closed") == []
    minute = timedelta(minutes=1)
    assert await ids(office.letters, since=NINE + 2 * minute, until=NINE + 3 * minute) == ["kafka/2"]
    assert [kept.letter.id for kept in await office.letters.of_event("/crm", "17")] == ["kafka/1", "kafka/2"]


@pytest.mark.parametrize("oldest_first", [False, True])
async def test_pages_follow_one_another_though_letters_arrived_together(office: Office, oldest_first: bool) -> None:
    await office.letters.park([a_letter(f"kafka/{number}", number // 3) for number in range(7)])
    found: list[str] = []
    after = None
    while page := await office.letters.letters(LetterQuery(limit=2, after=after, oldest_first=oldest_first)):
        found += [kept.letter.id for kept in page]
        after = (page[-1].letter.at, page[-1].letter.id)
    assert found == await ids(office.letters, oldest_first=oldest_first)
    assert len(found) == 7


async def test_of_those_who_change_a_letter_at_once_one_succeeds(office: Office) -> None:
    await office.letters.park([a_letter()])
    kept = await office.letters.letter("kafka/1")
    assert kept is not None
    done = Try(number=1, at=NINE, actor="olga", reason="mended")
    result = Result(asked=done, mark=1, pending=(Link(product="web", source="/crm", id="17"),))
    moves = [office.letters.move(kept, NINE, state="redriven", result=result, attempts=1) for _ in range(5)]
    moved = [one for one in await asyncio.gather(*moves) if one is not None]
    assert len(moved) == 1
    assert moved[0] == await office.letters.letter("kafka/1")
    assert (moved[0].state, moved[0].attempts, moved[0].result) == ("redriven", 1, result)
    assert moved[0].changed_at > kept.changed_at, "also when no time has passed"
    assert await office.letters.move(moved[0], NINE, state="open", result=Result())


async def test_an_edited_copy_names_its_original(office: Office) -> None:
    await office.letters.park([a_letter()])
    await office.letters.copy(a_letter("kafka/1~a", way="http"), "kafka/1")
    kept = await office.letters.letter("kafka/1~a")
    assert kept is not None
    assert (kept.copy_of, kept.letter.way) == ("kafka/1", "http")


async def test_an_erased_body_is_gone_for_ever(office: Office) -> None:
    await office.letters.park([a_letter("kafka/1"), a_letter("kafka/2")])
    assert await office.letters.erase(["kafka/1", "kafka/9"]) == 1
    assert await office.letters.body("kafka/1") is None
    assert await office.letters.body("kafka/2") == a_letter().body
    await office.letters.park([a_letter("kafka/1")])
    assert await office.letters.body("kafka/1") is None
    assert await office.letters.letter("kafka/1") is not None, "that it was there stays known"


async def test_what_a_product_refuses_is_a_letter_whose_event_the_ledger_has(office: Office) -> None:
    event = {"id": "17", "source": "/crm", "type": "item.started", "product": "web", "item": "x"}
    row = ViewRow(
        kind="dead_letter", id="web//crm/17", product="web", state="open", data={"reason": "no item x", "event": event}
    )
    await office.ledger.append([an_entry(event=("/crm", "17"), data={"event": event}, rows=(row,))])
    (kept,) = await office.letters.letters(LetterQuery())
    assert (kept.letter.way, kept.letter.reason, kept.letter.detail) == ("product", "refused", "no item x")
    assert (kept.letter.product, kept.letter.source, kept.letter.event_id) == ("web", "/crm", "17")
    assert kept.letter.at == NINE
    assert await office.letters.body(kept.letter.id) is None
    assert await office.letters.move(kept, NINE, state="closed", result=Result())


async def test_letters_are_counted_by_reason_way_and_state(office: Office) -> None:
    await office.letters.park([a_letter("kafka/1"), a_letter("kafka/2"), a_letter("kafka/3", reason="invalid")])
    kept = await office.letters.letter("kafka/1")
    assert kept is not None
    await office.letters.move(kept, NINE, state="closed", result=Result())
    counts = await office.letters.counts()
    assert {(one.reason, one.way, one.state): one.letters for one in counts} == {
        ("unmapped", "kafka", "closed"): 1,
        ("unmapped", "kafka", "open"): 1,
        ("invalid", "kafka", "open"): 1,
    }
