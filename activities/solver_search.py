"""A good feasible plan quickly: place tasks by their worth, then take some out and place again. Deterministic."""

import random
from collections.abc import Callable, Iterable, Sequence

from activities.solver_model import Model, Starts, in_order, takes
from domain.planning import TOLERANCE, earliest_after, objective, span_of

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
        snapshot = model.snapshot
        self.horizon = len(snapshot.periods)
        rows = {None: 0} | {team: row for row, team in enumerate(sorted(snapshot.capacity), 1)}
        self.left: list[float] = list(snapshot.budgets)  # whole numbers stay whole: budgets hold exactly
        for team in sorted(snapshot.capacity):
            self.left.extend(days + TOLERANCE / 2 for days in snapshot.capacity[team])
        self.starts: Starts = {}
        self.order = in_order(snapshot)
        self.tasks = {task.id: task for task in snapshot.tasks}
        self.ends = {name: span_of(task, self.horizon) - 1 for name, task in self.tasks.items()}
        self.followers: dict[str, list[str]] = {name: [] for name in self.tasks}
        self.takes: dict[str, dict[int, list[tuple[int, float]]]] = {}  # task -> start -> (slot, amount)
        for name, task in self.tasks.items():
            for other in sorted(set(task.after)):
                self.followers[other].append(name)
            needs = [(rows[who] * self.horizon + k, amount) for who, k, amount in takes(snapshot, task)]
            self.takes[name] = {s: [(slot + s, amount) for slot, amount in needs] for s in model.allowed[name]}

    def fits(self, name: str, start: int) -> bool:
        """Return whether the task may be placed there; nothing that needs it is on the board yet."""
        task, starts, left = self.tasks[name], self.starts, self.left
        for other in task.after:
            if other not in starts or start < earliest_after(task, starts[other] + self.ends[other]):
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


def repaired(model: Model, wanted: Starts) -> Starts:
    """Return what is left of a plan when all that does not fit is taken out."""
    board = Board(model)
    board.restore(wanted)
    return dict(board.starts)


def search(model: Model, worth: Worth, plan: Starts, stop: Callable[[], bool]) -> Starts:
    """Return the best plan found from a feasible one: take out tasks that compete, place by worth, with some noise."""
    snapshot, rng, board = model.snapshot, random.Random(SEED), Board(model)  # noqa: S311
    names = sorted(name for name in worth if worth[name])
    tops = {name: max(worth[name].values()) for name in names}
    sizes = sorted(abs(gain) for name in names for gain in worth[name].values())
    noise = NOISE * sizes[len(sizes) // 3] if sizes else 0.0
    favourite = {
        name: [start for _, start in sorted((-gain, start) for start, gain in worth[name].items())] for name in names
    }
    board.fill(sorted(names, key=lambda name: -tops[name]), favourite.__getitem__)
    best = max(plan, dict(board.starts), key=lambda starts: objective(snapshot, starts))
    now, best_value = dict(board.starts), objective(snapshot, best)
    value, rounds = objective(snapshot, now), min(ROUNDS_PER_TASK * len(names), WORK // max(1, len(names)))
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
        found = objective(snapshot, board.starts)
        if found >= value - WARMTH * abs(best_value) * (1 - turn / rounds) ** 2 * rng.random():
            now, value = dict(board.starts), found
            if value > best_value:
                best, best_value = now, value
        else:
            board.restore(now)
    return best


def _shaken(worth: dict[int, float], rng: random.Random, noise: float) -> list[int]:
    return [start for _, start in sorted((-gain + rng.gauss(0, noise), start) for start, gain in worth.items())]
