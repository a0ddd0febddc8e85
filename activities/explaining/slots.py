"""Money and people by period: what a plan takes of them, how much is missing, and snapshots that have more of it."""

import math
from collections.abc import Mapping

from activities.solver_model import Model
from domain.planning import TOLERANCE, Snapshot, cost_share, effort_share, money_rows, span_of
from domain.snapshot import MAX_MONEY_FIT

Starts = dict[str, int]
Slot = tuple[str | None, int]  # (team, or None for money; period)

MOST_FREE = 24  # tasks of a large snapshot that are not held; then nothing is proven about every plan
STEP = 0.1  # person-days: the unit in which capacity is eased; money is eased by minor units


def unit_of(slot: Slot) -> float:
    """Return what one unit of a slot is: a minor unit, or a tenth of a person-day."""
    return 1.0 if slot[0] is None else STEP


def eased(snapshot: Snapshot, extra: Mapping[Slot, int]) -> Snapshot:
    """Return the snapshot with so many units more."""
    budgets = list(snapshot.budgets)
    capacity = {team: list(row) for team, row in snapshot.capacity.items()}
    for (team, t), units in extra.items():
        if team is None:
            budgets[t] += units
        else:
            capacity[team][t] = round(capacity[team][t] + units * STEP, 6)
    rows = {team: tuple(row) for team, row in capacity.items()}
    return snapshot.model_copy(update={"budgets": tuple(budgets), "capacity": rows})


def overdrawn(snapshot: Snapshot, starts: Starts) -> dict[Slot, int]:
    """Return how many units more each slot would need for a plan, one slot at a time; only those that need any."""
    horizon = len(snapshot.periods)
    spent = [0] * horizon
    used = {team: [0.0] * horizon for team in snapshot.capacity}
    for task in snapshot.tasks:
        if (start := starts.get(task.id)) is not None:
            for k in range(min(span_of(task, horizon), horizon - start)):
                spent[start + k] += cost_share(task, k)
                for team in task.efforts:
                    if team in used:
                        used[team][start + k] += effort_share(task, team)
    found: dict[Slot, int] = {}
    for first, t in money_rows(snapshot):
        over = sum(spent[first : t + 1]) - sum(snapshot.budgets[first : t + 1])
        if over > 0:
            for period in range(first, t + 1):
                found[None, period] = max(found.get((None, period), 0), over)
    for team, row in used.items():
        for t in range(horizon):
            over_days = row[t] - snapshot.capacity[team][t] - TOLERANCE
            if over_days > 0:
                found[team, t] = math.ceil(over_days / STEP - 1e-9)
    return found


def wide_model(snapshot: Snapshot) -> Model:
    """Return the model of a snapshot whose limits never bind: each start that more money or people make possible."""
    wide = eased(snapshot, most_needed(snapshot))
    return Model(wide.model_copy(update={"budgets": tuple(min(b, MAX_MONEY_FIT) for b in wide.budgets)}))


def most_needed(snapshot: Snapshot) -> dict[Slot, int]:
    """Return, for every slot, as many units as no plan needs more of."""
    money = sum(task.cost for task in snapshot.tasks)
    found: dict[Slot, int] = {(None, t): money for t in range(len(snapshot.periods))}
    for team in snapshot.capacity:
        units = math.ceil(sum(task.efforts.get(team, 0.0) for task in snapshot.tasks) / STEP) + 1
        found |= {(team, t): units for t in range(len(snapshot.periods))}
    return found


def competing(snapshot: Snapshot, starts: Starts, items: set[str]) -> set[str]:
    """Return ``items`` and the tasks that compete most with them, MOST_FREE in all.

    They compete when they take money or the same teams where they stand; the least worth for what they take come first.
    """
    teams = {team for task in snapshot.tasks if task.id in items for team in task.efforts}
    needed = {other for task in snapshot.tasks if task.id in starts for other in task.after}

    def rank(name: str) -> tuple[float, str]:
        task = tasks[name]
        share = sum(task.efforts.get(team, 0.0) / capacity[team] for team in teams if capacity.get(team))
        return (task.value / (task.cost / money + share + 1e-9), name)

    tasks = {task.id: task for task in snapshot.tasks}
    money = max(1, sum(snapshot.budgets))
    capacity = {team: sum(row) for team, row in snapshot.capacity.items()}
    rivals = sorted((n for n in starts if n not in needed and n not in items), key=rank)[: MOST_FREE * 2 // 3]
    others = sorted((n for n in tasks if n not in starts and n not in items), key=rank, reverse=True)
    room = max(0, MOST_FREE - len(items) - len(rivals))
    return items | set(rivals) | set(others[:room])
