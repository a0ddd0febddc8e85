"""Instants that people give: within years that time zones and calendars can bear."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from pydantic import ValidationError

from events.internal import DecisionGiven, DelegationGranted, EscalationAnswered
from events.model import Event
from tests.unit.domain.answers import answer, decision, grant

TICK = timedelta(microseconds=1)
FIRST, PAST = datetime(1900, 1, 1, tzinfo=UTC), datetime(3000, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("event", "field"),
    [
        pytest.param(decision("keep"), "until", id="until when a plan is kept"),
        pytest.param(answer("accept_delay"), "until", id="until when a delay is accepted"),
        pytest.param(grant(), "start", id="from when on somebody stands in"),
        pytest.param(grant(), "end", id="until when somebody stands in"),
    ],
)
@pytest.mark.parametrize(
    ("at", "fits"),
    [
        pytest.param(FIRST - TICK, False, id="before 1900"),
        pytest.param(FIRST, True, id="1900"),
        pytest.param(PAST - TICK, True, id="2999"),
        pytest.param(PAST, False, id="from 3000 on"),
        pytest.param(datetime.max.replace(tzinfo=UTC), False, id="the end of the calendar"),
    ],
)
def test_an_instant_lies_within_reach(event: Event, field: str, at: datetime, fits: bool) -> None:
    assert isinstance(event, DecisionGiven | EscalationAnswered | DelegationGranted)
    fields: dict[str, Any] = event.model_dump() | {field: at}
    if fits:
        assert getattr(type(event).model_validate(fields), field) == at
        return
    with pytest.raises(ValidationError, match="must lie between the years 1900 and 2999"):
        type(event).model_validate(fields)
