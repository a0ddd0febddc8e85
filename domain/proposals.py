"""From a plan to the proposal that a person can judge: what changes, why, and why not. Pure."""

from domain.planning import (
    ItemReason,
    Plan,
    Proposal,
    Snapshot,
    Task,
    change_between,
    objective,
    span_of,
    violations,
)
from domain.snapshot import as_periods, in_force_on, later_on
from domain.wording import listing, money, points

MOST_LEFT_OUT = 40  # items that stay out are explained in order of value; more of them nobody reads


def draft(snapshot: Snapshot, plan: Plan, run: int, reasons: tuple[str, ...], titles: dict[str, str]) -> Proposal:
    """Return the proposal to switch from the plan in force to ``plan``."""
    before, later = in_force_on(snapshot), later_on(snapshot)
    whole_before, after = before | later, later | plan.starts  # what is planned for later stays, unless it moves
    change = change_between(snapshot, whole_before, after)
    broken = violations(snapshot, before)
    return Proposal(
        product=snapshot.product,
        run=run,
        currency=snapshot.currency,
        snapshot=snapshot.digest(),
        plan=plan.digest(),
        periods=snapshot.periods,
        starts=as_periods(snapshot, after),
        value=plan.objective,
        value_in_force=objective(snapshot, before),
        in_force_feasible=not broken,
        why_infeasible=broken[0] if broken else "",
        gap=plan.gap,
        change=change,
        reasons=reasons,
        items=tuple(_reasons(snapshot, whole_before, after, titles)),
    )


def _reasons(
    snapshot: Snapshot, before: dict[str, int], after: dict[str, int], titles: dict[str, str]
) -> list[ItemReason]:
    out = [task for task in snapshot.tasks if task.id not in before and task.id not in after]
    explained = {task.id for task in sorted(out, key=lambda task: (-task.value, task.id))[:MOST_LEFT_OUT]}
    found = []
    periods_before, periods_after = as_periods(snapshot, before), as_periods(snapshot, after)
    for task in snapshot.tasks:
        old, new = before.get(task.id), after.get(task.id)
        if old == new and task.id not in explained:
            continue
        found.append(
            ItemReason(
                item=task.id,
                title=titles.get(task.id, ""),
                before=periods_before.get(task.id),
                after=periods_after.get(task.id),
                value=task.value,
                cost=task.cost,
                why=_why(snapshot, before, after, task),
            )
        )
    return found


def _why(snapshot: Snapshot, before: dict[str, int], after: dict[str, int], task: Task) -> str:
    old, new, horizon = before.get(task.id), after.get(task.id), len(snapshot.periods)
    within = {name: start for name, start in after.items() if start < horizon}
    worth = f"worth {points(task.value)} for {money(task.cost, snapshot.currency)}"
    if new is None:
        return f"{'gives way' if old is not None else 'stays out'}, {worth}: {why_not(snapshot, within, task, old)}"
    if old is None:
        instead = sorted(name for name in before if name not in after)
        taken = f"; {listing(instead)} {'gives' if len(instead) == 1 else 'give'} way" if instead else ""
        return f"enters, {worth}{taken}"
    kept = violations(snapshot, {**within, task.id: old}) if old < horizon else ()
    stuck = f"staying in {snapshot.periods[old]} is not possible: {kept[0]}" if kept else ""
    reason = stuck or "the whole plan is worth more this way"
    return f"moves {'later' if new > old else 'earlier'}: {reason}"


def why_not(snapshot: Snapshot, starts: dict[str, int], task: Task, old: int | None = None) -> str:
    """Return the constraint that keeps an item out: where it was, or else where the least stands in its way."""
    horizon = len(snapshot.periods)
    latest = horizon - span_of(task, horizon)
    if task.earliest > latest:
        return "what it depends on is promised too late for the horizon"
    kept = violations(snapshot, {**starts, task.id: old}) if old is not None else ()
    if kept:
        return kept[0]
    tries = [violations(snapshot, {**starts, task.id: start}) for start in range(task.earliest, latest + 1)]
    fewest = min(tries, key=len)
    if fewest:
        return fewest[0]
    return "it would fit, but adds no value" if task.value <= 0 else "it would fit; a better search may still fund it"
