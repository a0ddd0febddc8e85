from datetime import timedelta

import pytest

from domain.access import AnyRole, Right, held_by, only_operates
from domain.definition import People
from domain.delegations import Delegation, Mandates
from tests.builders import NOON

HOUR = timedelta(hours=1)
PEOPLE = People(product_manager=("maria",), product_owner=("olga",), executive_board=("bea", "olga"))
LENT = Delegation(number=1, person="olga", delegate="petra", role="product_owner", start=NOON, end=NOON + HOUR)
MANDATES = Mandates(people=PEOPLE, delegations=(LENT,))


@pytest.mark.parametrize(
    ("name", "hours", "held"),
    [
        pytest.param("maria", 0, {"product_manager"}, id="what the product file says"),
        pytest.param("olga", 0, {"product_owner", "executive_board"}, id="several roles"),
        pytest.param("petra", -1, set(), id="before a delegation begins"),
        pytest.param("petra", 0, {"product_owner"}, id="when it begins"),
        pytest.param("petra", 1, set(), id="when it has ended"),
        pytest.param("ines", 0, {"team_lead"}, id="the lead of a team"),
        pytest.param("nobody", 0, set(), id="nobody whom the product knows"),
    ],
)
def test_what_somebody_is_in_a_product(name: str, hours: int, held: set[str]) -> None:
    assert held_by(name, MANDATES, {"ines"}, NOON + hours * HOUR) == held


@pytest.mark.parametrize(
    ("roles", "only"),
    [
        pytest.param({"operator"}, True, id="an operator"),
        pytest.param({"operator", "team_lead"}, True, id="who leads a team decides nothing either"),
        pytest.param({"operator", "product_owner"}, False, id="an owner who operates, too"),
        pytest.param({"auditor"}, False, id="an auditor operates nothing"),
    ],
)
def test_who_only_operates(roles: set[AnyRole | Right], only: bool) -> None:
    assert only_operates(roles) is only
