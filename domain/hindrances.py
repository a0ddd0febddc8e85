"""What keeps an item out that neither money nor people can mend. Pure."""

from domain.planning import Snapshot, Task, finish_at, ready_after, span_of, worth_at


def needed_by(snapshot: Snapshot, item: str) -> list[str]:
    """Return what an item needs, directly or not, itself last; each comes after what it needs itself."""
    tasks = {task.id: task for task in snapshot.tasks}
    found: list[str] = []
    seen: set[str] = set()
    waiting = [(item, False)]
    while waiting:
        name, expanded = waiting.pop()
        if expanded:
            found.append(name)
        elif name not in seen and name in tasks:
            seen.add(name)
            waiting.append((name, True))
            waiting.extend((other, False) for other in sorted(tasks[name].after, reverse=True))
    return found


def hindrance(snapshot: Snapshot, item: str) -> str:
    """Return what keeps an item out that neither money nor people can mend; empty when there is no such thing."""
    tasks = {task.id: task for task in snapshot.tasks}
    soonest: dict[str, int] = {}
    reasons: dict[str, str] = {}
    for name in needed_by(snapshot, item):
        reasons[name], soonest[name] = _stands(snapshot, tasks, tasks[name], soonest, reasons)
    if reasons[item]:
        return reasons[item]
    return "" if _matters(snapshot, tasks[item], soonest[item]) else "it is worth nothing"


def _stands(
    snapshot: Snapshot, tasks: dict[str, Task], task: Task, soonest: dict[str, int], reasons: dict[str, str]
) -> tuple[str, int]:
    """Return what keeps a task out for good, and the first period in which it could start."""
    horizon = len(snapshot.periods)
    latest = horizon - span_of(task, horizon)
    first = 0 if task.running else max(0, task.earliest)
    if task.must == "out":
        return "somebody decided that it stays out", first
    if first > latest:
        return "what it depends on is promised too late for the horizon", first
    for other in sorted(task.after):
        if reasons[other]:
            return f"it needs {other}, which cannot be in: {reasons[other]}", first
        ready = ready_after(snapshot, task, tasks[other], soonest[other])
        if ready > latest:
            end = soonest[other] + span_of(tasks[other], horizon) - 1
            gate = finish_at(snapshot, tasks[other], soonest[other]) > end
            what = "is released at its gate" if gate else "is finished"
            return f"it needs {other}, which at best {what} too late for it", ready
        first = max(first, ready)
    return "", first


def _matters(snapshot: Snapshot, task: Task, first: int) -> bool:
    """Tell whether any plan could be better with a task than without."""
    horizon = len(snapshot.periods)
    if any(worth_at(snapshot, task, start) > 0 for start in range(first, horizon - span_of(task, horizon) + 1)):
        return True
    kept = any(target.id == task.milestone and target.slip_price > 0 for target in snapshot.targets)
    planned = task.running or (snapshot.move_price > 0 and task.in_force is not None)
    return kept or planned or task.must == "in" or any(task.id in other.after for other in snapshot.tasks)
