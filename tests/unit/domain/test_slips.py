"""Lateness to come is told from lateness observed: nothing under ten, never a date that has passed, nothing drawn."""

from datetime import datetime, timedelta
from fractions import Fraction
from math import ceil

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.product import ProductState
from domain.slips import MIN_OBSERVATIONS, SHARES, Lateness, late_quantiles, milestone_lateness
from domain.things import Milestone, Slips
from tests.builders import NOON
from tests.unit.domain.states import DAY, fresh

DAYS = st.integers(min_value=-50, max_value=300).map(lambda day: day / 2)  # few enough that some are equal
OBSERVED = st.lists(DAYS, min_size=MIN_OBSERVATIONS, max_size=40)
WAITING = st.lists(DAYS, max_size=40)
TEN = tuple(float(day) for day in range(10))  # 0, 1, … 9 days late


def to_the_right(observed: list[float], waiting: list[float], share: Fraction) -> float:
    """Return the quantile by another definition of the same estimator, exactly (Efron 1967, redistribute to the right).

    Everybody has the same weight, the next one included, who comes last. Whoever only waits hands his weight on to all
    who are after him, in equal parts. The quantile is where what came has gathered the share.
    """
    order = sorted([(late, False) for late in observed] + [(late, True) for late in waiting])
    weights = [Fraction(1, len(order) + 1)] * (len(order) + 1)
    gathered = Fraction()
    for index, (late, waits) in enumerate(order):
        if waits:
            after = len(weights) - index - 1
            weights[index + 1 :] = [weight + weights[index] / after for weight in weights[index + 1 :]]
        else:
            gathered += weights[index]
            if gathered >= share:
                return late
    return max(observed)


@pytest.mark.parametrize(
    ("observed", "passed", "expected"),
    [
        pytest.param((), None, None, id="nothing known"),
        pytest.param(TEN[1:], None, None, id="nine are too few"),
        pytest.param(TEN, None, (5, 9), id="ten: of ranks 6 and 10 of 11"),
        pytest.param(TEN[::-1], None, (5, 9), id="in any order"),
        pytest.param((*TEN, 10.0), None, (5, 10), id="eleven: of ranks 6 and 11 of 12"),
        pytest.param(tuple(map(float, range(99))), None, (49, 84), id="ninety-nine: of ranks 50 and 85 of 100"),
        pytest.param((0.0,) * 9 + (300.0,), None, (0, 300), id="one that was very late"),
        pytest.param(TEN, -3, (5, 9), id="before the promise: all of them"),
        pytest.param(TEN, 0, (5, 9), id="the day of the promise has passed: nine are left"),
        pytest.param(TEN, 6.5, (8, 9), id="three are left"),
        pytest.param(TEN, 8, (9, 9), id="one is left"),
        pytest.param(TEN, 9, (9, 9), id="later than everything that came"),
        pytest.param(TEN, 400, (400, 400), id="much later than everything that came"),
    ],
)
def test_lateness_to_come(
    observed: tuple[float, ...], passed: float | None, expected: tuple[float, float] | None
) -> None:
    assert late_quantiles(observed, passed) == expected


@given(OBSERVED)
def test_with_nothing_waiting_it_is_the_observation_of_that_rank(observed: list[float]) -> None:
    ranks = (ceil(Fraction(share) * (len(observed) + 1)) for share in ("0.5", "0.85"))
    assert late_quantiles(observed) == tuple(sorted(observed)[rank - 1] for rank in ranks)


@given(OBSERVED, WAITING, st.none() | DAYS)
def test_what_waits_counts_as_at_least_so_late(
    observed: list[float], waiting: list[float], passed: float | None
) -> None:
    later, still = ([late for late in some if passed is None or late > passed] for some in (observed, waiting))
    found = late_quantiles(observed, passed, waiting)
    if later:
        assert found == (to_the_right(later, still, Fraction(1, 2)), to_the_right(later, still, Fraction(85, 100)))
    else:
        assert found == (passed, passed)


@given(OBSERVED, WAITING, DAYS)
def test_whatever_waits_never_makes_it_earlier(observed: list[float], waiting: list[float], more: float) -> None:
    then, now = late_quantiles(observed, None, waiting), late_quantiles(observed, None, [*waiting, more])
    assert then is not None
    assert now is not None
    assert all(after >= before for before, after in zip(then, now, strict=True))


@given(st.lists(DAYS, min_size=MIN_OBSERVATIONS + 1, max_size=40))
def test_what_is_left_out_lies_at_or_below_the_quantile_of_the_others_as_often_as_it_says(known: list[float]) -> None:
    found = [(late, late_quantiles(known[:index] + known[index + 1 :])) for index, late in enumerate(known)]
    for which, share in enumerate(SHARES):
        held = sum(quantiles is not None and late <= quantiles[which] for late, quantiles in found)
        assert held >= share * len(known)


@given(OBSERVED, WAITING, DAYS, st.randoms(use_true_random=False))
def test_order_does_not_matter_and_nothing_is_drawn(
    observed: list[float], waiting: list[float], passed: float, random: object
) -> None:
    mixed, others = list(observed), list(waiting)
    random.shuffle(mixed)  # type: ignore[attr-defined]
    random.shuffle(others)  # type: ignore[attr-defined]
    assert late_quantiles(mixed, passed, others) == late_quantiles(observed, passed, waiting)


@given(OBSERVED, WAITING, st.timedeltas(-400 * DAY, 400 * DAY))
def test_a_date_never_lies_before_now(observed: list[float], waiting: list[float], overdue: timedelta) -> None:
    found = Lateness.of(observed, waiting).dates(NOON, NOON + overdue)
    assert found is not None
    assert NOON + overdue <= found[0] <= found[1]


def test_one_lateness_answers_for_every_date() -> None:
    lateness = Lateness.of(TEN, (20.0,) * 5)
    for passed in (None, -1.0, 4.0, 8.5, 50.0):
        assert lateness.quantiles(passed) == late_quantiles(TEN, passed, (20.0,) * 5)


# -- of a product's milestones -------------------------------------------------------------------------------


KEPT = (-20.0, *TEN)  # so that it makes a difference whether something was not there ten days early


def product(**milestones: Milestone) -> ProductState:
    """Return a product with eleven milestones behind it."""
    return fresh().model_copy(update={"milestones": milestones, "slips": Slips(milestones=KEPT)})


def milestone(due: datetime, **over: object) -> Milestone:
    """Return a milestone that was promised for in ten days, ten days ago."""
    facts = {"id": "one", "due": due, "promised": NOON + 10 * DAY, "promised_at": NOON - 10 * DAY, **over}
    return Milestone.model_validate(facts)


@pytest.mark.parametrize(
    ("one", "at_least"),
    [
        pytest.param(milestone(NOON + 10 * DAY), -10, id="as promised: it is not there yet"),
        pytest.param(milestone(NOON + 15 * DAY), 5, id="moved later: so late at least"),
        pytest.param(milestone(NOON + 5 * DAY), -10, id="moved earlier: it is not there yet"),
        pytest.param(milestone(NOON + timedelta(seconds=1), promised=NOON - 3 * DAY), 3, id="due in a moment"),
        pytest.param(
            milestone(NOON, promised=NOON - 3 * DAY), None, id="past due, with no new date: nobody pursues it"
        ),
        pytest.param(milestone(NOON + 15 * DAY, status="reached", ended_at=NOON), None, id="reached"),
        pytest.param(milestone(NOON + 15 * DAY, status="dropped", ended_at=NOON), None, id="dropped"),
        pytest.param(milestone(NOON + 15 * DAY, promised=None), None, id="nobody knows what was promised first"),
        pytest.param(
            milestone(NOON + 15 * DAY, promised=NOON - 10 * DAY),
            None,
            id="promised for when it was written down: a record",
        ),
    ],
)
def test_an_open_milestone_counts_while_somebody_pursues_it(one: Milestone, at_least: float | None) -> None:
    waiting = () if at_least is None else (float(at_least),)
    assert milestone_lateness(product(one=one), NOON) == Lateness.of(KEPT, waiting)
    assert Lateness.of(KEPT) != Lateness.of(KEPT, (-10.0,)) != Lateness.of(KEPT, (5.0,))


def test_a_product_that_has_kept_too_little_foretells_nothing() -> None:
    known = {count: product().model_copy(update={"slips": Slips(milestones=TEN[:count])}) for count in (9, 10)}
    assert milestone_lateness(known[9], NOON).dates(NOON + DAY, NOON) is None
    assert milestone_lateness(known[10], NOON).dates(NOON + DAY, NOON) == (NOON + 6 * DAY, NOON + 10 * DAY)
