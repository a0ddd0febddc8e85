"""How pages about products write periods, promised dates, and what things are called."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

from markupsafe import Markup

from domain.periods import days_of, zone
from web.pages.reader import Reader

NAMED = {"items": "item", "teams": "team", "milestones": "milestone"}  # lists in answers, and what their ids are called
A_MOMENT = timedelta(seconds=1)


def month(period: str | None) -> str:
    """Return a period in short: ``Mar 2026``; a dash when there is none."""
    return "–" if not period else f"{days_of(period)[0]:%b %Y}"


def day_in(at: str | datetime | None, reader: Reader, time_zone: str) -> Markup:
    """Return the day of an instant by a product's calendar, which is what was agreed on wherever the reader is."""
    return replace(reader, zone=zone(time_zone)).time(at, day_only=True)


def due(at: str | None, reader: Reader, time_zone: str) -> Markup:
    """Return the day by whose end something is due: midnight belongs to the day before it."""
    return day_in(datetime.fromisoformat(at) - A_MOMENT if at else None, reader, time_zone)


def calendar_day(day: str) -> str:
    """Return a day of the calendar, whatever the zone: ``Tue 31 Mar 2026``."""
    found = date.fromisoformat(day[:10])
    return f"{found:%a} {found.day} {found:%b %Y}"


def feeling(sentiment: float | None) -> str:
    """Return a mean sentiment, -1 to 1, as a word."""
    if sentiment is None:
        return "no sentiment known"
    if abs(sentiment) < 0.2:
        return "mixed"
    return ("very " if abs(sentiment) >= 0.6 else "") + ("positive" if sentiment > 0 else "negative")


def name_of(title: str | None, thing: str) -> str:
    """Return what people call a thing: its title, or its id in words when nobody gave it one."""
    return title or thing.replace("_", " ").replace("-", " ").capitalize()


def named(answer: Any) -> Any:
    """Return an answer in which every item, team and milestone has a title."""
    if not isinstance(answer, dict):
        return answer
    found = dict(answer)
    for kind, key in NAMED.items():
        if kind in found:
            found[kind] = [{**one, "title": name_of(one["title"], one[key])} for one in found[kind]]
    if "titles" in found:
        found["titles"] = {thing: name_of(title, thing) for thing, title in found["titles"].items()}
    return found


def without_instant(answer: Any) -> Any:
    """Return an answer without the instant that it is of, to see whether anything else changed."""
    return {name: value for name, value in answer.items() if name != "at"} if isinstance(answer, dict) else answer
