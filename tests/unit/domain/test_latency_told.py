"""Decision latency in figures."""

from datetime import timedelta

import pytest

from domain.latency import courses_of, mark_of
from domain.latency_told import latency_told, quantile
from domain.record import Entry
from tests.builders import NOON
from tests.unit.domain.courses import a_decision, an_escalation
from tests.unit.domain.states import DAY, HOUR


def decisions(*answered: float) -> list[Entry]:
    """Return decisions that took so many minutes to be answered, one a day."""
    made = [a_decision(day * 1_440, day + 1, minutes) for day, minutes in enumerate(answered)]
    return [one for entries in made for one in entries]


@pytest.mark.parametrize(
    ("share", "expected"),
    [
        pytest.param(0.5, 3, id="the median is the middle one"),
        pytest.param(0.85, 5, id="the fourth of five is only 80 %"),
        pytest.param(0.8, 4, id="exactly four of five"),
        pytest.param(0, 1, id="none of them"),
        pytest.param(1, 5, id="all of them"),
    ],
)
def test_quantiles_are_observations(share: float, expected: float) -> None:
    assert quantile([1, 2, 3, 4, 5], share) == expected


def test_median_p85_and_the_longest_by_kind_and_role() -> None:
    entries = [*decisions(10, 20, 30, 40, 500), *an_escalation()]
    told = latency_told(courses_of(mark_of(one) for one in entries), NOON + 30 * DAY)
    assert [(group.kind, group.role, group.answered, group.unanswered) for group in told.groups] == [
        ("decision", "product_owner", 5, 0),
        ("escalation", "product_owner", 1, 0),
    ]
    answers = next(one for one in told.groups[0].stages if one.stage == "question to answer")
    assert (answers.count, answers.median, answers.p85, answers.longest) == (5, 1_800, 30_000, 30_000)
    assert answers.real_median == 18
    assert told.open == ()


def test_what_is_open_waits_already_and_the_longest_is_first() -> None:
    entries = [*a_decision()[:4], *an_escalation()[:2]]
    told = latency_told(courses_of(mark_of(one) for one in entries), NOON + 3 * HOUR, since=NOON + DAY)
    assert told.groups == ()
    assert [(one.kind, one.number, one.subject, one.waiting / 60) for one in told.open] == [
        ("escalation", 1, "sso-api", 178),
        ("decision", 1, "", 118),
    ]  # whenever they began


@pytest.mark.parametrize(
    ("since", "counted"),
    [
        pytest.param(timedelta(minutes=62), 1, id="asked at that instant"),
        pytest.param(timedelta(minutes=63), 0, id="asked before"),
    ],
)
def test_only_what_was_asked_since_counts(since: timedelta, counted: int) -> None:
    told = latency_told(courses_of(mark_of(one) for one in a_decision()), NOON + DAY, NOON + since)
    assert len(told.groups) == counted
