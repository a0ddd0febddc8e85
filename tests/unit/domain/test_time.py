"""What falls due by itself: periods, reviews, kept decisions, the debt clock, a product file, the end."""

from datetime import UTC, datetime
from typing import Any

import pytest

from domain.product import Better, Kept, ProductState
from events.internal import (
    ApprovalExpired,
    ClockStruck,
    DecisionGiven,
    EscalationAnswered,
    EscalationUnanswered,
    PlanAdopted,
    PlanSolved,
    ProductApplied,
    ProductArchived,
    ReviewDue,
)
from events.model import Event
from tests.builders import NOON, dependency_blocked, feedback
from tests.unit.domain.states import DAY, FILE, Happened, asked, fresh, happen, internal, planned, with_policy

MIDNIGHT = datetime(2026, 4, 1, tzinfo=UTC)


def strike(state: ProductState, at: datetime) -> Happened:
    return happen(state, internal(ClockStruck, at), at=at)


@pytest.mark.parametrize(
    ("seconds", "asked"),
    [pytest.param(0, True, id="at midnight of the first"), pytest.param(-1, False, id="a second before")],
)
def test_the_end_of_a_period_moves_the_horizon(seconds: int, asked: bool) -> None:
    state = with_policy(planned(at=MIDNIGHT - DAY), watch=("periods",))
    happened = strike(state, MIDNIGHT + seconds * DAY / 86_400)
    assert happened.asked is asked
    assert "a budget period has ended" in str(happened.reactions) or not asked


def test_the_end_of_a_period_counts_in_the_products_zone() -> None:
    berlin = with_policy(planned(at=MIDNIGHT - DAY, time_zone="Europe/Berlin"), watch=("periods",))
    assert strike(berlin, datetime(2026, 3, 31, 22, tzinfo=UTC)).asked
    assert not strike(berlin, datetime(2026, 3, 31, 21, 59, tzinfo=UTC)).asked


def test_what_nobody_started_in_its_month_is_planned_for_the_next_and_may_break_it() -> None:
    state = planned({"search": "2026-03", "landing": "2026-04"}, MIDNIGHT - DAY, budget={"per_period": 400_000})
    assert strike(state, MIDNIGHT).urgent  # both in April cost 500,000


def test_a_review_ends_in_a_look_or_says_why_not() -> None:
    assert happen(planned(), internal(ReviewDue)).said == "the regular review is due"
    off = with_policy(planned(), watch=("budget",))
    assert happen(off, internal(ReviewDue)).said == "the policy does not watch reviews"
    assert happen(planned(), internal(ReviewDue), at=NOON + DAY).state.reviewed_at == NOON + DAY


def test_nothing_fell_due() -> None:
    assert strike(planned(), NOON + DAY / 24).said == "nothing fell due"


@pytest.mark.parametrize(
    ("days", "asked"),
    [pytest.param(3, True, id="kept until now"), pytest.param(2.99, False, id="still kept")],
)
def test_keep_as_is_ends_with_a_look(days: float, asked: bool) -> None:
    state = planned().model_copy(update={"kept": Kept(until=NOON + 3 * DAY, by="otto")})
    assert strike(state, NOON + days * DAY).asked is asked


# -- the debt clock: known on Monday noon, dwell 72 hours, so it counts from Thursday noon --------------------


def in_debt(**policy: object) -> ProductState:
    state = planned().model_copy(update={"better": Better(since=NOON, gain=126.0, run=1)})
    return with_policy(state, watch=("debt",), **policy)


@pytest.mark.parametrize(
    ("day", "escalated", "words"),
    [
        pytest.param(5, [], "nothing fell due", id="within the dwell time nothing is owed"),
        pytest.param(
            6, [], "waiting for 1 business day at 1.00 points a day now: 1.0 points lost so far", id="Thursday is over"
        ),
        pytest.param(11, [], "waiting for 4 business days", id="four days, the weekend not counted"),
        pytest.param(12, ["plan-debt"], "waiting for 5 business days", id="five days escalate"),
    ],
)
def test_the_debt_of_a_better_plan(day: int, escalated: list[str], words: str) -> None:
    happened = strike(in_debt(), datetime(2026, 3, day, tzinfo=UTC))
    assert happened.escalated == escalated
    assert words in happened.said


def test_the_debt_escalates_once_and_ends_with_the_switch() -> None:
    owed = strike(in_debt(), datetime(2026, 3, 12, tzinfo=UTC)).state
    assert strike(owed, datetime(2026, 3, 13, tzinfo=UTC)).escalated == []
    adopted = internal(
        PlanAdopted, run=1, plan="p", proposal="q", by="otto", role="product_owner", approval=1, starts={}
    )
    happened = happen(owed, adopted)
    assert happened.stood_down == ["plan-debt"]
    assert (happened.state.better, happened.state.escalations) == (None, {})


def test_the_debt_is_accepted_until_a_date() -> None:
    owed = strike(in_debt(), datetime(2026, 3, 12, tzinfo=UTC)).state
    answer = internal(
        EscalationAnswered,
        subject="plan-debt",
        escalation=1,
        answer="accept_delay",
        actor="otto",
        role="product_owner",
        reason="after Easter",
        until=datetime(2026, 4, 7, tzinfo=UTC),
    )
    after = happen(owed, answer).state
    assert (after.better, after.escalations) == (None, {})
    assert after.kept == Kept(until=datetime(2026, 4, 7, tzinfo=UTC), by="otto", reason="after Easter")


# -- a product file, and the end ------------------------------------------------------------------------------


def applied(**over: Any) -> Event:
    return internal(ProductApplied, definition=FILE | over, actor="mia")


def test_the_first_file_asks_for_the_first_plan() -> None:
    assert happen(fresh(), applied()).said == "the product was declared"


def test_the_same_file_again_changes_nothing() -> None:
    happened = happen(planned(), applied())
    assert happened.said == "nothing that plans depend on has changed"


def test_a_changed_file_names_what_changed() -> None:
    happened = happen(planned(), applied(budget={"per_period": 900_000}, goals={"retention": 60}))
    assert happened.said == "the product file changed: budget and goals"


def test_what_a_file_no_longer_holds_stands_down() -> None:
    blocked = happen(planned(), dependency_blocked()).state
    happened = happen(blocked, applied(dependencies={}))
    assert happened.stood_down == ["sso-api"]
    items = {name: item for name, item in FILE["items"].items() if name != "search"}
    without = applied(items=items, dependencies={"fonts": FILE["dependencies"]["fonts"]})
    assert happen(blocked, without).state.escalations == {}


LATE = {"needs": "search", "provider": "it", "needed_by": "2026-04-15", "promised_for": "2026-05-30"}
OVERDUE = {"needs": "landing", "provider": "it", "needed_by": "2026-02-01"}


def with_dependencies(**over: Any) -> dict[str, Any]:
    return {**FILE["dependencies"], **over}


@pytest.mark.parametrize(
    ("dependency", "escalated"),
    [
        pytest.param(LATE, ["late"], id="promised late"),
        pytest.param(OVERDUE, ["late"], id="overdue"),
        pytest.param({**LATE, "promised_for": "2026-04-15"}, [], id="promised in time"),
        pytest.param({**LATE, "promised_for": None}, [], id="not promised, and not due"),
        pytest.param(
            {**LATE, "promised_for": None, "milestone": "june"}, ["late"], id="promised with a late milestone"
        ),
    ],
)
def test_what_a_file_declares_late_is_brought_to_the_owner(dependency: dict[str, Any], escalated: list[str]) -> None:
    parts = {
        "dependencies": with_dependencies(late=dependency),
        "milestones": FILE["milestones"] | {"june": {"due": "2026-06-15"}},
    }
    declared = happen(fresh(**parts), applied(**parts))
    assert declared.escalated == escalated  # the very first file
    assert happen(declared.state, applied(**parts)).escalated == []  # the same again
    changed = happen(planned(), applied(**parts))
    assert changed.escalated == escalated  # a later file
    cured = happen(changed.state, applied(dependencies=with_dependencies(late={**LATE, "needed_by": "2026-07-01"})))
    assert cured.stood_down == ([] if "milestone" not in dependency and not escalated else escalated)


def test_a_milestone_that_a_file_moves_takes_the_dependencies_along_that_it_carries() -> None:
    moved = FILE["milestones"] | {"release": {"due": "2026-05-30", "committed": False}}
    happened = happen(planned(), applied(milestones=moved))
    assert happened.escalated == ["fonts"]
    gone = {"spring": FILE["milestones"]["spring"]}
    fonts = FILE["dependencies"]["fonts"] | {"milestone": None}
    alone = happen(happened.state, applied(milestones=gone, dependencies=with_dependencies(fonts=fonts)))
    assert alone.stood_down == ["fonts"]


def test_what_a_file_does_not_touch_is_not_brought_up_again() -> None:
    late = planned(dependencies=with_dependencies(late=LATE))
    parts = {"dependencies": with_dependencies(late=LATE), "budget": {"per_period": 900_000}}
    assert happen(late, applied(**parts)).escalated == []


@pytest.mark.parametrize(
    "event",
    [
        pytest.param(internal(ClockStruck), id="the clock"),
        pytest.param(internal(PlanSolved, run=1, snapshot="s", plan="p", proposal="q"), id="a result"),
        pytest.param(internal(ApprovalExpired, approval=1, proposal="q"), id="silence"),
        pytest.param(internal(EscalationUnanswered, subject="sso-api", escalation=1), id="the end of a ladder"),
        pytest.param(
            internal(
                DecisionGiven, approval=1, proposal="q", verdict="reject", actor="o", role="product_owner", reason=""
            ),
            id="a decision",
        ),
    ],
)
def test_what_was_under_way_comes_to_nothing_in_an_archived_product(event: Event) -> None:
    gone = happen(asked(planned()), internal(ProductArchived, actor="mia", reason="sold")).state
    after = happen(gone, event)
    assert (after.outcome, after.because) == ("superseded", "the product is archived")
    assert after.state == gone


def test_an_archived_product_closes_what_is_open_and_refuses_the_rest() -> None:
    state = asked(happen(planned(), dependency_blocked()).state)
    gone = happen(state, internal(ProductArchived, actor="mia", reason="sold"))
    assert sorted(gone.kinds) == ["StandDown", "Supersede"]
    assert (gone.state.request, gone.state.escalations, gone.state.triggers) == (None, {}, ())
    after = happen(gone.state, feedback())
    assert (after.outcome, after.because) == ("refused", "the product is archived and takes no more events")
