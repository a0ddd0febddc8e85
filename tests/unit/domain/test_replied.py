"""What answers to escalations lead to: each has its effect on the plan's limits, and the plan is looked at again."""

from datetime import UTC, datetime
from typing import Any

import pytest

from domain.product import ProductState, Used, capacity_of, envelope_of
from domain.reactions import ConcludeEscalation, NoReaction, Notify, Reprioritize
from domain.snapshot import earliest_start, snapshot_of
from events.internal import EscalationUnanswered
from tests.builders import NOON, capacity_changed, dependency_blocked, dependency_delivered
from tests.unit.domain.answers import answer, escalated
from tests.unit.domain.states import DAY, Happened, fresh, happen, internal, planned

MAY = datetime(2026, 5, 10, tzinfo=UTC)


def blocked() -> ProductState:
    """Return the planned product without reasons to look again, while sso-api is blocked and climbs."""
    state = happen(planned(), dependency_blocked(promised_for="2026-03-20")).state
    assert state.escalations == {"sso-api": 1}
    return state.model_copy(update={"triggers": ()})


def replied(kind: str, state: ProductState | None = None, **over: Any) -> Happened:
    return happen(state or blocked(), answer(kind, **over))


def earliest(state: ProductState) -> int:
    """Return in how many months the waiting item may start."""
    return earliest_start(state, "search", "2026-03")


@pytest.mark.parametrize(
    ("kind", "over", "because"),
    [
        pytest.param(
            "give_capacity",
            {"period": "2026-04", "person_days": 5},
            "otto gives it 5 days more in 2026-04 for sso-api",
            id="people of who delivers",
        ),
        pytest.param(
            "give_capacity",
            {"period": "2026-04", "person_days": 1, "team": "marketing"},
            "otto gives marketing 1 day more in 2026-04 for sso-api",
            id="people of another team",
        ),
        pytest.param(
            "give_money",
            {"period": "2026-04", "money": 300_000},
            "otto gives 3,000 EUR more in 2026-04 for sso-api",
            id="money",
        ),
        pytest.param(
            "resequence",
            {"period": "2026-05"},
            "otto puts search back: it does not start before 2026-05, and other work may go first",
            id="put back",
        ),
        pytest.param("accept_delay", {"until": MAY}, "the delay until 2026-05-10 00:00 is accepted", id="accepted"),
        pytest.param("waive", {}, "sso-api is waived: search no longer waits for it", id="waived"),
    ],
)
def test_an_answer_ends_the_escalation_and_the_plan_is_looked_at_again(
    kind: str, over: dict[str, Any], because: str
) -> None:
    happened = replied(kind, **over)
    taken, again = happened.reactions
    assert taken == ConcludeEscalation("sso-api", 1, "answered", because)
    assert isinstance(again, Reprioritize)
    assert (again.topic, again.because.startswith(because)) == ("dependency:sso-api", True)
    assert happened.state.escalations == {}
    assert [trigger.topic for trigger in happened.state.triggers] == ["dependency:sso-api"]


def test_before_there_is_a_plan_there_is_nothing_to_look_at_again() -> None:
    assert replied("waive", escalated(fresh())).kinds == ["ConcludeEscalation"]


def test_people_are_added_to_what_the_team_has_in_that_period() -> None:
    state = replied("give_capacity", period="2026-04", person_days=5).state
    assert [capacity_of(state, "it", period) for period in ("2026-03", "2026-04", "2026-05")] == [20, 25, 20]
    assert snapshot_of(state, NOON).capacity["it"][:3] == (20, 25, 20)
    assert capacity_of(state, "marketing", "2026-04") == 20
    more = replied("give_capacity", escalated(state), period="2026-04", person_days=0.1).state
    assert capacity_of(more, "it", "2026-04") == 25.1


def test_a_fact_about_the_team_that_comes_later_counts() -> None:
    state = replied("give_capacity", period="2026-04", person_days=5).state
    fact = capacity_changed(period="2026-04", person_days=7, time=NOON + DAY)
    assert capacity_of(happen(state, fact).state, "it", "2026-04") == 7
    older = capacity_changed(period="2026-04", person_days=7, time=NOON - DAY)
    assert capacity_of(happen(state, older).state, "it", "2026-04") == 25


def test_money_is_added_to_the_budget_and_counts_for_who_gave_it() -> None:
    state = replied("give_money", period="2026-04", money=300_000).state
    assert [envelope_of(state, period) for period in ("2026-03", "2026-04")] == [1_000_000, 1_300_000]
    assert snapshot_of(state, NOON).budgets[:2] == (1_000_000, 1_300_000)
    assert state.used == {"product_owner": Used(period="2026-03", money=300_000)}


def test_what_is_put_back_starts_in_that_period_at_the_earliest() -> None:
    assert earliest(blocked()) == 0
    state = replied("resequence", period="2026-05").state
    assert earliest(state) == 2
    assert [task.earliest for task in snapshot_of(state, NOON).tasks if task.id == "search"] == [2]


def test_what_is_put_back_is_urgent_when_the_plan_has_become_impossible_by_it() -> None:
    assert replied("resequence", period="2026-05").urgent  # search starts in 2026-03 by the plan in force
    assert not replied("give_money", period="2026-05", money=1).urgent


def test_an_accepted_delay_is_when_the_waiting_item_may_start() -> None:
    assert earliest(replied("accept_delay", until=MAY).state) == 2


def test_what_is_waived_is_not_waited_for() -> None:
    state = replied("waive", replied("resequence", period="2026-05").state.model_copy(
        update={"escalations": {"sso-api": 1}}
    )).state  # fmt: skip
    assert earliest(state) == 0
    dependency = state.dependencies["sso-api"]
    assert (dependency.status, dependency.reason, dependency.ended_at) == ("waived", "seen to", NOON)


def test_what_is_delivered_is_not_waited_for_whatever_was_decided() -> None:
    state = replied("resequence", period="2026-05").state
    assert earliest(happen(state, dependency_delivered(time=NOON + DAY)).state) == 0


def test_who_takes_care_of_it_ends_the_escalation_and_nothing_else() -> None:
    happened = replied("handled")
    assert happened.only == ConcludeEscalation("sso-api", 1, "answered", "otto takes care of it: seen to")
    assert happened.state == blocked().model_copy(update={"escalations": {}})


def test_a_refused_answer_changes_nothing() -> None:
    happened = replied("resequence")
    assert happened.only == ConcludeEscalation("sso-api", 1, "refused", "resequence needs the period, such as 2026-03")
    assert happened.state == blocked()


# -- handed to the board, and silence ------------------------------------------------------------------------


def test_what_is_handed_to_the_board_stays_open() -> None:
    happened = replied("hand_to_board", reason="above me")
    assert happened.only == ConcludeEscalation("sso-api", 1, "handed", "otto hands it to the executive board: above me")
    assert (happened.state.escalations, happened.state.handed) == ({"sso-api": 1}, ("sso-api",))


def test_once_it_is_over_nothing_is_with_the_board() -> None:
    handed = replied("hand_to_board").state
    over = (
        answer("handled", actor="bea", role="executive_board"),
        internal(EscalationUnanswered, subject="sso-api", escalation=1),
        dependency_delivered(time=NOON + DAY),
    )
    for event in over:
        happened = happen(handed, event)
        assert (happened.state.escalations, happened.state.handed) == ({}, ())


def test_a_later_escalation_of_the_same_begins_with_the_owner() -> None:
    delivered = happen(replied("hand_to_board").state, dependency_delivered(time=NOON + DAY)).state
    again = happen(delivered, dependency_blocked(time=NOON + 2 * DAY)).state
    assert (again.escalations, again.handed) == ({"sso-api": 2}, ())
    assert happen(again, answer("handled", escalation=2)).state.escalations == {}


def test_silence_gives_nothing() -> None:
    happened = happen(blocked(), internal(EscalationUnanswered, subject="sso-api", escalation=1))
    assert isinstance(happened.only, Notify)
    assert happened.only.incident
    assert happened.state == blocked().model_copy(update={"escalations": {}})


def test_a_reason_that_waits_already_is_not_given_twice() -> None:
    waiting = happen(planned(), dependency_blocked(promised_for="2026-05-01")).state
    assert any(trigger.topic == "dependency:sso-api" for trigger in waiting.triggers)
    _, again = replied("give_money", waiting, period="2026-05", money=1).reactions
    assert isinstance(again, NoReaction)
    assert again.because.endswith("a new look at the priorities is already due for this")
