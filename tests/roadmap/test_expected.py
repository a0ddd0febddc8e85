"""The engine against a real roadmap, version by version: what was promised, moved and kept, how well foretold.

The postponements and pull-ins are counted from the lines of the file by themselves (``counts``), the engine gets what
``convert`` makes of them. The file is a part of its source; the tables say which.
"""

import random
from collections.abc import Iterator
from functools import lru_cache
from itertools import pairwise

import pytest

from domain.definition import MAX_DEPENDENCIES, MAX_ITEMS, MAX_MILESTONES
from domain.slips import MIN_OBSERVATIONS
from tests.realdata import realdata
from tests.roadmap.convert import READINGS, Reading, events_of, product_of
from tests.roadmap.counts import Counts, count
from tests.roadmap.releases import calendar_of
from tests.roadmap.replay import Replayed, replay, type_of
from tests.roadmap.scores import lines_of, outcome_of
from tests.roadmap.versions import FILE, Version, read_versions, release_of, unreadable

SOURCE_VERSIONS, SOURCE_POSTPONED, SOURCE_PULLED_IN = 2_503, 560, 15  # by the data's SOURCE.md; stages


@pytest.fixture(params=READINGS, ids=lambda reading: reading.name)
def reading(request: pytest.FixtureRequest) -> Reading:
    chosen: Reading = request.param
    return chosen


@lru_cache
def versions() -> tuple[Version, ...]:
    return read_versions(realdata(FILE))


@lru_cache
def replayed(reading: Reading) -> Replayed:
    return played(reading, versions())


def played(reading: Reading, some: tuple[Version, ...]) -> Replayed:
    """Replay some of the versions, with the dates that the whole file gives the releases."""
    return replay(product_of(versions()), events_of(some, reading, calendar_of(versions())))


def counted(reading: Reading) -> Counts:
    return count(realdata(FILE), reading.fields)


def proposal_of(milestone: str, reading: Reading) -> str:
    return milestone.rpartition("-")[0] if len(reading.fields) > 1 else milestone


def test_the_engine_applies_exactly_the_postponements_and_pull_ins_that_the_file_holds(reading: Reading) -> None:
    expected, found = counted(reading), replayed(reading)
    assert (found.later, found.earlier) == (expected.postponed, expected.pulled_in)
    assert found.applied["milestone.moved"] == expected.postponed + expected.pulled_in > 0
    assert found.applied["item.added"] == expected.promised == len(found.state.milestones)
    assert len({proposal_of(name, reading) for name in found.slipped}) == len(expected.slipped)
    assert not found.superseded


def test_the_engine_refuses_only_teams_that_do_not_exist_and_names_them(reading: Reading) -> None:
    expected, found = counted(reading), replayed(reading)
    assert found.applied["dependency.declared"] == expected.asked > 0
    declared = [why for event, why in found.refused if type_of(event) == "dependency.declared"]
    assert len(declared) == expected.no_team.total()
    assert all(why.startswith("there is no team ") for why in declared)
    assert {type_of(event) for event, _ in found.refused} <= {"dependency.declared", "dependency.delivered"}


def test_the_bounds_of_a_product_hold(reading: Reading) -> None:
    state = replayed(reading).state
    assert sum(one.status == "planned" for one in state.milestones.values()) <= MAX_MILESTONES
    assert sum(one.open for one in state.items.values()) <= MAX_ITEMS
    assert sum(one.open for one in state.dependencies.values()) <= MAX_DEPENDENCIES


def test_a_target_that_is_no_release_is_named_and_promises_nothing(reading: Reading) -> None:
    assert unreadable(versions(), reading.fields) == counted(reading).unreadable
    assert counted(reading).unreadable


def test_a_later_release_comes_out_later() -> None:
    calendar = calendar_of(versions())
    named = {release_of(text) for version in versions() for text in version.targets.values()} - {None}
    days = [calendar.day(release) for release in sorted(release for release in named if release is not None)]
    assert all(before < after for before, after in pairwise(days))


def test_a_forecast_is_made_from_ten_observations_on_and_lies_ahead(reading: Reading) -> None:
    promises = replayed(reading).promises
    assert any(promise.forecast for promise in promises)
    for promise in promises:
        assert (promise.forecast is None) == (promise.observed < MIN_OBSERVATIONS), promise
        assert promise.forecast is None or promise.at <= promise.forecast[0] <= promise.forecast[1], promise


def test_no_forecast_looks_ahead(reading: Reading) -> None:
    cut = len(versions()) // 2
    past, future = versions()[:cut], list(versions()[cut:])
    known = played(reading, past).promises
    assert any(promise.forecast for promise in known)
    random.Random(7).shuffle(future)
    assert played(reading, (*past, *future)).promises[: len(known)] == known
    assert replayed(reading).promises[: len(known)] == known


def test_forecasts_beside_the_promises_themselves(reading: Reading, capsys: pytest.CaptureFixture[str]) -> None:
    outcome = outcome_of(replayed(reading))
    assert outcome.foretold
    with capsys.disabled():
        print("", *head_of(reading), *lines_of(outcome), sep="\n  ")


def head_of(reading: Reading) -> Iterator[str]:
    found = counted(reading)
    by = {1: found.by[1], 2: found.by[2], 3: found.postponed - found.by[1] - found.by[2]}
    yield f"A real roadmap, targets read as {reading.name}:"
    yield (
        f"{found.postponed} postponements ({by[1]} by one release, {by[2]} by two, {by[3]} by more), "
        f"{found.pulled_in} pull-ins, {len(found.slipped)} of {found.proposals} proposals postponed"
    )
    share = f"{found.versions:,} of {SOURCE_VERSIONS:,} versions of the source ({found.versions / SOURCE_VERSIONS:.0%})"
    if len(reading.fields) > 1:  # the source counted the stages
        share += f", {found.postponed} of {SOURCE_POSTPONED} postponements ({found.postponed / SOURCE_POSTPONED:.0%})"
        share += f", {found.pulled_in} of {SOURCE_PULLED_IN} pull-ins"
    yield share
    names = ", ".join(f"{text} ({n})" for text, n in sorted(found.unreadable.items()))
    yield f"targets that are no release: {names or 'none'}"
