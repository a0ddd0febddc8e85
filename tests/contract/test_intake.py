"""Rates and beats in a database: what several processes write adds up, and old rows go."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from activities.ledger.intake import SqlIntake
from activities.ledger.letters import SqlLetters
from activities.ports_intake import Beat, Bucket, Sum
from domain.letters import Bounds
from events.letters import Letter, digest_of
from events.rates import Kind, Rate
from tests.contract import ledger_case
from tests.contract.ledger_case import url_of
from tests.fakes.vault import FakeVault

KIND = Kind("kafka", "web", "/crm", "feedback.received", "accepted")
NINE = ledger_case.NINE.replace(microsecond=0)
SECOND = int(NINE.timestamp())
LATER = NINE + timedelta(seconds=10)


@pytest.fixture
async def intake(database: Path) -> AsyncIterator[SqlIntake]:
    opened = SqlIntake(url_of(database))
    yield opened
    await opened.close()


def beat(process: str = "stream/a/1", lag: int = 0) -> Beat:
    return Beat(process, "kafka", NINE, NINE + timedelta(seconds=lag), {"lag": lag})


async def test_a_second_that_comes_in_two_parts_and_from_two_processes_adds_up(intake: SqlIntake) -> None:
    await intake.keep(beat(), [Rate(SECOND, KIND, 2)])
    await intake.keep(beat(), [Rate(SECOND, KIND, 3)])
    await intake.keep(beat("stream/b/2"), [Rate(SECOND, KIND, 5), Rate(SECOND, KIND._replace(status="parked"), 1)])
    assert await intake.sums(NINE) == [Sum(KIND, 10), Sum(KIND._replace(status="parked"), 1)]


async def test_sums_are_of_the_window_and_of_the_product(intake: SqlIntake) -> None:
    other = KIND._replace(product="shop")
    await intake.keep(beat(), [Rate(SECOND, KIND, 2), Rate(SECOND + 10, KIND, 3), Rate(SECOND + 10, other, 4)])
    assert await intake.sums(LATER) == [Sum(other, 4), Sum(KIND, 3)]
    assert await intake.sums(NINE, "web") == [Sum(KIND, 5)]
    assert await intake.sums(NINE, limit=1) == [Sum(KIND, 5)]


async def test_buckets_are_whole_steps_since_1970_and_of_the_product(intake: SqlIntake) -> None:
    other, begin = KIND._replace(product="shop"), SECOND - SECOND % 60
    rates = [Rate(begin - 1, KIND, 1), Rate(begin, KIND, 2), Rate(begin + 59, KIND, 3), Rate(begin + 60, other, 4)]
    await intake.keep(beat(), rates)
    at = NINE.replace(second=0)
    minute = timedelta(minutes=1)
    found = await intake.buckets(at - minute, 60)
    assert found == [Bucket(at + minute, other, 4), Bucket(at, KIND, 5), Bucket(at - minute, KIND, 1)]
    assert await intake.buckets(at, 60, "web") == [Bucket(at, KIND, 5)]


async def test_a_process_has_its_last_beat(intake: SqlIntake) -> None:
    await intake.keep(beat(lag=1), [])
    await intake.keep(beat(lag=7), [])
    assert await intake.beats() == [beat(lag=7)]


async def test_what_is_old_goes(intake: SqlIntake) -> None:
    await intake.keep(beat("gone"), [Rate(SECOND, KIND, 2)])
    await intake.keep(beat("here", lag=10), [Rate(SECOND + 10, KIND, 3)])
    await intake.prune(LATER, LATER)
    assert await intake.sums(NINE) == [Sum(KIND, 3)]
    assert [one.process for one in await intake.beats()] == ["here"]


async def test_letters_that_wait_are_counted_by_reason_and_product(intake: SqlIntake, database: Path) -> None:
    assert await intake.open_letters() == {}
    letters = await SqlLetters.connect(url_of(database), FakeVault(), Bounds(), lambda: NINE)
    try:
        await letters.park([letter("a", "web"), letter("b", "shop"), letter("c", None)])
    finally:
        await letters.close()
    assert await intake.open_letters() == {"invalid": 3}
    assert await intake.open_letters("web") == {"invalid": 1}
    assert await intake.open_letters("other") == {}


def letter(letter_id: str, product: str | None) -> Letter:
    body = b"{"
    return Letter(letter_id, "kafka", NINE, "invalid", "no JSON", body, len(body), digest_of(body), product=product)


async def test_the_last_process_of_a_way_is_kept_until_another_one_serves_it(intake: SqlIntake) -> None:
    await intake.keep(beat("missed"), [])
    await intake.prune(LATER, LATER)
    assert [one.process for one in await intake.beats()] == ["missed"]
    await intake.keep(Beat("web/a/1", "http", NINE, LATER, {}), [])
    await intake.prune(LATER, LATER)
    assert {one.process for one in await intake.beats()} == {"missed", "web/a/1"}
