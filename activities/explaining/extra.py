"""Why an item stays out: the least extra money or capacity that lets it in, found by solving again.

With E units more in a slot, let V_in be the most value of a plan with the item and V_out of one without. Both grow
with E, their difference does not: more money may fund a rival first. The least E with V_in ≥ V_out is found from below:

    θ₀ = V_out(0);  Eₖ = the least E with V_in(E) ≥ θₖ;  θₖ₊₁ = V_out(Eₖ);  until V_in(Eₖ) ≥ V_out(Eₖ)

Below Eₖ, V_in < θₖ = V_out(Eₖ₋₁) ≤ V_out, so nothing smaller is left out; each Eₖ is one programme that minimises E.
"""

import math
from itertools import combinations

from activities.explaining.asking import Answer, Effort, Question
from activities.explaining.programme import Programme
from activities.explaining.slots import STEP, Slot, Starts, wide_model
from activities.solver_model import Model
from domain.explanations import Extra, Known, WhyNot
from domain.explanations_told import spelled_why_not
from domain.hindrances import hindrance, needed_by
from domain.planning import TOLERANCE, Plan, Snapshot, objective

ROUNDS = 12  # of raising the threshold for one slot
MOST_WHOLE = 300  # tasks; with more, or when a first try was cut, most are held where the plan has them
MOST_FREE = 24  # tasks that are not; then nothing is proven about every plan, and figures are "about"
WHOLE_SHARE = 0.7  # of the effort, for the try that may prove
MOST_COMBINATIONS = 12
NO_WAY = "it is worth less than what would have to change for it"
NOT_FOUND = "no way in was found before the search stopped"


def tie(value: float) -> float:
    """Return by how much two plans' values may differ and still be as good; only rounding."""
    return 2 * TOLERANCE + 1e-9 * abs(value) if math.isfinite(value) else 0.0


class WhyNots:
    """Says why items stay out of a plan. One per plan, so that its programme is built once."""

    def __init__(self, snapshot: Snapshot, plan: Plan) -> None:
        self.snapshot, self.plan = snapshot, plan
        self._model: Model | None = None
        self._whole: Programme | None = None

    def of(self, item: str, effort: Effort) -> WhyNot:
        """Return why ``item``, a task of the snapshot that the plan does not fund, stays out."""
        if reason := hindrance(self.snapshot, item):
            return WhyNot(item=item, binding=reason, text=reason)
        if self.plan.proven and len(self.snapshot.tasks) <= MOST_WHOLE:
            self._whole = self._whole or Programme(self.snapshot, model=self.model())
            part = effort.part(WHOLE_SHARE)
            whole = _Search(self._whole, self.plan, item, part)
            found = whole.found()
            effort.take(part)
            if whole.sure or any(extra.known == "exactly" for extra in (found.money, *found.days) if extra is not None):
                return found
        needed = set(needed_by(self.snapshot, item))
        free = competing(self.snapshot, self.plan.starts, needed)
        programme = Programme(self.snapshot, self.plan.starts, free, self.model())
        return _Search(programme, self.plan, item, effort).found()

    def model(self) -> Model:
        """Return the model of the snapshot without its limits, built when it is first needed."""
        self._model = self._model or wide_model(self.snapshot)
        return self._model


class _Search:
    """The questions about one item."""

    def __init__(self, programme: Programme, plan: Plan, item: str, effort: Effort) -> None:
        self.programme, self.snapshot, self.item, self.effort = programme, programme.snapshot, item, effort
        self.best: Starts = plan.starts
        self.needed = needed_by(self.snapshot, item)
        self.along = tuple(name for name in self.needed if name not in plan.starts and name != item)
        self.sure = programme.whole  # every answer so far is proven, and about every plan
        self.outs: dict[tuple[tuple[Slot, int], ...], float] = {}
        if plan.proven and plan.gap == 0:
            self.outs[()] = plan.objective

    def found(self) -> WhyNot:
        """Ask in turn: with nothing more, with more money, with more of a team, with several together."""
        alone = self._out({})
        gap = tie(objective(self.snapshot, self.best)) / 4
        inside = self._ask(Question(inside={self.item}, gap=gap))
        value = self.programme.value(inside)
        if inside.starts is not None and value >= alone - tie(alone):
            return self._no_need(value, alone)
        swap = self._swap(inside.starts, alone)
        horizon = range(len(self.snapshot.periods))
        money = self._least([(None, t) for t in horizon])
        teams = [self._least([(team, t) for t in horizon]) for team in self._teams()]
        days = tuple(extra for extra in teams if extra is not None)
        together = () if money is not None or days else self._together()
        extras = [extra for extra in (money, *days, *together) if extra is not None]
        found = WhyNot(
            item=self.item,
            binding=_binding(extras, bool(together), self.sure),
            money=money,
            days=days,
            together=together,
            along=self.along,
            exact=self.sure and all(extra.known == "exactly" for extra in extras),
            cut_by_clock=self.effort.cut_by_clock,
            **swap,
        )
        text = spelled_why_not(found, self.snapshot.currency)
        return found.model_copy(update={"text": text})

    def _no_need(self, value: float, alone: float) -> WhyNot:
        equal = value <= alone + tie(alone)
        why = "it is as good in the plan as out of it" if equal else "a longer search may fund it: a better plan does"
        return WhyNot(
            item=self.item,
            binding=why,
            along=self.along,
            loses=0.0 if equal else None,
            exact=self.sure,
            cut_by_clock=self.effort.cut_by_clock,
            text=why,
        )

    def _teams(self) -> list[str]:
        tasks = (task for task in self.snapshot.tasks if task.id in self.needed)
        names = {team for task in tasks for team, days in task.efforts.items() if days > 0}
        return sorted(names & set(self.snapshot.capacity))

    def _ask(self, question: Question) -> Answer:
        answer = self.programme.ask(question, self.effort)
        self.sure = self.sure and answer.proven
        return answer

    def _out(self, extra: dict[Slot, int]) -> float:
        """Return the most value without the item; the best that is known when it is not proven."""
        key = tuple(sorted(extra.items(), key=str))
        if key not in self.outs:
            known = objective(self.snapshot, self.best)
            answer = self._ask(Question(outside={self.item}, extra=extra, gap=tie(known) / 4, begin=self.best))
            value = self.programme.value(answer)
            self.outs[key] = value if answer.proven else max(value, known)
        return self.outs[key]

    def _least(self, slots: list[Slot]) -> Extra | None:
        """Return the least that is enough in one of the slots; None when there is none in any."""
        best: tuple[Slot, int] | None = None
        for slot in slots:
            units = self._least_in(slot, None if best is None else best[1] - 1)
            best = best if units is None else (slot, units)
        known: Known = "exactly" if self.sure and self.programme.precise else "about"
        return None if best is None else self._extra(*best, known)

    def _least_in(self, slot: Slot, most: int | None) -> int | None:
        theta, low = self._out({}), 1
        gap = 0.4 if slot[0] is None else 0.9
        for _ in range(ROUNDS):
            if most is not None and most < low:
                return None
            question = Question(inside={self.item}, ease={slot: 1.0}, low=low, high=most, floor=_floor(theta), gap=gap)
            answer = self._ask(question)
            if answer.starts is None:
                return None
            low = max(low, self.programme.overdrawn(answer.starts).get(slot, 0))
            theta = self._out({slot: low})
            if self.programme.value(answer) >= theta - tie(theta):
                return low
        self.sure = False
        return None

    def _together(self) -> tuple[Extra, ...]:
        """Return amounts of several things that are enough, of as few things as possible."""
        things: list[str | None] = [None, *self._teams()]
        tries = [some for size in range(1, len(things)) for some in combinations(things, size)]
        for some in [*tries[:MOST_COMBINATIONS], tuple(things)]:
            if found := self._enough(some):
                return found
        return ()

    def _enough(self, things: tuple[str | None, ...]) -> tuple[Extra, ...]:
        slots = [(thing, t) for thing in things for t in range(len(self.snapshot.periods))]
        weights = {slot: 1.0 / max(1, self.programme.most[slot]) for slot in slots}
        theta = self._out({})
        for _ in range(ROUNDS):
            question = Question(inside={self.item}, ease=weights, floor=_floor(theta), gap=1e-6)
            answer = self._ask(question)
            if answer.starts is None:
                return ()
            units = self.programme.needs(answer.starts)
            theta = self._out(units)
            if self.programme.value(answer) >= theta - tie(theta):
                known: Known = "enough" if self.sure else "about"
                return tuple(self._extra(slot, amount, known) for slot, amount in sorted(units.items(), key=str))
        self.sure = False
        return ()

    def _swap(self, starts: Starts | None, alone: float) -> dict[str, object]:
        """Return what gives way when the item must be in with nothing more, and what that costs."""
        if starts is None:
            return {}
        value = objective(self.snapshot, starts)
        stays = {key: -1.0 for key in self.programme.place if self.best.get(key[0]) == key[1]}
        least = Question(inside={self.item}, floor=value - tie(value) / 2, count=stays, gap=0.9, begin=starts)
        closest = self.programme.ask(least, self.effort).starts or starts  # else it may name more than has to give way
        return {
            "instead": tuple(sorted(set(self.best) - set(closest))),
            "moved": tuple(sorted(n for n, start in self.best.items() if closest.get(n, start) != start)),
            "loses": round(max(0.0, alone - value), 6),
        }

    def _extra(self, slot: Slot, units: int, known: Known) -> Extra:
        amount = float(units) if slot[0] is None else round(units * STEP, 1)
        return Extra(team=slot[0], period=self.snapshot.periods[slot[1]], amount=amount, known=known)


def _floor(theta: float) -> float | None:
    return None if theta == -math.inf else theta - tie(theta) / 2


def _binding(extras: list[Extra], together: bool, sure: bool) -> str:
    if not extras:
        return NO_WAY if sure else NOT_FOUND
    names = {"money" if extra.team is None else extra.team for extra in extras}
    return (" and " if together else " or ").join(sorted(names, key=lambda name: (name != "money", name)))


def competing(snapshot: Snapshot, starts: Starts, items: set[str]) -> set[str]:
    """Return ``items`` and the tasks that compete most with them, MOST_FREE in all.

    They compete when they take money or the same teams where they stand; the least worth for what they take come first.
    """
    teams = {team for task in snapshot.tasks if task.id in items for team in task.efforts}
    needed = {other for task in snapshot.tasks if task.id in starts for other in task.after}

    def rank(name: str) -> tuple[float, str]:
        task = tasks[name]
        share = sum(task.efforts.get(team, 0.0) / capacity[team] for team in teams if capacity.get(team))
        return (task.value / (task.cost / money + share + 1e-9), name)

    tasks = {task.id: task for task in snapshot.tasks}
    money = max(1, sum(snapshot.budgets))
    capacity = {team: sum(row) for team, row in snapshot.capacity.items()}
    rivals = sorted((n for n in starts if n not in needed and n not in items), key=rank)[: MOST_FREE * 2 // 3]
    others = sorted((n for n in tasks if n not in starts and n not in items), key=rank, reverse=True)
    room = max(0, MOST_FREE - len(items) - len(rivals))
    return items | set(rivals) | set(others[:room])
