import pytest

from activities.messages.answering import Thing, commands, thing_of


@pytest.mark.parametrize(
    ("text", "thing"),
    [
        pytest.param("approval/web/7", Thing("approval", "web", "", 7), id="a decision"),
        pytest.param("escalation/web/sso/1", Thing("escalation", "web", "sso", 1), id="an escalation"),
        pytest.param("approval/web/7/1", None, id="too long"),
        pytest.param("escalation/web/1", None, id="too short"),
        pytest.param("approval//7", None, id="a part is missing"),
        pytest.param("approval/web/x", None, id="no number"),
        pytest.param("approval/web/²", None, id="a digit that is no number"),
        pytest.param("product/web", None, id="something else"),
        pytest.param("", None, id="nothing"),
    ],
)
def test_a_thing_has_its_parts(text: str, thing: Thing | None) -> None:
    assert thing_of(text) == thing
    assert bool(commands(text, "a" * 64)) is (thing is not None)


def test_the_commands_are_those_of_the_command_line() -> None:
    assert commands("approval/web/7", "ab" * 32)[1] == (
        "tandem approvals approve web 7 --hash abababababab --as PERSON --reason WHY"
    )
    every = commands("escalation/web/sso/1", "")
    assert every[1] == "tandem escalations acknowledge web sso 1 --as PERSON"
    assert any("accept-delay --until DATE" in one for one in every)
    assert any(" waive " in one for one in every)


def test_what_cannot_be_answered_about_a_plan_that_waits_is_not_offered() -> None:
    words = {one.split()[6] for one in commands("escalation/web/plan-debt/2", "") if " answer " in one}
    assert words == {"handled", "accept-delay", "hand-to-board"}


def test_names_are_quoted_for_the_shell() -> None:
    assert commands("escalation/web/a;b/1", "")[0] == "tandem escalations show web 'a;b' 1"
