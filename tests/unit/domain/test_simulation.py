"""Simulated courses of work: the same for the same seed, as enumeration has them, and never earlier for being later."""

from itertools import product
from math import ceil

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.simulation import Leg, Wait, rank, simulate, stream

MANY = 20_000
SLIPS = (-6.0, -2.0, 0.0, 1.0, 3.0, 5.0, 9.0, 14.0, 20.0, 33.0)


def quantile(ends: list[float], share: float) -> float:
    """Return the nearest rank, written again."""
    return sorted(ends)[ceil(share * len(ends)) - 1]


def test_of_many_numbers_each_comes_about_as_often_as_any_other() -> None:
    found = stream(1, "item/search", MANY, 10)
    assert all(1_850 < found.count(digit) < 2_150 for digit in range(10))


def test_the_same_seed_gives_the_same_courses_and_another_one_others() -> None:
    legs = [Leg("a", 0, 30), Leg("b", 30, 60, others=("a",))]
    once = simulate(legs, SLIPS, seed=7, draws=50)
    assert simulate(legs, tuple(reversed(SLIPS)), seed=7, draws=50) == once
    assert simulate(legs, SLIPS, seed=8, draws=50) != once


def test_other_work_does_not_change_what_a_piece_draws() -> None:
    alone = simulate([Leg("b", 30, 60)], SLIPS, seed=7, draws=50)
    assert simulate([Leg("a", 0, 30), Leg("b", 30, 60)], SLIPS, seed=7, draws=50)["b"] == alone["b"]


def test_two_in_a_row_and_one_beside_them_come_as_enumeration_has_it() -> None:
    """Recompute P50 and P85 of the last of three from all 1,000 cases, each as likely as any other."""
    legs = [Leg("a", 0, 30), Leg("b", 30, 60, others=("a",)), Leg("c", 0, 60)]
    ends = simulate(legs, SLIPS, seed=3, draws=MANY)
    found = sorted(max(b, c) for b, c in zip(ends["b"], ends["c"], strict=True))
    cases = sorted(
        max(max(30.0, 30.0 + late_a) + 30.0 + late_b, 60.0 + late_c)
        for late_a, late_b, late_c in product(SLIPS, repeat=3)
    )
    for share in (0.5, 0.85):
        low, high = (cases[ceil((share + error) * len(cases)) - 1] for error in (-0.015, 0.015))  # four sigma of MANY
        assert low <= rank(found, share) <= high
    assert (quantile(cases, 0.5), quantile(cases, 0.85)) == (79.0, 94.0)


@pytest.mark.parametrize(
    ("leg", "late", "end"),
    [
        pytest.param(Leg("x", 30, 60), 5.0, 65.0, id="late"),
        pytest.param(Leg("x", 30, 60), -10.0, 50.0, id="early"),
        pytest.param(Leg("x", 30, 60), -99.0, 30.0, id="never before it starts"),
        pytest.param(Leg("x", 0, 9, promised=9), 5.0, 14.0, id="in flight, in time so far"),
        pytest.param(Leg("x", 0, 9, promised=-20), 5.0, 9.0, id="in flight, later already than that"),
        pytest.param(Leg("x", 0, 9, promised=-20), 40.0, 20.0, id="in flight, later still: counted from its promise"),
        pytest.param(Leg("x", 0, 9, promised=9), -99.0, 0.0, id="in flight, never before now"),
        pytest.param(Leg("x", 0, 9, waits=(Wait("d", 5, -10, (30.0,)),)), 1.0, 30.0, id="a dependency comes late"),
        pytest.param(Leg("x", 0, 9, waits=(Wait("d", 25, -10, (30.0,)),)), 1.0, 10.0, id="a dependency as needed"),
        pytest.param(Leg("x", 0, 9, waits=(Wait("d", -5, -90, (30.0,)),)), 1.0, 10.0, id="overdue, expected now"),
        pytest.param(Leg("x", 0, 9, release=lambda end: max(end, 31.0)), 1.0, 31.0, id="waits for the gate"),
    ],
)
def test_a_single_course(leg: Leg, late: float, end: float) -> None:
    assert simulate([leg], [late], seed=1, draws=1) == {"x": [end]}


@pytest.mark.parametrize(
    ("needs", "end"),
    [
        pytest.param({"others": ("a",)}, 100.0, id="another team waits for the gate"),
        pytest.param({"own": ("a",)}, 90.0, id="the same team goes on, and both count when the gate is over"),
    ],
)
def test_what_needs_work_behind_a_gate(needs: dict[str, tuple[str, ...]], end: float) -> None:
    gated = Leg("a", 0, 30, release=lambda done: 90.0)
    after = Leg("b", 30, 40, others=needs.get("others", ()), own=needs.get("own", ()))
    assert simulate([gated, after], [0.0], seed=1, draws=1)["b"] == [end]


def test_what_is_early_pulls_nothing_forward_and_what_is_late_pushes_what_needs_it() -> None:
    legs = [Leg("a", 0, 30), Leg("b", 30, 60, others=("a",))]
    assert simulate(legs, [-5.0], seed=1, draws=1)["b"] == [55.0]
    assert simulate(legs, [5.0], seed=1, draws=1)["b"] == [70.0]


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.floats(-30, 60), min_size=10, max_size=20),
    st.integers(0, 19),
    st.floats(0, 100),
    st.lists(st.sets(st.integers(0, 4)), min_size=5, max_size=5),
)
def test_a_later_slip_never_makes_anything_earlier(
    slips: list[float], which: int, more: float, needs: list[set[int]]
) -> None:
    legs = [
        Leg(f"l{k}", 30.0 * k, 30.0 * k + 20, others=tuple(f"l{n}" for n in sorted(needs[k]) if n < k))
        for k in range(5)
    ]
    later = list(slips)
    later[which % len(slips)] += more
    before, after = (simulate(legs, observed, seed=5, draws=40) for observed in (slips, later))
    for name, ends in before.items():
        assert all(new >= old for old, new in zip(ends, after[name], strict=True))


@pytest.mark.parametrize(
    ("share", "expected"),
    [
        pytest.param(0.5, 5, id="half of ten"),
        pytest.param(0.85, 9, id="85 % of ten"),
        pytest.param(0.51, 6, id="a little more than half"),
        pytest.param(1.0, 10, id="all"),
        pytest.param(0.0, 1, id="none: the smallest"),
    ],
)
def test_a_rank_is_the_smallest_value_that_so_many_do_not_exceed(share: float, expected: int) -> None:
    assert rank(list(range(10, 0, -1)), share) == expected
