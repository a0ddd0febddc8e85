"""The keys of ledger entries: no sender can choose one that belongs to something else."""

import pytest

from domain.evolve import event_key


@pytest.mark.parametrize(
    ("source", "event_id", "key"),
    [
        pytest.param("/tests", "e1", "event/%2Ftests/e1", id="a plain id"),
        pytest.param("jira", "x/told/1", "event/jira/x%2Ftold%2F1", id="what is told because of x is another entry"),
        pytest.param("jira", "x%2Ftold%2F1", "event/jira/x%252Ftold%252F1", id="written as it is encoded"),
        pytest.param("tandem", "approval/1/decision/1", "event/tandem/approval/1/decision/1", id="Tandem's own"),
    ],
)
def test_the_key_of_an_event(source: str, event_id: str, key: str) -> None:
    assert event_key(source, event_id) == key


def test_no_event_has_the_key_of_what_follows_from_another_one() -> None:
    told = f"{event_key('jira', 'x')}/told/1"
    assert event_key("jira", "x/told/1") != told
    assert event_key("jira/x", "told/1") != told
