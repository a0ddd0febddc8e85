"""What people decide about a plan: what must be in or out, what may be carried over, gates, urgency, steadiness."""

import pytest

from activities.solver import solve
from domain.planning import Snapshot, SnapshotError, SolverLimits, Target, objective
from tests.plan_oracle import feasible
from tests.snapshots import portfolio, snapshot, task

IT, WEB = {"it": 1.0}, {"web": 1.0}

DECIDED = [
    pytest.param(snapshot(task("a", 9, 60), task("b", 0, 60, must="in")), {"b": 0}, id="in, worthless as it is"),
    pytest.param(
        snapshot(task("a", 9, 60), task("b", 1, 30, must="in", after=("c",)), task("c", 0, 30), budgets=(60, 60)),
        {"b": 1, "c": 0},
        id="in, with what it needs, whatever that displaces",
    ),
    pytest.param(snapshot(task("a", 9, must="out"), task("b", 1)), {"b": 0}, id="out, however good"),
    pytest.param(snapshot(task("a", 9, must="out"), task("b", 1, after=("a",))), {}, id="out, and what needs it"),
    pytest.param(
        snapshot(task("a", 5, 150), task("b", 1, 30), budgets=(100, 100), carried=(0, 0), discount=0.1),
        {"a": 1, "b": 0},
        id="unspent money is carried over",
    ),
    pytest.param(snapshot(task("a", 5, 150), budgets=(100, 100), carried=(0, 1)), {}, id="unless it lapses"),
    pytest.param(
        snapshot(task("a", 5, 150), task("b", 9, 51), budgets=(100, 100), carried=(0, 0), discount=0.1),
        {"b": 0},
        id="what was spent cannot be carried over",
    ),
    pytest.param(
        snapshot(task("a", 5, 60, factors=(1.0, 0.0)), task("b", 9, 60), budgets=(60, 60)),
        {"a": 0, "b": 1},
        id="urgent first",
    ),
    pytest.param(
        snapshot(task("a", 5, factors=(0.0, 1.0)), budgets=(9, 9, 9), discount=0.1), {"a": 1}, id="worth more later"
    ),
    pytest.param(
        snapshot(
            task("a", 5, 60, efforts=IT), task("b", 5, 60), budgets=(60, 60), discount=0.1, delivers={"it": (1, 1)}
        ),
        {"a": 1, "b": 0},
        id="nothing is gained by ending before the gate",
    ),
    pytest.param(
        snapshot(task("a", 5, after=("b",)), task("b", 0, efforts=IT), budgets=(9, 9, 9), delivers={"it": (1, 2, 5)}),
        {"a": 2, "b": 0},
        id="another team waits for the delivery",
    ),
    pytest.param(
        snapshot(
            task("a", 5, efforts=IT, after=("b",)),
            task("b", 0, efforts=IT),
            budgets=(9, 9),
            delivers={"it": (1, 1)},
            discount=0.5,
        ),
        {"a": 1, "b": 0},
        id="its own team does not",
    ),
    pytest.param(
        snapshot(
            task("a", 5, efforts=IT, after=("b",)),
            task("b", 0, efforts=IT | WEB),
            budgets=(9, 9, 9),
            delivers={"web": (1, 2, 5)},
        ),
        {"a": 2, "b": 0},
        id="and a team that had others with it waits for them",
    ),
    pytest.param(
        snapshot(task("a", 5, after=("b",)), task("b", 0, efforts=IT), budgets=(9, 9), delivers={"it": (5, 5)}),
        {},
        id="delivered after the horizon: too late for anybody else",
    ),
    pytest.param(
        snapshot(
            task("a", 5, 60, efforts=IT),
            task("b", 1, 60, efforts=WEB, milestone="m"),
            budgets=(60, 0),
            delivers={"web": (1, 1)},
            targets=(Target(id="m", due=0, slip_price=5),),
        ),
        {"b": 0},
        id="a gate too late still keeps the slip short",
    ),
    pytest.param(
        snapshot(task("a", 5, 60, in_force=0), task("b", 5.5, 60), move_price=1), {"a": 0}, id="a move has its price"
    ),
    pytest.param(
        snapshot(task("a", 5, 60, in_force=0), task("b", 7, 60), move_price=1), {"b": 0}, id="and is made if it pays"
    ),
    pytest.param(
        snapshot(task("a", 5, in_force=1), budgets=(9, 9), discount=0.1, move_price=1), {"a": 1}, id="in time as well"
    ),
]  # fmt: skip


@pytest.mark.parametrize(("case", "starts"), DECIDED)
def test_each_kind_of_decision(case: Snapshot, starts: dict[str, int]) -> None:
    plan = solve(case)
    assert plan.starts == starts
    assert plan.objective == plan.bound == objective(case, starts)
    assert (plan.gap, plan.proven, plan.limit) == (0, True, None)


IMPOSSIBLE = [
    pytest.param(
        snapshot(task("login", 5, 70, must="in"), task("search", 5, 50, must="in"), task("c", 9, 20)),
        "login and search must be in, but 2026-01 has 0.20 EUR too little for that",
        id="money",
    ),
    pytest.param(
        snapshot(task("login", 0, 90, must="in"), task("search", 0, 90, must="in"), budgets=(80, 85), carried=(0, 0)),
        "login and search must be in, but 2026-02 with what is carried over has 0.15 EUR too little for that",
        id="money, what is carried over counted once",
    ),
    pytest.param(
        snapshot(
            task("login", must="in", after=("sso",)),
            task("sso", efforts={"it": 8}),
            budgets=(9, 9),
            capacity={"it": (5, 5.5)},
        ),
        "login must be in, but it has 3 days in 2026-01 too little for that",
        id="people, for what it needs",
    ),
    pytest.param(
        snapshot(
            task("login", 5, 70, must="in"),
            task("search", efforts={"it": 2.04}, must="in"),
            budgets=(10,),
            capacity={"it": (2,)},
        ),
        "login and search must be in, but 2026-01 has 0.60 EUR and it has 0.1 days in 2026-01 too little for that",
        id="both, days rounded up",
    ),
    pytest.param(
        snapshot(task("login", must="in", after=("sso",)), task("sso", duration=2), budgets=(9, 9)),
        "login must be in, but sso cannot be delivered early enough for login to start so that it ends by 2026-02",
        id="what it needs takes too long",
    ),
    pytest.param(
        snapshot(
            task("login", must="in", after=("sso",)),
            task("sso", efforts=IT),
            budgets=(9, 9),
            delivers={"it": (2, 2)},
        ),
        "login must be in, but sso cannot be delivered early enough for login to start so that it ends by 2026-02",
        id="what it needs has no gate in time",
    ),
    pytest.param(
        snapshot(task("login", must="in", after=("sso",)), task("sso", earliest=1)),
        "login must be in, but sso may not start early enough so that it ends by 2026-01: "
        "what it depends on is promised too late",
        id="what it needs is promised too late",
    ),
    pytest.param(
        snapshot(task("login", must="in", after=("b",)), task("b", after=("sso",)), task("sso", must="out")),
        "task login: it must be in and needs sso, which must be out",
        id="in needs out",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("case", "words"), IMPOSSIBLE)
def test_what_cannot_be_in_is_refused_with_the_limit_and_what_it_lacks(case: Snapshot, words: str) -> None:
    with pytest.raises(SnapshotError) as refused:
        solve(case)
    assert str(refused.value) == words


@pytest.mark.parametrize(("cents", "possible"), [(19, False), (20, True)])
def test_with_what_was_lacking_there_is_a_plan_and_with_one_unit_less_there_is_none(cents: int, possible: bool) -> None:
    case = snapshot(task("login", 5, 70, must="in"), task("search", 5, 50, must="in"), budgets=(100 + cents,))
    if possible:
        assert set(solve(case).starts) == {"login", "search"}
    else:
        with pytest.raises(SnapshotError, match=r"2026-01 has 0\.01 EUR too little"):
            solve(case)


@pytest.mark.parametrize("limits", [SolverLimits(nodes=1), SolverLimits(seconds=0.2)], ids=["nodes", "clock"])
def test_what_must_be_in_is_in_however_short_the_search(limits: SolverLimits) -> None:
    case = portfolio(80, seed=1)
    small = sorted((item for item in case.tasks if not item.after), key=lambda item: (item.value, item.id))
    chosen = [item.id for item in small[:8]]  # hardly worth anything
    case = case.model_copy(
        update={"tasks": tuple(t.model_copy(update={"must": "in" if t.id in chosen else None}) for t in case.tasks)}
    )
    plan = solve(case, limits)
    assert set(chosen) <= set(plan.starts)
    assert feasible(case, plan.starts)


def test_a_search_too_short_for_what_must_be_in_says_so() -> None:
    # they fit exactly, and in one way only: placing them one by one fails
    costs = [34, 33, 33, 51, 49, 50, 27, 26, 47]
    tasks = [task(f"t{k}", 1, cost, must="in") for k, cost in enumerate(costs)]
    case = snapshot(*tasks, budgets=(100, 100, 100, 50))
    with pytest.raises(SnapshotError, match="the search ended \\(nodes\\) before it found a plan with all of that"):
        solve(case, SolverLimits(nodes=0))
    assert len(solve(case).starts) == len(costs)
