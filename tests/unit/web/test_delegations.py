"""Letting somebody stand in, seeing who does, and ending it."""

from datetime import timedelta
from typing import Any

import pytest

from tests.fakes.engine import NOON
from tests.unit.web.people import DAY, fields, stand_in
from tests.unit.web.site import Site
from workflows.client import NoAnswerError

ALL = "/api/v1/products/web/delegations"


async def listed(site: Site) -> list[tuple[int, str, str]]:
    found = (await site.http.get(ALL)).json()
    return [(one["number"], one["delegate"], one["state"]) for one in found["items"]]


def grant(**changes: Any) -> dict[str, Any]:
    body = {
        "person": "olga",
        "delegate": "petra",
        "role": "product_owner",
        "end": (NOON + DAY).isoformat(),
        "reason": "away",
    }
    return {name: value for name, value in (body | changes).items() if value is not None}


async def test_a_delegation_is_granted_listed_and_told_by_its_number(site: Site) -> None:
    granted = await stand_in(site, scope="decisions", most_money=100000)
    assert (granted["number"], granted["status"], granted["identity"]) == (1, "granted", "asserted")
    page = (await site.http.get(ALL)).json()
    [one] = page["items"]
    assert (one["person"], one["delegate"], one["scope"], one["most_money"]) == ("olga", "petra", "decisions", 100000)
    assert (one["state"], page["currency"], page["time_zone"]) == ("holds", "EUR", "UTC")
    assert site.entries()[-1] == "delegation.granted"


async def test_what_lies_ahead_is_listed_and_what_has_ended_is_not(site: Site) -> None:
    await stand_in(site)
    await stand_in(site, delegate="paul", start=(NOON + DAY).isoformat(), end=(NOON + 3 * DAY).isoformat())
    assert await listed(site) == [(1, "petra", "holds"), (2, "paul", "ahead")]
    site.services.clock = lambda: NOON + DAY
    assert await listed(site) == [(2, "paul", "holds")]


@pytest.mark.parametrize("actor", [pytest.param("olga", id="who gave it"), pytest.param("petra", id="who holds it")])
async def test_a_delegation_is_revoked(site: Site, actor: str) -> None:
    await stand_in(site)
    answer = await site.http.post(f"{ALL}/1/revocation", json={"actor": actor, "reason": "back"})
    assert (answer.status_code, answer.json()["status"]) == (200, "revoked")
    assert await listed(site) == []


@pytest.mark.parametrize(
    ("changes", "status", "field"),
    [
        pytest.param({"person": ""}, 422, "person", id="nobody gives it"),
        pytest.param({"delegate": ""}, 422, "delegate", id="nobody holds it"),
        pytest.param({"role": "king"}, 422, "role", id="no role"),
        pytest.param({"end": None}, 422, "end", id="for ever"),
        pytest.param({"end": "2026-03-05"}, 422, "end", id="a day without a time"),
        pytest.param({"scope": "money"}, 422, "scope", id="for nothing that there is"),
        pytest.param({"most_money": -1}, 422, "most_money", id="less than nothing"),
        pytest.param({"most_money": 0.5}, 422, "most_money", id="half a cent"),
        pytest.param({"reason": None}, 422, "reason", id="no reason"),
        pytest.param({"identity": "authenticated"}, 422, "identity", id="an identity of one's own"),
        pytest.param({"delegate": "olga"}, 422, "delegate", id="to oneself"),
        pytest.param({"end": (NOON - DAY).isoformat()}, 422, "end", id="over before it starts"),
        pytest.param({"end": (NOON + timedelta(days=367)).isoformat()}, 422, "end", id="over a year"),
        pytest.param({"person": "zed"}, 403, "person", id="a role that one does not hold"),
        pytest.param({"person": "paul", "delegate": "petra"}, 403, "most_money", id="more than one may oneself"),
        pytest.param({"person": "paul", "delegate": "olga", "most_money": 100}, 409, None, id="in a circle"),
    ],
)
async def test_a_delegation_that_cannot_be_granted_says_why(
    site: Site, changes: dict[str, Any], status: int, field: str | None
) -> None:
    await stand_in(site, delegate="paul", most_money=100)
    answer = await site.http.post(ALL, json=grant(**changes))
    assert (answer.status_code, fields(answer.json())) == (status, [] if field is None else [field]), answer.text
    assert await listed(site) == [(1, "paul", "holds")]


@pytest.mark.parametrize(
    ("number", "body", "status", "field"),
    [
        pytest.param("2", {}, 404, None, id="one that there is not"),
        pytest.param("1", {"actor": "zed"}, 403, "actor", id="somebody else's"),
        pytest.param("1", {"reason": " "}, 422, "reason", id="no reason"),
        pytest.param("0", {}, 422, "number", id="no number that there can be"),
        pytest.param("one", {}, 422, "number", id="no number"),
    ],
)
async def test_a_revocation_that_is_refused_says_why(
    site: Site, number: str, body: dict[str, Any], status: int, field: str | None
) -> None:
    await stand_in(site)
    answer = await site.http.post(f"{ALL}/{number}/revocation", json={"actor": "olga", "reason": "back"} | body)
    assert (answer.status_code, fields(answer.json())) == (status, [] if field is None else [field]), answer.text
    assert await listed(site) == [(1, "petra", "holds")]


async def test_no_answer_says_to_look_again_and_an_unknown_product_is_named(site: Site) -> None:
    site.engine.refuse("delegate", NoAnswerError("product/web did not answer in time"))
    assert (await site.http.post(ALL, json=grant())).status_code == 504
    answer = await site.http.get("/api/v1/products/wep/delegations")
    assert (answer.status_code, answer.json()["detail"]) == (404, "there is no product 'wep'; did you mean web?")
    form = await site.http.post(ALL, content=b"{}", headers={"content-type": "text/plain"})
    assert form.status_code == 415
