"""What customers wrote is withheld from who has no right to read it, wherever an answer could hold it."""

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from domain.access import EVERY, Grant
from events.letters import digest_of
from tests.fakes.accounts import FakeAccounts
from tests.fakes.vault import FakeVault
from tests.unit.activities.examples import examples
from tests.unit.web.dead_letters import WHO, at, park
from tests.unit.web.site import Site, event
from web.callers import CSRF_HEADER, Gate

WORDS = "my card number is on the receipt"
FATE = "/api/v1/events/%2Fcrm%2Fsurvey/e1"
FEEDBACK = {"theme": "login", "sentiment": -0.5, "weight": 1, "channel": "survey"}
GRANTS = {
    "audrey": [Grant(role="auditor", product="web")],
    "oscar": [Grant(role="operator", product="web")],
    "rita": [Grant(role="auditor", product="web"), Grant(role="customer_text", product="web")],
    "olof": [Grant(role="operator", product=EVERY), Grant(role="customer_text", product="app")],
    "root": [Grant(role="operator", product=EVERY), Grant(role="customer_text", product=EVERY)],
}


@dataclass
class Readers:
    """A site with sign-in, and a product that heard one feedback."""

    site: Site
    gate: Gate
    accounts: FakeAccounts

    async def get(self, person: str, address: str, **params: Any) -> httpx.Response:
        return await self.site.http.get(address, params=params, headers=await self.as_(person))

    async def as_(self, person: str) -> dict[str, str]:
        secret = await self.accounts.open_session(person, "local", datetime.now(UTC))
        return {
            "cookie": f"{self.gate.cookie}={self.gate.write_cookie(secret)}",
            CSRF_HEADER: self.gate.csrf_of(secret),
        }


@pytest.fixture
async def readers(site: Site) -> Readers:
    vault = site.services.vault
    assert isinstance(vault, FakeVault)
    (sealed,) = await vault.seal([("web", "/crm/survey", "e1", WORDS)])
    how = {"fields": ["theme"], "model": None, "likeliest": "login", "confidence": 0.7}
    heard = event(type="feedback.received", data=FEEDBACK | {"text": sealed})
    assert (await site.send(heard)).status_code == 202
    kept = site.ledger.by_product["web"][-1]
    kept.entry.data["event"]["inferred"] = how
    accounts = FakeAccounts()
    for person, grants in GRANTS.items():
        for grant in grants:
            await accounts.grant(person, grant)
    gate = Gate(mode="local", key=b"0" * 32, accounts=accounts, clock=lambda: datetime.now(UTC))
    site.services.gate = gate
    return Readers(site, gate, accounts)


@pytest.mark.parametrize(
    ("person", "text"),
    [
        pytest.param("audrey", "withheld", id="an auditor alone may not"),
        pytest.param("olga", "withheld", id="nor the owner by itself"),
        pytest.param("olof", "withheld", id="nor with the right in another product"),
        pytest.param("rita", WORDS, id="with the right"),
        pytest.param("root", WORDS, id="with the right everywhere"),
    ],
)
async def test_the_text_of_an_event_is_read_with_the_right_alone(readers: Readers, person: str, text: str) -> None:
    answer = await readers.get(person, FATE, text="true")
    assert answer.json()["products"][0]["text"] == text
    assert (await readers.get(person, FATE)).json()["products"][0]["text"] is None


@pytest.mark.parametrize(("person", "state", "text"), [("audrey", "withheld", ""), ("rita", "readable", WORDS)])
async def test_an_entry_of_the_ledger_says_that_a_text_is_withheld(
    readers: Readers, person: str, state: str, text: str
) -> None:
    seq = readers.site.ledger.by_product["web"][-1].seq
    answer = await readers.get(person, f"/api/v1/products/web/ledger/{seq}")
    assert (answer.json()["text_state"], answer.json()["text"]) == (state, text)
    assert (WORDS in answer.text) is (state == "readable")


async def test_a_text_that_is_erased_or_out_of_reach_is_told_as_such(readers: Readers) -> None:
    vault, seq = readers.site.services.vault, readers.site.ledger.by_product["web"][-1].seq
    assert isinstance(vault, FakeVault)
    where = f"/api/v1/products/web/ledger/{seq}"
    vault.reachable = False
    assert (await readers.get("rita", where)).json()["text_state"] == "cannot be read at the moment"
    assert (await readers.get("audrey", where)).json()["text_state"] == "withheld", "nothing is tried for who may not"
    vault.reachable = True
    await vault.erase("web", "/crm/survey", "e1")
    assert (await readers.get("rita", where)).json()["text_state"] == "erased"


@pytest.mark.parametrize("path", ["ledger", "ledger/export", "ledger/export?format=csv"])
async def test_the_ledger_itself_holds_no_text(readers: Readers, path: str) -> None:
    assert WORDS not in (await readers.get("rita", f"/api/v1/products/web/{path}")).text


async def test_an_explanation_gives_its_figures_and_withholds_the_words(readers: Readers) -> None:
    asked = {"source": "/crm/survey", "id": "e1"}
    where = "/api/v1/products/web/feedback/explanation"
    found = (await readers.get("audrey", where, **asked)).json()
    assert (found["theme"], found["confidence"], found["words"]) == ("login", 0.7, [])
    assert found["words_missing"].startswith("withheld: ")
    assert (await readers.get("rita", where, **asked)).json()["words_missing"] == ""


@pytest.mark.parametrize(
    ("changes", "withheld"),
    [
        pytest.param(
            {"type": "feedback.received", "body": event(data=FEEDBACK | {"text": WORDS})}, True, id="feedback"
        ),
        pytest.param({"type": None, "body": WORDS.encode()}, True, id="nobody knows what it is"),
        pytest.param({"type": "survey.answered", "body": event(data={"answer": WORDS})}, True, id="of an unknown type"),
        pytest.param({"type": "goal.changed"}, False, id="of a type without a text"),
    ],
)
async def test_the_body_of_a_letter_is_withheld_when_a_text_may_be_in_it(
    readers: Readers, changes: dict[str, Any], withheld: bool
) -> None:
    await park(readers.site, "e9", product="web", **changes)
    body = (await readers.get("oscar", at("kafka/e9"), body="true")).json()["body"]
    assert bool(body["withheld"]) is withheld
    assert (body["text"] is None and body["event"] is None) is withheld
    for person, address in (("rita", at("kafka/e9")), ("root", at("kafka/e9"))):
        assert (await readers.get(person, address, body="true")).json()["body"]["withheld"] == ""


async def test_the_body_of_a_letter_without_a_product_needs_the_right_everywhere(readers: Readers) -> None:
    await park(readers.site, "e9", product="nowhere", type=None, body=WORDS.encode())
    assert (await readers.get("olof", at("kafka/e9"), body="true")).json()["body"]["withheld"]
    assert (await readers.get("root", at("kafka/e9"), body="true")).json()["body"]["text"] == WORDS


async def test_a_letter_that_may_not_be_read_may_be_redriven_but_not_edited(readers: Readers) -> None:
    body = json.dumps(event("e9", type="feedback.received", data=FEEDBACK | {"text": WORDS})).encode()
    await park(readers.site, "e9", product="web", type="feedback.received", body=body, digest=digest_of(body))
    me = WHO | {"actor": "oscar"}
    edited = {"event": event("e9", type="feedback.received", data=FEEDBACK | {"text": "withheld"})}
    headers = await readers.as_("oscar")
    refused = await readers.site.http.post(at("kafka/e9", "redrive"), json=me | edited, headers=headers)
    assert refused.status_code == 403
    assert "withheld" in refused.json()["detail"]
    sent = await readers.site.http.post(at("kafka/e9", "redrive"), json=me, headers=headers)
    assert sent.status_code == 200


async def test_a_model_of_themes_is_a_document_of_customers_words(readers: Readers) -> None:
    site = readers.site
    given = [{"theme": one.theme, "text": one.text} for one in examples()]
    site.services.gate = Gate()
    trained = await site.http.put("/api/v1/products/web/feedback/model", json={"actor": "maria", "examples": given})
    site.services.gate = readers.gate
    address = f"/api/v1/documents/{trained.json()['model']}"
    assert (await readers.get("olof", address)).status_code == 403
    assert "terms" in (await readers.get("root", address)).json()["content"]


async def test_without_sign_in_nothing_is_withheld(readers: Readers) -> None:
    readers.site.services.gate = Gate()
    http = readers.site.http
    assert (await http.get(FATE, params={"text": "true"})).json()["products"][0]["text"] == WORDS
    await park(readers.site, "e9", type=None, body=WORDS.encode())
    assert (await http.get(at("kafka/e9"), params={"body": "true"})).json()["body"]["text"] == WORDS
