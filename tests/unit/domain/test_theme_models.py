"""How models of themes, and feedback that was sorted by them, read in the history."""

from datetime import UTC, datetime

import pytest

from domain.core import Stamped, take_in
from domain.entries import Times, event_entry
from domain.narrative import line_of
from domain.record import Entry, Recorded
from domain.theme_models import Training, trained_entry, unusable_entry, unusable_key
from events.statement import Inferred
from tests.builders import feedback
from tests.unit.domain.states import planned

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
TRAINING = Training(
    number=2,
    model="a" * 64,
    examples=120,
    from_file=20,
    themes={"login": 70, "price": 50},
    words=300,
    accuracy=0.9,
    held_out=24,
    seed=0,
    threshold=0.5,
    unsorted=0.125,
    accuracy_of_sorted=0.952,
)


def told(entry: Entry) -> tuple[str, str]:
    line = line_of(Recorded(entry=entry, seq=1, prev_hash="", hash=""))
    return line.what, line.why


def test_a_training_reads_well() -> None:
    assert told(trained_entry("web", TRAINING, "mia", NOON, NOON)) == (
        "mia trained model 2 of the feedback's themes from 120 examples of 2 themes",
        "of 24 texts held out it sorted 90.0 % rightly; it leaves 12.5 % unsorted and is right in 95.2 % of the others",
    )


def test_a_model_that_cannot_be_used_is_an_incident_that_says_what_follows() -> None:
    entry = unusable_entry("web", 2, "its document is missing", NOON)
    assert entry.key == unusable_key(2)
    assert told(entry) == (
        "An incident: model 2 of the feedback's themes cannot be used",
        "its document is missing; until another one is trained, feedback without a theme is left unsorted",
    )
    assert [row.kind for row in entry.rows] == ["incident"]


@pytest.mark.parametrize(
    ("how", "ends"),
    [
        pytest.param(None, "weight 1)", id="given"),
        pytest.param(
            Inferred(fields=("theme", "sentiment"), confidence=0.831),
            ", theme and sentiment inferred from its text: 83.1 % sure of the theme",
            id="both inferred",
        ),
        pytest.param(Inferred(fields=("sentiment",)), ", sentiment inferred from its text", id="the mood only"),
        pytest.param(
            Inferred(fields=("theme",), because="no model is trained"),
            ", theme inferred from its text: no model is trained",
            id="not sorted",
        ),
    ],
)
def test_feedback_says_what_was_inferred(how: Inferred | None, ends: str) -> None:
    state = planned()
    stamped = Stamped(feedback(text="sealed").model_copy(update={"inferred": how}), NOON)
    after, taken, reactions = take_in(state, stamped, state.policy)
    times = Times(at=NOON, clock_at=NOON, policy_hash="")
    what, _ = told(event_entry(after, stamped, taken, reactions, times))
    assert what.startswith("Feedback about checkout through survey: unhappy (sentiment -0.5, weight 1)")
    assert what.endswith(ends)
