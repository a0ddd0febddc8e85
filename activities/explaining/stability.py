"""How firm a plan is: solved again and again with every estimate off by up to a share, drawn from a seed."""

import random
import time
from collections import Counter
from collections.abc import Callable
from itertools import pairwise

from domain.explanations import ItemStability, Stability
from domain.explanations_told import told_stability
from domain.planning import Plan, Snapshot, SolverLimits, Task
from domain.snapshot import MAX_MONEY_FIT

DRAWS, SECONDS, SPREAD, SEED = 50, 20.0, 0.2, 1
LIMITS = SolverLimits(nodes=500, lp_iterations=100_000, seconds=2.0, gap=1e-4)  # of one draw
Solve = Callable[[Snapshot, SolverLimits], Plan]
Starts = dict[str, int]


def stability(
    snapshot: Snapshot,
    plan: Plan,
    solve: Solve,
    draws: int = DRAWS,
    seconds: float = SECONDS,
    spread: float = SPREAD,
    seed: int = SEED,
) -> Stability:
    """Return in which share of the draws each item of ``plan`` is funded, and funded as planned.

    The factors of cost, value and each team's effort are independent and even between 1 - spread and 1 + spread. The
    same seed gives the same draws; when the time is up, fewer of them. Raises SnapshotError.
    """
    deadline, rng = time.monotonic() + seconds, random.Random(seed)  # noqa: S311
    funded, in_place = Counter[str](), Counter[str]()
    done = kept = same = unproven = 0
    pairs = _pairs(snapshot, plan.starts)
    for _ in range(draws):
        left = deadline - time.monotonic()
        if left <= 0:
            break
        limits = LIMITS.model_copy(update={"seconds": min(LIMITS.seconds, left)})
        found = solve(perturbed(snapshot, rng, spread), limits)
        done += 1
        unproven += not found.proven
        same += found.starts == plan.starts
        funded.update(found.starts.keys())
        in_place.update(task.id for task in snapshot.tasks if found.starts.get(task.id) == plan.starts.get(task.id))
        last = len(snapshot.periods)
        kept += sum(found.starts.get(one, last) <= found.starts.get(other, last) for one, other in pairs)
    shares = max(1, done)
    result = Stability(
        draws=done,
        asked=draws,
        seed=seed,
        spread=spread,
        same_plan=round(same / shares, 4),
        order_kept=round(kept / len(pairs) / done, 4) if pairs and done else None,
        items=tuple(
            ItemStability(
                item=task.id,
                planned=snapshot.periods[plan.starts[task.id]] if task.id in plan.starts else None,
                funded=round(funded[task.id] / shares, 4),
                in_period=round(in_place[task.id] / shares, 4),
            )
            for task in snapshot.tasks
            if done
        ),
        unproven=unproven,
    )
    return result.model_copy(update={"text": told_stability(result)})


def perturbed(snapshot: Snapshot, rng: random.Random, spread: float) -> Snapshot:
    """Return the snapshot with every estimate off by a factor of its own."""

    def off(task: Task) -> Task:
        low, high = 1 - spread, 1 + spread
        change = {
            "value": round(task.value * rng.uniform(low, high), 6),
            "cost": min(round(task.cost * rng.uniform(low, high)), MAX_MONEY_FIT),
            "efforts": {team: round(days * rng.uniform(low, high), 6) for team, days in sorted(task.efforts.items())},
        }
        return task.model_copy(update=change)

    return snapshot.model_copy(update={"tasks": tuple(off(task) for task in snapshot.tasks)})


def _pairs(snapshot: Snapshot, starts: Starts) -> list[tuple[str, str]]:
    """Return the neighbours in the order of the plan: by period, within one by value; what is out comes last."""
    last = len(snapshot.periods)
    order = sorted(snapshot.tasks, key=lambda task: (starts.get(task.id, last), -task.value, task.id))
    names = [task.id for task in order]
    return [(one, other) for one, other in pairwise(names) if one in starts]
