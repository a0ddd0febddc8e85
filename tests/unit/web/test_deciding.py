"""Looking at requests, and deciding them."""

from typing import Any

import pytest

from events.internal import Change
from tests.unit.web.site import Site, decision, proposal
from workflows.client import NoAnswerError, NotOpenError, RefusedError
from workflows.messages import Answer

CHANGED = "ChangedSinceYouLookedError"
REFUSED = "DecisionRefusedError"
LATER = proposal(run=3, value=65.0, change=Change(entered=("login",), money_moved=300000))


async def decide(site: Site, digest: str, number: int = 1, **changes: Any) -> tuple[int, dict[str, Any]]:
    address = f"/api/v1/approvals/web/{number}/decision"
    answer = await site.http.post(address, json=decision(digest, **changes))
    return answer.status_code, answer.json()


async def test_requests_are_listed_for_those_who_may_decide(site: Site) -> None:
    await site.engine.ask("web", 1, proposal(), "superseded")
    await site.engine.ask("web", 2, LATER)

    async def numbers(**query: str) -> list[int]:
        found = (await site.http.get("/api/v1/approvals", params=query)).json()
        assert found["total"] == len(found["items"])
        return [one["number"] for one in found["items"]]

    assert await numbers() == [2, 1]
    assert await numbers(state="open", product="web") == [2]
    assert await numbers(**{"as": "olga"}) == await numbers(**{"as": "bernd"}) == [2]
    assert await numbers(**{"as": "maria"}) == await numbers(**{"as": "zed"}) == await numbers(product="app") == []
    assert await numbers(role="executive_board") == []
    assert (await site.http.get("/api/v1/approvals", params={"role": "king"})).status_code == 422


async def test_a_request_is_shown_with_the_document_and_its_hash(site: Site) -> None:
    digest = await site.engine.ask("web", 1, proposal())
    shown = (await site.http.get("/api/v1/approvals/web/1")).json()
    assert shown["hash"] == digest
    assert shown["proposal"] == proposal().model_dump(mode="json")
    assert shown["people"] == ["olga"]
    assert (await site.http.get(f"/api/v1/documents/{digest}")).json()["content"] == shown["proposal"]
    assert (await site.http.get("/api/v1/approvals/web/2")).status_code == 404


async def test_a_decision_takes_effect_and_its_identity_is_asserted(site: Site) -> None:
    digest = await site.engine.ask("web", 1, proposal())
    status, body = await decide(site, digest)
    assert (status, body["effect"], body["identity"]) == (200, "adopted", "asserted")
    [given] = site.engine.answers
    assert isinstance(given, Answer)
    assert (given.identity, given.proposal, given.reason) == ("asserted", digest, "ok")


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        pytest.param({"identity": "authenticated"}, "identity", id="an identity of one's own"),
        pytest.param({"actor": ""}, "actor", id="nobody"),
        pytest.param({"reason": " "}, "reason", id="no reason"),
        pytest.param({"reason": "a\u0000b"}, "reason", id="a control character"),
        pytest.param({"verdict": "maybe"}, "verdict", id="no verdict"),
        pytest.param({"proposal": "abc"}, "proposal", id="no hash"),
        pytest.param({"until": "tomorrow"}, "until", id="no date"),
        pytest.param({"until": "2030-01-31T00:00:00Z"}, "until", id="a date that nothing is kept until"),
        pytest.param({"wishes": {"search": "in"}}, "wishes", id="wishes, and no changes asked for"),
        pytest.param({"verdict": "changes", "wishes": {"search": "maybe"}}, "wishes.search", id="no wish"),
        pytest.param({"verdict": "changes", "wishes": {"a b": "in"}}, "wishes.a b.[key]", id="no item's name"),
        pytest.param({"acting_for": ""}, "acting_for", id="in nobody's stead"),
    ],
)
async def test_a_decision_that_is_not_valid_is_refused_with_its_field(
    site: Site, changes: dict[str, Any], field: str
) -> None:
    digest = await site.engine.ask("web", 1, proposal())
    status, body = await decide(site, digest, **changes)
    assert status == 422
    assert [error["field"] for error in body["errors"]] == [field]
    assert site.engine.answers == []


async def test_a_decision_is_json(site: Site) -> None:
    answer = await site.http.post(
        "/api/v1/approvals/web/1/decision", content=b"{}", headers={"content-type": "text/plain"}
    )
    assert answer.status_code == 415


@pytest.mark.parametrize(
    ("refusal", "changes", "status", "field"),
    [
        pytest.param("zed does not hold the role product owner", {"actor": "zed"}, 403, "actor", id="no role"),
        pytest.param(
            "this needs the product owner; maria answers as product manager",
            {"actor": "maria", "role": "product_manager"},
            403,
            "role",
            id="too low a role",
        ),
        pytest.param("beyond the authority of the product owner: it moves 9 EUR", {}, 403, "role", id="over a limit"),
        pytest.param(
            "petra does not stand in for olga as product owner now",
            {"actor": "petra", "acting_for": "olga"},
            403,
            "acting_for",
            id="in a stead that nobody gave",
        ),
        pytest.param("keep as is needs a date in the future", {"verdict": "keep"}, 422, "until", id="no date"),
        pytest.param("the proposal is no longer possible: costs more", {}, 409, None, id="not possible any more"),
    ],
)
async def test_a_refused_decision_says_why(
    site: Site, refusal: str, changes: dict[str, Any], status: int, field: str | None
) -> None:
    digest = await site.engine.ask("web", 1, proposal())
    site.engine.refuse("decide", RefusedError(refusal, REFUSED))
    found, body = await decide(site, digest, **changes)
    assert found == status
    assert refusal in body["detail"]
    assert [error["field"] for error in body.get("errors", [])] == ([] if field is None else [field])


async def test_a_request_that_changes_in_this_moment_is_refused_with_the_differences(site: Site) -> None:
    digest = await site.engine.ask("web", 1, proposal())
    site.engine.refuse("decide", RefusedError("changed since you looked: a cut", CHANGED, (["now also funds login"],)))
    status, body = await decide(site, digest)
    assert (status, body["type"]) == (409, "urn:tandem:problem:changed-since-you-looked")
    assert body["differences"] == ["now also funds login"]


async def test_a_superseded_request_names_its_successor_and_the_differences_from_what_was_looked_at(site: Site) -> None:
    seen = await site.engine.ask("web", 1, proposal(), "superseded", differences=["now also funds login"])
    await site.engine.ask("web", 2, LATER)
    status, body = await decide(site, seen)
    assert (status, body["type"]) == (409, "urn:tandem:problem:changed-since-you-looked")
    assert body["successor"] == 2
    assert body["differences"] == [
        "now also funds login",
        "no longer funds search",
        "is worth 65.0 points instead of 60.0 points",
    ]
    assert site.engine.answers == []


async def test_an_old_hash_on_the_new_request_names_the_differences(site: Site) -> None:
    seen = await site.engine.ask("web", 1, proposal(), "superseded")
    await site.engine.ask("web", 2, LATER)
    site.engine.refuse("decide", RefusedError("changed since you looked: another proposal", CHANGED, ([],)))
    status, body = await decide(site, seen, 2)
    assert (status, body["successor"]) == (409, 2)
    assert "no longer funds search" in body["differences"]


@pytest.mark.parametrize(
    ("state", "data", "said"),
    [
        ("adopted", {"by": "bernd", "reason": "good"}, "bernd already decided request 1: adopted"),
        ("kept", {"by": "olga"}, "olga already decided request 1: kept"),
        ("expired", {}, "the time to answer request 1 has passed"),
    ],
)
async def test_a_closed_request_says_who_was_first(site: Site, state: str, data: dict[str, Any], said: str) -> None:
    digest = await site.engine.ask("web", 1, proposal(), state, **data)
    status, body = await decide(site, digest)
    assert (status, body["detail"], body["state"]) == (409, said, state)
    assert body["decided_by"] == data.get("by")


async def test_a_workflow_that_is_gone_while_the_row_is_open_asks_to_look_again(site: Site) -> None:
    digest = await site.engine.ask("web", 1, proposal())
    site.engine.refuse("decide", NotOpenError("approval/web/1 is not open"))
    status, body = await decide(site, digest)
    assert (status, body["type"]) == (409, "urn:tandem:problem:not-open")


async def test_no_answer_tells_to_look_again(site: Site) -> None:
    digest = await site.engine.ask("web", 1, proposal())
    site.engine.refuse("decide", NoAnswerError("approval/web/1 did not answer in time"))
    status, body = await decide(site, digest)
    assert status == 504
    assert "look again" in body["detail"]
