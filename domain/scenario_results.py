"""What a scenario would lead to: its best plan beside the best plan without it, as data and in plain words. Pure."""

from domain.planning import (
    TOLERANCE,
    Plan,
    Snapshot,
    cost_share,
    objective,
    slips,
    span_of,
    violations,
)
from domain.product import ProductState
from domain.proposals import why_not
from domain.scenario_told import Difference, InForce, ItemDifference, MilestoneDifference, PeriodUse, Side, said
from domain.snapshot import as_periods, in_force_on

MOST_EXPLAINED = 20  # displaced items whose reason is looked for, the most valuable first


Solved = Plan | str  # or why there is no plan


def settled(here: Snapshot, mine: Solved, other: Solved, *, ties: bool) -> Solved:
    """Return the better plan for a snapshot: its own, or the one found for the other side; ``ties`` go to the other.

    So differences come from what was changed, and not from ties or from where a search stopped.
    """
    if isinstance(mine, str) or isinstance(other, str):
        return mine
    value = objective(here, other.starts)
    least = mine.objective - TOLERANCE if ties else mine.objective + TOLERANCE
    if value < least or violations(here, other.starts):
        return mine
    value = max(value, mine.objective)  # rounding must not lose a tie
    gap = max(0.0, mine.bound - value) / max(abs(value), 1.0)
    return mine.model_copy(update={"starts": other.starts, "objective": value, "gap": gap})


def compared(
    state: ProductState, base: Snapshot, base_plan: Solved, changed: Snapshot, changed_plan: Solved
) -> Difference:
    """Return what differs between the best plans of two snapshots of the same items and milestones."""
    base_plan = settled(base, base_plan, changed_plan, ties=False)
    changed_plan = settled(changed, changed_plan, base_plan, ties=True)
    before = None if isinstance(base_plan, str) else base_plan.starts
    after = None if isinstance(changed_plan, str) else changed_plan.starts
    found = Difference(
        base=_side(base, base_plan),
        scenario=_side(changed, changed_plan),
        in_force=_in_force(base, base_plan),
        milestones=_milestones(state, base, before, changed, after),
    )
    if before is not None and after is not None:
        items = _items(state, changed, before, after)
        found = found.model_copy(
            update={
                "entered": tuple(one for one in items if one.before is None),
                "displaced": tuple(one for one in items if one.after is None),
                "moved": tuple(one for one in items if one.before is not None and one.after is not None),
            }
        )
    return found.model_copy(update={"said": tuple(said(found, base.currency, base != changed))})


def _side(snapshot: Snapshot, plan: Solved) -> Side:
    if isinstance(plan, str):
        return Side(impossible=plan)
    uses = _uses(snapshot, plan.starts)
    return Side(
        value=plan.objective,
        cost=sum(use.cost for use in uses),
        funded=len(plan.starts),
        gap=plan.gap,
        proven=plan.proven,
        limit=plan.limit,
        periods=uses,
        starts=as_periods(snapshot, plan.starts),
    )


def _uses(snapshot: Snapshot, starts: dict[str, int]) -> tuple[PeriodUse, ...]:
    horizon = len(snapshot.periods)
    costs = [0] * horizon
    for task in snapshot.tasks:
        start = starts.get(task.id)
        if start is not None:
            for k in range(min(span_of(task, horizon), horizon - start)):
                costs[start + k] += cost_share(task, k)
    rows = zip(snapshot.periods, costs, snapshot.budgets, strict=True)
    return tuple(PeriodUse(period=period, cost=cost, budget=budget) for period, cost, budget in rows)


def _in_force(snapshot: Snapshot, plan: Solved) -> InForce:
    starts = in_force_on(snapshot)
    broken, value = violations(snapshot, starts), objective(snapshot, starts)
    best = not broken and not isinstance(plan, str) and plan.objective <= value + TOLERANCE
    return InForce(exists=bool(starts), value=value, impossible=broken[0] if broken else "", best=best)


def _items(
    state: ProductState, snapshot: Snapshot, before: dict[str, int], after: dict[str, int]
) -> list[ItemDifference]:
    differing = [task for task in snapshot.tasks if before.get(task.id) != after.get(task.id)]
    displaced = (task for task in differing if task.id not in after)
    explained = {task.id for task in sorted(displaced, key=lambda task: (-task.value, task.id))[:MOST_EXPLAINED]}
    old, new = as_periods(snapshot, before), as_periods(snapshot, after)
    found = [
        ItemDifference(
            item=task.id,
            title=state.items[task.id].title,
            value=task.value,
            cost=task.cost,
            before=old.get(task.id),
            after=new.get(task.id),
            why=why_not(snapshot, after, task, before[task.id]) if task.id in explained else "",
        )
        for task in differing
    ]
    return sorted(found, key=lambda one: (-one.value, one.item))


def _milestones(
    state: ProductState,
    base: Snapshot,
    before: dict[str, int] | None,
    changed: Snapshot,
    after: dict[str, int] | None,
) -> tuple[MilestoneDifference, ...]:
    late_before = None if before is None else slips(base, before)
    late_after = None if after is None else slips(changed, after)
    dues = {target.id: target.due for target in base.targets}
    found = []
    for target in changed.targets:
        old = None if late_before is None else late_before.get(target.id)
        new = None if late_after is None else late_after.get(target.id)
        sides = tuple(_unfunded(one, starts, target.id) for one, starts in ((base, before), (changed, after)))
        if old or new or any(sides) or dues.get(target.id) != target.due:
            found.append(
                MilestoneDifference(
                    milestone=target.id,
                    title=state.milestones[target.id].title,
                    committed=state.milestones[target.id].committed,
                    late_before=old,
                    late_after=new,
                    unfunded_before=sides[0],
                    unfunded_after=sides[1],
                )
            )
    return tuple(found)


def _unfunded(snapshot: Snapshot, starts: dict[str, int] | None, milestone: str) -> tuple[str, ...]:
    if starts is None:
        return ()
    return tuple(task.id for task in snapshot.tasks if task.milestone == milestone and task.id not in starts)
