"""When a run may start, what is gathered meanwhile, and what reactions leave behind."""

import pytest

from domain.pacing import follow, may_start, started
from domain.product import MAX_TRIGGERS, ProductState, Run, Trigger
from domain.reactions import Escalate, Reprioritize, RequestDecision, StandDown, Supersede
from tests.builders import NOON, budget_adjusted
from tests.unit.domain.states import HOUR, an_outcome, asked, happen, planned

URGENT = Trigger(cause="c", topic="t", because="b", urgent=True)
PATIENT = Trigger(cause="c", topic="t", because="b")


@pytest.mark.parametrize(
    ("changes", "hours", "starts"),
    [
        pytest.param({"triggers": (PATIENT,)}, 72, True, id="a reason, and the dwell time is over"),
        pytest.param({"triggers": (PATIENT,)}, 71.99, False, id="a reason within the dwell time"),
        pytest.param({"triggers": (PATIENT,), "paced_from": None}, 0, True, id="nothing was ever proposed"),
        pytest.param({"triggers": (URGENT,)}, 0, True, id="an urgent reason does not wait"),
        pytest.param({"triggers": (PATIENT, URGENT)}, 0, True, id="one of them urgent"),
        pytest.param({"triggers": ()}, 999, False, id="no reason"),
        pytest.param(
            {"triggers": (URGENT,), "run": Run(number=1, started_at=NOON)}, 999, False, id="one run at a time"
        ),
        pytest.param({"triggers": (URGENT,), "status": "archived"}, 999, False, id="archived"),
    ],
)
def test_when_a_run_may_start(changes: dict[str, object], hours: float, starts: bool) -> None:
    state = planned().model_copy(update=changes)
    assert may_start(state, state.policy, NOON + hours * HOUR) is starts


def test_a_run_takes_all_reasons_and_measures_from_now_on() -> None:
    state = happen(planned(), budget_adjusted(delta=-600_000)).state
    assert len(state.triggers) == 1
    running = started(state, NOON + HOUR)
    assert (running.triggers, running.more_triggers) == ((), 0)
    assert running.run == Run(number=2, started_at=NOON + HOUR)
    assert running.reference.budgets["2026-03"] == 400_000
    assert happen(running, budget_adjusted(delta=-499_999)).quiet


def triggered(state: ProductState, topic: str, urgent: bool = False) -> ProductState:
    return follow(state, (Reprioritize(topic, f"because of {topic}", urgent),), f"event/{topic}", NOON)


def test_reasons_are_gathered_by_topic() -> None:
    state = triggered(triggered(planned(), "a"), "b")
    assert [trigger.topic for trigger in state.triggers] == ["a", "b"]
    assert [trigger.topic for trigger in triggered(state, "a").triggers] == ["b", "a"]


def test_what_was_urgent_stays_urgent() -> None:
    state = triggered(triggered(planned(), "a", urgent=True), "a")
    assert [trigger.urgent for trigger in state.triggers] == [True]


def test_many_reasons_are_counted_and_none_loses_its_urgency() -> None:
    state = planned()
    for number in range(MAX_TRIGGERS + 5):
        state = triggered(state, f"t{number}", urgent=number == MAX_TRIGGERS + 2)
    assert (len(state.triggers), state.more_triggers) == (MAX_TRIGGERS, 5)
    assert any(trigger.urgent for trigger in state.triggers)
    assert len(triggered(state, "t0").triggers) == MAX_TRIGGERS


def test_requests_are_numbered_and_pace_the_next_run() -> None:
    state = follow(planned(), (RequestDecision("product_owner", an_outcome(), "b"),), "event/e", NOON + HOUR)
    assert state.request is not None
    assert (state.request.number, state.request.asked_at, state.paced_from) == (1, NOON + HOUR, NOON + HOUR)
    assert follow(state, (Supersede(1, "b"),), "event/f", NOON).request is None
    assert follow(state, (Supersede(2, "b"),), "event/f", NOON).request == state.request


def test_escalations_are_numbered_across_subjects() -> None:
    state = follow(planned(), (Escalate("a", "b"), Escalate("c", "d")), "event/e", NOON)
    assert state.escalations == {"a": 1, "c": 2}
    after = follow(state, (StandDown("a", 1, "b"),), "event/f", NOON)
    assert after.escalations == {"c": 2}
    assert follow(after, (Escalate("a", "b"),), "event/g", NOON).escalations == {"c": 2, "a": 3}


def test_a_new_request_is_possible_until_something_breaks_it() -> None:
    known = planned().reference.model_copy(update={"request_broken": True})
    state = asked(planned().model_copy(update={"reference": known}))
    again = follow(state, (RequestDecision("product_owner", an_outcome(), "b"),), "event/e", NOON)
    assert not again.reference.request_broken
