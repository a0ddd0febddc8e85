"""What a scenario would lead to: its best plan beside the best plan without it, as data and in plain words. Pure."""

from pydantic import BaseModel, ConfigDict

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
from domain.snapshot import as_periods, in_force_on
from domain.wording import count, listing, money, percent, points

MOST_EXPLAINED = 20  # displaced items whose reason is looked for, the most valuable first


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True)


class PeriodUse(_Frozen):
    """What a plan takes of a period's money, minor units; what is spent already is in neither."""

    period: str
    cost: int
    budget: int


class Side(_Frozen):
    """The best plan of one side; ``impossible`` says why there is none."""

    impossible: str = ""
    value: float | None = None  # value points
    cost: int | None = None  # minor units, within the horizon
    funded: int | None = None  # items
    gap: float | None = None
    proven: bool = False
    limit: str | None = None  # what stopped the search
    periods: tuple[PeriodUse, ...] = ()
    starts: dict[str, str] = {}  # item -> period


class InForce(_Frozen):
    """The plan in force beside the best plan without any change."""

    exists: bool  # some open item is planned
    value: float
    impossible: str  # why it can no longer be kept; empty: it can
    best: bool  # no better plan is known


class ItemDifference(_Frozen):
    """An item that stands elsewhere in the scenario."""

    item: str
    title: str
    value: float
    cost: int  # as the scenario has it
    before: str | None  # period in which the best plan without the scenario starts it
    after: str | None
    why: str = ""  # the constraint that keeps a displaced one out


class MilestoneDifference(_Frozen):
    """A milestone that is late on one side, or that moved."""

    milestone: str
    title: str
    committed: bool
    late_before: int | None  # periods; None: there is no plan
    late_after: int | None
    unfunded_before: tuple[str, ...] = ()  # items that it needs and that the plan leaves out: it is not delivered
    unfunded_after: tuple[str, ...] = ()


class Difference(_Frozen):
    """What the scenario changes. Nothing of it has been done."""

    base: Side
    scenario: Side
    in_force: InForce
    entered: tuple[ItemDifference, ...] = ()
    displaced: tuple[ItemDifference, ...] = ()
    moved: tuple[ItemDifference, ...] = ()
    milestones: tuple[MilestoneDifference, ...] = ()
    said: tuple[str, ...] = ()  # the same in words, the most important first


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
    return found.model_copy(update={"said": tuple(_said(found, base.currency, base != changed))})


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


def _said(found: Difference, currency: str, differs: bool) -> list[str]:
    base, scenario, kept = found.base, found.scenario, found.in_force
    lines = []
    if scenario.impossible:
        lines.append(f"With these changes there is no plan: {scenario.impossible}.")
    if base.impossible:
        lines.append(f"Without them there is none as things stand: {base.impossible}.")
    if scenario.value is not None and base.value is not None:
        lines.append(_worth(base.value, scenario.value))
        costs = f"{money(scenario.cost or 0, currency)} instead of {money(base.cost or 0, currency)}"
        same = scenario.cost == base.cost
        lines.append(f"It costs {f'the same, {money(base.cost or 0, currency)}' if same else costs}.")
        lines += _moves_said(found)
        if not differs:
            lines.append("The changes make no difference to what can be planned.")
    elif scenario.value is not None:
        lines.append(f"With them the best plan is worth {points(scenario.value)}.")
    if any(use.cost > use.budget for side in (base, scenario) for use in side.periods):
        lines.append(
            "What a month does not spend may be spent later, so that a month may cost more than its own budget."
        )
    lines += [_late(one) for one in found.milestones if _told(one)]
    lines += _left_open(base, scenario)
    if kept.exists and kept.impossible:
        lines.append(f"The plan in force can no longer be kept, whatever changes: {kept.impossible}.")
    elif kept.exists and not kept.best and base.value is not None:
        lines.append(
            f"The plan in force is worth {points(kept.value)}; the best plan without any change is worth "
            f"{points(base.value)}, and it is what the scenario is measured against."
        )
    return lines


def _left_open(base: Side, scenario: Side) -> list[str]:
    """Say what searches that were cut short may have missed."""
    sides = ((scenario, "The search was cut short: with the changes"), (base, "The search was cut short: without them"))
    lines = [
        f"{text}, the gap to the best possible plan is {percent(side.gap or 0)}."
        for side, text in sides
        if side.value is not None and not side.proven
    ]
    if base.value is not None and scenario.value is not None:
        most = max((side.gap or 0.0) * max(abs(side.value or 0.0), 1.0) for side in (base, scenario))
        if lines and abs(scenario.value - base.value) < most:
            lines.append("The difference in worth is smaller than that gap: it may come from the search.")
    return lines


def _worth(base: float, scenario: float) -> str:
    if abs(scenario - base) <= TOLERANCE:
        return f"The best plan is worth as much as before, {points(base)}."
    more = "more" if scenario > base else "less"
    return (
        f"The best plan is worth {points(scenario)} instead of {points(base)}: {points(abs(scenario - base))} {more}."
    )


def _moves_said(found: Difference) -> list[str]:
    lines = []
    for items, what in ((found.displaced, "give way"), (found.entered, "enter"), (found.moved, "move")):
        if items:
            verb = what if len(items) > 1 else {"give way": "gives way", "enter": "enters", "move": "moves"}[what]
            lines.append(f"{count(len(items), 'item')} {verb}: {listing([one.item for one in items])}.")
    return lines or ["The same items start in the same periods."]


def _told(one: MilestoneDifference) -> bool:
    sides = ((one.late_after, one.unfunded_after), (one.late_before, one.unfunded_before))
    return one.late_after is not None and sides[0] != sides[1]


def _late(one: MilestoneDifference) -> str:
    sides = (
        (one.late_after, one.unfunded_after, "in the scenario"),
        (one.late_before, one.unfunded_before, "without it"),
    )
    known = [f"{_periods_late(late, unfunded)} {where}" for late, unfunded, where in sides if late is not None]
    return f"{one.milestone} is {', '.join(known)}."


def _periods_late(late: int, unfunded: tuple[str, ...]) -> str:
    if unfunded:
        return f"not delivered (it needs {listing(unfunded)})"
    return f"{count(late, 'period')} late" if late else "on time"
