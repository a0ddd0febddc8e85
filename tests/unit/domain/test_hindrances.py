"""What keeps an item out that neither money nor people can mend."""

from typing import Any

import pytest

from domain.hindrances import hindrance, needed_by
from domain.planning import Snapshot, Target, Task
from tests.snapshots import snapshot, task

WORK = {"it": 3.0}


def case(*tasks: Task, **fields: Any) -> Snapshot:
    return snapshot(*tasks, budgets=(100, 100), **fields)


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        pytest.param(case(task("a", 5)), "", id="nothing"),
        pytest.param(case(task("a", 5, 10**9)), "", id="money can mend it"),
        pytest.param(case(task("a", must="out")), "somebody decided that it stays out", id="decided"),
        pytest.param(case(task("a", 0)), "it is worth nothing", id="worth nothing"),
        pytest.param(case(task("a", 5, factors=(0.0,))), "it is worth nothing", id="nothing is left of its worth"),
        pytest.param(case(task("a", 0), task("b", 5, after=("a",))), "", id="another one needs it"),
        pytest.param(
            case(task("a", 0, milestone="m"), targets=(Target(id="m", due=0, slip_price=5),)), "", id="it is promised"
        ),
        pytest.param(
            case(task("a", 5, earliest=2)),
            "what it depends on is promised too late for the horizon",
            id="promised late",
        ),
        pytest.param(case(task("a", 5, earliest=2, running=True)), "", id="it runs already"),
        pytest.param(
            case(task("a", 5, after=("b",)), task("b", earliest=2)),
            "it needs b, which cannot be in: what it depends on is promised too late for the horizon",
            id="what it needs cannot be in",
        ),
        pytest.param(
            case(task("a", 5, after=("b",)), task("b", must="out")),
            "it needs b, which cannot be in: somebody decided that it stays out",
            id="what it needs was ruled out",
        ),
        pytest.param(
            case(task("a", 5, after=("b",)), task("b", duration=2)),
            "it needs b, which at best is finished too late for it",
            id="too long",
        ),
        pytest.param(
            case(task("a", 5, after=("b",)), task("b", efforts=WORK), delivers={"it": (1, 1)}),
            "it needs b, which at best is released at its gate too late for it",
            id="gate",
        ),
        pytest.param(
            case(task("a", 5, after=("b",), efforts=WORK), task("b", efforts=WORK), delivers={"it": (1, 1)}),
            "",
            id="its own team does not wait for the gate",
        ),
    ],
)
def test_what_cannot_be_mended_is_named(given: Snapshot, reason: str) -> None:
    assert hindrance(given, "a") == reason


def test_what_an_item_needs_comes_before_it_however_long_the_chain() -> None:
    chain = [task(f"t{k:04d}", after=(f"t{k - 1:04d}",) if k else ()) for k in range(3000)]
    assert needed_by(snapshot(*chain), "t2999") == [one.id for one in chain]
