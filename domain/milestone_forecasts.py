"""When milestones are expected, and by when they are likely to be reached. Pure; for pages, not for every event.

The expected date is the plan's: the end of the period in which everything that the milestone needs is delivered. The
plan works in whole periods, so what is delivered in the period of the due date is expected on that date. P50 and P85
are dates that half and 85 % of the simulated courses do not exceed; observed lateness counts from the ends of periods.
"""

from collections import defaultdict
from collections.abc import Callable, Collection
from datetime import datetime, timedelta
from math import ceil
from typing import Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict

from domain.cadence import Cadence, next_release
from domain.courses import Course, course_of
from domain.observed import end_of
from domain.periods import DAY, days_between, index_of, last_period, next_midnight
from domain.product import ProductState
from domain.simulation import Leg, Wait, rank, simulate
from domain.slips import MIN_OBSERVATIONS, Lateness, milestone_lateness
from domain.things import Dependency, Item, Milestone
from domain.wording import count, listing

SEED = 1
DRAWS = 500  # courses; the 85th percentile of so many lies within ± 1.6 percentage points of the true one (one sigma)
P50, P85 = 0.5, 0.85
Basis = Literal["item slips", "milestone slips", "insufficient data", "not funded", "no plan"]


class MilestoneForecast(BaseModel):
    """When a milestone is expected; what is unknown is None."""

    model_config = ConfigDict(frozen=True)

    id: str
    title: str
    due: AwareDatetime
    committed: bool
    expected: AwareDatetime | None  # by the plan in force
    late: bool | None  # whether the plan in force misses the date
    late_days: float | None  # by how much (> 0); None: it does not, or nobody knows
    p50: AwareDatetime | None
    p85: AwareDatetime | None
    basis: Basis  # what P50 and P85 come from, or why there are none
    observations: int  # how many of that kind there are
    open_items: tuple[str, ...]
    not_funded: tuple[str, ...]  # of its items and of all that they need, those that the plan in force leaves out
    because: str  # in words


class MilestoneForecasts(BaseModel):
    """The forecasts of a product's planned milestones, by due date, with what reproduces them."""

    model_config = ConfigDict(frozen=True)

    at: AwareDatetime
    seed: int
    draws: int  # simulated courses
    item_slips: int  # how many are known; below 10, nothing is simulated
    milestone_slips: int
    milestones: tuple[MilestoneForecast, ...]


def forecast_milestones(
    state: ProductState, at: datetime, *, only: Collection[str] | None = None, seed: int = SEED, draws: int = DRAWS
) -> MilestoneForecasts:
    """Return the forecast of every planned milestone, or of ``only`` some."""
    waiting: defaultdict[str, list[str]] = defaultdict(list)
    for item in state.items.values():
        if item.milestone is not None and item.open:
            waiting[item.milestone].append(item.id)
    asked = sorted(
        (one for one in state.milestones.values() if one.status == "planned" and (only is None or one.id in only)),
        key=lambda one: (one.due, one.id),
    )
    course = course_of(state, (name for one in asked for name in waiting.get(one.id, ())), at)
    ends: dict[str, list[float]] = {}
    if len(state.slips.items) >= MIN_OBSERVATIONS and state.plan is not None:
        ends = simulate(_legs(state, course, at), state.slips.items, seed, draws)
    lateness = milestone_lateness(state, at)
    return MilestoneForecasts(
        at=at,
        seed=seed,
        draws=draws,
        item_slips=len(state.slips.items),
        milestone_slips=len(state.slips.milestones),
        milestones=tuple(
            _forecast(state, one, tuple(sorted(waiting.get(one.id, ()))), course, ends, lateness, at) for one in asked
        ),
    )


def _forecast(
    state: ProductState,
    milestone: Milestone,
    names: tuple[str, ...],
    course: Course,
    ends: dict[str, list[float]],
    lateness: Lateness,
    at: datetime,
) -> MilestoneForecast:
    basis: Basis
    expected: datetime | None
    p50: datetime | None = None
    p85: datetime | None = None
    unfunded = course.unfunded(names) if state.plan is not None else ()
    observed = len(lateness.kept)
    unplanned = bool(names) and state.plan is None
    expected, said = (None, "there is no plan yet") if unplanned else _expected(milestone, names, course, at)
    if unfunded:
        basis, expected, observed = "not funded", None, 0
        said = f"the plan in force does not fund {listing(unfunded)}"
    elif names and ends:
        basis, observed = "item slips", len(state.slips.items)
        days = list(map(max, *(ends[name] for name in names))) if len(names) > 1 else ends[names[0]]
        p50, p85 = (_to_the_second(at + timedelta(days=rank(days, share))) for share in (P50, P85))
    elif (dates := lateness.dates(milestone.due, at)) is not None:
        basis, at_least = "milestone slips", expected if names and expected is not None else at
        p50, p85 = (max(date, at_least) for date in dates)  # work that the plan ends later is not done by then
    elif unplanned:
        basis, observed = "no plan", 0
    else:
        basis = "insufficient data"
        observed = len(state.slips.items) if names else observed
        what = count(observed, "completed item" if names else "reached milestone")
        said += f"; insufficient data for more: {what} of the {MIN_OBSERVATIONS} that it takes"
    late = None if expected is None else expected > milestone.due
    return MilestoneForecast(
        id=milestone.id,
        title=milestone.title,
        due=milestone.due,
        committed=milestone.committed,
        expected=expected,
        late=late,
        late_days=round(days_between(milestone.due, expected, state.time_zone), 1) if late and expected else None,
        p50=p50,
        p85=p85,
        basis=basis,
        observations=observed,
        open_items=names,
        not_funded=unfunded,
        because=said,
    )


def _to_the_second(instant: datetime) -> datetime:
    return (instant + timedelta(milliseconds=500)).replace(microsecond=0)


def _expected(milestone: Milestone, names: tuple[str, ...], course: Course, at: datetime) -> tuple[datetime, str]:
    """Return when a milestone is expected by the plan in force (≥ now), and why then."""
    if not names:
        return max(milestone.due, at), "no work on it is open"
    finish = max((course.finishes.get(name, 0) for name in names), default=0)
    due = index_of(last_period(milestone.due, course.time_zone), course.snapshot.periods[0])
    last = [name for name in names if course.finishes.get(name) == finish]
    said = f"{listing(last)} {'is' if len(last) == 1 else 'are'} the last to be delivered"
    gated = course.snapshot.delivers.keys()
    if finish != due or any(course.tasks[name].efforts.get(team, 0) > 0 for name in last for team in gated):
        return course.end(finish), said
    if course.end(finish) > milestone.due:
        said += f", in {course.snapshot.periods[finish]}; when within the month, the plan does not say"
    return max(milestone.due, at), said


# -- what is simulated -------------------------------------------------------------------------------------


def _legs(state: ProductState, course: Course, at: datetime) -> list[Leg]:
    """Return the funded work of a course with offsets from now; what needs something unfunded has no end."""
    ends: dict[int, float] = {-1: 0.0}

    def end(index: int) -> float:
        if index not in ends:
            ends[index] = (course.end(index) - at) / DAY
        return ends[index]

    waits: defaultdict[str, list[Wait]] = defaultdict(list)
    for dependency in state.dependencies.values():
        if dependency.open and (wait := _wait(state, dependency, at)) is not None:
            waits[dependency.needs].append(wait)
    releases: dict[Cadence, Callable[[float], float]] = {}
    legs = []
    for task in course.order:
        if task.id in course.finishes:
            item, start = state.items[task.id], course.starts[task.id]
            teams = {team for team, days in task.efforts.items() if days > 0}
            theirs = {name: {t for t, days in course.tasks[name].efforts.items() if days > 0} for name in task.after}
            own = tuple(name for name in task.after if teams and teams == theirs[name])
            done = end(start + max(task.duration, 1) - 1)
            legs.append(
                Leg(
                    name=task.id,
                    start=done if task.duration == 0 else end(start - 1),
                    end=done,
                    promised=_promised(state, item, done, at) if task.running else None,
                    own=own,
                    others=tuple(name for name in task.after if name not in own),
                    waits=() if task.running else tuple(waits.get(task.id, ())),
                    release=_release(state, teams, releases, at),
                )
            )
    return legs


def _promised(state: ProductState, item: Item, done: float, at: datetime) -> float:
    """Return the end (offset) that the lateness of work in flight counts from: what runs late has used some of it."""
    if item.promised_end is None:
        return done
    return min(done, (end_of(item.promised_end, state.time_zone) - at) / DAY)


def _wait(state: ProductState, dependency: Dependency, at: datetime) -> Wait | None:
    """Return a dependency with what is known of its provider; None when that is too little."""
    provider = state.teams.get(dependency.provider)
    if provider is None or len(provider.lead_times) < MIN_OBSERVATIONS or dependency.declared_at is None:
        return None
    needed, declared = (dependency.needed_by - at) / DAY, (dependency.declared_at - at) / DAY
    return Wait(dependency.id, needed, declared, provider.lead_times)


def _release(
    state: ProductState, teams: set[str], known: dict[Cadence, Callable[[float], float]], at: datetime
) -> Callable[[float], float] | None:
    """Return when what some teams have done is delivered; None: at once."""
    found = []
    for team in sorted(teams):
        cadence = state.teams[team].cadence
        if not cadence.any_day:
            if cadence not in known:
                known[cadence] = _releases(cadence, state.time_zone, at)
            found.append(known[cadence])
    if not found:
        return None
    return found[0] if len(found) == 1 else lambda done: max(release(done) for release in found)


def _releases(cadence: Cadence, time_zone: str, at: datetime) -> Callable[[float], float]:
    """Return when a team releases what is done; each day is looked up once."""
    tonight = (next_midnight(at, time_zone) - at) / DAY
    known: dict[int, float] = {}

    def release(done: float) -> float:
        day = max(0, ceil(round(done - tonight, 6)))  # the end of a day belongs to it
        if day not in known:
            ends = at + timedelta(days=tonight + day) - timedelta(hours=2)  # of that day, whatever the summer time
            known[day] = (next_release(cadence, ends, time_zone) - at) / DAY
        return max(done, known[day])

    return release
