"""The snapshot that a solver gets, the plan that it returns, and what both mean. Pure.

A period has an index 0, 1, … in ``Snapshot.periods``. A task that starts in period ``s`` occupies
``span = min(max(duration, 1), periods)`` periods and ends with period ``s + span - 1``, its *finish*; it may start
only where that lies inside the horizon. A task of duration 0 happens at the end of its period.
"""

from typing import Any

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


def slips(snapshot: Snapshot, starts: dict[str, int]) -> dict[str, int]:
    """Return how many periods late each target is (≥ 0); a task that is not funded finishes after the horizon."""
    horizon = len(snapshot.periods)
    late = {target.id: 0 for target in snapshot.targets}
    due = {target.id: target.due for target in snapshot.targets}
    for task in snapshot.tasks:
        if task.milestone in late:
            start = starts.get(task.id)
            finish = horizon if start is None else start + span_of(task, horizon) - 1
            late[task.milestone] = max(late[task.milestone], finish - due[task.milestone])
    return late


def objective(snapshot: Snapshot, starts: dict[str, int]) -> float:
    """Return the value points of a plan.

    Sum over funded tasks of value × (1 - discount) ** finish, less slip price × periods late for every target, less
    the switching cost of every running task that does not start in period 0.
    """
    horizon = len(snapshot.periods)
    total = 0.0
    for task in snapshot.tasks:
        start = starts.get(task.id)
        if start is not None:
            total += task.value * (1 - snapshot.discount) ** (start + span_of(task, horizon) - 1)
        if task.running and start != 0:
            total -= task.switching_cost
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
        for other in task.after:
            end = None if other not in starts else starts[other] + span_of(tasks[other], horizon) - 1
            if end is None:
                found.append(f"{name} needs {other}, which is not funded")
            elif start < earliest_after(task, end):
                found.append(f"{name} starts before {other} has finished")
    for t, period in enumerate(snapshot.periods):
        if spent[t] > snapshot.budgets[t]:
            over_by = money(spent[t] - snapshot.budgets[t], snapshot.currency)
            found.append(f"{period} costs {over_by} more than its budget")
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
    return Change(entered=entered, displaced=displaced, moved=moved, money_moved=money, slipped=slipped)


class ItemReason(BaseModel):
    """Why one item stands where the proposal puts it."""

    model_config = ConfigDict(frozen=True)

    item: str
    title: str = ""
    before: str | None  # period in which the plan in force starts it
    after: str | None
    value: float
    cost: int
    why: str  # what changed, or the constraint that keeps it out


class Proposal(BaseModel):
    """A plan beside the one in force: what a person is asked about. Decisions are bound to its hash."""

    model_config = ConfigDict(frozen=True)

    product: str
    run: int
    currency: str
    snapshot: str
    plan: str
    periods: tuple[str, ...]
    starts: dict[str, str]  # item -> period
    value: float
    value_in_force: float
    in_force_feasible: bool
    why_infeasible: str
    gap: float
    change: Change
    reasons: tuple[str, ...]  # the events that asked for it, in words
    items: tuple[ItemReason, ...]  # only those that change, or stay out

    def digest(self) -> str:
        """Return the content hash that decisions are bound to."""
        return content_hash(self.model_dump(mode="json"))


def document(model: BaseModel) -> dict[str, Any]:
    """Return a document's content, as hashed."""
    return model.model_dump(mode="json")
