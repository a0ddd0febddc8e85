"""How long a team took for what was asked of it is observed once for each delivery that stands."""

from datetime import timedelta

import pytest

from domain.applied import merged
from domain.product import MAX_OBSERVED, ProductState
from events.model import Event
from tests.builders import (
    NOON,
    dependency_blocked,
    dependency_declared,
    dependency_delivered,
    dependency_unblocked,
)
from tests.unit.domain.states import DAY, FILE, definition, fresh, happen
from tests.unit.domain.test_dependencies import answered

ASKED = dependency_declared(dependency="logo", needs="landing", provider="marketing")


def on(day: float) -> dict[str, object]:
    return {"dependency": "logo", "time": NOON + day * DAY}


def took(*events: Event, state: ProductState | None = None, team: str = "marketing") -> tuple[float, ...]:
    """Return what is observed of a team when these events arrive long after they happened."""
    return happen(state or fresh(), *events, at=NOON + 400 * DAY).state.teams[team].lead_times


@pytest.mark.parametrize(
    ("events", "days"),
    [
        pytest.param([ASKED], (), id="not delivered yet"),
        pytest.param([ASKED, dependency_delivered(**on(41))], (41,), id="delivered"),
        pytest.param([ASKED, dependency_delivered(**on(0))], (0,), id="at once"),
        pytest.param([ASKED, dependency_delivered(**on(0.5))], (0.5,), id="after half a day"),
        pytest.param([ASKED, dependency_blocked(**on(5)), dependency_delivered(**on(41))], (41,), id="after a block"),
        pytest.param(
            [ASKED, dependency_delivered(**on(41)), dependency_delivered(**on(50))], (50,), id="said again, later"
        ),
        pytest.param(
            [ASKED, dependency_delivered(**on(41)), dependency_delivered(**on(30))], (41,), id="an older word"
        ),
        pytest.param([ASKED, dependency_delivered(**on(41)), dependency_blocked(**on(30))], (41,), id="an older block"),
        pytest.param([ASKED, dependency_delivered(**on(41)), dependency_unblocked(**on(50))], (), id="opened again"),
        pytest.param(
            [ASKED, dependency_delivered(**on(41)), dependency_unblocked(**on(50)), dependency_delivered(**on(60))],
            (60,),
            id="delivered for good: from the first day on",
        ),
        pytest.param(
            [ASKED, ASKED.model_copy(update={"time": NOON + 10 * DAY, "id": "again"}), dependency_delivered(**on(41))],
            (41,),
            id="declared again: the first time counts",
        ),
        pytest.param(
            [ASKED, dependency_delivered(**on(-1))], (), id="delivered before it was declared: nothing is known"
        ),
    ],
)
def test_what_is_observed(events: list[Event], days: tuple[float, ...]) -> None:
    assert took(*events) == days


def test_a_delivery_does_not_count_as_later_than_it_was_heard_of() -> None:
    state = happen(fresh(), ASKED, dependency_delivered(**on(41)), at=NOON + 40 * DAY).state
    assert state.teams["marketing"].lead_times == (40,)


def test_another_provider_is_asked_anew() -> None:
    again = dependency_declared(dependency="logo", needs="landing", provider="it", time=NOON + 10 * DAY)
    assert took(ASKED, again, dependency_delivered(**on(41)), team="it") == (31,)
    assert took(ASKED, again, dependency_delivered(**on(41))) == ()


def test_what_was_waived_is_asked_anew_when_it_opens_again() -> None:
    waived = happen(happen(fresh(), dependency_blocked()).state, answered("waive")).state
    opened = dependency_unblocked(time=NOON + 20 * DAY)
    delivered = dependency_delivered(time=NOON + 25 * DAY)
    assert took(opened, delivered, state=waived, team="it") == (5,)


def test_the_latest_are_kept() -> None:
    full = fresh()
    team = full.teams["marketing"].model_copy(update={"lead_times": tuple(range(MAX_OBSERVED))})
    full = full.model_copy(update={"teams": full.teams | {"marketing": team}})
    days = took(ASKED, dependency_delivered(**on(41)), state=full)
    assert (len(days), days[0], days[-1]) == (MAX_OBSERVED, 1, 41)


def test_days_are_those_on_the_wall_whatever_the_summer_time() -> None:
    state = fresh(time_zone="Europe/Berlin")
    noon = dependency_delivered(dependency="logo", time=NOON + 30 * DAY - timedelta(hours=1))  # 29 March lies between
    assert took(ASKED, noon, state=state) == (30,)


# -- product files --------------------------------------------------------------------------------------------


def test_what_a_file_declares_was_asked_when_it_was_applied() -> None:
    assert fresh().dependencies["fonts"].declared_at == NOON
    assert took(dependency_delivered(dependency="fonts", time=NOON + 7 * DAY), team="it") == (7,)


def test_the_same_file_again_asks_nothing_anew() -> None:
    later = merged(fresh(), definition(), NOON + 9 * DAY, NOON + 9 * DAY)
    assert later.dependencies["fonts"].declared_at == NOON


def test_a_file_that_declares_a_delivered_one_anew_withdraws_what_was_observed() -> None:
    state = happen(fresh(), dependency_delivered(dependency="fonts", time=NOON + 7 * DAY), at=NOON + 7 * DAY).state
    without = {name: one for name, one in FILE["dependencies"].items() if name != "fonts"}
    gone = merged(state, definition(dependencies=without), NOON + 8 * DAY, NOON + 8 * DAY)
    assert gone.teams["it"].lead_times == (7,)
    back = merged(gone, definition(), NOON + 9 * DAY, NOON + 9 * DAY)
    assert (back.dependencies["fonts"].status, back.teams["it"].lead_times) == ("declared", ())


def test_a_file_keeps_what_was_observed_of_a_team() -> None:
    state = happen(fresh(), dependency_delivered(dependency="fonts", time=NOON + 7 * DAY), at=NOON + 7 * DAY).state
    paced = {"it": FILE["teams"]["it"] | {"cadence": {"every": 3, "gate": "2026-03"}}}
    team = merged(state, definition(teams=FILE["teams"] | paced), NOON + 8 * DAY, NOON + 8 * DAY).teams["it"]
    assert (team.cadence.every, team.lead_times) == (3, (7,))
