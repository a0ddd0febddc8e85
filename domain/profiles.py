"""How much of an item's value is left when it is delivered later: factors, multiplied, never added. Pure.

Added, urgency would give a worthless item a score; multiplied, nothing times anything stays nothing.
"""

from datetime import datetime

from domain.decay import DAY, DIGITS
from domain.periods import falls_due, shift, start_of
from events.fields import Profile


def trivial(profile: Profile) -> bool:
    """Tell whether it makes no difference when an item is delivered."""
    return profile.half_life_days is None and (profile.by is None or profile.then == 1)


def factor_at(profile: Profile, delivered: datetime, now: datetime, time_zone: str) -> float:
    """Return the share (0–1) of the value that is left when an item is delivered at an instant."""
    factor = 1.0
    if profile.by is not None and delivered > falls_due(profile.by, time_zone):
        factor = profile.then
    if profile.half_life_days is not None:
        factor *= 0.5 ** (max(0.0, (delivered - now) / DAY) / profile.half_life_days)
    return round(factor, DIGITS)


def factors_of(profile: Profile, first: str, finishes: int, now: datetime, time_zone: str) -> tuple[float, ...]:
    """Return the share of the value left at each finish, so many periods from ``first`` on; the last holds from there.

    A finish in a period means delivered by its end. Empty when all of them are 1.
    """
    if trivial(profile):
        return ()
    found = [
        factor_at(profile, start_of(shift(first, index + 1), time_zone), now, time_zone) for index in range(finishes)
    ]
    while len(found) > 1 and found[-1] == found[-2]:
        found.pop()
    return () if found == [1.0] else tuple(found)
