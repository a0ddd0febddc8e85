"""A team releases at its gates and never inside a freeze; what is ready later waits for the next gate."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from domain.cadence import Cadence, Freeze, delivers_row, in_words, next_release, release_day
from domain.periods import DAY, falls_due, shift
from domain.snapshot import possible_work, snapshot_of
from tests.builders import NOON
from tests.unit.domain.states import FILE, STARTS, planned

SIX = tuple(shift("2026-03", offset) for offset in range(6))


def cadence(every: int | None = 3, gate: str | None = "2026-03", freezes: tuple[tuple[str, str], ...] = ()) -> Cadence:
    spans = tuple(Freeze(first=date.fromisoformat(one), last=date.fromisoformat(other)) for one, other in freezes)
    return Cadence(every=every, gate=gate, freezes=spans)


def free(*freezes: tuple[str, str]) -> Cadence:
    return cadence(None, None, freezes)


END_OF_MARCH = ("2026-03-25", "2026-04-02")


@pytest.mark.parametrize(
    ("paced", "day", "released"),
    [
        pytest.param(Cadence(), "2026-03-02", "2026-03-02", id="no cadence: any day"),
        pytest.param(cadence(), "2026-03-02", "2026-03-31", id="before the gate"),
        pytest.param(cadence(), "2026-03-31", "2026-03-31", id="on the gate"),
        pytest.param(cadence(), "2026-04-01", "2026-06-30", id="a day after the gate: the next one"),
        pytest.param(cadence(gate="2031-12"), "2026-03-02", "2026-03-31", id="the gate is in the future"),
        pytest.param(cadence(gate="2019-06"), "2026-03-02", "2026-03-31", id="the gate is in the past"),
        pytest.param(cadence(every=1), "2026-02-02", "2026-02-28", id="every month"),
        pytest.param(cadence(every=12, gate="2024-02"), "2027-03-01", "2028-02-29", id="once a year, a leap year"),
        pytest.param(cadence(every=24), "2026-04-01", "2028-03-31", id="every two years"),
        pytest.param(free(("2026-03-05", "2026-03-09")), "2026-03-04", "2026-03-04", id="a day before a freeze"),
        pytest.param(free(("2026-03-05", "2026-03-09")), "2026-03-05", "2026-03-10", id="the first day of a freeze"),
        pytest.param(free(("2026-03-05", "2026-03-09")), "2026-03-09", "2026-03-10", id="the last day of a freeze"),
        pytest.param(free(("2026-03-05", "2026-03-09")), "2026-03-10", "2026-03-10", id="a day after a freeze"),
        pytest.param(free(("2026-03-05", "2026-03-05")), "2026-03-05", "2026-03-06", id="a freeze of one day"),
        pytest.param(
            free(("2026-03-08", "2026-03-12"), ("2026-03-05", "2026-03-09")),
            "2026-03-06",
            "2026-03-13",
            id="overlapping",
        ),
        pytest.param(
            free(("2026-03-10", "2026-03-12"), ("2026-03-05", "2026-03-09")), "2026-03-06", "2026-03-13", id="adjacent"
        ),
        pytest.param(
            free(("2026-03-05", "2026-03-20"), ("2026-03-06", "2026-03-07")), "2026-03-06", "2026-03-21", id="nested"
        ),
        pytest.param(cadence(freezes=(END_OF_MARCH,)), "2026-03-02", "2026-04-03", id="a gate is put off"),
        pytest.param(cadence(freezes=(END_OF_MARCH,)), "2026-04-02", "2026-04-03", id="and not to the next gate"),
        pytest.param(
            cadence(freezes=(END_OF_MARCH,)), "2026-04-03", "2026-04-03", id="on the day that it was put off to"
        ),
        pytest.param(cadence(freezes=(END_OF_MARCH,)), "2026-04-04", "2026-06-30", id="a day after: the next gate"),
        pytest.param(cadence(freezes=(("2026-03-01", "2026-03-30"),)), "2026-03-02", "2026-03-31", id="freeze before"),
        pytest.param(
            cadence(freezes=(("2026-03-31", "2026-07-10"),)), "2026-03-02", "2026-07-11", id="two gates, one day"
        ),
        pytest.param(
            cadence(freezes=(("2026-03-31", "2026-07-10"),)), "2026-07-01", "2026-07-11", id="both are behind"
        ),
        pytest.param(
            cadence(freezes=(("2026-03-31", "2026-07-10"),)), "2026-07-12", "2026-09-30", id="and then the third"
        ),
    ],
)
def test_the_first_release_that_is_not_before_a_day(paced: Cadence, day: str, released: str) -> None:
    assert release_day(paced, date.fromisoformat(day)).isoformat() == released


@pytest.mark.parametrize(
    ("at", "released"),
    [
        pytest.param(
            datetime(2026, 3, 31, 21, 59, tzinfo=UTC), "2026-03-31T22:00", id="a minute before the gate's end"
        ),
        pytest.param(datetime(2026, 3, 31, 22, 0, tzinfo=UTC), "2026-03-31T22:00", id="the very end is in time"),
        pytest.param(datetime(2026, 3, 31, 22, 1, tzinfo=UTC), "2026-06-30T22:00", id="a minute after it"),
        pytest.param(datetime(2026, 11, 2, tzinfo=UTC), "2026-12-31T23:00", id="in winter the day ends an hour later"),
    ],
)
def test_a_release_is_out_by_the_end_of_its_day_where_the_product_is(at: datetime, released: str) -> None:
    assert f"{next_release(cadence(), at, 'Europe/Berlin'):%Y-%m-%dT%H:%M}" == released


def test_a_release_on_a_day_of_23_hours_ends_with_it() -> None:
    frozen = free(("2026-03-28", "2026-03-28"))  # clocks go forward on 29 March
    assert next_release(frozen, datetime(2026, 3, 28, 12, tzinfo=UTC), "Europe/Berlin") == datetime(
        2026, 3, 29, 22, tzinfo=UTC
    )


@pytest.mark.parametrize(
    ("paced", "row"),
    [
        pytest.param(Cadence(), (0, 1, 2, 3, 4, 5), id="any day: where it ends"),
        pytest.param(cadence(every=1), (0, 1, 2, 3, 4, 5), id="every month: where it ends"),
        pytest.param(cadence(), (0, 3, 3, 3, 6, 6), id="quarterly, maybe past the horizon"),
        pytest.param(cadence(gate="2026-02"), (2, 2, 2, 5, 5, 5), id="quarterly, from another month"),
        pytest.param(cadence(every=12, gate="2026-02"), (11,) * 6, id="once a year"),
        pytest.param(free(("2026-03-31", "2026-03-31")), (1, 1, 2, 3, 4, 5), id="frozen over the end of a month"),
        pytest.param(free(("2026-03-01", "2026-03-30")), (0, 1, 2, 3, 4, 5), id="frozen before the end of a month"),
        pytest.param(cadence(freezes=(END_OF_MARCH,)), (1, 3, 3, 3, 6, 6), id="a gate put off into the next month"),
    ],
)
def test_where_work_is_delivered(paced: Cadence, row: tuple[int, ...]) -> None:
    assert delivers_row(paced, SIX) == row


def quarterly(**over: Any) -> dict[str, Any]:
    return {"teams": FILE["teams"] | {"it": FILE["teams"]["it"] | {"cadence": {"every": 3, "gate": "2026-03"} | over}}}


def test_the_snapshot_names_only_teams_that_deliver_later() -> None:
    assert snapshot_of(planned(), NOON).delivers == {}
    assert snapshot_of(planned(**quarterly(every=1)), NOON).delivers == {}
    state = planned(**quarterly())
    assert snapshot_of(state, NOON).delivers == {"it": (0, 3, 3, 3, 6, 6)}
    assert snapshot_of(state, NOON + 40 * DAY).delivers == {"it": (2, 2, 2, 5, 5, 5)}
    assert possible_work(state, STARTS, NOON).delivers == snapshot_of(state, NOON).delivers


@pytest.mark.parametrize(
    ("paced", "words"),
    [
        pytest.param(Cadence(), "on any day", id="any day"),
        pytest.param(cadence(every=1), "at the end of every month", id="monthly"),
        pytest.param(cadence(), "at the end of every 3 months, as in 2026-03", id="quarterly"),
        pytest.param(
            cadence(freezes=(("2026-12-15", "2027-01-06"), ("2026-03-01", "2026-03-02"))),
            "at the end of every 3 months, as in 2026-03; "
            "not from 2026-03-01 to 2026-03-02, from 2026-12-15 to 2027-01-06",
            id="freezes in order",
        ),
        pytest.param(
            free(*((f"2026-0{month}-01", f"2026-0{month}-02") for month in range(1, 6))),
            "on any day; not from 2026-01-01 to 2026-01-02, from 2026-02-01 to 2026-02-02, "
            "from 2026-03-01 to 2026-03-02 and in 2 more freezes",
            id="many freezes are counted",
        ),
    ],
)
def test_a_cadence_in_words(paced: Cadence, words: str) -> None:
    assert in_words(paced) == words


@pytest.mark.parametrize(
    "fields",
    [
        pytest.param({"every": 3}, id="every without a gate"),
        pytest.param({"gate": "2026-03"}, id="a gate without every"),
        pytest.param({"every": 0, "gate": "2026-03"}, id="every no period"),
        pytest.param(
            {"freezes": [{"first": "2026-03-02", "last": "2026-03-01"}]}, id="a freeze that ends before it begins"
        ),
    ],
)
def test_what_makes_no_sense_is_refused(fields: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        Cadence.model_validate(fields)


days = st.dates(date(2025, 1, 1), date(2028, 12, 31))
spans = st.tuples(days, st.integers(0, 200)).map(lambda one: Freeze(first=one[0], last=one[0] + timedelta(one[1])))
paces = st.one_of(st.none(), st.tuples(st.integers(1, 24), st.sampled_from(["2019-02", "2026-03", "2040-11"])))


@settings(max_examples=200, deadline=None)
@given(paces, st.lists(spans, max_size=4), days)
def test_a_release_is_the_first_that_a_search_day_by_day_finds(
    pace: tuple[int, str] | None, freezes: list[Freeze], day: date
) -> None:
    every, gate = pace or (None, None)
    paced = Cadence(every=every, gate=gate, freezes=tuple(freezes))

    def frozen(one: date) -> bool:
        return any(freeze.first <= one <= freeze.last for freeze in freezes)

    def planned_on(one: date) -> bool:
        if every is None or gate is None:
            return True
        months = one.year * 12 + one.month - int(gate[:4]) * 12 - int(gate[5:])
        return (one + DAY).day == 1 and months % every == 0

    begin, waiting = date(2022, 1, 1), False  # before the first freeze by more than two years: no gate is left out
    for offset in range(6_000):
        one = begin + timedelta(offset)
        waiting = waiting or planned_on(one)
        if waiting and not frozen(one):
            waiting = False
            if one >= day:
                assert release_day(paced, day) == one
                assert next_release(paced, falls_due(day, "UTC"), "UTC") == falls_due(one, "UTC")
                return
    pytest.fail("no release was found")
