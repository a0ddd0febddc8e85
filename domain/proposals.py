"""The proposal that a person can judge, and how it is drafted from a plan: what changes, why, and why not. Pure."""

from collections.abc import Iterable, Mapping

from pydantic import BaseModel, ConfigDict

from domain.changed_inputs import Changed
from domain.explanations import Alternatives, WhyNot
from domain.planning import (
    Plan,
    Snapshot,
    Task,
    change_between,
    objective,
    span_of,
    violations,
)
from domain.record import content_hash
from domain.snapshot import as_periods, in_force_on, later_on
from domain.wording import listing, money, points
from events.internal import Change

MOST_LEFT_OUT = 40  # items that stay out are explained in order of value; more of them nobody reads


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
    value_before: float | None = None  # when priorities were last set; None: as now, or it was not known then
    cost_before: int | None = None
    causes: tuple[str, ...] = ()  # ledger keys of the events that changed them


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
    why_not: tuple[WhyNot, ...] = ()  # of the most valuable items that stay out, solved for
    alternatives: Alternatives = Alternatives()
    cut: tuple[str, ...] = ()  # parts that the clock cut short: another run may say more

    def digest(self) -> str:
        """Return the content hash that decisions are bound to."""
        return content_hash(self.model_dump(mode="json"))


class Explained(BaseModel):
    """What was found out beside a plan. ``plans`` are those of the alternatives, in their order."""

    model_config = ConfigDict(frozen=True)

    why_not: tuple[WhyNot, ...] = ()
    alternatives: Alternatives = Alternatives()
    plans: tuple[Plan, ...] = ()
    cut: tuple[str, ...] = ()  # parts that the clock cut short


def draft(
    snapshot: Snapshot,
    plan: Plan,
    run: int,
    reasons: tuple[str, ...],
    titles: dict[str, str],
    changed: Iterable[Changed] = (),
    explained: Explained = Explained(),  # noqa: B008 - frozen
) -> Proposal:
    """Return the proposal to switch from the plan in force to ``plan``, with what was found out beside it."""
    before, later = in_force_on(snapshot), later_on(snapshot)
    whole_before, after = before | later, later | plan.starts  # what is planned for later stays, unless it moves
    change = change_between(snapshot, whole_before, after)
    broken = violations(snapshot, before)
    solved, news = {one.item: one for one in explained.why_not}, {one.item: one for one in changed}
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
        items=tuple(
            _with_news(one, news.get(one.item), snapshot.currency)
            for one in _reasons(snapshot, whole_before, after, titles, solved)
        ),
        why_not=explained.why_not,
        alternatives=explained.alternatives,
        cut=explained.cut,
    )


def _with_news(reason: ItemReason, news: Changed | None, currency: str) -> ItemReason:
    """Return a reason with what changed of the item since priorities were last set, and why."""
    if news is None:
        return reason
    said = []
    value, cost = news.value_before, news.cost_before
    if value is None:
        said.append("it is new")
    elif points(value) != points(news.value_after):
        said.append(f"its value went from {value:,.1f} to {points(news.value_after)}")
    if cost is not None and cost != news.cost_after:
        said.append(f"its cost from {money(cost, currency)} to {money(news.cost_after, currency)}")
    because = f" ({listing(news.because)})" if news.because else ""
    return reason.model_copy(
        update={
            "value_before": value,
            "cost_before": cost,
            "causes": news.causes,
            "why": f"{reason.why}; {' and '.join(said)}{because}" if said else reason.why,
        }
    )


def _reasons(
    snapshot: Snapshot,
    before: dict[str, int],
    after: dict[str, int],
    titles: dict[str, str],
    solved: Mapping[str, WhyNot],
) -> list[ItemReason]:
    out = [task for task in snapshot.tasks if task.id not in before and task.id not in after]
    explained = {task.id for task in sorted(out, key=lambda task: (-task.value, task.id))[:MOST_LEFT_OUT]}
    found = []
    periods_before, periods_after = as_periods(snapshot, before), as_periods(snapshot, after)
    for task in snapshot.tasks:
        old, new = before.get(task.id), after.get(task.id)
        if old == new and task.id not in explained and task.id not in solved:
            continue
        found.append(
            ItemReason(
                item=task.id,
                title=titles.get(task.id, ""),
                before=periods_before.get(task.id),
                after=periods_after.get(task.id),
                value=task.value,
                cost=task.cost,
                why=_why(snapshot, before, after, task, solved.get(task.id)),
            )
        )
    return found


def _why(snapshot: Snapshot, before: dict[str, int], after: dict[str, int], task: Task, solved: WhyNot | None) -> str:
    old, new, horizon = before.get(task.id), after.get(task.id), len(snapshot.periods)
    within = {name: start for name, start in after.items() if start < horizon}
    worth = f"worth {points(task.value)} for {money(task.cost, snapshot.currency)}"
    if new is None:
        why = solved.text if solved is not None else why_not(snapshot, within, task, old)
        return f"{'gives way' if old is not None else 'stays out'}, {worth}: {why}"
    if old is None:
        instead = sorted(name for name in before if name not in after)
        taken = f"; {listing(instead)} {'gives' if len(instead) == 1 else 'give'} way" if instead else ""
        return f"enters, {worth}{taken}"
    kept = violations(snapshot, {**within, task.id: old}) if old < horizon else ()
    stuck = (
        f"beside the rest of the plan, staying in {snapshot.periods[old]} is not possible: {kept[0]}" if kept else ""
    )
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
