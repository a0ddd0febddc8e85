"""Why an item stays out: the least extra money or capacity that lets it in, found by solving again.

With E units more in a slot, let V_in be the most value of a plan with the item and V_out of one without. Both grow
with E in steps, their difference does not: more money may fund a rival first. The least E with V_in ≥ V_out is found
by leaving out whole ranges, each with at most one programme for V_in(b) and one for V_out(a) that maximise value:

    from a to b nothing is enough when V_in(b) < V_out(a); from what the best plan with the item takes of b to b, V_in
    stays the same, so there either the least of them is enough or nothing is
"""

import math
from itertools import combinations

from activities.explaining.asking import NOTHING, Answer, Effort, Question
from activities.explaining.programme import Programme
from activities.explaining.slots import MOST_FREE, STEP, Slot, Starts, competing, wide_model
from activities.solver_model import Model
from domain.explanations import Extra, Known, WhyNot
from domain.explanations_told import spelled_why_not
from domain.hindrances import hindrance, needed_by
from domain.planning import TOLERANCE, Plan, Snapshot, objective

ROUNDS = 40  # of looking at one slot, or of raising the threshold for several together
MOST_WHOLE = 300  # tasks; with more, or when a first try was cut, most are held where the plan has them
WHOLE_SHARE = 0.7  # of the effort, for the try that may prove
MOST_COMBINATIONS = 12
BEST_NODES, BEST_ITERATIONS = 150, 15_000  # to prove the best plan, once
ANY = 1e9  # value points: a gap with which the first plan will do
NO_WAY = "it is worth less than what would have to change for it"
NOT_FOUND = "no way in was found before the search stopped"


def tie(value: float) -> float:
    """Return by how much two plans' values may differ and still be as good; only rounding."""
    return 2 * TOLERANCE + 1e-9 * abs(value) if math.isfinite(value) else 0.0


Extras = tuple[tuple[Slot, int], ...]


class WhyNots:
    """Says why items stay out of a plan. One per plan, so that its programme is built once."""

    def __init__(self, snapshot: Snapshot, plan: Plan) -> None:
        self.snapshot, self.plan = snapshot, plan
        self._model: Model | None = None
        self._whole: Programme | None = None
        self._best = NOTHING

    def of(self, item: str, effort: Effort) -> WhyNot:
        """Return why ``item``, a task of the snapshot that the plan does not fund, stays out."""
        if reason := hindrance(self.snapshot, item):
            return WhyNot(item=item, binding=reason, text=reason)
        if self.plan.proven and len(self.snapshot.tasks) <= MOST_WHOLE:
            if self._whole is None:  # for all items at once, so with limits of its own
                self._whole = Programme(self.snapshot, model=self.model())
                question = Question(gap=tie(self.plan.objective) / 4, begin=self.plan.starts)
                self._best = self._whole.ask(question, Effort(BEST_NODES, BEST_ITERATIONS, effort.deadline))
            once = len(self.snapshot.tasks) <= MOST_FREE  # a second try would look at the same
            part = effort.part(1.0 if once else WHOLE_SHARE)
            whole = _Search(self._whole, self.plan, item, part, self._best)
            found = whole.found()
            effort.take(part)
            if (
                once
                or whole.sure
                or any(extra.known == "exactly" for extra in (found.money, *found.days) if extra is not None)
            ):
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

    def __init__(self, programme: Programme, plan: Plan, item: str, effort: Effort, best: Answer = NOTHING) -> None:
        self.programme, self.snapshot, self.item, self.effort = programme, programme.snapshot, item, effort
        self.best: Starts = plan.starts
        self.needed = needed_by(self.snapshot, item)
        self.along = tuple(name for name in self.needed if name not in plan.starts and name != item)
        self.sure = programme.whole  # every answer so far is proven, and about every plan
        self.outs: dict[Extras, float] = {}  # the most value without the item
        self.plans: dict[Extras, Starts] = {}  # and a plan of it
        if plan.proven and plan.gap == 0:
            self.outs[()] = plan.objective
        elif best.proven and best.starts is not None and item not in best.starts:
            self.outs[()] = programme.value(best)

    def found(self) -> WhyNot:
        """Ask in turn: with nothing more, with more money, with more of a team, with several together."""
        alone = self._out({})
        gap = tie(objective(self.snapshot, self.best)) / 4
        inside = self._ask(Question(inside={self.item}, gap=gap))
        value = self.programme.value(inside)
        if inside.starts is not None and value >= alone - tie(alone):
            return self._no_need(value, alone)
        swap = self._swap(inside.starts, alone)
        money, teams = self._least(None), [self._least(team) for team in self._teams()]
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
            better = answer.starts is not None and (answer.proven or value > known)
            self.outs[key] = value if better else known
            self.plans[key] = answer.starts if better and answer.starts is not None else self.best
        return self.outs[key]

    def _known(self, slot: Slot, units: int) -> float:
        """Return the most value without the item that is known to be possible with so many units of a slot."""
        known = [(dict(key), value) for key, value in self.outs.items()]
        return max(v for extra, v in known if not extra or (set(extra) == {slot} and extra[slot] <= units))

    def _from(self, slot: Slot, units: int) -> int:
        """Return how many units the best plan without the item really takes when there are so many of a slot."""
        return self.programme.overdrawn(self.plans[((slot, units),)]).get(slot, 0)

    def _in(self, extra: dict[Slot, int]) -> tuple[float, Starts | None]:
        """Return the most value with the item, and its plan."""
        answer = self._ask(Question(inside={self.item}, extra=extra, gap=tie(objective(self.snapshot, self.best)) / 4))
        return self.programme.value(answer), answer.starts

    def _first(self, team: str | None) -> int:
        """Return the units that the item takes with all that comes along: a first guess of what is enough."""
        tasks = [task for task in self.snapshot.tasks if task.id in (self.item, *self.along)]
        return sum(task.cost if team is None else math.ceil(task.efforts.get(team, 0.0) / STEP) for task in tasks)

    def _least(self, team: str | None) -> Extra | None:
        """Return the least of one thing that is enough in one period; None when there is none in any."""
        slots = [(team, t) for t in range(len(self.snapshot.periods))]
        extra = {slot: self.programme.most[slot] for slot in slots}
        enough = self._ask(Question(inside={self.item}, extra=extra, floor=_floor(self._out({})), gap=ANY))
        if enough.starts is None:
            return None
        best: tuple[Slot, int] | None = None
        for slot in reversed(slots):  # a late period helps the rivals least
            units = self._least_in(slot, self.programme.most[slot] if best is None else best[1] - 1)
            best = best if units is None else (slot, units)
        known: Known = "exactly" if self.sure and self.programme.precise else "about"
        return None if best is None else self._extra(*best, known)

    def _least_in(self, slot: Slot, most: int) -> int | None:
        """Return the least units ≤ ``most`` of a slot that are enough; None when there are none.

        With so many units V_in(high) comes from a plan that takes ``needs`` of them, so V_in is the same in between:
        there the least that may be enough is ``needs``, and when V_out(needs) is more, nothing in between is.
        """
        step = self.programme.step if slot[0] is None else 1
        waiting = [(step, most // step * step)]  # what is still open, the lowest last
        found: int | None = None
        for _ in range(ROUNDS):
            while waiting and waiting[-1][0] > waiting[-1][1]:
                waiting.pop()
            if not waiting:
                return found
            low, top = waiting.pop()
            high = min(top, max(2 * low, self._first(slot[0]) // step * step + step))
            value, starts = self._in({slot: high})
            if found is None:
                waiting.append((high + step, top))
            if starts is None or value < _least_for(self._known(slot, low)):
                continue
            needs = max(low, self.programme.overdrawn(starts).get(slot, 0))
            middle = (low + needs) // 2 // step * step
            if low < middle < needs and value < _least_for(self._out({slot: middle})):  # so from there on nothing is
                waiting.append((low, self._from(slot, middle) - step))
                continue
            if value >= _least_for(self._out({slot: needs})):
                found, waiting = needs, []
            waiting.append((low, needs - step))
        self.sure = False
        return found

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


def _least_for(theta: float) -> float:
    """Return the value from which on a plan is as good."""
    return theta - tie(theta)


def _floor(theta: float) -> float | None:
    return None if theta == -math.inf else theta - tie(theta) / 2


def _binding(extras: list[Extra], together: bool, sure: bool) -> str:
    if not extras:
        return NO_WAY if sure else NOT_FOUND
    names = {"money" if extra.team is None else extra.team for extra in extras}
    return (" and " if together else " or ").join(sorted(names, key=lambda name: (name != "money", name)))
