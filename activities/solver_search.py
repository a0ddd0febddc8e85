"""A good feasible plan quickly: place tasks by their worth, then take some out and place again. Deterministic."""

import random
from collections.abc import Callable, Collection, Iterable, Sequence

from activities.solver_model import Model, Starts
from domain.planning import TOLERANCE

Worth = dict[str, dict[int, float]]  # task -> start -> value points, less the price of what it takes

SEED = 1
ROUNDS_PER_TASK = 4  # two seconds at 500 tasks
WORK = 1_000_000  # rounds times tasks, at most: a round takes longer with more tasks
LARGEST_HOLE = 14  # tasks taken out in one round
HOPEFUL = 90  # tasks tried again in one round
NOISE = 0.3  # of the typical worth
WARMTH = 0.004  # of the value: by how much a round may lose, at first


class Board:
    """Which tasks start when, and what is left of every resource in every period."""

    def __init__(self, model: Model) -> None:
        slots = {slot: k for k, slot in enumerate(model.right)}
        # money in whole numbers, which stay whole: budgets hold exactly
        self.left = [right if team is None else right - TOLERANCE / 2 for (team, _), right in model.right.items()]
        self.starts: Starts = {}
        self.order = [model.tasks[name] for name in model.allowed]
        self.tasks, self.ready = model.tasks, model.ready
        self.followers: dict[str, list[str]] = {name: [] for name in self.tasks}
        self.takes: dict[str, dict[int, list[tuple[int, float]]]] = {}  # task -> start -> (slot, amount)
        for name, uses in model.uses.items():
            for other in self.ready[name]:
                self.followers[other].append(name)
            self.takes[name] = {s: [(slots[slot], amount) for slot, amount in use.items()] for s, use in uses.items()}

    def fits(self, name: str, start: int) -> bool:
        """Return whether the task may be placed there; nothing that needs it is on the board yet."""
        starts, left = self.starts, self.left
        for other, ready in self.ready[name].items():
            if other not in starts or start < ready[starts[other]]:
                return False
        return start in self.takes[name] and all(left[slot] >= amount for slot, amount in self.takes[name][start])

    def place(self, name: str, start: int) -> None:
        self.starts[name] = start
        for slot, amount in self.takes[name][start]:
            self.left[slot] -= amount

    def remove(self, name: str) -> None:
        """Take a task off the board, and whatever needs it."""
        if name in self.starts:
            for follower in self.followers[name]:
                self.remove(follower)
            for slot, amount in self.takes[name][self.starts.pop(name)]:
                self.left[slot] += amount

    def restore(self, wanted: Starts) -> None:
        """Make the board show ``wanted``, less what does not fit."""
        for name in [name for name, start in self.starts.items() if wanted.get(name) != start]:
            self.remove(name)
        for task in self.order:
            start = wanted.get(task.id)
            if start is not None and task.id not in self.starts and self.fits(task.id, start):
                self.place(task.id, start)

    def fill(self, order: Iterable[str], preference: Callable[[str], Sequence[int]]) -> None:
        """Place every task that fits, in this order, in the first of its preferred periods that takes it."""
        waiting = [name for name in order if name not in self.starts]
        before = -1
        while before != len(self.starts):  # again for those whose predecessor came later in the order
            before = len(self.starts)
            for name in waiting:
                for start in preference(name):
                    if self.fits(name, start):
                        self.place(name, start)
                        break
            waiting = [n for n in waiting if n not in self.starts and self.tasks[n].after]


def repaired(model: Model, wanted: Starts, also: Collection[str] = ()) -> Starts:
    """Return what is left of a plan when all that does not fit is taken out; ``also`` is placed first, if it can be."""
    board = Board(model)
    board.restore({name: start for name, start in wanted.items() if name in also})
    board.fill([task.id for task in board.order if task.id in also], model.allowed.__getitem__)
    board.restore(wanted | board.starts)
    return dict(board.starts)


def search(model: Model, worth: Worth, plan: Starts, stop: Callable[[], bool]) -> Starts:
    """Return the best plan found, from ``plan`` on: take out tasks that compete, place by worth, with some noise.

    What must be in is placed first and hardly ever taken out; a plan without it counts for less than any with it.
    """
    rng, board = random.Random(SEED), Board(model)  # noqa: S311
    names = sorted(name for name in worth if worth[name])
    sizes = sorted(abs(gain) for name in names for gain in worth[name].values())
    noise = NOISE * sizes[len(sizes) // 3] if sizes else 0.0
    fine = 1.0 + 100 * (sum(model.gains) + (sizes[-1] if sizes else 0.0))
    worth = worth | {name: {s: gain + fine for s, gain in worth[name].items()} for name in model.forced}
    tops = {name: max(worth[name].values()) for name in names}
    favourite = {
        name: [start for _, start in sorted((-gain, start) for start, gain in worth[name].items())] for name in names
    }

    def value_of(starts: Starts) -> float:
        return model.value(starts) - fine * sum(name not in starts for name in model.forced)

    by_worth = sorted(names, key=lambda name: -tops[name])
    board.fill(by_worth, favourite.__getitem__)
    if value_of(board.starts) < value_of(plan):
        board.restore(plan)
        board.fill(by_worth, favourite.__getitem__)
    now = dict(board.starts)
    value, rounds = value_of(now), min(ROUNDS_PER_TASK * len(names), WORK // max(1, len(names)))
    best, best_value = max((plan, value_of(plan)), (now, value), key=lambda found: found[1])
    for turn in range(rounds):
        if stop():
            break
        slots = {rng.randrange(len(board.left)) for _ in range(rng.randint(1, 2))}
        pool = [n for n, start in sorted(board.starts.items()) if any(s in slots for s, _ in board.takes[n][start])]
        pool.sort(key=lambda name: worth[name][board.starts[name]] + rng.expovariate(0.1) * noise)
        for name in pool[: rng.randint(2, LARGEST_HOLE)]:
            board.remove(name)
        out = sorted((-tops[name] + rng.gauss(0, noise), name) for name in names if name not in board.starts)
        board.fill([name for _, name in out[:HOPEFUL]], lambda name: _shaken(worth[name], rng, noise / 2))
        found = value_of(board.starts)
        if found >= value - WARMTH * abs(best_value) * (1 - turn / rounds) ** 2 * rng.random():
            now, value = dict(board.starts), found
            if value > best_value:
                best, best_value = now, value
        else:
            board.restore(now)
    return best


def _shaken(worth: dict[int, float], rng: random.Random, noise: float) -> list[int]:
    return [start for _, start in sorted((-gain + rng.gauss(0, noise), start) for start, gain in worth.items())]
