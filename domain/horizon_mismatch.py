"""Whether a dependency can be there when it is needed: by its provider's cadence, and by how long others took. Pure.

Days are compared, not hours: what is released on the day on which it is needed is there in time.
"""

from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Any, Literal, NamedTuple

from pydantic import AwareDatetime, BaseModel, ConfigDict

from domain.cadence import Cadence, in_words, last_day_before, next_release
from domain.periods import DAY, last_period, period_of
from domain.product import ProductState, capacity_of, promise_of
from domain.slips import MIN_OBSERVATIONS, Lateness
from domain.things import Dependency
from domain.waits import elapsed
from domain.wording import due_on, when

NO_CADENCE = Cadence()
Verdict = Literal["cannot", "at_risk", "fits", "unknown"]  # unknown: nothing is against it, and nothing tells


class Option(BaseModel):
    """One way out of a mismatch, in words and as data; what is not known is None."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    kind: Literal["reserve_capacity", "interim_workaround", "move_date", "escalate"]
    text: str
    team: str | None = None
    period: str | None = None
    person_days: float | None = None
    dates: tuple[AwareDatetime, ...] = ()  # to which the date may move, the earliest first


class Outlook(NamedTuple):
    """When a dependency is out, against when it is needed."""

    verdict: Verdict
    said: str
    at: datetime  # as of when
    by: datetime  # when it is needed
    release: datetime  # the earliest that the cadence allows
    likely: tuple[datetime, datetime] | None  # releases by which it is out with P50 and P85; None: insufficient data
    too_late: bool  # the earliest release is


def outlook_of(state: ProductState, dependency: Dependency, by: datetime, at: datetime) -> Outlook:
    """Return what can be expected of a dependency that is needed ``by`` an instant.

    A date that is promised counts more than what others took; that the cadence contradicts it is a risk.
    """
    team, zone = state.teams.get(dependency.provider), state.time_zone
    cadence, lead_times = (NO_CADENCE, ()) if team is None else (team.cadence, team.lead_times)
    release, needed = next_release(cadence, at, zone), last_day_before(by, zone)
    too_late = last_day_before(release, zone) > needed
    said = [_cadence_said(dependency.provider, cadence, release, zone)]
    promise = promise_of(state, dependency)
    if promise is not None:
        verdict: Verdict = "at_risk" if too_late else "fits"
        said.append(f"it is promised for {due_on(promise, zone)} all the same" if too_late else "")
        return Outlook(verdict, _joined(said), at, by, release, None, too_late)
    dates = _ready(dependency.declared_at or at, lead_times, at)
    if dates is None:
        verdict = "cannot" if too_late else "unknown"
        said.append(
            f"insufficient data on how long {dependency.provider} takes: {len(lead_times)} of the "
            f"{MIN_OBSERVATIONS} deliveries that tell"
        )
        return Outlook(verdict, _joined(said), at, by, release, None, too_late)
    half, most = (next_release(cadence, one, zone) for one in dates)
    earlier = f"the latest {len(lead_times)} deliveries of {dependency.provider}"
    beyond = (at - (dependency.declared_at or at)) / DAY >= max(lead_times)
    said.append(
        f"none of {earlier} took as long as this one already has"
        if beyond
        else f"going by {earlier} {_out_by(half, most, zone)}"
    )
    verdict = _judged(too_late, last_day_before(half, zone), last_day_before(most, zone), needed)
    verdict = "at_risk" if beyond and verdict == "fits" else verdict
    return Outlook(verdict, _joined(said), at, by, release, (half, most), too_late)


_known = lru_cache(maxsize=64)(Lateness.of)  # a file may declare thousands at once, of a few teams


def _ready(asked: datetime, lead_times: tuple[float, ...], at: datetime) -> tuple[datetime, datetime] | None:
    """Return by when it is ready with P50 and P85, never before ``at``; None: insufficient data."""
    passed = (at - asked) / DAY  # only those that took longer are like it
    found = _known(lead_times).quantiles(passed if passed > 0 else None)
    return None if found is None else (max(at, asked + found[0] * DAY), max(at, asked + found[1] * DAY))


def _out_by(half: datetime, most: datetime, zone: str) -> str:
    in_half = f"by {due_on(half, zone)} in half of all cases and " if half != most else ""
    return f"it is out {in_half}by {due_on(most, zone)} in 85 of 100{'' if in_half else ' cases'}"


def _judged(too_late: bool, half: date, most: date, needed: date) -> Verdict:
    if too_late or half > needed:
        return "cannot"
    return "at_risk" if most > needed else "fits"


def _cadence_said(provider: str, cadence: Cadence, release: datetime, zone: str) -> str:
    if cadence.any_day:
        return ""
    then = next_release(cadence, release + timedelta(seconds=1), zone)
    return f"{provider} releases next on {due_on(release, zone)} and then on {due_on(then, zone)}"


def _joined(parts: list[str]) -> str:
    return "; ".join(part for part in parts if part)


def options_of(state: ProductState, dependency: Dependency, outlook: Outlook) -> tuple[Option, ...]:
    """Return the ways out of a mismatch, for a person to choose from."""
    promise = promise_of(state, dependency)
    dates = (promise,) if promise is not None else outlook.likely or (outlook.release,)
    said = f"{due_on(promise, state.time_zone)}, as promised" if promise is not None else _dates_said(outlook, state)
    return (
        _reserve(state, dependency, outlook),
        Option(
            kind="interim_workaround",
            text=f"interim workaround: {dependency.needs} goes on without {dependency.id} until it is out",
        ),
        Option(
            kind="move_date",
            text=f"move the date: {dependency.needs} waits until {said}",
            dates=tuple(sorted({*dates})),
        ),
        Option(kind="escalate", text=f"escalate: {_climbs_said(state, dependency.provider, outlook)}"),
    )


def _climbs_said(state: ProductState, provider: str, outlook: Outlook) -> str:
    function = state.teams[provider].function if provider in state.teams else None
    for rung in state.policy.ladder_for(function).rungs:
        if rung.role == "executive_board" and rung.after.business:
            return f"leave it open, and it is brought to the executive board after {rung.after}"
        if rung.role == "executive_board":
            on = when(elapsed(outlook.at, rung.after), state.time_zone)
            return f"leave it open, and it is brought to the executive board on {on}"
    return "bring it to the executive board yourself; the ladder does not reach it"


def _dates_said(outlook: Outlook, state: ProductState) -> str:
    if outlook.likely is None:
        return f"{due_on(outlook.release, state.time_zone)}, the next release"
    half, most = (due_on(one, state.time_zone) for one in outlook.likely)
    return f"{most}, in time in 85 of 100 cases" + (f", or {half}, in time in half of them" if half != most else "")


def _reserve(state: ProductState, dependency: Dependency, outlook: Outlook) -> Option:
    team, item = dependency.provider, state.items.get(dependency.needs)
    period = max(period_of(outlook.at, state.time_zone), last_period(outlook.by, state.time_zone))
    takes = item.efforts.get(team, 0.0) if item is not None else 0.0
    what = f"the {takes:g} person-days that {dependency.needs} takes of {team}" if takes else f"person-days of {team}"
    has = f", of the {capacity_of(state, team, period):g} that it has" if team in state.teams else ""
    text = f"reserve capacity: {what} in {period}{has}" + ("" if takes else "; how many is not known")
    if outlook.too_late:
        text += f", and a release outside its cadence by {due_on(outlook.by, state.time_zone)}"
    return Option(kind="reserve_capacity", text=text, team=team, period=period, person_days=takes or None)


def options_data(options: tuple[Option, ...]) -> list[dict[str, Any]]:
    """Return options as the ledger and the pages keep them: without what is not known."""
    return [one.model_dump(mode="json", exclude_defaults=True) for one in options]


def releases_of(state: ProductState, at: datetime) -> dict[str, dict[str, Any]]:
    """Return, for each team that does not simply release on any day, its cadence in words and its next release."""
    return {
        name: {
            "cadence": in_words(team.cadence),
            "next_release": next_release(team.cadence, at, state.time_zone).isoformat(),
        }
        for name, team in sorted(state.teams.items())
        if not team.cadence.any_day
    }
