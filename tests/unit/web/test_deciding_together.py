"""Deciding together: stand-ins, quorums, alternatives, comments, and going back."""

from typing import Any

import pytest

from domain.authority import refusal_of_verdict
from domain.delegations import Given
from events.internal import Verdict
from tests.fakes.engine import NOON
from tests.unit.web.people import OTHER, ask_with_alternatives, fields, stand_in
from tests.unit.web.site import Site, decision, proposal
from web.products import mandates_in
from workflows.client import NotOpenError, RefusedError
from workflows.messages import Answer, Effect

REFUSED = "DecisionRefusedError"
ONE = "/api/v1/approvals/web/1"


async def post(site: Site, what: str, **body: Any) -> tuple[int, dict[str, Any]]:
    answer = await site.http.post(f"{ONE}/{what}", json=body)
    return answer.status_code, answer.json()


async def decide(site: Site, digest: str, **changes: Any) -> tuple[int, dict[str, Any]]:
    return await post(site, "decision", **decision(digest, **changes))


async def detail(site: Site, person: str | None = None) -> dict[str, Any]:
    params = {} if person is None else {"as": person}
    found: dict[str, Any] = (await site.http.get(ONE, params=params)).json()
    return found


async def numbers(site: Site, person: str) -> list[int]:
    found = (await site.http.get("/api/v1/approvals", params={"as": person})).json()
    return [one["number"] for one in found["items"]]


async def test_what_a_person_may_decide_includes_what_they_stand_in_for(site: Site) -> None:
    await site.engine.ask("web", 1, proposal())
    assert await numbers(site, "petra") == []
    await stand_in(site)
    assert await numbers(site, "petra") == await numbers(site, "olga") == [1]
    assert (await detail(site))["stand_ins"] == ["petra"]


async def test_whoever_asked_for_it_decides_it_neither_themselves_nor_through_somebody_else(site: Site) -> None:
    await site.engine.ask("web", 1, proposal(), requester="olga")
    await stand_in(site)
    assert await numbers(site, "olga") == await numbers(site, "petra") == []
    assert await numbers(site, "bernd") == [1]
    yours = (await detail(site, "olga"))["yours"]
    assert (yours["voices"], yours["roles"]) == ([], ["product_owner"])


async def test_the_detail_says_how_the_one_who_looks_may_decide(site: Site) -> None:
    hashes = await ask_with_alternatives(site)
    assert (await detail(site))["yours"] is None
    await stand_in(site, most_money=300000)
    yours = (await detail(site, "petra"))["yours"]
    for_olga = {"role": "product_owner", "acting_for": "olga"}
    assert yours["voices"] == [for_olga]
    assert yours["approving"] == {hashes[0]: [], hashes[1]: [for_olga], hashes[2]: [for_olga]}


async def test_alternatives_have_a_hash_and_a_value_of_their_own(site: Site) -> None:
    hashes = await ask_with_alternatives(site)
    shown = await detail(site)
    assert [(one["number"], one["hash"], one["value"], one["money_moved"]) for one in shown["alternatives"]] == [
        (1, hashes[1], 58.0, 300000),
        (2, hashes[2], 55.0, 0),
    ]
    assert shown["may_approve"] == sorted(hashes)
    assert shown["alternatives"][0]["change"]["entered"] == list(OTHER.change.entered)
    assert (await decide(site, hashes[1]))[0] == 200
    assert site.engine.answers[-1].proposal == hashes[1]  # type: ignore[union-attr]


async def test_all_that_a_decision_says_reaches_the_workflow(site: Site) -> None:
    digest = await site.engine.ask("web", 1, proposal())
    wishes = {"search": "in", "login": "out"}
    status, body = await decide(site, digest, verdict="changes", actor="petra", acting_for="olga", wishes=wishes)
    assert (status, body["acting_for"]) == (200, "olga")
    [given] = site.engine.answers
    assert isinstance(given, Answer)
    assert (given.verdict, given.acting_for, given.wishes) == ("changes", "olga", wishes)


@pytest.mark.parametrize(("effect", "stays_open"), [("counted", True), ("uncounted", True), ("withdrawn", False)])
async def test_an_answer_says_whether_the_request_stays_open(site: Site, effect: Any, stays_open: bool) -> None:
    digest = await site.engine.ask("web", 1, proposal())
    site.engine.effect = Effect(approval=1, effect=effect, because="1 more approval needed", cause="event/x")
    assert (await decide(site, digest))[1]["open"] is stays_open


async def test_the_votes_so_far_say_who_approved_what_for_whom_and_what_is_still_needed(site: Site) -> None:
    hashes = await ask_with_alternatives(site, votes=["petra"], needed="2 people have to approve")
    assert (await detail(site))["needed"] == "2 people have to approve"
    event = {"actor": "petra", "role": "product_owner", "proposal": hashes[1], "via": ["olga", "petra"]}
    about = "approval:1"
    await site.engine.note("web", about, "decision.given", "event/tandem/1", "petra", event=event)
    for key, by, effect in (("1", "petra", "counted"), ("2", "omar", "counted"), ("3", "omar", "uncounted")):
        said = {"by": by, "reason": "good", "effect": effect, "said": f"{key} more needed"}
        cause = "event/tandem/1" if by == "petra" else None
        await site.engine.note("web", about, "approval.counted", f"approval/1/counted/{key}", cause=cause, **said)
    shown = await detail(site)
    [vote] = shown["votes_given"]
    assert (vote["by"], vote["acting_for"], vote["hash"], vote["reason"]) == ("petra", "olga", hashes[1], "good")
    assert (shown["votes"], shown["needed"]) == (["petra"], "3 more needed")


async def test_a_comment_is_kept_and_shown(site: Site) -> None:
    await site.engine.ask("web", 1, proposal())
    status, body = await post(site, "comments", actor="ines", text="it can start in April at the earliest")
    assert (status, body["status"], body["identity"]) == (201, "commented", "asserted")
    [said] = (await detail(site))["comments"]
    assert (said["by"], said["text"]) == ("ines", "it can start in April at the earliest")


@pytest.mark.parametrize(
    ("state", "refusal", "body", "status", "field"),
    [
        pytest.param("open", "", {"text": " "}, 422, "text", id="nothing said"),
        pytest.param("open", "", {"text": "x" * 501}, 422, "text", id="too much said"),
        pytest.param("open", "", {"actor": ""}, 422, "actor", id="nobody"),
        pytest.param(
            "open", "zed is not among the people of this product", {"actor": "zed"}, 403, "actor", id="stranger"
        ),
        pytest.param("open", "there are 200 comments already", {}, 409, None, id="too many"),
        pytest.param("adopted", "", {}, 409, None, id="decided already"),
    ],
)
async def test_a_comment_that_cannot_be_taken_says_why(
    site: Site, state: str, refusal: str, body: dict[str, Any], status: int, field: str | None
) -> None:
    await site.engine.ask("web", 1, proposal(), state)
    if refusal:
        site.engine.refuse("comment", RefusedError(refusal, REFUSED))
    found, problem = await post(site, "comments", **({"actor": "olga", "text": "why?"} | body))
    assert (found, fields(problem)) == (status, [] if field is None else [field])
    assert (await detail(site))["comments"] == []


async def test_what_has_taken_effect_is_not_withdrawn_but_can_be_reversed(site: Site) -> None:
    digest = await site.engine.ask("web", 1, proposal(), "adopted", by="olga")
    status, body = await decide(site, digest, verdict="withdraw")
    assert (status, body["type"]) == (409, "urn:tandem:problem:not-open")
    assert body["offer"]["address"] == f"{ONE}/reversal"
    assert body["offer"]["command"] == "tandem approvals reverse web 1 --as PERSON --reason WHY"
    status, body = await post(site, "reversal", actor="olga", reason="it was too early")
    assert (status, body["status"]) == (202, "requested")
    [asked] = site.engine.reversals
    assert (asked.approval, asked.actor, asked.identity) == (1, "olga", "asserted")


@pytest.mark.parametrize(
    ("state", "verdict"),
    [
        pytest.param("rejected", "withdraw", id="nothing took effect"),
        pytest.param("adopted", "approve", id="it was not withdrawn"),
    ],
)
async def test_a_reversal_is_offered_to_nobody_else(site: Site, state: str, verdict: str) -> None:
    digest = await site.engine.ask("web", 1, proposal(), state, by="olga")
    status, body = await decide(site, digest, verdict=verdict)
    assert (status, "offer" in body) == (409, False)


async def test_a_withdrawal_that_comes_too_late_is_offered_the_reversal(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    digest = await site.engine.ask("web", 1, proposal())

    async def meanwhile(*_: object) -> Effect:
        await site.engine.ask("web", 1, proposal(), "adopted", by="olga")
        raise NotOpenError("approval/web/1 is no longer open")

    monkeypatch.setattr(site.engine, "decide", meanwhile)
    assert "offer" in (await decide(site, digest, verdict="withdraw"))[1]


@pytest.mark.parametrize(
    ("refusal", "actor", "status", "field"),
    [
        pytest.param("zed holds no role in this product", "zed", 403, "actor", id="a stranger"),
        pytest.param("the plan of decision 1 is not the one in force", "olga", 409, None, id="another plan came after"),
        pytest.param("maria has asked for that already", "olga", 409, None, id="asked for already"),
    ],
)
async def test_a_reversal_that_is_refused_says_why(
    site: Site, refusal: str, actor: str, status: int, field: str | None
) -> None:
    await site.engine.ask("web", 1, proposal(), "adopted")
    site.engine.refuse("reverse", RefusedError(refusal, "ProductRefusedError"))
    found, body = await post(site, "reversal", actor=actor, reason="too early")
    assert (found, body["detail"], fields(body)) == (status, refusal, [] if field is None else [field])


async def test_there_is_nothing_to_comment_or_reverse_on_a_request_that_does_not_exist(site: Site) -> None:
    assert (await post(site, "reversal", actor="olga", reason="why"))[0] == 404
    assert (await post(site, "comments", actor="olga", text="why"))[0] == 404
    assert (
        await site.http.post("/api/v1/approvals/wep/1/comments", json={"actor": "a", "text": "b"})
    ).status_code == 404


@pytest.mark.parametrize(
    ("verdict", "given", "status", "field"),
    [
        pytest.param("approve", {"actor": "zed"}, 403, "actor", id="a stranger"),
        pytest.param("approve", {"actor": "maria", "role": "product_manager"}, 403, "role", id="too low a role"),
        pytest.param(
            "reject",
            {"actor": "petra", "acting_for": "olga"},
            403,
            "acting_for",
            id="for somebody who is not their holder",
        ),
        pytest.param("approve", {"actor": "paul", "acting_for": "olga"}, 403, "acting_for", id="over their amount"),
        pytest.param("approve", {"actor": "rita", "role": "executive_board"}, 403, "actor", id="asked for it oneself"),
        pytest.param(
            "approve",
            {"actor": "petra", "role": "executive_board", "acting_for": "rita"},
            403,
            "acting_for",
            id="for whoever asked for it",
        ),
        pytest.param("keep", {"actor": "olga"}, 422, "until", id="no date"),
    ],
)
async def test_what_the_domain_refuses_is_said_at_its_field(
    site: Site, verdict: Verdict, given: dict[str, Any], status: int, field: str
) -> None:
    people = {"product_manager": ["maria"], "product_owner": ["olga"], "executive_board": ["bernd", "rita"]}
    assert (await site.apply(people=people)).status_code == 200
    digest = await site.engine.ask("web", 1, proposal(), requester="rita")
    await stand_in(site, delegate="paul", most_money=100)
    await stand_in(site, "rita", "petra", role="executive_board")
    answer = {"role": "product_owner", "acting_for": None, **given}
    mandates = mandates_in(site.ledger.views["product", "web"].data)
    refusal = refusal_of_verdict(
        mandates, verdict, Given(**answer), "product_owner", None, NOON, money=600000, requester="rita"
    )
    assert refusal
    site.engine.refuse("decide", RefusedError(refusal, REFUSED))
    found, body = await decide(site, digest, verdict=verdict, **answer)
    assert (found, fields(body)) == (status, [field]), refusal
