"""What an operator may do to a workflow, why not otherwise, and what follows when they stop it."""

from datetime import timedelta
from typing import Any

import pytest

from domain.operating import Action, Pending, Situation, failure_said, offer
from domain.product import DEBT_SUBJECT, Run
from domain.reactions import Escalate, NoReaction, Notify, Reprioritize, StandDown, Supersede
from events.internal import WorkStopped
from tests.builders import NOON, dependency_blocked, dependency_delivered
from tests.unit.domain.states import DAY, Happened, asked, happen, internal, planned

FAILED = Pending(
    id="3", activity="tell", does="tells people", standing="backing off", attempt=4, last_failure="refused"
)
QUEUED = Pending(id="3", activity="tell", does="tells people", standing="queued", attempt=1)
PAUSED = FAILED.model_copy(update={"standing": "paused"})


def situation(**over: Any) -> Situation:
    return Situation.model_validate({"kind": "approval", "open": True, "engine": "running", **over})


@pytest.mark.parametrize(
    ("action", "now", "why_not"),
    [
        pytest.param("retry", situation(pending=(FAILED,)), "", id="what backs off can be retried"),
        pytest.param(
            "retry", situation(pending=(QUEUED,)), "nothing waits to be tried again", id="what is queued cannot"
        ),
        pytest.param(
            "retry", situation(pending=(PAUSED,)), "nothing waits to be tried again", id="what is paused is resumed"
        ),
        pytest.param("pause", situation(pending=(QUEUED,)), "", id="pending work can be paused"),
        pytest.param(
            "pause",
            situation(),
            "no work is under way that could be paused",
            id="without work there is nothing to pause",
        ),
        pytest.param("resume", situation(pending=(PAUSED,)), "", id="paused work can be resumed"),
        pytest.param("resume", situation(pending=(FAILED,)), "nothing is paused", id="other work cannot"),
        pytest.param("pause", situation(kind="escalation"), "", id="a climb is paused without any work"),
        pytest.param(
            "pause",
            situation(kind="escalation", stopped=True, paused_for="paused: waits for the supplier"),
            "it is paused: waits for the supplier",
            id="a paused climb is not paused again",
        ),
        pytest.param("resume", situation(kind="escalation", stopped=True), "", id="a stopped climb goes on"),
        pytest.param("resume", situation(kind="escalation"), "the climb is not stopped", id="one that climbs does not"),
        pytest.param(
            "force",
            situation(kind="escalation", steps_left=False),
            "no step is left on this ladder; it only ends",
            id="a step can be forced while one is left",
        ),
        pytest.param("force", situation(), "only an escalation has steps to force", id="requests have no steps"),
        pytest.param("cancel", situation(), "", id="an open request can be cancelled"),
        pytest.param("cancel", situation(engine="ended", open=False), "it has ended", id="one that ended cannot"),
        pytest.param(
            "cancel",
            situation(engine="ended"),
            "the engine has ended it, and the product has not heard of that: terminate it, so that it does",
            id="what nobody heard of is terminated",
        ),
        pytest.param("terminate", situation(engine="forgotten"), "", id="and that is possible then"),
        pytest.param(
            "terminate", situation(engine="silent"), "the engine does not answer", id="not without the engine"
        ),
        pytest.param("reset", situation(), "", id="an open request can be reset"),
        pytest.param(
            "reset",
            situation(awaited=False),
            "the product no longer waits for it: to begin again would ask for what nobody needs",
            id="not one that nobody waits for",
        ),
        pytest.param(
            "reset", situation(points=False), "there is no point yet that it could go back to", id="nor without a point"
        ),
        pytest.param("refresh", situation(kind="product"), "", id="a product can be refreshed"),
        pytest.param("refresh", situation(), "only a product goes on in a fresh run", id="nothing else is refreshed"),
        pytest.param("resend", situation(), "", id="an open question can be sent again"),
        pytest.param(
            "resend",
            situation(kind="digest"),
            "it asks nobody for anything; open requests and escalations do",
            id="a digest asks nothing",
        ),
    ],
)
def test_why_not(action: Action, now: Situation, why_not: str) -> None:
    found = offer(action, now)
    assert (found.why_not, found.possible) == (why_not, not why_not)
    assert bool(found.note) is found.possible


@pytest.mark.parametrize("action", ["cancel", "terminate", "reset"])
@pytest.mark.parametrize("engine", ["running", "silent"])
def test_a_product_is_neither_ended_nor_set_back_and_it_says_what_to_do(action: Action, engine: str) -> None:
    found = offer(action, situation(kind="product", engine=engine))
    assert found.why_not.endswith("archive it to end it, or refresh it to go on in a fresh run")


@pytest.mark.parametrize(
    ("failed_as", "message", "said"),
    [
        pytest.param("", "", "", id="nothing failed"),
        pytest.param("KeyError", "'x'", "'x'", id="an unknown type is told by its message"),
        pytest.param(
            "ChannelUnavailableError",
            "mail: refused",
            "a way to people does not work at the moment: mail: refused",
            id="a known one in words, with the message",
        ),
        pytest.param(
            "heartbeat",
            "activity Heartbeat timeout",
            "whoever did it fell silent: a process died or hangs",
            id="the engine's own words say no more",
        ),
    ],
)
def test_failures_are_told_in_words(failed_as: str, message: str, said: str) -> None:
    assert failure_said(failed_as, message) == said


def test_what_writes_for_too_long_waits_for_the_ledger() -> None:
    message = "activity StartToClose timeout"
    assert failure_said("start_to_close", message, "solve_plan") == "it took too long"
    assert failure_said("start_to_close", message, "append_entries").startswith("the ledger's database does not answer")


# -- what follows --------------------------------------------------------------------------------------------


def stopped(how: str, **about: Any) -> Any:
    return internal(WorkStopped, how=how, actor="otto", reason="it hangs", **about)


def test_a_cancelled_request_is_closed_and_looked_at_again_after_the_dwell_time() -> None:
    happened = happen(asked(planned()), stopped("cancelled", approval=1))
    assert happened.kinds == ["Supersede", "Reprioritize"]
    first, second = happened.reactions
    assert isinstance(first, Supersede)
    assert isinstance(second, Reprioritize)
    assert (first.approval, first.because) == (1, "otto cancelled it: it hangs")
    assert not second.urgent
    assert (happened.state.request, happened.state.paced_from) == (None, NOON)


def test_a_terminated_request_is_not_spoken_to_and_the_priorities_are_looked_at_at_once() -> None:
    happened = happen(asked(planned()), stopped("terminated", approval=1))
    assert happened.kinds == ["Reprioritize"]
    assert happened.urgent
    assert happened.state.request is None


def test_whoever_asked_for_a_decision_hears_that_it_was_stopped() -> None:
    waiting = asked(planned())
    assert waiting.request is not None
    mine = waiting.model_copy(update={"request": waiting.request.model_copy(update={"requester": "petra"})})
    (told,) = (one for one in happen(mine, stopped("cancelled", approval=1)).reactions if isinstance(one, Notify))
    assert (told.people, told.subject) == (("petra",), "Decision 1, which you asked for, was cancelled")


def test_a_stopped_look_is_tried_again_later() -> None:
    running = planned().model_copy(update={"run": Run(number=4, started_at=NOON)})
    happened = happen(running, stopped("terminated", run=4))
    assert happened.kinds == ["Reprioritize"]
    assert happened.state.run is None
    assert happened.state.retry_at is not None
    assert happened.state.retry_at > NOON


def test_a_cancelled_escalation_stands_down() -> None:
    blocked = happen(planned(), dependency_blocked()).state
    happened = happen(blocked, stopped("cancelled", subject="sso-api", escalation=1))
    assert happened.only == StandDown("sso-api", 1, "otto cancelled it: it hangs")
    assert happened.state.escalations == {}


def test_a_terminated_escalation_begins_anew_with_the_next_number_while_it_is_blocked() -> None:
    blocked = happen(planned(), dependency_blocked()).state
    happened = happen(blocked, stopped("terminated", subject="sso-api", escalation=1))
    assert isinstance(happened.only, Escalate)
    assert happened.state.escalations == {"sso-api": 2}


def test_a_terminated_escalation_of_what_has_cleared_does_not_begin_anew() -> None:
    blocked = happen(planned(), dependency_blocked()).state
    cleared = happen(blocked, dependency_delivered(time=NOON + DAY)).state
    late = cleared.model_copy(update={"escalations": {"sso-api": 1}})
    happened = happen(late, stopped("terminated", subject="sso-api", escalation=1))
    assert isinstance(happened.only, NoReaction)


def test_the_escalation_of_the_debt_begins_anew_when_it_was_terminated() -> None:
    owing = planned().model_copy(update={"escalations": {DEBT_SUBJECT: 1}, "escalation_count": 1})
    happened = happen(owing, stopped("terminated", subject=DEBT_SUBJECT, escalation=1))
    assert isinstance(happened.only, Escalate)
    assert happened.state.escalations == {DEBT_SUBJECT: 2}


@pytest.mark.parametrize(
    "about",
    [
        pytest.param({"approval": 2}, id="a request that is not the open one"),
        pytest.param({"run": 9}, id="a look that is not under way"),
        pytest.param({"subject": "sso-api", "escalation": 1}, id="an escalation that is not open"),
        pytest.param({}, id="nothing at all"),
    ],
)
def test_what_the_product_no_longer_waits_for_changes_nothing(about: dict[str, Any]) -> None:
    before = asked(planned())
    happened: Happened = happen(before, stopped("terminated", **about), at=before.at + timedelta())
    assert happened.outcome == "superseded"
    assert happened.state == before
