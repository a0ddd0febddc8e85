"""What waits for a person, over all products."""

from typing import Any

import pytest

from tests.fakes.engine import NOON
from tests.unit.web.people import ask_with_alternatives, stand_in
from tests.unit.web.site import Site, definition, proposal


async def inbox(site: Site, person: str) -> dict[str, Any]:
    answer = await site.http.get("/api/v1/inbox", params={"as": person})
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def test_decisions_and_escalations_wait_with_all_that_they_need(site: Site) -> None:
    site.services.clock = lambda: NOON
    hashes = await ask_with_alternatives(site)
    await site.engine.escalate("web", "sso", standing="")
    found = await inbox(site, "olga")
    decision, escalation = found["items"]
    assert (decision["what"], decision["why"]) == ("decision 1", "the best plan is 20.0 % better")
    assert (decision["until"], decision["until_local"]) == ("2026-03-05T12:00:00Z", "2026-03-05 12:00 (UTC)")
    assert (decision["hash"], decision["asked"], decision["since"]) == (hashes[0], True, "2026-03-02T12:00:00Z")
    assert decision["voices"] == [{"role": "product_owner", "acting_for": None}]
    assert decision["commands"][0] == "tandem approvals show web 1"
    assert f"tandem approvals approve web 1 --hash {hashes[0][:12]} --as olga --reason WHY" in decision["commands"]
    assert (escalation["what"], escalation["subject"], escalation["acknowledged"]) == (
        "escalation 1 of sso",
        "sso",
        False,
    )
    assert escalation["commands"][1] == "tandem escalations acknowledge web sso 1 --as olga"


async def test_what_was_acknowledged_says_so_and_is_not_offered_again(site: Site) -> None:
    await site.engine.escalate("web", "sso", acknowledged=["olga"])
    [one] = (await inbox(site, "olga"))["items"]
    assert one["acknowledged"]
    assert not any("acknowledge" in line for line in one["commands"])
    [other] = (await inbox(site, "bernd"))["items"]
    assert (other["acknowledged"], other["asked"], other["asked_role"]) == (False, False, "product_owner")


async def test_a_stand_in_finds_what_waits_for_the_holder_and_the_delegation(site: Site) -> None:
    await site.engine.ask("web", 1, proposal())
    assert (await inbox(site, "petra")) == {"person": "petra", "items": [], "delegations": []}
    await stand_in(site)
    found = await inbox(site, "petra")
    assert [one["voices"] for one in found["items"]] == [[{"role": "product_owner", "acting_for": "olga"}]]
    assert [(one["given"], one["delegation"]["delegate"]) for one in found["delegations"]] == [(False, "petra")]
    assert [one["given"] for one in (await inbox(site, "olga"))["delegations"]] == [True]


async def test_what_a_stand_in_has_approved_no_longer_waits_for_the_holder(site: Site) -> None:
    digest = await site.engine.ask("web", 1, proposal(), votes=["petra"])
    await stand_in(site)
    assert len((await inbox(site, "olga"))["items"]) == 1  # nothing says yet for whom petra spoke
    note, about = site.engine.note, "approval:1"
    event = {"actor": "petra", "role": "product_owner", "proposal": digest, "via": ["olga", "petra"]}
    await note("web", about, "decision.given", "event/1", "petra", event=event)
    await note("web", about, "approval.counted", "counted/1", cause="event/1", by="petra", effect="counted")
    assert (await inbox(site, "olga"))["items"] == (await inbox(site, "petra"))["items"] == []
    assert len((await inbox(site, "bernd"))["items"]) == 1


async def test_all_products_are_looked_at_the_most_urgent_first(site: Site) -> None:
    site.services.clock = lambda: NOON
    teams = {"data": definition()["teams"]["it"]}
    assert (await site.apply(product="app", teams=teams, items={})).status_code == 200
    await site.engine.ask("web", 1, proposal())
    await site.engine.ask("app", 1, proposal(), deadline="2026-03-03T12:00:00+00:00")
    await site.engine.ask("web", 2, proposal(value=61.0), "adopted")
    assert [one["product"] for one in (await inbox(site, "olga"))["items"]] == ["app", "web"]


async def test_names_are_quoted_in_commands(site: Site) -> None:
    people = {**definition()["people"], "product_owner": ["olga o'neil"]}
    assert (await site.apply(people=people)).status_code == 200
    await site.engine.ask("web", 1, proposal())
    [one] = (await inbox(site, "olga o'neil"))["items"]
    assert "--as 'olga o'\"'\"'neil'" in one["commands"][1]


@pytest.mark.parametrize(
    "params",
    [
        pytest.param({}, id="nobody"),
        pytest.param({"as": " "}, id="an empty name"),
        pytest.param({"as": "o\u0000"}, id="a control character"),
        pytest.param({"as": "o" * 201}, id="too long a name"),
    ],
)
async def test_an_inbox_is_somebodys(site: Site, params: dict[str, str]) -> None:
    answer = await site.http.get("/api/v1/inbox", params=params)
    assert (answer.status_code, answer.json()["type"]) == (422, "urn:tandem:problem:invalid-request")
