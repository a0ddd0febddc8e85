"""How long decisions take, read from the ledger by following causes."""

import random
from collections.abc import Sequence

import pytest

from domain.entries import Times, event_entry, started_entry
from domain.evolve import Stamped, Taken
from domain.latency import Course, Mark, courses_of, lengths_of, mark_of, role_of, waited
from domain.product import Run, Trigger
from domain.reactions import NoReaction, Reprioritize
from domain.record import Entry
from events.internal import EscalationAnswered, PlanAdopted, PlanSolved
from tests.builders import NOON
from tests.unit.domain.courses import (
    CUT,
    MINUTE,
    SOLVED,
    a_decision,
    a_look,
    adopted,
    an_escalation,
    approval,
    escalation,
    event,
    look,
    solved,
)
from tests.unit.domain.states import HOUR, internal, planned

ANSWER = "event/tandem/escalation/sso-api/1/answer/1"


def courses(entries: Sequence[Entry]) -> tuple[Course, ...]:
    return courses_of(mark_of(entry) for entry in entries)


def the_one(entries: Sequence[Entry]) -> Course:
    (one,) = courses(entries)
    return one


def minutes(course: Course) -> dict[str, float]:
    return {stage: clock / 60 for stage, (clock, _) in lengths_of(course).items()}


def test_a_decision_from_the_event_to_the_effect() -> None:
    found = the_one(a_decision())
    assert (found.kind, found.role, found.number, found.ended) == ("decision", "product_owner", 1, "answered")
    assert minutes(found) == {
        "event to look": 60,
        "look to plan": 1,
        "plan to question": 1,
        "question to answer": 120,
        "answer to effect": 1,
        "in all": 183,
    }


def test_both_clocks_are_kept() -> None:
    assert lengths_of(the_one(a_decision()))["question to answer"] == (7_200, 72)


def test_an_answer_that_changes_nothing_takes_effect_when_it_is_recorded() -> None:
    entries = [one for one in a_decision() if one.kind != "plan.adopted"][:-1]
    rejected = approval("concluded", 1, "concluded", "event/tandem/approval/1/decision/1", 185)
    assert minutes(the_one([*entries, rejected])) | {"in all": 0} == {
        "event to look": 60,
        "look to plan": 1,
        "plan to question": 1,
        "question to answer": 120,
        "answer to effect": 3,
        "in all": 0,
    }


@pytest.mark.parametrize(("kind", "ended"), [("superseded", "superseded"), ("lapsed", "expired")])
def test_a_question_without_an_answer_has_neither_answer_nor_effect(kind: str, ended: str) -> None:
    found = the_one([*a_decision()[:4], approval(kind, 1, kind, "approval/1/requested", 500)])
    assert (found.ended, found.answer, found.effect) == (ended, None, None)
    assert "in all" not in minutes(found)


def test_an_open_question_began_when_it_was_asked_first() -> None:
    again = approval("requested", 1, "requested/1", "approval/1/requested", 80)
    found = the_one([*a_decision()[:4], again])
    assert (found.ended, found.began) == ("", NOON + 62 * MINUTE)


def test_for_the_higher_role_the_silence_of_the_lower_one_counts() -> None:
    lapsed = approval("lapsed", 1, "lapsed", "approval/1/requested", 1_000)
    expired = event("approval.expired", "tandem/approval/1/expired", lapsed.key, 1_001, approval=1)
    second = approval("requested", 2, "requested", expired.key, 1_002, "executive_board")
    first, found = courses([*a_decision()[:4], lapsed, expired, second])
    assert (first.ended, found.role, found.event) == ("expired", "executive_board", mark_of(a_decision()[0]))
    assert minutes(found)["plan to question"] == 1_002 - 61


def test_a_look_that_led_to_nothing_is_not_the_event() -> None:
    failed = a_look(1, reacts="look at the priorities")
    again = a_look(2, 100, cause=SOLVED.format(1))
    found = the_one([*failed, *again, adopted(2, SOLVED.format(2), 162)])
    assert found.event is not None
    assert found.event.key == CUT
    assert minutes(found)["event to look"] == 160


def test_what_the_engine_adopts_has_no_question() -> None:
    found = the_one([*a_look(reacts="adopt on the authority of the product manager"), adopted(1, SOLVED.format(1), 62)])
    assert (found.kind, found.role, found.ended) == ("engine", "product_manager", "adopted")
    assert minutes(found) == {"event to look": 60, "look to plan": 1, "plan to effect": 1, "in all": 62}


def test_an_escalation_from_the_event_to_its_end() -> None:
    found = the_one(an_escalation())
    assert (found.kind, found.subject, found.role, found.final) == ("escalation", "sso-api", "product_owner", True)
    assert minutes(found) == {"event to question": 2, "question to answer": 600, "answer to effect": 1, "in all": 603}


def test_the_effect_of_an_escalation_is_the_plan_that_follows_from_it() -> None:
    answered = an_escalation("look at the priorities")
    looked = look(4, CUT, 700, ANSWER)  # another reason came first; the answer is among the others
    plan = solved(4, 705, "adopt on the authority of the product manager")
    found, engine = courses([*answered, looked, plan, adopted(4, plan.key, 706)])
    assert (found.kind, engine.kind) == ("escalation", "engine")
    assert found.final
    assert minutes(found)["answer to effect"] == 104


@pytest.mark.parametrize(
    ("after", "final"),
    [
        pytest.param([], False, id="the look has not begun"),
        pytest.param([look(4, ANSWER, 700)], False, id="it is under way"),
        pytest.param([look(4, ANSWER, 700), solved(4, 705, "ask the product owner")], False, id="somebody is asked"),
        pytest.param([look(4, ANSWER, 700), solved(4, 705, "no reaction")], True, id="the plan stays"),
    ],
)
def test_until_a_look_has_ended_the_effect_may_be_another_one(after: list[Entry], final: bool) -> None:
    found = the_one([*an_escalation("look at the priorities"), *after])
    assert (found.final, minutes(found)["answer to effect"]) == (final, 1)


@pytest.mark.parametrize(
    ("rest", "role", "ended"),
    [
        pytest.param([], "product_owner", "", id="open"),
        pytest.param(
            [escalation("climbed", "step/3", "x", 90, "executive_board")], "executive_board", "", id="climbed"
        ),
        pytest.param([escalation("climbed", "step/3", "x", 90, "")], "product_owner", "", id="a rung with people only"),
        pytest.param(
            [escalation("climbed", "step/3", "x", 90, "executive_board", number=2)], "product_owner", "", id="another's"
        ),
        pytest.param([escalation("stood_down", "stood-down", "x", 90)], "product_owner", "stood down", id="cleared"),
        pytest.param([escalation("unanswered", "unanswered", "x", 90)], "product_owner", "unanswered", id="silence"),
    ],
)
def test_whom_an_escalation_waits_for(rest: list[Entry], role: str, ended: str) -> None:
    found = the_one([*an_escalation()[:2], *rest])
    assert (found.role, found.ended, found.effect) == (role, ended, None)


def test_the_role_of_an_answered_escalation_is_that_of_the_answer() -> None:
    assert the_one(an_escalation(role="executive_board")).role == "executive_board"


def test_the_order_of_reading_does_not_matter() -> None:
    entries = [*a_decision(), *an_escalation("look at the priorities"), look(4, ANSWER, 700), solved(4, 705, "ask the")]
    shuffled = list(entries)
    random.Random(7).shuffle(shuffled)
    assert courses(shuffled) == courses(entries)


def test_causes_in_a_circle_or_out_of_reach_end_the_chain() -> None:
    marks = [Mark("a", "plan.adopted", "b", NOON, NOON), Mark("b", "plan.solved", "a", NOON, NOON)]
    (found,) = courses_of(marks)
    assert (found.plan, found.event) == (marks[1], None)
    (lonely,) = courses([approval("requested", 1, "requested", "event/not/there", 0)])
    assert lengths_of(lonely) == {}


def test_entries_that_the_domain_writes_are_understood() -> None:
    state, times = planned(), Times(NOON, NOON, "p")
    state = state.model_copy(update={"runs": 3, "run": Run(number=3, started_at=NOON)})
    reasons = (Trigger(cause="event/a", topic="a", because="…"), Trigger(cause="event/b", topic="b", because="…"))
    started = mark_of(started_entry(state, reasons, 0, times, "s"))
    assert (started.cause, started.causes) == ("event/a", ("event/a", "event/b"))
    reply = internal(
        EscalationAnswered,
        subject="fonts",
        escalation=2,
        answer="handled",
        actor="bea",
        role="executive_board",
        reason="",
    )
    follows = (Reprioritize("fonts", "…"),)
    answer = mark_of(event_entry(state, Stamped(reply, NOON), Taken(), follows, times))
    assert (answer.subject, answer.number, answer.role, answer.leads) == ("fonts", 2, "executive_board", True)
    found = internal(PlanSolved, run=3, snapshot="s", plan=None, cause=started.key)
    plan = mark_of(event_entry(state, Stamped(found, NOON), Taken(), (NoReaction("…"),), times))
    assert (plan.kind, plan.cause, plan.leads) == ("plan.solved", started.key, False)
    own = internal(PlanAdopted, run=3, plan="p", proposal="q", by="tandem", role="product_manager")
    assert mark_of(event_entry(state, Stamped(own, NOON), Taken(), (), times)).number == 0


@pytest.mark.parametrize(("seconds", "said"), [(90, 90), (0, 0), (-5, 0)])
def test_how_long_somebody_waited(seconds: int, said: float) -> None:
    assert waited(NOON, NOON + seconds * HOUR / 3_600) == said


def test_a_rung_that_names_people_has_no_role() -> None:
    assert role_of(the_one([*an_escalation()[:1], escalation("started", "step/1", "event/jira/9", 2, "")])) is None
