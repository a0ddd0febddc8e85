"""What a proposal says beside its plan: why the most valuable items stay out, and which other plans there are.

Every part stops at limits that are reproducible; the clock is only the guard, and what it cuts is named.
"""

from activities.explaining.alternatives import alternatives
from activities.explaining.asking import Effort
from activities.explaining.extra import WhyNots
from domain.explanations import WhyNot
from domain.hindrances import hindrance
from domain.planning import Plan, Snapshot
from domain.proposals import Explained
from domain.snapshot import later_on

MOST_TOLD, MOST_SOLVED = 20, 3  # items that stay out, by value: looked at, and solved for; the others get words
WHY_NOT_SECONDS, ALTERNATIVES_SECONDS = 10.0, 18.0  # guards: of all why-nots together, and of all alternatives
NODES, ITERATIONS = 60, 3_500  # of one why-not


def explain(snapshot: Snapshot, plan: Plan) -> Explained:
    """Return what to tell beside a plan; the same snapshot and plan give the same unless the clock cut it."""
    later = later_on(snapshot)
    out = [task for task in snapshot.tasks if task.id not in plan.starts and task.id not in later]
    out.sort(key=lambda task: (-task.value, task.id))
    why_nots, found, solved = WhyNots(snapshot, plan), list[WhyNot](), 0
    guard = Effort.of(WHY_NOT_SECONDS)
    for task in out[:MOST_TOLD]:
        if reason := hindrance(snapshot, task.id):
            found.append(WhyNot(item=task.id, binding=reason, text=reason))
        elif solved < MOST_SOLVED:
            found.append(why_nots.of(task.id, Effort(NODES, ITERATIONS, guard.deadline)))
            solved += 1
    others, plans = alternatives(snapshot, plan, Effort.of(ALTERNATIVES_SECONDS), why_nots.model())
    cut = [f"why {one.item} stays out" for one in found if one.cut_by_clock]
    cut += ["the alternatives"] if others.cut_by_clock else []
    return Explained(why_not=tuple(found), alternatives=others, plans=plans, cut=tuple(cut))
