"""What a plan that somebody asks for is worth now, without looking for a better one. Pure."""

from collections.abc import Mapping

from domain.periods import index_of
from domain.planning import Plan, Snapshot, SnapshotError, objective, violations


def priced(snapshot: Snapshot, wanted: Mapping[str, str]) -> Plan:
    """Return the plan with its value on a snapshot; ``wanted``: item -> period in which it starts.

    What should have started before starts now, what begins after the horizon is left to it. Raises SnapshotError with
    the limit that it breaks. Nothing is proven about it: its bound is its own value.
    """
    horizon, known = len(snapshot.periods), {task.id: task for task in snapshot.tasks}
    starts = {
        name: 0 if known[name].running else max(0, index_of(period, snapshot.periods[0]))
        for name, period in sorted(wanted.items())
        if name in known
    }
    within = {name: start for name, start in starts.items() if start < horizon}
    if broken := violations(snapshot, within):
        raise SnapshotError(f"it is no longer possible: {broken[0]}")
    value = objective(snapshot, within)
    return Plan(
        snapshot=snapshot.digest(),
        starts=within,
        objective=value,
        bound=value,
        gap=0.0,
        proven=False,
        solver="asked for",
    )
