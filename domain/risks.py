"""How much of a plan hangs on nothing slipping. Pure."""

from domain.explanations import Risk
from domain.planning import Snapshot, Task, cost_share, finish_at, span_of


def risk_of(snapshot: Snapshot, starts: dict[str, int]) -> Risk:
    """Return how much of a plan hangs on nothing slipping."""
    promised = [task for task in snapshot.tasks if spare_until(snapshot, task) is not None]
    tight = [task for task in promised if task.id not in starts or not has_spare(snapshot, task, starts[task.id])]
    funded = [task for task in snapshot.tasks if task.id in starts]
    gated = sum(waits_for_gate(snapshot, task, starts[task.id]) for task in funded)
    return Risk(tight=len(tight), promised=len(promised), gated=gated)


def spare_until(snapshot: Snapshot, task: Task) -> int | None:
    """Return the last period that leaves a spare one before a task's committed date; None without such a date."""
    dues = [target.due for target in snapshot.targets if target.id == task.milestone and target.slip_price > 0]
    return min(dues) - 1 if dues else None


def has_spare(snapshot: Snapshot, task: Task, start: int) -> bool:
    """Tell whether a task of a committed milestone is delivered a period before the one of its date."""
    last = spare_until(snapshot, task)
    return last is None or finish_at(snapshot, task, start) <= last


def waits_for_gate(snapshot: Snapshot, task: Task, start: int) -> bool:
    """Tell whether a task is delivered later than it ends."""
    return finish_at(snapshot, task, start) > start + span_of(task, len(snapshot.periods)) - 1


def cost_of(snapshot: Snapshot, starts: dict[str, int]) -> int:
    """Return what a plan spends within the horizon, minor units."""
    horizon = len(snapshot.periods)
    funded = (task for task in snapshot.tasks if task.id in starts)
    return sum(cost_share(task, k) for task in funded for k in range(span_of(task, horizon)))
