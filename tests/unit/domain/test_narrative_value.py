"""What an account, a date and a decision about an item read like."""

from typing import Any

import pytest

from domain.applied import first_state
from domain.core import Stamped, take_in
from domain.entries import Times, event_entry
from domain.narrative import line_of
from domain.record import Recorded
from events.model import Event
from tests.builders import NOON, feedback, item_added, item_changed
from tests.plain_words import faults
from tests.unit.domain.states import definition


def told(event: Event) -> str:
    """Return an event's sentence."""
    state, stamped = first_state(definition(), NOON), Stamped(event, NOON)
    _, taken, reactions = take_in(state, stamped, state.policy)
    entry = event_entry(state, stamped, taken, reactions, Times(at=NOON, clock_at=NOON, policy_hash=""))
    line = line_of(Recorded(entry=entry, seq=1, prev_hash="0" * 64, hash="0" * 64))
    assert not faults(line), line
    return line.what


def test_an_account_is_named_and_said_to_count_once() -> None:
    assert "about checkout of account acme 7, which counts once, through survey" in told(feedback(account="acme 7"))
    assert "account" not in told(feedback())


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        pytest.param({"must": "in"}, "search was changed: has to be in every plan", id="in"),
        pytest.param({"must": "out"}, "may be in no plan", id="out"),
        pytest.param({"must": "free"}, "is left to the planner", id="free again"),
        pytest.param(
            {"profile": {"by": "2026-04-30", "then": 0.25}},
            "keeps 25.0 % of its value when it comes after 2026-04-30",
            id="a date",
        ),
        pytest.param({"profile": {"half_life_days": 30}}, "loses half of its value every 30 days", id="a half-life"),
        pytest.param({"profile": {}}, "is worth the same whenever it comes", id="no date any more"),
    ],
)
def test_what_was_said_of_an_item(changes: dict[str, Any], said: str) -> None:
    assert said in told(item_changed(**changes))


def test_a_new_item_without_a_date_says_nothing_of_it() -> None:
    said = told(item_added(item="new"))
    assert "plan" not in said
    assert "whenever" not in said
