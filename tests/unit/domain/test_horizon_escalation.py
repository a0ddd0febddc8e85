"""What cannot be met escalates once, with its options, and only where nothing else says it already."""

from datetime import UTC, datetime
from typing import Any

import pytest

from domain.product import ProductState
from domain.reactions import Notify
from events import internal
from events.model import Event
from tests.builders import (
    NOON,
    dependency_blocked,
    dependency_delivered,
    dependency_unblocked,
    milestone_moved,
)
from tests.unit.domain.states import DAY, FILE, Happened, definition, happen, with_policy
from tests.unit.domain.test_dependencies import answered
from tests.unit.domain.test_horizon_mismatch import QUARTERLY, escalation, logo, product

CANNOT = logo("2026-03-15")


def again(days: int, **over: Any) -> Event:
    given: dict[str, Any] = {"needed_by": "2026-03-15", "time": NOON + days * DAY}
    return logo(**given | over)


def test_declared_again_it_does_not_escalate_twice() -> None:
    first = happen(product(QUARTERLY), CANNOT)
    assert first.escalated == ["logo"]
    second = happen(first.state, again(1))
    assert second.said.endswith("; escalation 1 is already open")
    assert second.state.escalations == {"logo": 1}


@pytest.mark.parametrize(
    ("event", "escalated"),
    [
        pytest.param(again(2), [], id="the same: no news"),
        pytest.param(again(2, reason="for the fair"), [], id="another reason: no news"),
        pytest.param(again(2, needed_by="2026-03-20"), ["logo"], id="needed by another date"),
        pytest.param(again(2, needs="landing"), ["logo"], id="needed by another item"),
        pytest.param(again(2, promised_for="2026-03-10"), [], id="promised in time: a risk only"),
        pytest.param(
            dependency_unblocked(dependency="logo", time=NOON + 2 * DAY), [], id="what was not blocked goes on: no news"
        ),
    ],
)
def test_after_an_answer_only_news_escalate(event: Event, escalated: list[str]) -> None:
    open_ = happen(product(QUARTERLY), CANNOT).state
    handled = happen(open_, answered("handled", subject="logo")).state
    assert handled.escalations == {}
    assert happen(handled, event).escalated == escalated


@pytest.mark.parametrize(
    ("event", "stood_down"),
    [
        pytest.param(again(1, needed_by="2026-03-31"), ["logo"], id="needed by the release"),
        pytest.param(again(1, promised_for="2026-03-10"), ["logo"], id="promised in time"),
        pytest.param(again(1, provider="it"), ["logo"], id="from somebody who releases on any day"),
        pytest.param(again(1), [], id="the same again"),
        pytest.param(dependency_unblocked(dependency="logo", time=NOON + DAY), [], id="unblocked"),
        pytest.param(dependency_delivered(dependency="logo", time=NOON + DAY), ["logo"], id="delivered"),
    ],
)
def test_what_ends_the_escalation(event: Event, stood_down: list[str]) -> None:
    assert happen(happen(product(QUARTERLY), CANNOT).state, event).stood_down == stood_down


def test_an_accepted_delay_is_what_counts_from_then_on() -> None:
    open_ = happen(product(QUARTERLY), CANNOT).state
    accepted = happen(open_, answered("accept_delay", subject="logo", until=datetime(2026, 4, 1, tzinfo=UTC))).state
    assert happen(accepted, again(1, needed_by="2026-03-14")).escalated == []
    early = happen(open_, answered("accept_delay", subject="logo", until=datetime(2026, 3, 30, tzinfo=UTC))).state
    assert happen(early, again(1, needed_by="2026-03-14")).escalated == ["logo"]


def test_a_blocked_dependency_escalates_once_whatever_the_horizon() -> None:
    blocked = happen(product(QUARTERLY), CANNOT, dependency_blocked(dependency="logo", time=NOON + DAY))
    assert (blocked.escalated, blocked.state.escalations) == ([], {"logo": 1})


def test_what_is_overdue_already_is_told_as_overdue() -> None:
    found = escalation(happen(product(QUARTERLY), logo("2026-03-01")))
    assert (found.because, found.options) == ("logo was needed by 2026-03-01 and is not delivered", ())


@pytest.mark.parametrize(
    ("watch", "escalated"),
    [
        pytest.param("dependency_horizon", ["logo"], id="watched"),
        pytest.param("dependency_late", [], id="not watched"),
    ],
)
def test_watching(watch: str, escalated: list[str]) -> None:
    happened = happen(with_policy(product(QUARTERLY), watch=(watch,)), CANNOT)
    assert happened.escalated == escalated


def test_a_moved_carrier_says_nothing_of_the_horizon() -> None:
    state = happen(product(QUARTERLY), logo("2026-03-15", milestone="release", promised_for="2026-03-14")).state
    happened = happen(state, milestone_moved(milestone="release", due="2026-03-12", time=NOON + DAY))
    assert not [reaction for reaction in happened.reactions if isinstance(reaction, Notify)]


# -- product files --------------------------------------------------------------------------------------------


def filed(state: ProductState, **over: Any) -> Happened:
    file = definition(**over).model_dump(mode="json")
    event = internal.ProductApplied(
        id=f"applied/{state.at.isoformat()}",
        source="tandem",
        product="web",
        time=NOON + DAY,
        definition=file,
        actor="m",
    )
    return happen(state, event, at=NOON + DAY)


def with_logo(cadence: dict[str, Any], **over: Any) -> dict[str, Any]:
    one = {"needs": "search", "provider": "marketing", "needed_by": "2026-03-15"} | over
    teams = FILE["teams"] | {"marketing": FILE["teams"]["marketing"] | {"cadence": cadence}}
    return {"teams": teams, "dependencies": FILE["dependencies"] | {"logo": one}}


def test_a_file_that_declares_it_escalates_once() -> None:
    first = filed(product(QUARTERLY), **with_logo(QUARTERLY))
    assert first.escalated == ["logo"]
    assert len(escalation(first).options) == 4
    assert filed(first.state, **with_logo(QUARTERLY)).escalated == []


def test_a_file_with_another_cadence_is_looked_at_again() -> None:
    weekly = filed(product(), **with_logo({}))
    assert weekly.escalated == []
    slower = filed(weekly.state, **with_logo(QUARTERLY))
    assert slower.escalated == ["logo"]
    assert filed(slower.state, **with_logo({})).stood_down == ["logo"]
