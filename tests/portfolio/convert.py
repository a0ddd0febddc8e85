"""From the reports to Tandem: a report is a product, the change to the next report is events.

A project is an item whose cost and explicit value are its forecast in cents; its forecast completion is a milestone;
its managing agency is the item's team (the reports state no effort, so one person-day marks the team). Where a client
agency is named and the managing agency is not among the clients, the item has a dependency on the managing agency:
needed by the first completion date that was given, promised for the milestone, which carries it.

A forecast or a completion date that a later report gives for the first time is no *re*forecast and no *moved*
milestone: it arrives as ``item.changed`` and ``milestone.planned``. One that a later report leaves out is no event:
nothing new is known.
"""

from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, time
from typing import Any, TypeVar

from domain.definition import (
    BudgetDefinition,
    ClockSettings,
    DependencyDefinition,
    ItemDefinition,
    MilestoneDefinition,
    People,
    ProductDefinition,
    TeamDefinition,
)
from domain.planning import Snapshot, Task
from domain.policy import Authority, Limits, Policy
from events import model
from events.model import Event
from tests.portfolio.figures import Replan
from tests.portfolio.reports import Project, Report

SOURCE = "/nyc-capital-projects"
PEOPLE = People(product_manager=("manager",), product_owner=("owner",), executive_board=("board",))
ONE_DAY = 1.0  # person-days
AMPLE = 10_000.0  # person-days a period
E = TypeVar("E", bound=Event)

ONLY_LATE = Policy(watch=("dependency_late",), dependency_late_days=90)  # the one rule of the issue


def midnight(day: date) -> datetime:
    """Return the start of a day in UTC."""
    return datetime.combine(day, time(), tzinfo=UTC)


def item_id(pid: str) -> str:
    return f"project-{pid}"


def milestone_id(pid: str) -> str:
    return f"completion-{pid}"


def dependency_id(pid: str) -> str:
    return f"delivery-{pid}"


def team_id(agency: str) -> str:
    """Return an agency as an id: "Mayor's Office" is ``Mayor-s-Office``, "H+H" is ``H-H``."""
    return "".join(letter if letter.isalnum() else "-" for letter in agency)


def product_of(name: str, report: Report, agencies: Iterable[str], policy: Policy = ONLY_LATE) -> ProductDefinition:
    """Return a report as a product. ``agencies``: the whole organisation, those included that have no project yet."""
    projects = report.projects.values()
    return ProductDefinition(
        product=name,
        title=f"Capital projects as of {report.day}",
        currency="USD",
        people=PEOPLE,
        teams=_teams(agencies),
        budget=BudgetDefinition(per_period=sum(project.cents or 0 for project in projects)),
        milestones={
            milestone_id(project.pid): MilestoneDefinition(due=project.completion)
            for project in projects
            if project.completion is not None
        },
        items={item_id(project.pid): ItemDefinition.model_validate(_item(project)) for project in projects},
        dependencies={
            dependency_id(project.pid): DependencyDefinition.model_validate(_dependency(project))
            for project in projects
            if project.crosses_agencies and project.completion is not None
        },
        policy=policy,
        clock=ClockSettings(origin=midnight(report.day)),
    )


def _teams(agencies: Iterable[str]) -> dict[str, TeamDefinition]:
    return {
        team_id(agency): TeamDefinition(
            title=agency, function="agency", lead=f"{team_id(agency)}-lead", person_days=AMPLE, allotment=AMPLE
        )
        for agency in sorted(agencies)
    }


def _item(project: Project) -> dict[str, Any]:
    cents = project.cents or 0  # no forecast: nothing to pay and nothing to gain that anybody knows of
    return {
        "title": project.title,
        "cost": cents,
        "value": float(cents),
        "efforts": {team_id(project.managing): ONE_DAY},
        "milestone": milestone_id(project.pid) if project.completion is not None else None,
    }


def _dependency(project: Project) -> dict[str, Any]:
    return {
        "needs": item_id(project.pid),
        "provider": team_id(project.managing),
        "needed_by": project.completion,
        "milestone": milestone_id(project.pid),
        "reason": f"{', '.join(project.clients)} waits for {project.managing}",
    }


def events_between(name: str, before: Report, after: Report) -> dict[str, list[Event]]:
    """Return what happened from one report to the next, by type; the types in an order in which they make sense.

    An item can be added only when its milestone is planned, a dependency be declared only when its item is there.
    """
    happened = list(_happened(name, before, after))
    order = dict.fromkeys(event.type for event in sorted(happened, key=lambda event: _ORDER.index(type(event))))
    return {kind: [event for event in happened if event.type == kind] for kind in order}


_ORDER: tuple[type[Event], ...] = (
    model.MilestonePlanned,
    model.ItemAdded,
    model.ItemChanged,
    model.DependencyDeclared,
    model.BudgetReforecast,
    model.MilestoneMoved,
    model.ItemDropped,
)


def _happened(name: str, before: Report, after: Report) -> Iterator[Any]:
    def event(cls: type[E], pid: str, **data: Any) -> E:
        fields = {"source": SOURCE, "product": name, "time": midnight(after.day), **data}
        kind = cls.model_fields["type"].default
        return cls.model_validate({"id": f"{after.day}/{kind}/{pid}", **fields}, extra="forbid")

    for pid, now in sorted(after.projects.items()):
        then = before.projects.get(pid)
        first_date = now.completion is not None and (then is None or then.completion is None)
        if first_date:
            yield event(model.MilestonePlanned, pid, milestone=milestone_id(pid), due=now.completion)
        if then is None:
            yield event(model.ItemAdded, pid, item=item_id(pid), **_item(now))
        elif (then.cents is None and now.cents is not None) or first_date:
            yield event(model.ItemChanged, pid, item=item_id(pid), **_newly_known(then, now))
        if first_date and now.crosses_agencies:
            yield event(model.DependencyDeclared, pid, dependency=dependency_id(pid), **_dependency(now))
        if then is None:
            continue
        if then.cents is not None and now.cents is not None and then.cents != now.cents:
            reason = f"report of {after.day}"
            yield event(model.BudgetReforecast, pid, item=item_id(pid), cost=now.cents, reason=reason)
        if then.completion and now.completion and then.completion != now.completion:
            yield event(model.MilestoneMoved, pid, milestone=milestone_id(pid), due=now.completion)
    for pid in sorted(before.projects.keys() - after.projects.keys()):
        yield event(model.ItemDropped, pid, item=item_id(pid), reason=f"not in the report of {after.day}")


def _newly_known(then: Project, now: Project) -> dict[str, Any]:
    known = _item(now)
    fields = {"milestone"} if then.completion is None and now.completion is not None else set()
    fields |= {"cost", "value"} if then.cents is None and now.cents is not None else set()
    return {field: known[field] for field in fields}


# -- replanning, in thousands of dollars ---------------------------------------------------------------------


def snapshot_of_replan(replan: Replan) -> Snapshot:
    """Return the choice for the solver: one period, no discount, no capacity, no switching cost."""
    return Snapshot(
        product="portfolio",
        currency="USD",
        periods=("2018-03",),
        budgets=(replan.cap,),
        tasks=tuple(
            Task(id=item_id(pid), value=value, cost=replan.costs[pid]) for pid, value in sorted(replan.values.items())
        ),
    )


def product_of_replan(name: str, replan: Replan, day: date) -> ProductDefinition:
    """Return the same choice as a product: the projects at their first forecast, which the budget just covers.

    The manager may decide everything, so that what the engine finds comes into force by itself.
    """
    anything = Limits()
    return ProductDefinition(
        product=name,
        title="The replanning of the portfolio, in thousands of dollars",
        currency="USD",
        people=PEOPLE,
        teams=_teams(["all"]),
        budget=BudgetDefinition(per_period=replan.cap),
        items={
            item_id(pid): ItemDefinition(cost=value, value=value, efforts={"all": ONE_DAY})
            for pid, value in replan.values.items()
        },
        policy=Policy(
            move_price=0,  # the published case has none
            watch=("reforecasts",),
            reforecast_change=1,
            margin=0,
            dwell_hours=0,
            switching_cost_share=0,
            first_plan="adopt",
            horizon_periods=1,
            discount=0,
            authority=Authority(product_manager=anything, product_owner=anything),
        ),
        clock=ClockSettings(origin=midnight(day)),
    )


def reforecasts_of(name: str, replan: Replan, day: date) -> list[Event]:
    """Return the new forecasts, in thousands of dollars, where they differ."""
    return [
        model.BudgetReforecast(
            id=f"{day}/thousands/{pid}",
            source=SOURCE,
            product=name,
            time=midnight(day),
            item=item_id(pid),
            cost=cost,
            reason=f"report of {day}",
        )
        for pid, cost in sorted(replan.costs.items())
        if cost != replan.values[pid]
    ]
