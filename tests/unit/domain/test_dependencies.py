"""Dependencies: blocked or late by the threshold escalates; cleared stands down; accepted delays are kept."""

from datetime import UTC, datetime
from typing import Any

import pytest

from domain.reactions import ConcludeEscalation, NoReaction, Notify
from events.internal import ClockStruck, EscalationAnswered
from events.model import Event
from tests.builders import (
    NOON,
    dependency_blocked,
    dependency_declared,
    dependency_delivered,
    dependency_unblocked,
)
from tests.unit.domain.states import DAY, Happened, fresh, happen, internal, planned, with_policy

NEEDED = fresh().dependencies["sso-api"].needed_by  # the end of 15 April
LATER = NOON + DAY


def answered(answer: str, escalation: int = 1, **over: Any) -> Event:
    fields: dict[str, Any] = {
        "subject": "sso-api",
        "escalation": escalation,
        "actor": "otto",
        "role": "product_owner",
        "reason": "ok",
    }
    return internal(EscalationAnswered, answer=answer, **(fields | over))


@pytest.mark.parametrize(
    ("promised", "escalated", "words"),
    [
        pytest.param(
            "2026-04-16",
            ["sso-api"],
            "sso-api is promised 1 day after it is needed, at or over the threshold of 1 day",
            id="a day late",
        ),
        pytest.param("2026-04-16T23:59:00Z", [], "below the threshold of 1 day", id="a minute less than a day late"),
        pytest.param("2026-04-15", [], "sso-api is promised in time", id="on the day"),
        pytest.param(None, [], "no date is promised for sso-api", id="without a promise"),
    ],
)
def test_lateness(promised: str | None, escalated: list[str], words: str) -> None:
    happened = happen(fresh(), dependency_declared(promised_for=promised))
    assert happened.escalated == escalated
    assert happened.said.startswith(words) or words in happened.said


@pytest.mark.parametrize(
    ("answer", "effect", "because"),
    [
        pytest.param(answered("handled"), "answered", "otto takes care of it: ok", id="handled"),
        pytest.param(answered("waive"), "answered", "sso-api is waived: search no longer waits for it", id="waived"),
        pytest.param(answered("handled", 7), "refused", "this escalation is no longer open", id="another one"),
        pytest.param(
            answered("handled", actor="eve"), "refused", "eve does not hold the role product owner", id="a stranger"
        ),
    ],
)
def test_an_escalation_is_told_what_its_answer_came_to(answer: Event, effect: str, because: str) -> None:
    blocked = happen(planned(), dependency_blocked()).state
    told = happen(blocked, answer).reactions[0]
    assert isinstance(told, ConcludeEscalation)
    assert (told.subject, told.effect, told.because) == ("sso-api", effect, because)
    assert told.number == (7 if "open" in because else 1)


def test_blocked_escalates_once_and_clears() -> None:
    blocked = happen(fresh(), dependency_blocked())
    assert blocked.escalated == ["sso-api"]
    assert blocked.said == "sso-api is blocked: waits for a certificate"
    again = happen(blocked.state, dependency_blocked(time=LATER))
    assert again.said == "sso-api is blocked: waits for a certificate; escalation 1 is already open"
    cleared = happen(again.state, dependency_unblocked(time=LATER + DAY, promised_for="2026-04-10"))
    assert cleared.stood_down == ["sso-api"]
    assert cleared.state.escalations == {}


@pytest.mark.parametrize(
    ("event", "stood_down"),
    [
        pytest.param(dependency_delivered(time=LATER), ["sso-api"], id="delivered"),
        pytest.param(dependency_unblocked(time=LATER), ["sso-api"], id="unblocked without a date"),
        pytest.param(dependency_unblocked(time=LATER, promised_for="2026-04-16"), [], id="unblocked, but late"),
        pytest.param(dependency_declared(time=LATER, promised_for="2026-04-01"), [], id="promised while it is blocked"),
    ],
)
def test_what_clears_a_block(event: Event, stood_down: list[str]) -> None:
    blocked = happen(planned(), dependency_blocked()).state
    assert happen(blocked, event).stood_down == stood_down


def test_a_block_that_is_older_than_the_delivery_does_not_escalate() -> None:
    state = happen(planned(), dependency_delivered(time=LATER)).state
    happened = happen(state, dependency_blocked(promised_for="2026-12-01"))
    assert (happened.escalated, happened.state.dependencies["sso-api"].status) == ([], "delivered")


def test_a_delivered_dependency_may_be_described_again_without_escalating() -> None:
    state = happen(planned(), dependency_delivered(time=LATER)).state
    assert happen(state, dependency_declared(promised_for="2027-01-01")).said == "sso-api is delivered"


@pytest.mark.parametrize(
    ("watch", "event", "escalated"),
    [
        pytest.param(
            "dependency_late", dependency_declared(promised_for="2026-06-01"), ["sso-api"], id="late, watched"
        ),
        pytest.param("milestones", dependency_declared(promised_for="2026-06-01"), [], id="late, not watched"),
        pytest.param("dependency_blocked", dependency_blocked(), ["sso-api"], id="blocked, watched"),
        pytest.param("dependency_late", dependency_blocked(), [], id="blocked, not watched"),
        pytest.param(
            "dependency_late", dependency_blocked(promised_for="2026-06-01"), ["sso-api"], id="blocked until too late"
        ),
    ],
)
def test_watching(watch: str, event: Event, escalated: list[str]) -> None:
    assert happen(with_policy(planned(), watch=(watch,)), event).escalated == escalated


def test_a_cleared_block_stands_down_although_lateness_is_not_watched() -> None:
    off = with_policy(planned(), watch=("dependency_blocked",))
    blocked = happen(off, dependency_blocked()).state
    cleared = happen(blocked, dependency_unblocked(time=LATER, promised_for="2026-06-01"))
    assert cleared.stood_down == ["sso-api"]


# -- accepted delays -----------------------------------------------------------------------------------------


def accepted_until_may() -> Happened:
    late = happen(planned(), dependency_declared(promised_for="2026-05-01")).state
    return happen(late, answered("accept_delay", until=datetime(2026, 5, 2, tzinfo=UTC)))


def test_an_accepted_delay_ends_the_escalation() -> None:
    taken, again = accepted_until_may().reactions
    because = "the delay until 2026-05-02 00:00 is accepted"
    assert taken == ConcludeEscalation("sso-api", 1, "answered", because)
    assert again == NoReaction(f"{because}; a new look at the priorities is already due for this")
    assert accepted_until_may().state.escalations == {}


@pytest.mark.parametrize(
    ("event", "escalated"),
    [
        pytest.param(dependency_declared(time=LATER, promised_for="2026-05-01"), [], id="promised until then"),
        pytest.param(
            dependency_declared(time=LATER, promised_for="2026-05-02"), ["sso-api"], id="promised a day later"
        ),
        pytest.param(dependency_blocked(time=LATER), [], id="blocked, and still promised until then"),
        pytest.param(
            dependency_blocked(time=LATER, promised_for="2026-06-01"),
            ["sso-api"],
            id="blocked for longer than accepted",
        ),
    ],
)
def test_after_an_accepted_delay(event: Event, escalated: list[str]) -> None:
    assert happen(accepted_until_may().state, event).escalated == escalated


def test_an_accepted_delay_moves_the_day_on_which_it_is_overdue() -> None:
    state = with_policy(accepted_until_may().state, watch=("dependency_overdue",))
    at_needed = happen(state, internal(ClockStruck, NEEDED), at=NEEDED)
    assert at_needed.escalated == ["fonts"]
    until = datetime(2026, 5, 2, tzinfo=UTC)
    assert happen(at_needed.state, internal(ClockStruck, until), at=until).escalated == ["sso-api"]


# -- overdue -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("seconds", "escalated"),
    [pytest.param(0, ["fonts", "sso-api"], id="at its date"), pytest.param(-1, [], id="a second before")],
)
def test_overdue_escalates(seconds: int, escalated: list[str]) -> None:
    at = NEEDED + seconds * DAY / 86_400
    state = with_policy(planned(at=NEEDED - DAY), watch=("dependency_overdue",))
    happened = happen(state, internal(ClockStruck, at), at=at)
    assert happened.escalated == escalated


def test_what_is_overdue_when_it_is_declared_escalates_at_once() -> None:
    happened = happen(planned(), dependency_declared(dependency="cms", needed_by="2026-03-01"))
    assert happened.escalated == ["cms"]


def test_what_is_overdue_does_not_stand_down_because_it_is_no_longer_blocked() -> None:
    state = happen(planned(), dependency_blocked()).state
    late = happen(state, internal(ClockStruck, NEEDED), at=NEEDED).state
    assert happen(late, dependency_unblocked(time=LATER), at=NEEDED + DAY).stood_down == []
    assert happen(late, dependency_delivered(time=LATER), at=NEEDED + DAY).stood_down == ["sso-api"]


@pytest.mark.parametrize(
    ("days", "told"),
    [pytest.param(7, True, id="a week before it is needed"), pytest.param(7.01, False, id="a little earlier")],
)
def test_at_risk_is_told_to_the_manager(days: float, told: bool) -> None:
    at = NEEDED - days * DAY
    state = with_policy(planned(at=at - DAY), watch=("dependency_overdue",))
    happened = happen(state, internal(ClockStruck, at), at=at)
    subjects = [one.subject for one in happened.reactions if isinstance(one, Notify)]
    assert subjects == (["fonts is at risk", "sso-api is at risk"] if told else [])
    assert happened.state.dependencies["sso-api"].status == ("at_risk" if told else "declared")


# -- the plan: search starts in March ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("event", "urgent"),
    [
        pytest.param(dependency_blocked(), True, id="blocked without a date: not this month"),
        pytest.param(dependency_blocked(promised_for="2026-03-30"), False, id="blocked, promised this month"),
        pytest.param(dependency_declared(promised_for="2026-03-31"), True, id="promised for the month's very end"),
        pytest.param(dependency_declared(promised_for="2026-03-30"), False, id="promised within the month"),
    ],
)
def test_a_plan_that_cannot_hold_is_looked_at_at_once(event: Event, urgent: bool) -> None:
    assert happen(planned(), event).urgent is urgent


def test_what_no_longer_waits_may_enter_the_plan() -> None:
    state = happen(planned({"landing": "2026-04"}), dependency_blocked()).state
    happened = happen(state, dependency_delivered(time=LATER))
    assert (happened.asked, happened.urgent, happened.stood_down) == (True, False, ["sso-api"])
