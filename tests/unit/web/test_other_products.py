"""Who sees one product learns nothing of another one, and reaches it by no side road."""

import json
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import httpx
import pytest

from activities.ports_intake import Bucket, Sum
from domain.access import Grant
from domain.record import SYSTEM_STREAM, Entry, ViewRow
from events.rates import Kind
from tests.fakes.engine import NOON
from tests.fakes.intake import FakeIntake
from tests.unit.web.dead_letters import ADDED, STARTED
from tests.unit.web.front_door import Door, front_door
from tests.unit.web.site import SINGLE, definition, event
from web.app import API
from web.callers import CSRF_HEADER

HERE, THERE = Kind("http", "web", "/crm", "goal.changed", "accepted"), Kind("http", "secret", "/x", "y", "accepted")
UNREAD = Kind("http", "", "/unread", "", "invalid")


@pytest.fixture
async def door() -> AsyncIterator[Door]:
    """Have ``web``, which oscar operates, and ``secret``, which he must not know of; each with a dead letter."""
    async with front_door() as found:
        found.times.at = NOON
        teams = {"ads": {"function": "marketing", "lead": "frank", "person_days": 9, "allotment": 9}}
        people = {key: ["frank"] for key in definition()["people"]}
        made = await found.site.apply("frank", product="secret", people=people, teams=teams, items={})
        assert made.status_code == 200, made.text
        for product in ("web", "secret"):
            assert (await found.site.send(event(f"e-{product}", subject=product, **STARTED))).status_code == 202
        await found.accounts.grant("oscar", Grant(role="operator", product="web"))
        yield found


async def oscar(door: Door, method: str, path: str, **given: Any) -> httpx.Response:
    secret = await door.accounts.open_session("oscar", "local", door.times.at)
    gate = door.site.services.gate
    headers = {"cookie": f"{gate.cookie}={gate.write_cookie(secret)}", CSRF_HEADER: gate.csrf_of(secret)}
    return await door.browser(accept="application/json").request(method, f"{API}{path}", headers=headers, **given)


async def letter_of(door: Door, product: str) -> str:
    listed = await door.site.http.get(f"{API}/dead-letters", params={"product": product})
    (letter,) = listed.json()["items"]
    return str(letter["id"])


async def test_rates_and_letters_are_those_of_the_products_that_one_looks_into(door: Door) -> None:
    door.site.services.intake = FakeIntake(found=[Sum(HERE, 3), Sum(THERE, 5), Sum(UNREAD, 7)])
    found = (await oscar(door, "GET", "/intake")).json()
    assert [one["product"] for one in found["rates"]] == ["web"]
    every = (await door.site.http.get(f"{API}/intake")).json()
    assert [one["product"] for one in every["rates"]] == ["", "secret", "web"]


async def test_the_chart_of_what_comes_in_counts_no_other_product(door: Door) -> None:
    at = NOON - timedelta(minutes=5)
    door.site.services.intake = FakeIntake(passed=[Bucket(at, HERE, 3), Bucket(at, THERE, 5), Bucket(at, UNREAD, 7)])
    found = (await oscar(door, "GET", "/intake/series")).json()
    assert [(one["source"], one["total"]) for one in found["series"]] == [("/crm", 3)]


async def test_an_edited_letter_goes_to_no_product_that_one_does_not_operate(door: Door) -> None:
    letter = await letter_of(door, "web")
    await door.accounts.grant("oscar", Grant(role="customer_text", product="web"))
    edited = event("e-new", subject="secret", **ADDED)
    body = {"actor": "oscar", "reason": "mended", "event": edited}
    answer = await oscar(door, "POST", f"/dead-letters/{letter.replace('/', '%2F')}/redrive", json=body)
    assert answer.status_code == 403, answer.text
    assert "item.added" not in [kept.entry.kind for kept in door.site.ledger.by_product["secret"]]


async def test_letters_of_others_are_not_there(door: Door) -> None:
    letter = (await letter_of(door, "secret")).replace("/", "%2F")
    reason = {"actor": "oscar", "reason": "x"}
    answers = [
        await oscar(door, "GET", f"/dead-letters/{letter}"),
        await oscar(door, "POST", f"/dead-letters/{letter}/redrive", json=reason),
        await oscar(door, "POST", f"/dead-letters/{letter}/discard", json=reason),
    ]
    assert [one.status_code for one in answers] == [404, 404, 404]
    assert not [one.text for one in answers if "in secret" in one.text]


async def test_redriving_what_matches_leaves_the_letters_of_others_alone(door: Door) -> None:
    letters = [await letter_of(door, "web"), await letter_of(door, "secret")]
    choices: tuple[dict[str, Any], ...] = ({"matching": {}}, {"ids": letters})
    for chosen in choices:
        body = {"actor": "oscar", "reason": "again", "dry_run": True, **chosen}
        answer = await oscar(door, "POST", "/dead-letters/redrive", json=body)
        assert answer.status_code == 200, answer.text
        told = {one["id"]: one["status"] for one in answer.json()["items"]}
        assert told.get(letters[1], "unknown") == "unknown"
        assert told[letters[0]] not in ("unknown", "not-allowed")


async def test_the_next_page_of_letters_begins_at_no_letter_of_others(door: Door) -> None:
    after: dict[str, str] = {}
    for _ in range(3):
        found = (await oscar(door, "GET", "/dead-letters", params={"limit": 1} | after)).json()
        assert "secret" not in json.dumps(found)
        after = {"after": found["next"]} if found["next"] else after


async def test_a_document_of_another_product_is_not_told_from_none(door: Door) -> None:
    digest = await door.site.ledger.put_document({"product": "secret", "title": "Moon base"})
    answer = await oscar(door, "GET", f"/documents/{digest}")
    none = await oscar(door, "GET", f"/documents/{'0' * 64}")
    assert (answer.status_code, none.status_code) == (404, 404)
    assert answer.json()["detail"] == f"there is no document {digest}"


async def test_stuck_work_is_looked_for_where_one_looks_into(door: Door) -> None:
    intake = FakeIntake(letters={"invalid": 40})
    door.site.services.intake = intake
    data = {"subject": "Dead letters had to make room", "text": "all of them", "at": NOON.isoformat()}
    row = ViewRow(kind="incident", id="_system/x", product=SYSTEM_STREAM, state="open", data=data)
    kept = Entry(product=SYSTEM_STREAM, key="x", at=NOON, clock_at=NOON, kind="incident", actor="tandem", rows=(row,))
    await door.site.ledger.append([kept])
    everybody = (await door.site.http.get(f"{API}/stuck")).json()["findings"]
    assert [(one["kind"], one["product"]) for one in everybody] == [("dead-letters", None), ("incidents", "_system")]
    found = (await oscar(door, "GET", "/stuck")).json()["findings"]
    assert [(one["kind"], one["product"]) for one in found] == [("dead-letters", "web")]
    assert intake.asked_letters == "web"


async def test_a_name_that_is_nearly_a_product_is_not_completed(door: Door) -> None:
    token = await door.accounts.add_token(
        "crm", [Grant(role="source", product="web")], "ada", NOON, NOON + timedelta(1)
    )
    headers = {"authorization": f"Bearer {token}", "content-type": SINGLE}
    answer = await door.browser().post(f"{API}/events", json=event(subject="secre"), headers=headers)
    assert (answer.status_code, "'secret'" in answer.text) == (403, False)
