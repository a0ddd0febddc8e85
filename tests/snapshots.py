"""Snapshots for tests and benches: one by hand, small random ones, and large ones that look like a portfolio."""

import random
from typing import Any

from domain.planning import Snapshot, Target, Task


def task(name: str, value: float = 1.0, cost: int = 0, **fields: Any) -> Task:
    """Return a task of one period; name only what the test is about."""
    return Task(id=name, value=value, cost=cost, **fields)


def snapshot(*tasks: Task, budgets: tuple[int, ...] = (100,), **fields: Any) -> Snapshot:
    """Return a snapshot with one period per budget and no teams."""
    periods = tuple(f"2026-{t + 1:02d}" for t in range(len(budgets)))
    return Snapshot(product="web", currency="EUR", periods=periods, budgets=budgets, tasks=tasks, **fields)


def small(seed: int, periods: int = 3, most_tasks: int = 8) -> Snapshot:
    """Return a small snapshot in which any kind of constraint may bind; with what must be in, none may be possible."""
    rng = random.Random(seed)
    horizon = periods if rng.random() < 0.8 else rng.randint(1, periods)
    teams = [f"team{k}" for k in range(rng.randint(0, 2))]
    targets = tuple(
        Target(id=f"m{k}", due=rng.randint(-1, horizon), slip_price=rng.choice([0, 1.5, 4, 10]))
        for k in range(rng.randint(0, 2))
    )
    names = [f"t{k}" for k in range(rng.choice([rng.randint(1, most_tasks), most_tasks - 1, most_tasks]))]
    rng.shuffle(names)  # so that precedence does not follow the ids
    tasks = []
    for k, name in enumerate(names):
        running = rng.random() < 0.2
        tasks.append(
            Task(
                id=name,
                value=rng.choice([0, rng.randint(1, 20), round(rng.uniform(0.1, 20), 2)]),
                cost=rng.choice([0, rng.randint(1, 20), rng.randint(1, 30), rng.randint(1, 30)]),
                duration=rng.choice([0, 1, 1, 1, 1, 2, 2, 2, 3, 4]),
                efforts={
                    team: rng.choice([rng.randint(1, 9), round(rng.uniform(0.1, 9), 2)])
                    for team in [*teams, "unlimited"]
                    if rng.random() < 0.5
                },
                after=tuple(rng.sample(names[:k], min(k, rng.choice([0, 0, 0, 1, 1, 2])))),
                milestone=rng.choice([None, "m0", "m1", "elsewhere"]),
                earliest=rng.choice([0, 0, 0, 0, 0, -1, 1, 1, 2, horizon]),
                in_force=rng.choice([None, rng.randrange(horizon)]),
                running=running,
                switching_cost=rng.choice([0, 0.5, 3, 8]) if running else 0,
            )
        )
    plain = Snapshot(
        product="web",
        currency="EUR",
        periods=tuple(str(t) for t in range(horizon)),
        budgets=tuple(rng.randint(5, 45) for _ in range(horizon)),
        capacity={team: tuple(float(rng.randint(2, 14)) for _ in range(horizon)) for team in teams},
        tasks=tuple(sorted(tasks, key=lambda task: task.id)),
        targets=targets,
        discount=rng.choice([0, 0, 0.05, 0.2]),
    )
    return _decided(plain, random.Random(-1 - seed))


def _decided(plain: Snapshot, rng: random.Random) -> Snapshot:
    """Return a snapshot with some of what people decide: carry-over, gates, urgency, musts, a price for moves."""
    horizon = len(plain.periods)
    firsts = [0] * horizon
    for t in range(1, horizon):
        firsts[t] = rng.choice([firsts[t - 1], firsts[t - 1], t])
    delivers = {}
    for team in [*plain.capacity, "unlimited"]:
        if rng.random() < 0.3:
            gates = sorted(rng.sample(range(horizon), rng.randint(0, horizon)))
            after = horizon + rng.randint(0, 2)
            delivers[team] = tuple(min([gate for gate in gates if gate >= t], default=after) for t in range(horizon))
    tasks = []
    for item in plain.tasks:
        factors = [round(rng.uniform(0, 1.2), 2) for _ in range(rng.randint(1, horizon + 1))]
        change: dict[str, Any] = {"must": rng.choice(["in", "out"])} if rng.random() < 0.06 else {}
        change |= {"factors": tuple(sorted(factors, reverse=rng.random() < 0.8))} if rng.random() < 0.25 else {}
        tasks.append(item.model_copy(update=change))
    return plain.model_copy(
        update={
            "tasks": tuple(tasks),
            "carried": tuple(firsts) if rng.random() < 0.4 else (),
            "delivers": delivers,
            "move_price": rng.choice([0, 0, 0.3, 2]),
        }
    )


def possibles(number: int) -> list[Snapshot]:
    """Return so many small snapshots for which there is a plan: nothing must be in."""
    found = []
    for seed in range(number):
        case = small(seed)
        free = (task.model_copy(update={"must": None}) if task.must == "in" else task for task in case.tasks)
        found.append(case.model_copy(update={"tasks": tuple(free)}))
    return found


def portfolio(size: int, seed: int, periods: int = 6, teams: int = 6) -> Snapshot:
    """Return a snapshot of ``size`` items of which money and people allow about half.

    A third of the items depends on others, a third belongs to a milestone, a tenth is in flight; the plan in force
    is what somebody would have planned by hand for slightly other values.
    """
    rng = random.Random(seed)
    horizon = periods
    tasks: list[Task] = []
    for k in range(size):
        duration = rng.choice([0, 1, 1, 1, 2, 2, 3])
        scope = rng.lognormvariate(0, 0.7)
        running = rng.random() < 0.1
        tasks.append(
            Task(
                id=f"item-{k:04d}",
                value=round(scope * rng.uniform(5, 15), 2),
                cost=round(scope * rng.uniform(20_000, 60_000)) * 100,
                duration=duration,
                efforts={
                    f"team-{team}": round(scope * rng.uniform(4, 20), 1)
                    for team in rng.sample(range(teams), rng.choice([1, 1, 2, 2, 3]))
                },
                after=tuple(f"item-{j:04d}" for j in rng.sample(range(k), min(k, rng.choice([0, 0, 0, 0, 1, 2])))),
                milestone=f"milestone-{rng.randrange(size // 25 + 1)}" if rng.random() < 0.3 else None,
                earliest=rng.randint(1, 3) if rng.random() < 0.1 else 0,
                running=running,
                switching_cost=round(scope * 3, 2) if running else 0,
            )
        )
    total = sum(task.cost for task in tasks)
    effort = {f"team-{k}": sum(task.efforts.get(f"team-{k}", 0) for task in tasks) for k in range(teams)}
    capacity = {team: tuple(round(days * 0.5 / horizon, 1) for _ in range(horizon)) for team, days in effort.items()}
    plain = Snapshot(
        product="bench",
        currency="EUR",
        periods=tuple(f"2026-Q{t}" for t in range(horizon)),
        budgets=tuple(total * 55 // 100 // horizon for _ in range(horizon)),
        capacity=capacity,
        tasks=tuple(tasks),
        targets=tuple(
            Target(id=f"milestone-{k}", due=rng.randrange(1, horizon), slip_price=rng.choice([0, 5, 20]))
            for k in range(size // 25 + 1)
        ),
        discount=0.02,
    )
    in_force = _by_hand(plain, rng)
    return plain.model_copy(
        update={"tasks": tuple(task.model_copy(update={"in_force": in_force.get(task.id)}) for task in tasks)}
    )


def _by_hand(snapshot: Snapshot, rng: random.Random) -> dict[str, int]:
    """Return a feasible plan of the kind that a person makes: work in flight first, then by perceived worth."""
    horizon = len(snapshot.periods)
    money = [float(budget) for budget in snapshot.budgets]
    days = {team: list(row) for team, row in snapshot.capacity.items()}
    starts: dict[str, int] = {}
    ends: dict[str, int] = {}
    order = sorted(snapshot.tasks, key=lambda t: (not t.running, -t.value * rng.uniform(0.5, 1.5) / (t.cost + 1)))
    for item in order:
        if any(name not in ends for name in item.after):
            continue
        length, span = max(item.duration, 1), min(max(item.duration, 1), horizon)
        first = max([0 if item.running else max(0, item.earliest), *(ends[name] + 1 for name in item.after)])
        for start in range(first, horizon - span + 1):
            slots = range(start, start + span)
            if all(money[t] >= item.cost / length + 1 for t in slots) and all(
                days[team][t] >= effort / length for team, effort in item.efforts.items() for t in slots
            ):
                for t in slots:
                    money[t] -= item.cost / length + 1
                    for team, effort in item.efforts.items():
                        days[team][t] -= effort / length
                starts[item.id], ends[item.id] = start, start + span - 1
                break
    return starts
