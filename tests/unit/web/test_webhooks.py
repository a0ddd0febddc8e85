"""Deliveries over HTTP: signed or refused, translated, kept before they are answered, and counted once."""

import json
import logging
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest

from activities.ports_letters import StillUnreadableError
from domain.narrative import line_of
from events.letters import Letter
from events.ports import DeliveryUnavailableError
from tests.realdata import realdata
from tests.unit.events.webhooks.cases import issue, jira_issue, milestone
from tests.unit.web.hooks import PATH, SECRET, STANDARD_SECRET, HookSite, hook_site

FILE: dict[str, Any] = {
    "milestones": {"spring": {"due": "2026-04-30"}},
    "items": {"search": {"efforts": {"it": 5}, "milestone": "spring"}, "login": {"efforts": {"it": 5}}},
    "sources": {"github-web": {}, "jira-web": {}, "campaigns": {}},
    "aliases": {
        "github-web": {"milestones": {"Spring launch": "spring"}, "items": {"acme/web#12": "search"}},
        "jira-web": {"items": {"WEB-118": "search"}, "statuses": {"In Progress": "started"}},
        "campaigns": {"milestones": {"Spring launch": "spring"}},
    },
}
STARTED = jira_issue("issue_updated", {"status": ("To Do", "In Progress")})
REACHED = {"type": "milestone.reached", "timestamp": "2026-03-01T09:00:00Z", "data": {"milestone": "Spring launch"}}


@pytest.fixture
async def site() -> AsyncIterator[HookSite]:
    async with hook_site() as found:
        await found.apply(**FILE)
        yield found


async def test_each_kind_of_source_becomes_an_event(site: HookSite) -> None:
    answers = [
        await site.github("milestone", milestone("closed")),
        await site.github("milestone", milestone("deleted"), "d-2", form=True),
        await site.jira(STARTED),
        await site.standard(REACHED),
    ]
    assert [(answer.status_code, answer.json()["status"]) for answer in answers] == [(202, "accepted")] * 4
    assert [event["type"] for event in site.events()] == [
        "milestone.reached",
        "milestone.dropped",
        "item.started",
        "milestone.reached",
    ]
    assert answers[0].json() == {
        "status": "accepted",
        "id": "d-1",
        "events": [
            {
                "product": "web",
                "source": "https://api.github.com/repos/acme/web",
                "id": "d-1",
                "type": "milestone.reached",
                "status": "accepted",
            }
        ],
        "simulated_clock": False,
    }
    assert site.parked() == []


async def test_a_delivery_again_has_no_second_effect(site: HookSite) -> None:
    first, again = [await site.github("milestone", milestone("closed")) for _ in range(2)]
    assert (first.json()["status"], again.json()["status"]) == ("accepted", "duplicate")
    assert again.status_code == 202
    assert len(site.events()) == 1


async def test_a_parked_delivery_again_is_the_same_letter(site: HookSite) -> None:
    first, again = [await site.github("label", {"action": "created"}) for _ in range(2)]
    assert first.json() == again.json()
    assert [letter.id for letter in site.parked()] == ["webhook/github-web/d-1"]


async def test_a_tampered_body_is_refused_and_nothing_is_kept(site: HookSite) -> None:
    body = json.dumps(milestone("closed")).encode()
    good = (await site.github("milestone", body, "d-0")).request.headers["x-hub-signature-256"]
    before = len(site.events())
    answers = [
        await site.github("milestone", body + b" ", headers={"x-hub-signature-256": good}),
        await site.github("milestone", body, headers={"x-hub-signature-256": ""}),
        await site.jira(STARTED, headers={"x-hub-signature": good}),
        await site.standard(REACHED, headers={"webhook-signature": "v1,AAAA"}),
        await site.standard(REACHED, headers={"webhook-timestamp": str(int(site.now[0].timestamp()) - 301)}),
    ]
    for answer in answers:
        assert answer.status_code == 401
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.headers["www-authenticate"].startswith("Signature")
        assert answer.json()["type"] == "urn:tandem:problem:not-signed"
        assert good not in answer.text
    assert (len(site.events()), site.parked()) == (before, [])
    assert site.services.webhooks.counts["github-web", "not signed"] == 2


async def test_a_source_that_is_not_registered_is_not_found(site: HookSite) -> None:
    answer = await site.http.post(f"{PATH}/gitlab", content=b"{}")
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"


async def test_both_secrets_are_taken_until_the_old_one_ends(site: HookSite) -> None:
    body = {"actor": "ada", "secret": "the-next-one-of-them", "overlap_hours": 24}
    assert (await site.http.post("/api/v1/sources/github-web/rotate", json=body)).status_code == 200
    assert (await site.github("milestone", milestone("closed"))).status_code == 202
    site.now[0] += timedelta(hours=24)
    assert (await site.github("milestone", milestone("closed"))).status_code == 401


async def test_what_is_not_mapped_is_parked_with_its_body_and_without_its_signature(site: HookSite) -> None:
    body = json.dumps(issue("closed", number=13)).encode()
    answer = (await site.github("issues", body)).json()
    assert (answer["status"], answer["letter"]) == ("parked", "webhook/github-web/d-1")
    assert "'acme/web#12'" in answer["detail"]
    (letter,) = site.parked()
    assert (letter.way, letter.reason, letter.product) == ("webhook", "unmapped", "web")
    assert (letter.source, letter.event_id) == ("https://api.github.com/repos/acme/web", "d-1")
    assert (letter.type, letter.size) == ("com.github.issue.closed", len(body))
    assert await site.letters.body(letter.id) == body
    assert not [name for name in letter.headers if "signature" in name]


@pytest.mark.parametrize(
    ("body", "word"),
    [
        pytest.param(b"not json", "is not JSON", id="no JSON"),
        pytest.param(b"[]", "must be a JSON object", id="no object"),
        pytest.param(b"\xff\xfe", "is not UTF-8", id="no text"),
        pytest.param(b'{"a": 1, "a": 2}', "nothing is made of", id="an odd one of an event without meaning"),
        pytest.param(b"{" * 100_000, "not JSON", id="depth"),
    ],
)
async def test_a_signed_body_that_cannot_be_read_is_parked(site: HookSite, body: bytes, word: str) -> None:
    answer = await site.github("deployment", body)
    assert (answer.status_code, answer.json()["status"]) == (202, "parked")
    assert word in answer.json()["detail"]
    assert len(site.parked()) == 1


async def test_a_delivery_without_an_id_is_known_by_its_body(site: HookSite) -> None:
    headers = {"x-github-delivery": ""}
    first, again, other = [
        (await site.github("milestone", milestone(action), headers=headers)).json()
        for action in ("closed", "closed", "deleted")
    ]
    assert (first["status"], again["status"], other["status"]) == ("accepted", "duplicate", "accepted")
    assert first["id"] != other["id"]


async def test_ping_is_answered(site: HookSite) -> None:
    answer = await site.github("ping", {"zen": "Keep it logically awesome."})
    assert (answer.status_code, answer.json()["status"]) == (200, "pong")
    assert site.parked() == []


async def test_an_alias_that_was_just_added_counts_at_once(site: HookSite) -> None:
    assert (await site.github("issues", issue("closed", number=13))).json()["status"] == "parked"
    aliases = {**FILE["aliases"], "github-web": {"items": {"acme/web#13": "login"}}}
    await site.apply(**FILE | {"aliases": aliases})
    assert (await site.github("issues", issue("closed", number=13), "d-2")).json()["status"] == "accepted"


async def test_a_letter_becomes_events_by_the_aliases_of_today(site: HookSite) -> None:
    await site.github("issues", issue("closed", number=13), form=True)
    retry, (parked,) = site.services.webhooks.retry(), site.parked()
    body = await site.letters.body(parked.id)
    assert body is not None
    letter = Letter(**{name: getattr(parked, name) for name in Letter.__slots__ if name != "body"}, body=body)
    with pytest.raises(StillUnreadableError, match="'acme/web#13'"):
        await retry(letter)
    aliases = {**FILE["aliases"], "github-web": {"items": {"acme/web#13": "login"}}}
    await site.apply(**FILE | {"aliases": aliases})
    (event,) = await retry(letter)
    assert (event.type, event.id) == ("item.completed", "d-1")


async def test_several_products_take_from_one_source(site: HookSite) -> None:
    shop = {"sources": {"github-web": {}}, "aliases": {"github-web": {"items": {"acme/web#12": "login"}}}}
    await site.apply(product="shop", teams=site_team("shop-it"), items={"login": {}}, **shop)
    answer = (await site.github("issues", issue("closed"))).json()
    assert sorted((event["product"], event["type"]) for event in answer["events"]) == [
        ("shop", "item.completed"),
        ("web", "item.completed"),
    ]


def site_team(name: str) -> dict[str, Any]:
    return {name: {"function": "it", "lead": "ines", "person_days": 50, "allotment": 40}}


async def test_what_every_product_leaves_out_is_ignored_and_says_so(site: HookSite) -> None:
    await site.apply(**FILE | {"sources": {**FILE["sources"], "github-web": {"ignore": ["label"]}}})
    answer = (await site.github("label", {"action": "created"})).json()
    assert (answer["status"], answer["detail"]) == ("ignored", "web ignores label.created")
    assert site.parked() == []


async def test_what_cannot_be_stored_now_is_to_be_sent_again(site: HookSite) -> None:
    site.letters.reachable = False
    parking = await site.github("label", {"action": "created"})
    site.engine.fail(*[DeliveryUnavailableError("the engine is away")] * 5)
    storing = await site.github("milestone", milestone("closed"))
    for answer in (parking, storing):
        assert answer.status_code == 503
        assert int(answer.headers["retry-after"]) >= 1


async def test_a_product_that_is_gone_meanwhile_is_a_letter(site: HookSite) -> None:
    del site.engine.states["web"]
    answer = (await site.github("milestone", milestone("closed"))).json()
    assert (answer["status"], answer["events"][0]["status"]) == ("parked", "refused")
    assert site.parked()[0].reason == "unknown-product"


async def test_a_body_over_the_limit_is_refused(site: HookSite) -> None:
    answer = await site.github("milestone", b" " * (1024 * 1024 + 1))
    assert answer.status_code == 413


async def test_no_secret_is_in_answers_ledger_or_logs(
    site: HookSite, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    with caplog.at_level(logging.DEBUG):
        answers = [
            await site.github("milestone", milestone("closed")),
            await site.github("milestone", milestone("closed"), headers={"x-hub-signature-256": "sha256=0"}),
            await site.http.get("/api/v1/sources"),
            await site.http.post("/api/v1/sources/github-web/retire-secret", json={"actor": "ada"}),
        ]
    kept = [recorded.model_dump_json() for stream in site.ledger.by_product.values() for recorded in stream]
    printed = capsys.readouterr()
    for text in (*(answer.text for answer in answers), *kept, caplog.text, printed.out, printed.err):
        assert SECRET not in text
        assert STANDARD_SECRET not in text


async def test_what_is_done_with_sources_is_told_in_plain_words(site: HookSite) -> None:
    lines = [line_of(recorded).what for recorded in site.ledger.by_product["_system"]]
    assert lines[0] == "ada registered the webhook source github-web (github)"


async def test_every_recorded_delivery_is_mapped_or_parked_and_none_is_lost(site: HookSite) -> None:
    known = {f"HephaestusTest/TestRepository#{number}": "search" for number in (20, 22, 23, 25)}
    github = {"milestones": {"Fixture Milestone": "spring"}, "items": known, "themes": {"Basic Plan": "checkout"}}
    jira = {
        "items": {"INDEV-6": "login"},
        "milestones": {"BBCOM-956": "spring"},
        "statuses": {"In Progress": "started"},
    }
    await site.apply(**FILE | {"aliases": {"github-web": github, "jira-web": jira}})
    found: dict[str, str] = {}
    made: set[str] = set()
    for path in sorted(realdata("github-webhooks").rglob("*.json")):
        event = path.name.partition(".")[0] if path.parent.name == "recorded" else path.parent.name
        name = f"{event}/{path.name}"
        answer = await site.github(event, path.read_bytes(), name, form=len(found) % 2 == 1)
        assert answer.status_code in (200, 202), answer.text
        found[name] = answer.json()["status"]
        made |= {event["id"] for event in answer.json().get("events", ())}
    for path in sorted(realdata("jira-webhooks").glob("*.json")):
        answer = await site.jira(path.read_bytes(), path.name)
        assert answer.status_code == 202, answer.text
        found[path.name] = answer.json()["status"]
        made |= {event["id"] for event in answer.json().get("events", ())}
    accepted = {name for name, status in found.items() if status == "accepted"}
    parked = {name for name, status in found.items() if status == "parked"}
    assert accepted | parked | {name for name, status in found.items() if status == "pong"} == set(found)
    assert {letter.event_id for letter in site.parked()} == parked
    assert {event["id"] for event in site.events()} == made
    assert {"milestone/milestone.deleted.json", "issues/issues.closed.json"} <= accepted
    assert {"issue_comment/issue_comment.created.json", "issuelink.created_relates.json"} <= parked
