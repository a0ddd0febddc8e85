"""What somebody may answer to an escalation, and do to its climb."""

from typing import Any

import pytest

from domain.openings import answers_open, steering_open


def test_the_board_hands_nothing_to_itself_and_a_better_plan_is_not_waived() -> None:
    assert len(answers_open("sso", "product_owner")) == 7
    assert "hand_to_board" not in answers_open("sso", "executive_board")
    assert answers_open("plan-debt", "product_owner") == ("accept_delay", "hand_to_board", "handled")


@pytest.mark.parametrize(
    ("given", "kinds"),
    [
        pytest.param(
            {"answers": True, "role": True}, ("acknowledge", "pause", "force", "skip", "reassign"), id="owner"
        ),
        pytest.param({"role": True}, ("force",), id="a role below lets it go on only"),
        pytest.param({"operator": True}, ("pause", "force"), id="an operator answers nothing"),
        pytest.param({"operator": True, "stopped": True, "paused": True}, ("resume", "force"), id="a pause is ended"),
        pytest.param({"asked": True}, ("acknowledge",), id="who was told may say so"),
        pytest.param({"asked": True, "seen": True}, (), id="once"),
        pytest.param({"operator": True, "steps_left": False}, ("pause",), id="no step is left"),
    ],
)
def test_what_may_be_done_to_a_climb(given: dict[str, Any], kinds: tuple[str, ...]) -> None:
    nothing = dict.fromkeys(("stopped", "paused", "answers", "role", "seen", "asked", "operator"), False)
    assert steering_open(**({**nothing, "steps_left": True} | given)) == kinds
