"""In which roles, and for whom, somebody may speak."""

from datetime import timedelta

import pytest

from domain.definition import People
from domain.delegations import Delegation, Mandates, Matter
from domain.voices import Voice, Yours, voice_for, voices_of
from events.internal import Role
from tests.builders import NOON

PEOPLE = People(product_manager=("maria",), product_owner=("olga", "omar"), executive_board=("bernd", "olga"))
OWNER, BOARD = Voice(role="product_owner"), Voice(role="executive_board")


def delegation(person: str, delegate: str, role: Role = "product_owner", **changes: object) -> Delegation:
    fields = {"number": 1, "start": NOON - timedelta(days=1), "end": NOON + timedelta(days=1), **changes}
    return Delegation.model_validate({"person": person, "delegate": delegate, "role": role, **fields})


def speak(
    person: str, *given: Delegation, at_least: Role = "product_owner", money: int = 0, without: str | None = None
) -> list[tuple[str, str | None]]:
    mandates = Mandates(people=PEOPLE, delegations=given)
    matter = Matter(scope="decisions", money=money)
    return [(one.role, one.acting_for) for one in voices_of(mandates, person, at_least, matter, NOON, without)]


OLGA_LETS_PETRA = delegation("olga", "petra")


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        pytest.param(speak("olga"), [("product_owner", None), ("executive_board", None)], id="the least role first"),
        pytest.param(speak("bernd"), [("executive_board", None)], id="a role above may answer"),
        pytest.param(speak("maria"), [], id="a role below may not"),
        pytest.param(speak("maria", at_least="product_manager"), [("product_manager", None)], id="the role itself may"),
        pytest.param(speak("petra"), [], id="nobody"),
        pytest.param(speak("petra", OLGA_LETS_PETRA), [("product_owner", "olga")], id="a stand-in names the holder"),
        pytest.param(
            speak("omar", delegation("olga", "omar")),
            [("product_owner", None), ("product_owner", "olga")],
            id="one's own voice before another's",
        ),
        pytest.param(speak("petra", delegation("olga", "petra", scope="escalations")), [], id="for something else"),
        pytest.param(speak("petra", delegation("olga", "petra", end=NOON)), [], id="over at this instant"),
        pytest.param(
            speak("petra", delegation("olga", "petra", start=NOON)), [("product_owner", "olga")], id="from here on"
        ),
        pytest.param(
            speak("petra", delegation("olga", "petra", most_money=100), money=100),
            [("product_owner", "olga")],
            id="at the amount",
        ),
        pytest.param(speak("petra", delegation("olga", "petra", most_money=100), money=101), [], id="over the amount"),
        pytest.param(
            speak("paul", OLGA_LETS_PETRA, delegation("petra", "paul", number=2)),
            [("product_owner", "olga")],
            id="through a chain",
        ),
        pytest.param(speak("olga", without="olga"), [], id="who asked for it does not decide it"),
        pytest.param(speak("petra", OLGA_LETS_PETRA, without="olga"), [], id="nor lets it be decided"),
        pytest.param(speak("omar", without="olga"), [("product_owner", None)], id="the other owner does"),
    ],
)
def test_voices_of(said: list[tuple[str, str | None]], expected: list[tuple[str, str | None]]) -> None:
    assert said == expected


FOR_OLGA = Voice(role="product_owner", acting_for="olga")
OMAR = Yours(person="omar", voices=(OWNER, FOR_OLGA, BOARD), roles=("product_owner", "executive_board"))
MARIA = Yours(person="maria", roles=("product_manager",))


@pytest.mark.parametrize(
    ("known", "role", "acting_for", "expected"),
    [
        pytest.param(OMAR, None, None, OWNER, id="the least that may"),
        pytest.param(OMAR, "executive_board", None, BOARD, id="the role that was named"),
        pytest.param(OMAR, None, "olga", FOR_OLGA, id="in the stead that was named"),
        pytest.param(OMAR, None, "omar", OWNER, id="for oneself"),
        pytest.param(OMAR, "product_manager", None, Voice(role="product_manager"), id="named, and may not"),
        pytest.param(
            OMAR, None, "zoe", Voice(role="executive_board", acting_for="zoe"), id="in a stead that nobody gave"
        ),
        pytest.param(MARIA, None, None, Voice(role="product_manager"), id="may not: the role that they hold"),
        pytest.param(Yours(person="zed"), None, None, OWNER, id="a stranger: the role that is asked"),
    ],
)
def test_voice_for(known: Yours, role: str | None, acting_for: str | None, expected: Voice) -> None:
    assert voice_for(known, role, acting_for, "product_owner") == expected
