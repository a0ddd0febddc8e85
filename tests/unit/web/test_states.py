from domain.product import ProductState
from domain.record import Entry
from tests.builders import NOON
from tests.fakes.ledger import FakeLedger
from tests.unit.domain.states import fresh
from web.states import MOST, States


class Asked:
    """A workflow that counts its questions."""

    def __init__(self) -> None:
        self.products: list[str] = []

    async def __call__(self, product: str) -> ProductState:
        self.products.append(product)
        return fresh()


async def test_a_state_is_asked_for_once_until_something_happens() -> None:
    ledger, asked = FakeLedger(), Asked()
    states = States(asked, ledger)
    await states.get("web")
    await states.get("web")
    assert asked.products == ["web"]
    await ledger.append([Entry(product="web", key="k", at=NOON, clock_at=NOON, kind="goal.changed")])
    await states.get("web")
    await states.get("web")
    assert asked.products == ["web", "web"]


async def test_only_so_many_states_are_kept() -> None:
    asked = Asked()
    states = States(asked, FakeLedger())
    names = [f"p{number}" for number in range(MOST + 1)]
    for name in [*names, names[0]]:
        await states.get(name)
    assert asked.products == [*names, names[0]]
