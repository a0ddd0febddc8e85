"""Looking at escalations, answering them, and steering their climb."""

from datetime import timedelta
from typing import Any

import pytest

from domain.climbing import Climbing, Pause, Steering, refusal_of_steering
from domain.ladder import Climb
from domain.replies import refusal_of_answer
from domain.waits import wait
from events.internal import SOURCE, EscalationAnswered
from tests.fakes.engine import NOON
from tests.unit.web.people import fields, stand_in
from tests.unit.web.site import Site
from web.products import mandates_in
from workflows.client import NotOpenError, RefusedError
from workflows.messages import EscalationReply

REFUSED = "DecisionRefusedError"
ONE = "/api/v1/escalations/web/sso/1"
DAY = timedelta(days=1)
LATER = (NOON + DAY).isoformat()


async def post(site: Site, what: str, **body: Any) -> tuple[int, dict[str, Any]]:
    answer = await site.http.post(f"{ONE}/{what}", json=body)
    return answer.status_code, answer.json()


async def reply(site: Site, **changes: Any) -> tuple[int, dict[str, Any]]:
    body = {"answer": "handled", "actor": "olga", "role": "product_owner", "reason": "I call"}
    return await post(site, "answer", **(body | changes))


async def steer(site: Site, kind: str, **changes: Any) -> tuple[int, dict[str, Any]]:
    return await post(site, "steering", **({"kind": kind, "actor": "olga", "reason": "why not"} | changes))


async def detail(site: Site, **params: Any) -> dict[str, Any]:
    found: dict[str, Any] = (await site.http.get(ONE, params=params)).json()
    return found


async def test_an_escalation_is_listed_shown_and_answered(site: Site) -> None:
    await site.engine.escalate("web", "sso")
    listed = (await site.http.get("/api/v1/escalations", params={"state": "open", "role": "product_owner"})).json()
    assert [(one["subject"], one["number"]) for one in listed["items"]] == [("sso", 1)]
    assert (await detail(site))["because"] == "blocked"
    assert (await site.http.get("/api/v1/escalations/web/sso/2")).status_code == 404
    status, body = await reply(site)
    assert (status, body["ended"], body["identity"]) == (200, "answered", "asserted")


async def test_escalations_are_listed_for_those_who_may_answer(site: Site) -> None:
    await site.engine.escalate("web", "sso", at_least="product_owner")
    await site.engine.escalate("web", "fonts", at_least="executive_board")
    await stand_in(site, scope="escalations")

    async def subjects(person: str) -> list[str]:
        found = (await site.http.get("/api/v1/escalations", params={"as": person})).json()
        return sorted(one["subject"] for one in found["items"])

    assert await subjects("olga") == await subjects("petra") == ["sso"]
    assert await subjects("bernd") == ["fonts", "sso"]
    assert await subjects("maria") == await subjects("zed") == []


async def test_the_detail_says_where_it_stands_and_what_lies_ahead(site: Site) -> None:
    ahead = [{"at": LATER, "role": "executive_board", "reminder": False, "to": [{"name": "bernd", "at": LATER}]}]
    await site.engine.escalate("web", "sso", standing="acknowledged by olga", ahead=ahead, ends_at=LATER)
    shown = await detail(site)
    assert shown["standing"] == "acknowledged by olga"
    assert [(step["role"], step["to"][0]["name"]) for step in shown["ahead"]] == [("executive_board", "bernd")]
    assert (shown["at_least"], shown["yours"]) == ("product_owner", None)


async def test_the_detail_says_who_was_told_and_who_could_not_be(site: Site) -> None:
    await site.engine.escalate("web", "sso")
    about = "escalation:sso/1"
    for number, (kind, more) in enumerate(
        (
            ("message.failed", {"channel": "mail", "why": "no such mailbox"}),
            ("message.delivered", {"channel": "chat"}),
            ("message.gathered", {}),
        )
    ):
        said: dict[str, Any] = {"to": "olga", "is_channel": False, "subject": "sso needs you", **more}
        await site.engine.note("web", about, kind, f"told/{number}", **said)
    await site.engine.note("web", "escalation:fonts/1", "message.delivered", "told/other", to="bernd")
    told = (await detail(site))["told"]
    assert [(one["to"], one["how"], one["over"], one["why"]) for one in told] == [
        ("olga", "failed", "mail", "no such mailbox"),
        ("olga", "delivered", "chat", ""),
        ("olga", "gathered", "", ""),
    ]


async def test_the_detail_says_how_the_one_who_looks_may_answer(site: Site) -> None:
    await site.engine.escalate("web", "sso", acknowledged=["petra"])
    await stand_in(site, most_money=100)
    assert (await detail(site))["acknowledged"] == ["petra"]
    for_olga = {"role": "product_owner", "acting_for": "olga"}
    yours = (await detail(site, **{"as": "petra"}))["yours"]
    assert (yours["voices"], yours["acknowledged"]) == ([for_olga], True)
    assert (await detail(site, **{"as": "petra", "money": 101}))["yours"]["voices"] == []
    await site.engine.escalate("web", "sso", "answered")
    assert (await detail(site, **{"as": "olga"}))["yours"]["voices"] == []


@pytest.mark.parametrize(
    ("answer", "ended"),
    [
        pytest.param(
            {"answer": "give_capacity", "team": "it", "period": "2026-04", "person_days": 2.5}, "answered", id="days"
        ),
        pytest.param({"answer": "give_money", "period": "2026-04", "money": 500000}, "answered", id="money"),
        pytest.param({"answer": "resequence", "period": "2026-05"}, "answered", id="put back"),
        pytest.param({"answer": "accept_delay", "until": LATER}, "answered", id="later"),
        pytest.param({"answer": "waive"}, "answered", id="not needed"),
        pytest.param({"answer": "hand_to_board", "acting_for": "olga", "actor": "petra"}, "handed", id="to the board"),
    ],
)
async def test_every_answer_reaches_the_workflow_as_it_was_given(
    site: Site, answer: dict[str, Any], ended: str
) -> None:
    await site.engine.escalate("web", "sso")
    status, body = await reply(site, **answer)
    assert (status, body["ended"], body["acting_for"]) == (200, ended, answer.get("acting_for"))
    [given] = site.engine.answers
    assert isinstance(given, EscalationReply)
    assert given.model_dump(mode="json", include=set(answer) - {"until"}) == {
        name: value for name, value in answer.items() if name != "until"
    }


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        pytest.param({"answer": "perhaps"}, "answer", id="no answer"),
        pytest.param({"actor": ""}, "actor", id="nobody"),
        pytest.param({"reason": " "}, "reason", id="no reason"),
        pytest.param({"answer": "give_money", "money": 0}, "money", id="no money"),
        pytest.param({"answer": "give_money", "money": 1.5}, "money", id="half a cent"),
        pytest.param({"answer": "give_capacity", "person_days": -1}, "person_days", id="days taken away"),
        pytest.param({"answer": "give_money", "period": "April"}, "period", id="no month"),
        pytest.param({"money": 5}, "money", id="money that is not given"),
        pytest.param({"answer": "waive", "until": LATER}, "until", id="a date that nothing waits for"),
        pytest.param({"answer": "resequence", "team": "it"}, "team", id="a team that nothing is given to"),
        pytest.param({"answer": "waive", "period": "2026-04"}, "period", id="a month that nothing happens in"),
        pytest.param({"identity": "authenticated"}, "identity", id="an identity of one's own"),
    ],
)
async def test_an_answer_that_is_not_valid_is_refused_with_its_field(
    site: Site, changes: dict[str, Any], field: str
) -> None:
    await site.engine.escalate("web", "sso")
    status, body = await reply(site, **changes)
    assert (status, fields(body)) == (422, [field])
    assert site.engine.answers == []


@pytest.mark.parametrize(
    ("changes", "status", "field"),
    [
        pytest.param({"actor": "zed"}, 403, "actor", id="a stranger"),
        pytest.param({"actor": "maria", "role": "product_manager"}, 403, "role", id="too low a role"),
        pytest.param({"acting_for": "olga", "actor": "petra"}, 403, "acting_for", id="in a stead that nobody gave"),
        pytest.param({"answer": "accept_delay"}, 422, "until", id="no date"),
        pytest.param({"answer": "give_capacity", "person_days": 1}, 422, "period", id="days in no month"),
        pytest.param(
            {"answer": "give_money", "money": 1, "period": "2025-01"}, 422, "period", id="a month that is over"
        ),
        pytest.param({"answer": "resequence", "period": "2026-03"}, 422, "period", id="put back to now"),
        pytest.param({"answer": "give_money", "period": "2026-04"}, 422, "money", id="how much money"),
        pytest.param({"answer": "give_capacity", "period": "2026-04"}, 422, "person_days", id="how many days"),
        pytest.param(
            {"answer": "give_capacity", "period": "2026-04", "person_days": 1, "team": "law"}, 422, "team", id="no team"
        ),
        pytest.param(
            {"answer": "give_capacity", "period": "2026-04", "person_days": 99, "team": "it"},
            409,
            None,
            id="more than the team has",
        ),
        pytest.param(
            {"answer": "give_money", "period": "2026-04", "money": 10**10}, 403, "role", id="beyond the role's limit"
        ),
    ],
)
async def test_what_the_domain_refuses_is_said_at_its_field(
    site: Site, changes: dict[str, Any], status: int, field: str | None
) -> None:
    await site.engine.escalate("web", "sso")
    state = site.engine.states["web"].model_copy(update={"escalations": {"sso": 1}})
    body = {"answer": "handled", "actor": "olga", "role": "product_owner", "reason": "I call"} | changes
    event = EscalationAnswered(id="a", source=SOURCE, product="web", time=NOON, subject="sso", escalation=1, **body)
    refusal = refusal_of_answer(state, event, NOON)
    assert refusal
    site.engine.refuse("answer", RefusedError(refusal, REFUSED))
    found, problem = await reply(site, **changes)
    assert (found, fields(problem)) == (status, [] if field is None else [field]), refusal


async def test_an_escalation_that_stands_down_in_this_moment_says_so(site: Site) -> None:
    await site.engine.escalate("web", "sso")
    site.engine.refuse("answer", RefusedError("stood down: delivered", REFUSED))
    status, body = await reply(site)
    assert (status, body["type"], fields(body)) == (409, "urn:tandem:problem:refused", [])
    site.engine.refuse("answer", NotOpenError("escalation/web/sso/1 is not open"))
    assert (await reply(site))[1]["detail"] == "it is no longer open; look again"


@pytest.mark.parametrize("call", ["answer", "steering"])
async def test_a_closed_escalation_says_how_it_ended(site: Site, call: str) -> None:
    await site.engine.escalate("web", "sso", "answered", by="bernd", answer="accept_delay")
    status, body = await (reply(site) if call == "answer" else steer(site, "acknowledge"))
    assert (status, body["detail"]) == (409, "bernd already answered: accept delay")


async def test_steering_reaches_the_workflow_and_says_where_it_stands(site: Site) -> None:
    await site.engine.escalate("web", "sso")
    status, body = await steer(site, "pause", waiting_on="the certificate authority", until=LATER)
    assert (status, body["standing"], body["identity"]) == (200, "pause by olga", "asserted")
    assert (await post(site, "steering", kind="acknowledge", actor="bernd"))[0] == 200
    paused, seen = site.engine.steered
    assert (paused.waiting_on, paused.until) == ("the certificate authority", NOON + DAY)
    assert (seen.kind, seen.actor, seen.reason) == ("acknowledge", "bernd", "")


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        pytest.param({"kind": "stop"}, "kind", id="nothing that can be done"),
        pytest.param({"until": LATER}, "until", id="a date that nothing waits for"),
        pytest.param({"waiting_on": "ines"}, "waiting_on", id="a party that nothing waits for"),
        pytest.param({"to": "bernd"}, "to", id="nobody to hand it to"),
        pytest.param({"kind": "pause", "until": "soon"}, "until", id="no date"),
    ],
)
async def test_steering_that_is_not_valid_is_refused_with_its_field(
    site: Site, changes: dict[str, Any], field: str
) -> None:
    await site.engine.escalate("web", "sso")
    status, body = await steer(site, **({"kind": "force"} | changes))
    assert (status, fields(body)) == (422, [field])
    assert site.engine.steered == []


PAUSED = Pause(by="olga", waiting_on="ines", until=NOON + DAY)


@pytest.mark.parametrize(
    ("kind", "changes", "pause", "status", "field"),
    [
        pytest.param("acknowledge", {"actor": "zed"}, None, 403, "actor", id="a stranger has seen it"),
        pytest.param("skip", {"actor": "zed"}, None, 403, "actor", id="a stranger skips"),
        pytest.param("skip", {"actor": "maria"}, None, 403, "actor", id="who may not answer skips"),
        pytest.param("resume", {"reason": None}, PAUSED, 422, "reason", id="no reason"),
        pytest.param("pause", {"until": LATER}, None, 422, "waiting_on", id="waits for nobody"),
        pytest.param("pause", {"waiting_on": "ines"}, None, 422, "until", id="for ever"),
        pytest.param(
            "pause",
            {"waiting_on": "ines", "until": (NOON + 90 * DAY).isoformat()},
            None,
            422,
            "until",
            id="past the last end",
        ),
        pytest.param("pause", {"waiting_on": "ines", "until": LATER}, PAUSED, 409, None, id="paused already"),
        pytest.param("resume", {}, None, 409, None, id="nothing to resume"),
        pytest.param("force", {}, None, 409, None, id="no step is left"),
        pytest.param("reassign", {"to": "zed"}, None, 422, "to", id="to somebody who may not answer"),
    ],
)
async def test_what_the_domain_refuses_of_steering_is_said_at_its_field(
    site: Site, kind: Any, changes: dict[str, Any], pause: Pause | None, status: int, field: str | None
) -> None:
    await site.engine.escalate("web", "sso")
    climb = Climb(steps=(), ends_at=NOON + 9 * DAY, cap_at=NOON + 90 * DAY, acknowledged_for=wait("24 hours"))
    climbing = Climbing(climb=climb, pause=pause, stopped_until=None if pause is None else pause.until)
    given = {name: value for name, value in ({"actor": "olga", "reason": "why"} | changes).items() if value is not None}
    mandates = mandates_in(site.ledger.views["product", "web"].data)
    refusal = refusal_of_steering(climbing, Steering(kind=kind, **given), mandates, frozenset(), NOON)
    assert refusal
    site.engine.refuse("steer", RefusedError(refusal, REFUSED))
    found, body = await steer(site, kind, **changes)
    assert (found, fields(body)) == (status, [] if field is None else [field]), refusal
