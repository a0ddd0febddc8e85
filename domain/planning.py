"""The snapshot that a solver gets, the plan that it returns, and what both mean. Pure.

A period has an index 0, 1, … in ``Snapshot.periods``. A task that starts in period ``s`` occupies
``span = min(max(duration, 1), periods)`` periods and ends with period ``s + span - 1``; it may start only where that
lies inside the horizon. A task of duration 0 happens at the end of its period. Its *finish* is the period in which it
is delivered: the end, or, for teams that release at gates, the period of the next gate, which may lie past the horizon.
"""

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from domain.record import content_hash
from domain.wording import days, money
from events.internal import Change

TOLERANCE = 1e-6  # person-days and value points below this are rounding, not a difference


class Task(BaseModel):
    """An item as the solver sees it: what remains of it, from the first period of the snapshot on."""

    model_config = ConfigDict(frozen=True)

    id: str
    value: float = Field(ge=0)  # value points, earned at the finish
    cost: int = Field(default=0, ge=0)  # minor units, spread evenly over `duration`
    duration: int = Field(default=1, ge=0)  # periods
    efforts: dict[str, float] = Field(default_factory=dict)  # team -> person-days, spread evenly
    after: tuple[str, ...] = ()  # ids of tasks of this snapshot that must be funded and have finished
    milestone: str | None = None
    earliest: int = 0  # first period in which it may start (a promised dependency); may be past the horizon
    in_force: int | None = None  # period in which the plan in force starts it; None: not funded
    running: bool = False  # work in flight: starting it anywhere but in period 0 pays `switching_cost`
    switching_cost: float = Field(default=0, ge=0)  # value points
    must: Literal["in", "out"] | None = None  # somebody decided that every plan funds it, or that none does
    factors: tuple[float, ...] = ()  # share of the value left at each finish; the last holds from there on; empty: 1


class Target(BaseModel):
    """A milestone as the solver sees it. Its tasks are those that name it."""

    model_config = ConfigDict(frozen=True)

    id: str
    due: int  # last period in which its tasks may finish; negative: past due
    slip_price: float = Field(default=0, ge=0)  # value points per period late; 0: not committed


class Snapshot(BaseModel):
    """All that a plan depends on; its hash names it. Tasks and targets are sorted by id."""

    model_config = ConfigDict(frozen=True)

    product: str
    currency: str
    periods: tuple[str, ...]
    budgets: tuple[int, ...]  # minor units available in each period
    capacity: dict[str, tuple[float, ...]] = Field(default_factory=dict)  # team -> person-days in each period
    tasks: tuple[Task, ...] = ()
    targets: tuple[Target, ...] = ()
    discount: float = Field(default=0.0, ge=0, lt=1)  # share of the value lost per period of delay
    carried: tuple[int, ...] = ()  # for each period, the first whose unspent money it may use; empty: its own alone
    delivers: dict[str, tuple[int, ...]] = Field(default_factory=dict)  # team -> where work that ends in k is delivered
    move_price: float = Field(default=0, ge=0)  # value points for each planned task, not running, that a plan moves

    def digest(self) -> str:
        """Return the content hash."""
        return content_hash(self.model_dump(mode="json"))


class SnapshotError(ValueError):
    """The snapshot makes no sense."""


class SolverLimits(BaseModel):
    """Where the solver stops. Nodes and iterations are reproducible, the clock is the guard behind them."""

    model_config = ConfigDict(frozen=True)

    nodes: int = 200_000
    lp_iterations: int = 5_000_000
    seconds: float = 60.0
    gap: float = 1e-6  # relative


class Plan(BaseModel):
    """Which tasks start when. A task that is not in ``starts`` is not funded within the horizon."""

    model_config = ConfigDict(frozen=True)

    snapshot: str  # hash
    starts: dict[str, int]  # task id -> period index
    objective: float  # value points, see `objective`
    bound: float  # no plan can be better than this
    gap: float  # (bound - objective) / max(|objective|, 1); 0 only when proven
    proven: bool  # optimal to within the limits' gap
    limit: str | None = None  # `nodes`, `iterations` or `clock`: what stopped the search early
    cut_by_clock: bool = False
    solver: str = ""  # name and version

    def digest(self) -> str:
        """Return the content hash."""
        return content_hash(self.model_dump(mode="json"))


def span_of(task: Task, horizon: int) -> int:
    """Return how many periods of the horizon a task occupies (1 … horizon)."""
    return min(max(task.duration, 1), horizon)


def cost_share(task: Task, k: int) -> int:
    """Return the minor units due in the ``k``-th period of a task (0 ≤ k); whole numbers that add up to its cost."""
    return share_of(task.cost, max(task.duration, 1), k)


def share_of(cost: int, duration: int, k: int) -> int:
    """Return what is due of a cost in the ``k``-th of so many periods (0 ≤ k < duration), minor units."""
    return cost * (k + 1) // duration - cost * k // duration


def effort_share(task: Task, team: str) -> float:
    """Return the person-days that a task takes from ``team`` in each of its periods."""
    return task.efforts.get(team, 0.0) / max(task.duration, 1)


def earliest_after(task: Task, end: int) -> int:
    """Return the first period in which ``task`` may start when a predecessor's last period is ``end``."""
    return end if task.duration == 0 else end + 1


def finish_at(snapshot: Snapshot, task: Task, start: int) -> int:
    """Return the period in which a task is delivered (≥ its last one); past the horizon when its gate lies there."""
    end = start + span_of(task, len(snapshot.periods)) - 1
    rows = (snapshot.delivers[team] for team, days in task.efforts.items() if days > 0 and team in snapshot.delivers)
    return max((row[end] for row in rows if end < len(row)), default=end)


def ready_after(snapshot: Snapshot, task: Task, other: Task, start: int) -> int:
    """Return the first period in which ``task`` may start when ``other``, which it needs, starts at ``start``.

    The same teams go on with their own work at once; anybody else waits until it is delivered.
    """
    teams, theirs = ({team for team, days in one.efforts.items() if days > 0} for one in (task, other))
    own = bool(teams) and teams == theirs
    end = start + span_of(other, len(snapshot.periods)) - 1
    return earliest_after(task, end if own else finish_at(snapshot, other, start))


def worth_at(snapshot: Snapshot, task: Task, start: int) -> float:
    """Return the value points that a task earns when it starts in a period."""
    finish = finish_at(snapshot, task, start)
    factor = task.factors[min(finish, len(task.factors) - 1)] if task.factors else 1.0
    return float(task.value * factor * (1 - snapshot.discount) ** finish)


def moves(snapshot: Snapshot, task: Task, start: int | None) -> bool:
    """Tell whether a start (None: not funded) pays the price of a move: what was planned within the horizon has one."""
    planned = task.in_force is not None and task.in_force < len(snapshot.periods) and not task.running
    return planned and start != task.in_force


def money_rows(snapshot: Snapshot) -> list[tuple[int, int]]:
    """Return, for each period ``t``, (first, t): what is spent from first to t may not exceed those budgets' sum."""
    return [(snapshot.carried[t] if snapshot.carried else t, t) for t in range(len(snapshot.periods))]


def slips(snapshot: Snapshot, starts: dict[str, int]) -> dict[str, int]:
    """Return how many periods late each target is (≥ 0); what is not funded, or delivered later, counts as then."""
    horizon = len(snapshot.periods)
    late = {target.id: 0 for target in snapshot.targets}
    due = {target.id: target.due for target in snapshot.targets}
    for task in snapshot.tasks:
        if task.milestone in late:
            start = starts.get(task.id)
            finish = horizon if start is None else min(horizon, finish_at(snapshot, task, start))
            late[task.milestone] = max(late[task.milestone], finish - due[task.milestone])
    return late


def objective(snapshot: Snapshot, starts: dict[str, int]) -> float:
    """Return the value points of a plan.

    Sum over funded tasks of value × factor × (1 - discount) ** finish, less slip price × periods late for every target,
    less the switching cost of every running task that does not start in period 0, less the price of every other move.
    """
    total = 0.0
    for task in snapshot.tasks:
        start = starts.get(task.id)
        if start is not None:
            total += worth_at(snapshot, task, start)
        if task.running and start != 0:
            total -= task.switching_cost
        if snapshot.move_price and moves(snapshot, task, start):
            total -= snapshot.move_price
    late = slips(snapshot, starts)
    total -= sum(target.slip_price * late[target.id] for target in snapshot.targets)
    return round(total, 6)


def violations(snapshot: Snapshot, starts: dict[str, int]) -> tuple[str, ...]:
    """Return what makes a plan impossible, in words; empty when it respects every limit."""
    horizon = len(snapshot.periods)
    tasks = {task.id: task for task in snapshot.tasks}
    found: list[str] = []
    spent = [0] * horizon
    used = {team: [0.0] * horizon for team in snapshot.capacity}
    for name, start in sorted(starts.items()):
        task = tasks.get(name)
        if task is None:
            found.append(f"{name} is not an open item")
            continue
        if start < 0:
            found.append(f"{name} starts before the first period")
            continue
        span = span_of(task, horizon)
        if start < task.earliest and not task.running:
            found.append(f"{name} starts before what it depends on is promised")
        if start + span > horizon:
            found.append(f"{name} does not fit into the horizon from its period on")
        for k in range(max(0, min(span, horizon - start))):
            spent[start + k] += cost_share(task, k)
            for team in task.efforts:
                if team in used:
                    used[team][start + k] += effort_share(task, team)
        if task.must == "out":
            found.append(f"{name} must not be in the plan")
        for other in task.after:
            if other not in starts:
                found.append(f"{name} needs {other}, which is not funded")
            elif start < ready_after(snapshot, task, tasks[other], starts[other]):
                found.append(f"{name} starts before {other} has finished")
    found += [
        f"{task.id} must be in the plan" for task in snapshot.tasks if task.must == "in" and task.id not in starts
    ]
    for first, t in money_rows(snapshot):
        over = sum(spent[first : t + 1]) - sum(snapshot.budgets[first : t + 1])
        if over > 0:
            carried = " and what was carried over" if first < t else ""
            over_by = money(over, snapshot.currency)
            found.append(f"{snapshot.periods[t]} costs {over_by} more than its budget{carried}")
    for t, period in enumerate(snapshot.periods):
        for team in sorted(used):
            missing = used[team][t] - snapshot.capacity[team][t]
            if missing > TOLERANCE:
                found.append(f"{period} takes {days(round(missing, 1))} more of {team} than it has")
    return tuple(found)


def starts_in_force(snapshot: Snapshot) -> dict[str, int]:
    """Return the plan in force in terms of the snapshot."""
    return {task.id: task.in_force for task in snapshot.tasks if task.in_force is not None}


def change_between(snapshot: Snapshot, before: dict[str, int], after: dict[str, int]) -> Change:
    """Return what switching from one plan to another changes, with the money that it moves."""
    cost = {task.id: task.cost for task in snapshot.tasks}
    entered = tuple(sorted(set(after) - set(before)))
    displaced = tuple(sorted(set(before) - set(after)))
    moved = tuple(sorted(name for name in set(before) & set(after) if before[name] != after[name]))
    late_before, late_after = slips(snapshot, before), slips(snapshot, after)
    slipped = tuple(
        sorted(
            target.id
            for target in snapshot.targets
            if target.slip_price > 0 and late_after[target.id] > 0 and late_before[target.id] <= 0
        )
    )
    money = sum(cost.get(name, 0) for name in (*entered, *displaced, *moved))
    out = set(displaced)
    dropped = round(sum(sum(task.efforts.values()) for task in snapshot.tasks if task.id in out), 6)
    return Change(
        entered=entered, displaced=displaced, moved=moved, money_moved=money, slipped=slipped, scope_days=dropped
    )


def document(model: BaseModel) -> dict[str, Any]:
    """Return a document's content, as hashed."""
    return model.model_dump(mode="json")
