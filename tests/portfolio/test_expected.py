"""The engine against a public portfolio's real budget and schedule reports, interval by interval.

The figures are derived from the file by themselves (``figures``), the engine gets what ``convert`` makes of it.
For the interval of the demo there is a third, published set of figures, computed elsewhere.
"""

from collections import Counter
from datetime import timedelta

import pytest

from activities.solver import solve
from domain.applied import first_state
from domain.core import Stamped, follow, take_in
from domain.planning import SolverLimits, objective, violations
from domain.product import ProductState
from domain.reactions import Escalate
from tests.portfolio import convert
from tests.portfolio.figures import Figures, figures_of
from tests.portfolio.files import DEMO, FILE, demo, reports
from tests.portfolio.reports import Report, intervals
from tests.realdata import ROOT, realdata


def every_interval() -> list[str]:
    """Return the intervals of the file, for the names of the tests; the demo's alone where the file is absent."""
    if not (ROOT / FILE).exists():
        return [DEMO]
    return [f"{before.day}..{after.day}" for before, after in intervals(reports(ROOT / FILE))]


@pytest.fixture(params=every_interval())
def interval(request: pytest.FixtureRequest) -> tuple[Report, Report]:
    wanted = str(request.param).split("..")
    found = intervals(reports(realdata(FILE)))
    return next(pair for pair in found if [str(report.day) for report in pair] == wanted)


def test_what_is_derived_from_the_file_equals_the_published_figures_of_the_demo() -> None:
    before, after, expected = demo()
    found = figures_of(before, after)
    assert (len(before.projects), len(after.projects)) == (expected["baseline_items"], expected["rows_replayed"])
    assert len(before.projects.keys() & after.projects.keys()) == expected["continuing"]
    in_cents = {e["pid"]: (round(e["frm"] * 100), round(e["to"] * 100)) for e in expected["budget_events"]}
    assert found.reforecast == in_cents
    assert len(found.reforecast) == 95
    dates = {pid: (str(then), str(now)) for pid, (then, now) in found.moved.items()}
    assert dates == {e["pid"]: (e["frm"], e["to"]) for e in expected["milestone_events"]}
    assert len(found.moved) == 95
    assert found.new == set(expected["new_items"])
    assert len(found.new) == 45
    assert found.dropped == set(expected["gone_items"])
    assert len(found.dropped) == 2
    assert found.late == {e["pid"]: e["days"] for e in expected["escalations_cross_agency_slip_ge_90d"]}
    assert len(found.late) == 22


def test_the_best_replanning_of_the_demo_is_the_published_one() -> None:
    before, after, expected = demo()
    replan, published = figures_of(before, after).replan, expected["replan"]
    assert len(replan.values) == expected["with_both_forecasts"] == 161
    assert (replan.cap, replan.cost) == (published["cap"], published["new_cost"])
    assert replan.optimum() == published["optimum_kept_value"] == 24_251_225
    assert replan.greedy() == published["greedy_kept_value"] == 24_238_365


def test_the_solver_finds_the_best_replanning_and_proves_it(interval: tuple[Report, Report]) -> None:
    replan = figures_of(*interval).replan
    snapshot = convert.snapshot_of_replan(replan)
    plan = solve(snapshot, SolverLimits())
    assert not violations(snapshot, plan.starts)
    assert (plan.objective, plan.gap, plan.proven, plan.limit) == (replan.optimum(), 0, True, None)
    assert objective(snapshot, plan.starts) == plan.objective
    assert sum(replan.costs[name.removeprefix("project-")] for name in plan.starts) <= replan.cap


def test_what_value_per_cost_loses_against_the_plan_in_every_interval(capsys: pytest.CaptureFixture[str]) -> None:
    """Print them beside each other: whole thousands of dollars that are kept of what was forecast before."""
    lines = [
        f"{'replanned for':<14}{'projects':>9}{'budget':>13}{'cost now':>13}{'optimum':>13}{'greedy':>13}{'lost':>9}"
    ]
    for before, after in intervals(reports(realdata(FILE))):
        replan = figures_of(before, after).replan
        best, greedy = solve(convert.snapshot_of_replan(replan), SolverLimits()).objective, replan.greedy()
        assert greedy <= best == replan.optimum()
        figures = f"{replan.cap:>13,}{replan.cost:>13,}{best:>13,.0f}{greedy:>13,}"
        lines.append(f"{after.day!s:<14}{len(replan.values):>9}{figures}{(best - greedy) / best:>9.3%}")
    with capsys.disabled():
        print("", "A real portfolio, replanned within its old budget, thousands of dollars:", *lines, sep="\n  ")


def test_the_engine_applies_and_escalates_exactly_what_changed(interval: tuple[Report, Report]) -> None:
    before, after = interval
    found = figures_of(before, after)
    state, kinds, escalated = play(before, after)
    assert kinds["budget.reforecast"] == len(found.reforecast)
    assert kinds["milestone.moved"] == len(found.moved)
    assert kinds["item.added"] == len(found.new)
    assert kinds["item.dropped"] == len(found.dropped)
    assert escalated == Counter(convert.dependency_id(pid) for pid in found.late)
    assert {name for name, item in state.items.items() if item.open} == {convert.item_id(pid) for pid in after.projects}
    assert all(state.items[convert.item_id(pid)].cost == cents for pid, (_, cents) in found.reforecast.items())
    assert_the_state_knows_the_report(state, after, found)


def assert_the_state_knows_the_report(state: ProductState, after: Report, found: Figures) -> None:
    for pid, project in after.projects.items():
        item = state.items[convert.item_id(pid)]
        assert project.cents is None or item.cost == project.cents, pid
        if project.completion is not None:
            due = convert.midnight(project.completion) + timedelta(days=1)  # a date falls due at its end
            assert state.milestones[convert.milestone_id(pid)].due == due, pid
            assert item.milestone == convert.milestone_id(pid)
        assert (convert.dependency_id(pid) in state.dependencies) >= (
            project.crosses_agencies and project.completion is not None
        )
    assert set(found.late) <= set(after.projects)


def play(before: Report, after: Report) -> tuple[ProductState, Counter[str], Counter[str]]:
    """Return what the pure core makes of an interval: the state, the applied events by type, the escalations."""
    definition = convert.product_of("portfolio", before, before.agencies | after.agencies)
    start = convert.midnight(before.day)
    state = first_state(definition, start)
    kinds: Counter[str] = Counter()
    escalated: Counter[str] = Counter()
    for kind, events in convert.events_between("portfolio", before, after).items():
        for event in events:
            stamped = Stamped(event, start + timedelta(minutes=1))
            state, taken, reactions = take_in(state, stamped, state.policy)
            state = follow(state, reactions, stamped.key, stamped.at)
            assert taken.outcome == "applied", (event, taken)
            kinds[kind] += 1
            escalated.update(reaction.subject for reaction in reactions if isinstance(reaction, Escalate))
            assert all(type(reaction).__name__ in ("Escalate", "NoReaction") for reaction in reactions)
    return state, kinds, escalated
