"""Who gets what: every route against every role, and none without a line in the table."""

import json
import re
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any, cast

import httpx
import pytest

from domain.access import EVERY, ROLES_FOR, Grant, granted, may
from events.dispatch import Dispatch
from tests.fakes.accounts import FakeAccounts
from tests.fakes.engine import FakeEngine
from tests.fakes.ledger import FakeLedger
from tests.unit.web.dead_letters import STARTED
from tests.unit.web.site import SINGLE, definition, event, services
from web.app import API, create_app
from web.callers import CSRF_HEADER, Gate
from web.rules import RULES, Rule

PEOPLE = {  # who they are in the product ``web``
    "maria": "product_manager",
    "olga": "product_owner",
    "bernd": "executive_board",
    "ines": "team_lead",
    "oscar": "operator",
    "audrey": "auditor",
    "rita": "customer_text",
    "stranger": "",
}
GRANTS = {
    "oscar": Grant(role="operator", product="web"),
    "audrey": Grant(role="auditor", product="web"),
    "rita": Grant(role="customer_text", product="web"),
}
EXAMPLES = {  # what stands for a part of a path
    "product": "web",
    "number": "1",
    "subject": "sso",
    "item": "search",
    "thing": "search",
    "workflow": "product/web",
    "letter": "LETTER",
    "source": "github-web",
    "name": "github-web",
    "digest": "0" * 64,
    "source_and_id": "%2Fcrm%2Fsurvey/e1",
    "token": "abc",
    "secret": "abc",
    "incident": "web/unusable",
    "seq": "1",
}
KEY = b"0" * 32
APPROVAL = {"role": "product_owner", "reason": "because", "proposal": "0" * 64, "verdict": "approve"}


@dataclass
class Guarded:
    """A site with sign-in."""

    http: httpx.AsyncClient
    accounts: FakeAccounts
    gate: Gate

    async def as_(self, person: str) -> dict[str, str]:
        """Return the headers of somebody who has signed in."""
        secret = await self.accounts.open_session(person, "local", datetime.now(UTC))
        cookie = f"{self.gate.cookie}={self.gate.write_cookie(secret)}"
        return {"cookie": cookie, CSRF_HEADER: self.gate.csrf_of(secret)}


@pytest.fixture
async def guarded() -> AsyncIterator[Guarded]:
    ledger = FakeLedger()
    engine = FakeEngine(ledger)
    accounts = FakeAccounts()
    for person, grant in GRANTS.items():
        await accounts.grant(person, grant)
    gate = Gate(mode="local", key=KEY, accounts=accounts, machine_token="machine", clock=lambda: datetime.now(UTC))
    put_together = replace(services(ledger, engine), gate=gate)
    transport = httpx.ASGITransport(create_app(put_together), raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://localhost:8080") as http:
        machine = {"authorization": "Bearer machine"}
        params = {"actor": "maria"}
        answer = await http.put(f"{API}/products/web", json=definition(), params=params, headers=machine)
        assert answer.status_code == 200, answer.text
        letter = await http.post(
            f"{API}/events", content=json.dumps(event(**STARTED)), headers=machine | {"content-type": SINGLE}
        )
        assert letter.status_code == 202, letter.text
        yield Guarded(http, accounts, gate)
    dispatch: Dispatch = put_together.dispatch
    await dispatch.close(1)


def routes() -> Iterator[tuple[str, str]]:
    """Yield the method and path of every route, as their routers spell them."""
    app = create_app(cast("Any", None))
    for included in app.routes:
        router = getattr(included, "original_router", None)
        for route in () if router is None else router.routes:
            for method in sorted(route.methods - {"HEAD"}):
                yield method, route.path


def test_every_route_has_a_rule_and_every_rule_a_route() -> None:
    assert set(routes()) == set(RULES)


def address(path: str) -> str:
    filled = re.sub(r"\{(\w+)(:path)?\}", lambda part: EXAMPLES[part[1]], path)
    outside = path.startswith(("/open", "/sign", "/set-up", "/healthz", "/readyz", "/metrics")) or path == "/"
    return filled if outside else API + filled


TABLE = [
    pytest.param(method, path, rule, id=f"{method} {path}")
    for (method, path), rule in RULES.items()
    if rule.act is not None and rule.where != "route"
]


def allowed(rule: Rule, person: str) -> bool:
    """Return what the table of roles says."""
    assert rule.act is not None
    role = PEOPLE[person]
    if rule.where == "all":  # none of them has a grant for all products
        return False
    return role != "" and may(rule.act, [cast("Any", role)])


@pytest.mark.parametrize(("method", "path", "rule"), TABLE)
async def test_a_role_gets_what_the_table_gives_it_and_403_otherwise(
    method: str, path: str, rule: Rule, guarded: Guarded
) -> None:
    for person in PEOPLE:
        body = None if method == "GET" else APPROVAL | {"actor": person}
        params = {"actor": person} if method in ("PUT", "DELETE") else {}
        answer = await guarded.http.request(
            method, address(path), json=body, params=params, headers=await guarded.as_(person)
        )
        barred = answer.status_code == 403 and "has no role" in answer.text
        assert barred is not allowed(rule, person), (person, answer.status_code, answer.text[:200])


@pytest.mark.parametrize(("method", "path"), [pytest.param(*one, id=" ".join(one)) for one in RULES])
async def test_without_a_session_everything_but_the_open_routes_is_401(
    method: str, path: str, guarded: Guarded
) -> None:
    rule = RULES[(method, path)]
    answer = await guarded.http.request(method, address(path), json=None if method == "GET" else {})
    needed = rule.act is not None or rule.signed_in
    assert (answer.status_code == 401 and "sign-in" in answer.text) is needed


@pytest.mark.parametrize(
    ("person", "code"),
    [
        pytest.param("oscar", 202, id="an operator sends"),
        pytest.param("maria", 202, id="so does the manager"),
        pytest.param("olga", 403, id="the owner does not"),
        pytest.param("audrey", 403, id="nor an auditor"),
    ],
)
async def test_events_are_taken_from_who_may_send_them(person: str, code: int, guarded: Guarded) -> None:
    headers = await guarded.as_(person) | {"content-type": SINGLE}
    answer = await guarded.http.post(f"{API}/events", json=event("e2"), headers=headers)
    assert answer.status_code == code, answer.text


async def test_a_batch_is_answered_event_by_event(guarded: Guarded) -> None:
    headers = await guarded.as_("maria") | {"content-type": "application/cloudevents-batch+json"}
    batch = [event("e3"), event("e4", subject="other")]
    answer = await guarded.http.post(f"{API}/events", json=batch, headers=headers)
    assert [one["code"] for one in answer.json()["items"]] == [202, 403]


async def test_nobody_acts_under_another_name(guarded: Guarded) -> None:
    headers = await guarded.as_("olga")
    asked = {"actor": "bernd", "text": "well"}
    answer = await guarded.http.post(f"{API}/approvals/web/1/comments", json=asked, headers=headers)
    assert answer.status_code == 403
    assert answer.json()["errors"][0]["message"] == "you are olga, and cannot act as bernd"


async def test_a_change_with_a_cookie_needs_what_only_our_pages_know(guarded: Guarded) -> None:
    headers = await guarded.as_("olga")
    del headers[CSRF_HEADER]
    asked = {"actor": "olga", "text": "well"}
    answer = await guarded.http.post(f"{API}/approvals/web/1/comments", json=asked, headers=headers)
    assert (answer.status_code, answer.json()["type"]) == (403, "urn:tandem:problem:other-site")


async def test_lists_hold_only_what_somebody_sees(guarded: Guarded) -> None:
    machine = {"authorization": "Bearer machine"}
    teams = {"ads": {"function": "marketing", "lead": "frank", "person_days": 9, "allotment": 9}}
    other = definition(
        product="other", people={key: ["frank"] for key in definition()["people"]}, teams=teams, items={}
    )
    made = await guarded.http.put(f"{API}/products/other", json=other, params={"actor": "frank"}, headers=machine)
    assert made.status_code == 200, made.text
    seen = {}
    for person in ("olga", "frank"):
        answer = await guarded.http.get(f"{API}/products", headers=await guarded.as_(person))
        seen[person] = [one["id"] for one in answer.json()["items"]]
    assert seen == {"olga": ["web"], "frank": ["other"]}
    both = await guarded.http.get(f"{API}/products", headers=machine)
    assert [one["id"] for one in both.json()["items"]] == ["other", "web"]


async def test_an_inbox_is_for_its_owner_and_for_who_looks_into_the_product(guarded: Guarded) -> None:
    codes = {}
    for person in ("olga", "bernd", "oscar"):
        answer = await guarded.http.get(f"{API}/inbox", params={"as": "olga"}, headers=await guarded.as_(person))
        codes[person] = answer.status_code
    assert codes == {"olga": 200, "bernd": 403, "oscar": 200}


async def test_dead_letters_are_shown_to_who_looks_into_their_product(guarded: Guarded) -> None:
    listed = await guarded.http.get(f"{API}/dead-letters", headers={"authorization": "Bearer machine"})
    (letter,) = listed.json()["items"]
    path = f"{API}/dead-letters/{letter['id']}"
    codes = {}
    for person in ("olga", "oscar", "audrey"):
        headers = await guarded.as_(person)
        shown = await guarded.http.get(path, headers=headers)
        asked = {"actor": person, "reason": "no use"}
        done = await guarded.http.post(f"{path}/discard", json=asked, headers=headers)
        codes[person] = (shown.status_code, done.status_code)
    assert codes == {"olga": (403, 403), "oscar": (200, 200), "audrey": (200, 403)}


async def test_a_token_is_as_much_as_it_was_granted(guarded: Guarded) -> None:
    at = datetime.now(UTC)
    source = Grant(role="source", product="web")
    token = await guarded.accounts.add_token("jira", [source], "ada", at, at + timedelta(days=1))
    headers = {"authorization": f"Bearer {token}", "content-type": SINGLE}
    sent = await guarded.http.post(f"{API}/events", json=event("e5"), headers=headers)
    read = await guarded.http.get(f"{API}/products/web/roadmap", headers=headers)
    assert (sent.status_code, read.status_code) == (202, 403)
    await guarded.accounts.revoke_token(token.partition(".")[0], at)
    again = await guarded.http.post(f"{API}/events", json=event("e6"), headers=headers)
    assert again.status_code == 401


async def test_a_session_that_was_closed_is_over(guarded: Guarded) -> None:
    headers = await guarded.as_("olga")
    assert (await guarded.http.get(f"{API}/me", headers=headers)).json()["person"] == "olga"
    await guarded.accounts.close_sessions_of("olga")
    assert (await guarded.http.get(f"{API}/me", headers=headers)).status_code == 401


async def test_me_says_what_somebody_may_do_where(guarded: Guarded) -> None:
    found = {}
    for person in ("olga", "ines", "audrey", "rita", "stranger"):
        answer = await guarded.http.get(f"{API}/me", headers=await guarded.as_(person))
        found[person] = {place["product"]: (place["roles"], set(place["acts"])) for place in answer.json()["places"]}
    assert found["olga"]["web"][0] == ["product_owner"]
    assert "decide" in found["olga"]["web"][1]
    assert found["ines"] == {"web": (["team_lead"], {"read", "comment", "acknowledge"})}
    assert found["audrey"] == {"web": (["auditor"], {"read", "inspect"})}
    assert found["rita"] == {}  # the right to read customers' texts shows no product by itself
    assert found["stranger"] == {}


@pytest.mark.parametrize(
    ("product", "role"),
    [
        pytest.param(EVERY, True, id="a grant for every product"),
        pytest.param("web", False, id="a grant for one is none for what belongs to no product"),
    ],
)
def test_what_belongs_to_no_product_needs_a_grant_for_all(product: str, role: bool) -> None:
    assert ("operator" in granted([Grant(role="operator", product=product)], None)) is role


def test_no_role_of_people_may_operate_and_no_operator_decides() -> None:
    assert ROLES_FOR["operate"] == {"operator"}
    assert "operator" not in ROLES_FOR["decide"]
    assert "source" not in ROLES_FOR["read"]


@pytest.mark.parametrize(
    ("address", "code"),
    [
        pytest.param("127.0.0.1", 200, id="on this machine"),
        pytest.param("::1", 200, id="on this machine, too"),
        pytest.param("192.0.2.7", 401, id="from elsewhere"),
        pytest.param("testclient", 401, id="from where nobody can tell"),
    ],
)
async def test_the_token_of_this_machine_is_taken_on_this_machine_only(
    address: str, code: int, guarded: Guarded
) -> None:
    transport = guarded.http._transport
    assert isinstance(transport, httpx.ASGITransport)
    transport.client = (address, 1)
    answer = await guarded.http.get(f"{API}/me", headers={"authorization": "Bearer machine"})
    assert answer.status_code == code
