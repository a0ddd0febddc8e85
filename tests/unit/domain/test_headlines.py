"""What is asked, in one line."""

import pytest

from domain.headlines import decision_headline, escalation_headline, with_titles
from events.internal import Change

ITEMS = (
    {"item": "search", "title": "Search", "value": 5.0},
    {"item": "sign-in", "title": "Sign in once", "value": 9.0},
    {"item": "chat", "title": "", "value": 1.0},
)


@pytest.mark.parametrize(
    ("change", "headline"),
    [
        pytest.param(Change(), "Keep the plan as it is", id="nothing changes"),
        pytest.param(Change(entered=("search",)), "Fund “Search”", id="one enters"),
        pytest.param(
            Change(entered=("search", "sign-in")), "Fund “Sign in once” and “Search”", id="the more valuable first"
        ),
        pytest.param(
            Change(entered=("chat", "search", "sign-in")),
            "Fund “Sign in once”, “Search” and 1 more",
            id="two are named",
        ),
        pytest.param(
            Change(entered=("search",), displaced=("chat",), moved=("a", "b"), slipped=("spring",)),
            "Fund “Search”; 1 item gives way, 2 items move, 1 milestone would be missed",
            id="the others are counted",
        ),
        pytest.param(Change(displaced=("chat",)), "Take out “chat”", id="without a title the id"),
    ],
)
def test_a_headline_names_what_is_asked(change: Change, headline: str) -> None:
    assert decision_headline(change, ITEMS) == headline


def test_an_escalation_names_what_waits() -> None:
    assert escalation_headline("pay-gate", "Landing pages") == "“Landing pages” waits for pay gate"
    assert escalation_headline("pay-gate", None) == "The wait for pay gate"
    assert escalation_headline("plan-debt", None) == "A better plan waits for a decision"


def test_titles_stand_in_the_place_of_ids_that_are_no_words() -> None:
    titles = {"sign-in": "Sign in once", "chat": "Chat with a person", "sign-in-2": "Sign in twice"}
    assert with_titles("chat waits for sign-in and sign-in-2", titles) == (
        "chat waits for “Sign in once” and “Sign in twice”"
    )
    assert with_titles("pre-sign-in stays", titles) == "pre-sign-in stays"
