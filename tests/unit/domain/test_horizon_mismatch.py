"""A dependency that its provider cannot meet is told when it is declared, with figures and with what can be done."""

from datetime import UTC, datetime
from typing import Any

import pytest

from domain.entries import said_of
from domain.horizon_mismatch import Outlook, options_of, outlook_of
from domain.product import ProductState
from domain.reactions import Escalate, Notify
from domain.slips import MIN_OBSERVATIONS
from domain.views import roadmap_row
from events.model import Event
from tests.builders import (
    NOON,
    dependency_declared,
)
from tests.unit.domain.states import DAY, FILE, Happened, happen, planned, with_policy

QUARTERLY = {"every": 3, "gate": "2026-03"}  # releases on 31 March, 30 June …
TEN = (10.0,) * 5 + (40.0,) * 3 + (60.0,) * 2  # half took 40 days or less, 85 of 100 took 60 or less


def product(cadence: dict[str, Any] | None = None, lead_times: tuple[float, ...] = (), **over: Any) -> ProductState:
    """Return the product with marketing at such a cadence, and with what was observed of it."""
    paced = {"marketing": FILE["teams"]["marketing"] | {"cadence": cadence or {}}}
    state = planned(teams=FILE["teams"] | paced, **over)
    team = state.teams["marketing"].model_copy(update={"lead_times": lead_times})
    return state.model_copy(update={"teams": state.teams | {"marketing": team}})


def logo(needed_by: str = "2026-06-30", **over: Any) -> Event:
    given = {"dependency": "logo", "needs": "search", "provider": "marketing", "needed_by": needed_by}
    return dependency_declared(**given | over)


def outlook(state: ProductState, needed_by: str, at: datetime = NOON, **over: Any) -> Outlook:
    """Return what can be expected at an instant of what was declared at noon."""
    after = happen(state, logo(needed_by, **over)).state
    dependency = after.dependencies["logo"]
    return outlook_of(after, dependency, dependency.needed_by, at)


@pytest.mark.parametrize(
    ("state", "needed_by", "verdict"),
    [
        pytest.param(product(QUARTERLY), "2026-03-31", "unknown", id="on the day of the release"),
        pytest.param(product(QUARTERLY), "2026-03-30", "cannot", id="a day before the release"),
        pytest.param(product(QUARTERLY), "2026-03-31T08:00:00Z", "unknown", id="in the morning of the release"),
        pytest.param(product(), "2026-03-02", "unknown", id="any day: today"),
        pytest.param(
            product({"freezes": [{"first": "2026-03-01", "last": "2026-03-09"}]}), "2026-03-09", "cannot", id="frozen"
        ),
        pytest.param(
            product({"freezes": [{"first": "2026-03-01", "last": "2026-03-09"}]}), "2026-03-10", "unknown", id="thawed"
        ),
        pytest.param(product({}, TEN), "2026-04-10", "cannot", id="half take until a day later"),
        pytest.param(product({}, TEN), "2026-04-11", "at_risk", id="half are there by then"),
        pytest.param(product({}, TEN), "2026-04-30", "at_risk", id="85 of 100 take until a day later"),
        pytest.param(product({}, TEN), "2026-05-01", "fits", id="85 of 100 are there by then"),
        pytest.param(product({}, TEN[:-1]), "2026-03-03", "unknown", id="nine deliveries are too few to tell"),
        pytest.param(product(QUARTERLY, TEN), "2026-06-29", "cannot", id="ready in April, out in June"),
        pytest.param(product(QUARTERLY, TEN), "2026-06-30", "fits", id="ready in April or May, out in June"),
        pytest.param(product(QUARTERLY, (10.0,) * 10), "2026-03-31", "fits", id="ready in March, out in March"),
        pytest.param(product(QUARTERLY, (29.0,) * 8 + (30.0,) * 2), "2026-03-31", "at_risk", id="some miss the gate"),
    ],
)
def test_verdicts(state: ProductState, needed_by: str, verdict: str) -> None:
    assert outlook(state, needed_by).verdict == verdict


@pytest.mark.parametrize(
    ("state", "promised", "verdict"),
    [
        pytest.param(product({}, TEN), "2026-03-10", "fits", id="a promise counts more than what others took"),
        pytest.param(product(QUARTERLY), "2026-03-10", "at_risk", id="the cadence contradicts the promise"),
        pytest.param(product(), "2026-03-10", "fits", id="nothing contradicts it"),
    ],
)
def test_a_promise(state: ProductState, promised: str, verdict: str) -> None:
    assert outlook(state, "2026-03-20", promised_for=promised).verdict == verdict


@pytest.mark.parametrize(
    ("days", "likely"),
    [
        pytest.param(0, ("2026-04-11", "2026-05-01"), id="when it is declared"),
        pytest.param(20, ("2026-04-11", "2026-05-01"), id="later: as those that took longer than 20 days"),
        pytest.param(45, ("2026-05-01", "2026-05-01"), id="only the slowest are like it still"),
        pytest.param(100, ("2026-06-10", "2026-06-10"), id="slower than all others: not before today"),
    ],
)
def test_what_is_likely_counts_from_when_the_provider_was_asked(days: int, likely: tuple[str, str]) -> None:
    found = outlook(product({}, TEN), "2027-01-01", NOON + days * DAY).likely
    assert found is not None
    assert tuple(f"{one - DAY:%Y-%m-%d}" for one in found) == likely


# -- what is told ---------------------------------------------------------------------------------------------


def escalation(happened: Happened) -> Escalate:
    (found,) = (reaction for reaction in happened.reactions if isinstance(reaction, Escalate))
    return found


def test_what_cannot_be_met_is_brought_to_the_owner_with_figures_and_options() -> None:
    found = escalation(happen(product(QUARTERLY, TEN), logo("2026-04-15")))
    assert found.because == (
        "search needs logo by 2026-04-15, which cannot be met: marketing releases next on 2026-03-31 and then on "
        "2026-06-30; going by the latest 10 deliveries of marketing it is out by 2026-06-30 in 85 of 100 cases"
    )
    assert [one.kind for one in found.options] == ["reserve_capacity", "interim_workaround", "move_date", "escalate"]
    assert [one.text for one in found.options] == [
        "reserve capacity: person-days of marketing in 2026-04, of the 20 that it has; how many is not known",
        "interim workaround: search goes on without logo until it is out",
        "move the date: search waits until 2026-06-30, in time in 85 of 100 cases",
        "escalate: leave it open, and it is brought to the executive board on 2026-03-09 12:00",
    ]
    assert found.options[2].dates == (datetime(2026, 7, 1, tzinfo=UTC),)
    assert said_of(found)["options"][0] == {
        "kind": "reserve_capacity",
        "text": found.options[0].text,
        "team": "marketing",
        "period": "2026-04",
    }


def test_without_data_the_next_release_is_what_the_date_can_move_to() -> None:
    found = escalation(happen(product(QUARTERLY, TEN[:9]), logo("2026-03-15", needs="landing")))
    assert found.because.endswith(
        f"and then on 2026-06-30; insufficient data on how long marketing takes: 9 of the {MIN_OBSERVATIONS} "
        "deliveries that tell"
    )
    reserve, _, move, _ = found.options
    assert reserve.text == (
        "reserve capacity: the 5 person-days that landing takes of marketing in 2026-03, of the 20 that it has, "
        "and a release outside its cadence by 2026-03-15"
    )
    assert (reserve.person_days, reserve.period) == (5, "2026-03")
    assert move.text == "move the date: landing waits until 2026-03-31, the next release"


def test_a_ladder_without_the_board_says_so() -> None:
    state = with_policy(product(QUARTERLY), ladder={"rungs": [{"role": "product_owner", "after": "0 hours"}]})
    assert escalation(happen(state, logo("2026-03-15"))).options[3].text.endswith("the ladder does not reach it")


def test_a_ladder_in_business_time_says_so() -> None:
    rung = {"role": "executive_board", "after": "3 business days"}
    state = with_policy(product(QUARTERLY), ladder={"rungs": [rung], "ends_after": "5 business days"})
    assert escalation(happen(state, logo("2026-03-15"))).options[3].text == (
        "escalate: leave it open, and it is brought to the executive board after 3 business days"
    )


def test_half_and_most_are_two_dates_to_choose_from() -> None:
    move = escalation(happen(product({}, TEN), logo("2026-04-01"))).options[2]
    assert move.text == (
        "move the date: search waits until 2026-05-01, in time in 85 of 100 cases, "
        "or 2026-04-11, in time in half of them"
    )
    assert [f"{one - DAY:%m-%d}" for one in move.dates] == ["04-11", "05-01"]


def test_a_late_promise_escalates_as_before_and_has_options_too() -> None:
    found = escalation(happen(product(QUARTERLY), logo("2026-03-15", promised_for="2026-04-15")))
    assert found.because.startswith("logo is promised 31 days after it is needed, at or over the threshold")
    assert found.options[2].text == "move the date: search waits until 2026-04-15, as promised"


def test_a_risk_is_told_to_the_owner() -> None:
    happened = happen(product({}, TEN), logo("2026-04-20"))
    (told,) = (reaction for reaction in happened.reactions if isinstance(reaction, Notify))
    assert (told.role, told.subject) == ("product_owner", "logo is at risk")
    assert told.text == (
        "search needs logo by 2026-04-20: going by the latest 10 deliveries of marketing it is out by 2026-04-11 in "
        "half of all cases and by 2026-05-01 in 85 of 100"
    )
    assert happened.escalated == []


def test_a_promise_that_the_cadence_contradicts_is_a_risk() -> None:
    happened = happen(product(QUARTERLY), logo("2026-03-15", promised_for="2026-03-10"))
    (told,) = (reaction for reaction in happened.reactions if isinstance(reaction, Notify))
    assert told.text == (
        "search needs logo by 2026-03-15: marketing releases next on 2026-03-31 and then on 2026-06-30; it is promised "
        "for 2026-03-10 all the same"
    )


@pytest.mark.parametrize(
    ("state", "words"),
    [
        pytest.param(
            product(QUARTERLY, TEN),
            "no date is promised for logo; marketing releases next on 2026-03-31 and then on 2026-06-30; going by",
            id="it fits",
        ),
        pytest.param(
            product(),
            "no date is promised for logo; insufficient data on how long marketing takes: 0 of the 10 deliveries",
            id="nothing is known",
        ),
    ],
)
def test_what_can_be_met_is_recorded_with_its_figures(state: ProductState, words: str) -> None:
    happened = happen(state, logo("2026-06-30"))
    assert happened.quiet
    assert happened.said.startswith(words)


# -- what people see ------------------------------------------------------------------------------------------


def test_what_can_be_done_is_told_in_words() -> None:
    after = happen(product(QUARTERLY), logo("2026-03-15")).state
    dependency = after.dependencies["logo"]
    found = options_of(after, dependency, outlook_of(after, dependency, dependency.needed_by, NOON))
    assert [one.text.split(":")[0] for one in found] == [
        "reserve capacity",
        "interim workaround",
        "move the date",
        "escalate",
    ]


def test_the_roadmap_shows_when_teams_release_that_do_not_release_on_any_day() -> None:
    assert roadmap_row(product(), NOON).data["releases"] == {}
    assert roadmap_row(product(QUARTERLY), NOON).data["releases"] == {
        "marketing": {
            "cadence": "at the end of every 3 months, as in 2026-03",
            "next_release": datetime(2026, 4, 1, tzinfo=UTC).isoformat(),
        }
    }
