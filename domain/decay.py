"""How what was said fades: by half in every half-life. Pure."""

from datetime import datetime, timedelta

DIGITS = 6  # decimals kept: a last bit that differs between machines must not decide anything
DAY = timedelta(days=1)


def half_lives(since: datetime, at: datetime, half_life_days: float) -> float:
    """Return how many half-lives have passed between two instants; none when ``since`` is the later one."""
    return max(0.0, (at - since) / DAY) / half_life_days


def decayed(amount: float, since: datetime, at: datetime, half_life_days: float) -> float:
    """Return what is left of ``amount`` after the time between two instants; a later ``since`` leaves it whole."""
    return round(float(amount * 0.5 ** half_lives(since, at, half_life_days)), DIGITS)
