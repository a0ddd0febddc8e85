"""Other good plans that somebody may prefer: clearly different, good enough, and each with what it is good for."""

import math
from collections import Counter
from collections.abc import Callable
from dataclasses import replace

from activities.explaining.asking import Answer, Effort, Question
from activities.explaining.programme import Programme
from activities.explaining.slots import Starts
from activities.solver_model import Model
from domain.explanations import Alternative, Alternatives
from domain.explanations_told import differences_of, told_alternative
from domain.planning import Plan, Snapshot, change_between, cost_share, objective, span_of, starts_in_force
from domain.risks import cost_of, has_spare, risk_of, spare_until, waits_for_gate
from domain.snapshot import in_force_on, later_on
from domain.wording import count

MOST = 3
FLOOR = 0.95  # of the value of the proposal that each must reach; fixed, so that no policy can make a bad plan pass
DISTANCE = 0.1  # of the funded items by which each must differ from the proposal and from the others, and 2 at least
MOST_WHOLE = 120  # tasks; with more, or without a proof, only some may stand elsewhere than in the proposal:
LEAST_FREE, MOST_FREE = 40, 100  # or twice as many as have to differ
NODES, ITERATIONS = 20, 10_000  # of one search
Place = tuple[str, int]
Purpose = tuple[str, Callable[[Snapshot], dict[Place, float]], Callable[[Snapshot, Starts], float]]


def alternatives(
    snapshot: Snapshot, plan: Plan, effort: Effort, model: Model | None = None
) -> tuple[Alternatives, tuple[Plan, ...]]:
    """Return up to three other good plans, and the plans themselves in the same order. ``model``: the wide one."""
    search = _Search(snapshot, plan, effort, model)
    for purpose in PURPOSES:
        search.look_for(purpose)
    while len(search.found) < MOST and search.next_best():
        pass
    return search.result(), tuple(kept for _, kept in search.found)


class _Search:
    """The plans found so far, and what the next one must differ from."""

    def __init__(self, snapshot: Snapshot, plan: Plan, effort: Effort, model: Model | None) -> None:
        self.snapshot, self.plan, self.effort = snapshot, plan, effort
        self.floor = plan.objective - (1 - FLOOR) * abs(plan.objective)
        self.distance = max(2, math.ceil(DISTANCE * len(plan.starts) - 1e-9))
        whole = plan.proven and len(snapshot.tasks) <= MOST_WHOLE
        free = None if whole else _movable(snapshot, plan.starts, self.distance)
        self.programme = Programme(snapshot, plan.starts, free, model)
        self.found: list[tuple[str, Plan]] = []
        self.none_left = False

    def look_for(self, purpose: Purpose) -> None:
        """Add the plan that serves a purpose best, when it serves it better than the proposal does."""
        name, counted, measure = purpose
        costs = counted(self.snapshot)
        if self.none_left or len(self.found) == MOST or not costs:
            return
        worth = sum(abs(gain) for gain in self.programme.model.gains) or 1.0
        value = {place: -0.4 * self.programme.model.gains[c] / worth for place, c in self.programme.columns.items()}
        total = {place: costs.get(place, 0.0) + value[place] for place in value}  # among equals, the one worth more
        answer = self._ask(Question(floor=self.floor, count=total, rows=self._others(), gap=0.5))
        here = measure(self.snapshot, self.plan.starts)
        if answer.starts is not None and measure(self.snapshot, answer.starts) < here:
            self._add(name, answer.starts)

    def next_best(self) -> bool:
        """Add the plan of the most value among those that differ, in what they fund if possible; tell whether so."""
        gap = abs(self.plan.objective) * 1e-3
        for by_items in (True, False):
            if not self.none_left:
                answer = self._ask(Question(floor=self.floor, rows=self._others(by_items), gap=gap), last=not by_items)
                if answer.starts is not None:
                    self._add("next best", answer.starts)
                    return True
        return False

    def result(self) -> Alternatives:
        """Return what was found, the most valuable first, as people read it."""
        why = ""
        if len(self.found) < MOST:
            apart = "any item" if self.distance == 1 else f"at least {count(self.distance, 'item')}"
            which = f"differs from these in {apart} and reaches {FLOOR:.0%} of the value"
            sure = self.none_left and self.programme.whole
            why = f"no other plan {which}" if sure else f"the search found no other plan that {which}"
        return Alternatives(
            found=tuple(self._told(purpose, kept) for purpose, kept in self.found),
            floor=round(self.floor, 6),
            distance=self.distance,
            why_no_more=why,
            cut_by_clock=self.effort.cut_by_clock,
        )

    def _ask(self, question: Question, last: bool = True) -> Answer:
        question = replace(question, begin=self._begin())
        part = Effort(min(NODES, self.effort.nodes), min(ITERATIONS, self.effort.iterations), self.effort.deadline)
        answer = self.programme.ask(question, part)
        self.effort.take(part)
        self.none_left = self.none_left or (last and answer.proven and answer.starts is None)
        return answer

    def _begin(self) -> Starts | None:
        """Return a plan without the least valuable items that differs enough; None when it is not good enough.

        Those that another one leaves out already come last, so that it differs from that too.
        """
        known = [self.plan.starts, *(kept.starts for _, kept in self.found)]
        starts = dict(self.plan.starts)
        values = {task.id: task.value for task in self.snapshot.tasks if task.must != "in" and not task.running}
        needs = Counter(other for task in self.snapshot.tasks if task.id in starts for other in task.after)
        after = {task.id: task.after for task in self.snapshot.tasks}
        order = sorted((n for n in starts if n in values), key=lambda n: (any(n not in p for p in known), values[n], n))
        for name in order:
            if name in self.programme.free and not needs[name]:
                del starts[name]
                needs.subtract(after[name])
                if all(_distance(starts, other) >= self.distance for other in known):
                    return starts if objective(self.snapshot, starts) >= self.floor else None
        return None

    def _add(self, name: str, starts: Starts) -> None:
        value = objective(self.snapshot, starts)
        bound = max(self.plan.bound, value)
        kept = Plan(
            snapshot=self.snapshot.digest(),
            starts=dict(sorted(starts.items())),
            objective=value,
            bound=bound,
            gap=(bound - value) / max(abs(value), 1.0),
            proven=False,
            solver=self.plan.solver,
        )
        self.found.append((name, kept))

    def _others(self, by_items: bool = False) -> tuple[tuple[dict[Place, float], float], ...]:
        known = (self.plan.starts, *(kept.starts for _, kept in self.found))
        return tuple(self._apart(starts, by_items) for starts in known)

    def _apart(self, starts: Starts, by_items: bool) -> tuple[dict[Place, float], float]:
        """Return a row: so many items at least are out or come in, or (unless ``by_items``) stand elsewhere."""
        row = {
            (name, start): 1.0 if name not in starts else -1.0
            for name, start in self.programme.model.columns
            if name not in starts or by_items or starts[name] == start
        }
        return row, self.distance - len(starts)

    def _told(self, purpose: str, kept: Plan) -> Alternative:
        before, later = in_force_on(self.snapshot), later_on(self.snapshot)
        after = later | kept.starts
        found = Alternative(
            purpose=purpose,
            plan=kept.digest(),
            value=kept.objective,
            share=round(kept.objective / self.plan.objective, 4) if self.plan.objective > 0 else None,
            cost=cost_of(self.snapshot, kept.starts),
            risk=risk_of(self.snapshot, kept.starts),
            change=change_between(self.snapshot, before | later, after),
            differs=differences_of(self.snapshot, self.plan.starts, kept.starts),
        )
        return found.model_copy(update={"text": told_alternative(found, self.snapshot.currency)})


def _distance(one: Starts, other: Starts) -> int:
    return sum(one.get(name) != other.get(name) for name in {*one, *other})


def _changes(snapshot: Snapshot) -> dict[Place, float]:
    """Return what each place counts as a change against the plan in force."""
    if not in_force_on(snapshot):
        return {}
    return {
        (task.id, start): -1.0 if start == task.in_force else 0.0 if task.id in in_force_on(snapshot) else 1.0
        for task in snapshot.tasks
        for start in range(len(snapshot.periods))
    }


def _changed(snapshot: Snapshot, starts: Starts) -> float:
    return float(_distance(in_force_on(snapshot), starts))


def _costs(snapshot: Snapshot) -> dict[Place, float]:
    """Return what each place costs within the horizon, as a share of what everything costs, in fifths of a per cent."""
    horizon = len(snapshot.periods)
    paid = {task.id: sum(cost_share(task, k) for k in range(span_of(task, horizon))) for task in snapshot.tasks}
    total = sum(paid.values())
    if not total:
        return {}
    return {(task.id, start): paid[task.id] / total * 500 for task in snapshot.tasks for start in range(horizon)}


def _risks(snapshot: Snapshot) -> dict[Place, float]:
    """Return what each place adds to, or takes from, the items that hang on nothing slipping."""
    horizon = len(snapshot.periods)
    found: dict[Place, float] = {}
    for task in snapshot.tasks:
        promised = spare_until(snapshot, task) is not None
        for start in range(horizon - span_of(task, horizon) + 1):
            points = float(waits_for_gate(snapshot, task, start)) - float(promised and has_spare(snapshot, task, start))
            if points:
                found[task.id, start] = points
    return found


PURPOSES: tuple[Purpose, ...] = (
    ("fewest changes", _changes, _changed),
    ("cheapest", _costs, lambda snapshot, starts: float(cost_of(snapshot, starts))),
    ("least risk", _risks, lambda snapshot, starts: float(risk_of(snapshot, starts).total)),
)


def _movable(snapshot: Snapshot, starts: Starts, distance: int) -> set[str]:
    """Return some tasks: what the plan changes, then in turn the least worth inside and the most outside."""
    most = max(LEAST_FREE, 2 * distance, min(MOST_FREE, 4 * distance))
    before = starts_in_force(snapshot)
    differ = sorted(task.id for task in snapshot.tasks if before.get(task.id) != starts.get(task.id))
    money = max(1, sum(snapshot.budgets))
    capacity = {team: max(1e-9, sum(row)) for team, row in snapshot.capacity.items()}
    worth = {
        task.id: task.value
        / (task.cost / money + sum(d / capacity[t] for t, d in task.efforts.items() if t in capacity) + 1e-9)
        for task in snapshot.tasks
    }
    inside = sorted(starts, key=lambda name: (worth[name], name))
    outside = sorted((name for name in worth if name not in starts), key=lambda name: (-worth[name], name))
    turns = [name for pair in zip(inside, outside, strict=False) for name in pair] + inside + outside
    return set(list(dict.fromkeys([*differ[: most // 2], *turns]))[:most])
