"""How long decisions take, over HTTP, and as figures for Prometheus."""

from datetime import timedelta
from typing import Any

import pytest

from activities.ports import LedgerQuery
from domain.record import Entry, Recorded, ViewRow
from tests.builders import NOON
from tests.fakes.ledger import FakeLedger
from tests.unit.domain.courses import a_decision, an_escalation, look, solved
from tests.unit.web.site import Site
from web.latencies import PAGE, Latencies

ASKED = "/api/v1/products/web/latency"
DECISIONS = 'tandem_decision_latency_seconds_{}{{kind="decision",role="product_owner",stage="{}"{}}} {}'


async def test_median_p85_and_longest_of_every_stage(site: Site) -> None:
    await site.ledger.append([*a_decision(), *an_escalation()[:2]])
    answer = await site.http.get(ASKED)
    assert answer.status_code == 200
    found = answer.json()
    (group,) = found["groups"]
    assert (group["kind"], group["role"], group["answered"]) == ("decision", "product_owner", 1)
    assert group["stages"][3] == {
        "stage": "question to answer",
        "count": 1,
        "median": 7_200,
        "p85": 7_200,
        "longest": 7_200,
        "real_median": 72,
    }
    (waiting,) = found["open"]
    assert (waiting["kind"], waiting["subject"], waiting["role"]) == ("escalation", "sso-api", "product_owner")


async def test_since_a_day_of_the_products_time_zone(site: Site) -> None:
    await site.ledger.append(a_decision())
    for since, groups in (("2026-03-02", 1), ("2026-03-03", 0)):
        assert len((await site.http.get(ASKED, params={"since": since})).json()["groups"]) == groups
    assert (await site.http.get(ASKED, params={"since": "monday"})).status_code == 422
    assert (await site.http.get("/api/v1/products/nothing/latency")).status_code == 404


async def test_what_comes_later_is_read_and_nothing_twice(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    entries = a_decision()
    await site.ledger.append(entries[1:5])  # the event is not there yet
    await site.http.get(ASKED)
    await site.ledger.append([entries[0], *entries[5:]])
    (group,) = (await site.http.get(ASKED)).json()["groups"]
    assert group["stages"][-1]["stage"] == "in all"
    asked: list[LedgerQuery] = []
    real = site.ledger.entries

    async def counted(query: LedgerQuery) -> list[Recorded]:
        asked.append(query)
        return await real(query)

    monkeypatch.setattr(site.ledger, "entries", counted)
    assert (await site.http.get(ASKED)).json()["groups"] == [group]
    assert all(query.after_seq for query in asked if query.kind in ("plan.solved", "approval.requested"))


async def test_more_entries_than_a_page_holds() -> None:
    ledger = FakeLedger()
    await ledger.append([one for number in range(1, PAGE + 2) for one in a_decision(number, number)])
    found = await Latencies(ledger).courses("web")
    assert [course.number for course in found] == list(range(1, PAGE + 2))
    assert all(course.ended == "answered" and course.event is not None for course in found)


async def test_figures_for_prometheus(site: Site) -> None:
    await site.ledger.append([*a_decision(), *an_escalation()[:2]])
    lines = (await site.http.get("/metrics")).text.splitlines()
    assert "# TYPE tandem_decision_latency_seconds histogram" in lines
    for part, bound, value in (("bucket", "3600", 0), ("bucket", "14400", 1), ("bucket", "+Inf", 1)):
        assert DECISIONS.format(part, "question_to_answer", f',le="{bound}"', value) in lines
    assert DECISIONS.format("sum", "question_to_answer", "", "7200.0") in lines
    assert DECISIONS.format("count", "question_to_answer", "", 1) in lines
    assert 'tandem_questions_open{kind="escalation",role="product_owner"} 1' in lines


async def test_figures_are_as_good_as_new_for_a_minute(site: Site) -> None:
    latencies = Latencies(site.ledger)
    before = await latencies.text(NOON)
    await site.ledger.append(a_decision())
    assert await latencies.text(NOON + timedelta(seconds=59)) == before
    assert await latencies.text(NOON + timedelta(seconds=60)) != before


async def test_without_the_ledger_the_last_figures_stand(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    await site.ledger.append(a_decision())
    latencies = Latencies(site.ledger)
    before = await latencies.text(NOON)

    async def broken(*_: Any, **__: Any) -> list[ViewRow]:
        raise ConnectionError("the ledger is away")

    monkeypatch.setattr(site.ledger, "rows", broken)
    assert await latencies.text(NOON + timedelta(hours=1)) == before


def counts(text: str, kind: str) -> dict[str, int]:
    """Return how often each stage was counted."""
    found = [line for line in text.splitlines() if f'_count{{kind="{kind}"' in line]
    return {line.split('stage="')[1].split('"')[0]: int(line.rpartition(" ")[2]) for line in found}


async def test_nothing_that_was_counted_is_ever_counted_less(site: Site) -> None:
    answer = "event/tandem/escalation/sso-api/1/answer/1"
    course: list[Entry] = [
        *an_escalation("look at the priorities"),
        look(4, answer, 700),
        solved(4, 705, "no reaction"),
    ]
    latencies, seen = Latencies(site.ledger), dict[str, int]()
    for number, entry in enumerate(course):
        await site.ledger.append([entry])
        now = counts(await latencies.text(NOON + timedelta(hours=number)), "escalation")
        assert all(now.get(stage, 0) >= count for stage, count in seen.items())
        seen = now
        if entry.kind == "escalation.concluded":
            assert "answer_to_effect" not in now  # a plan may still follow from it
    assert seen == {"event_to_question": 1, "question_to_answer": 1, "answer_to_effect": 1, "in_all": 1}
