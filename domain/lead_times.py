"""How long dependencies took from when their provider was asked: what later ones are judged by. Pure.

Each dependency counts once, by its last delivery: when it is opened again, it was not delivered, and what was observed
is withdrawn until it is. The provider was asked when the dependency was declared first; another provider, or one that
was waived in between, is asked anew.
"""

from datetime import datetime

from domain.facts import put
from domain.periods import days_between
from domain.product import MAX_OBSERVED
from domain.things import Dependency, Team

DIGITS = 4  # of a day: ten seconds


def asked_at(before: Dependency | None, after: Dependency, time: datetime) -> Dependency:
    """Return a dependency with the time at which its provider was asked; ``time`` is that of what changed it."""
    if before is not None and before.provider == after.provider and not (before.status == "waived" and after.open):
        return after
    return after.model_copy(update={"declared_at": time})


def lead_time(dependency: Dependency, time_zone: str) -> float | None:
    """Return the days that a dependency took; None when it is not delivered, or nobody knows since when it is asked.

    It was delivered when the source says, and never after Tandem heard of it.
    """
    asked, heard = dependency.declared_at, dependency.ended_at
    if dependency.status != "delivered" or asked is None or heard is None:
        return None
    took = days_between(asked, min(dependency.times.get("status", heard), heard), time_zone)
    return None if took < 0 else round(took, DIGITS)


def with_delivery(
    teams: dict[str, Team], before: Dependency | None, after: Dependency, time_zone: str
) -> dict[str, Team]:
    """Return the teams after a dependency has changed: its provider with what was observed, or no longer is."""
    old, new = (None if one is None else lead_time(one, time_zone) for one in (before, after))
    team = teams.get(after.provider)
    if team is None or before is None or before.provider != after.provider or old == new:
        return teams
    values = list(team.lead_times)
    if old is not None and old in values:
        values.remove(old)
    if new is not None:
        values.append(new)
    return put(teams, after.provider, team.model_copy(update={"lead_times": tuple(values[-MAX_OBSERVED:])}))
