"""Templates of pages, rendered for a reader. Everything that is put into them is escaped."""

from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

from jinja2 import Environment
from markupsafe import Markup

from domain.wording import lasting, role_name
from web.pages.product_words import calendar_day, day_in, due, feeling, month, name_of
from web.pages.reader import Reader
from web.pages.sentences import engines, said
from web.templating import environment

FOLDER = Path(__file__).parent / "templates"
LOOKS = Path(__file__).parent / "looks"
HEAD = "head.html.j2"


def rendered(template: str, reader: Reader, **given: Any) -> str:
    """Return a template, filled in for somebody."""
    return _environment().get_template(template).render(reader=reader, now=datetime.now(UTC), **given)


@lru_cache(maxsize=1)
def _environment() -> Environment:
    found = environment(FOLDER)
    found.filters.update(
        time=lambda at, reader: reader.time(at),
        day=lambda at, reader: reader.time(at, day_only=True),
        left=left,
        money=lambda minor, reader, currency: reader.money(minor, currency),
        number=lambda value, reader, digits=1: reader.number(value, digits),
        words=lambda text: str(text).replace("_", " ").replace("-", " "),
        role=role_name,
        capital=capital,
        code=code,
        sentence=sentence,
        calendar_day=calendar_day,
        day_in=day_in,
        due=due,
        feeling=feeling,
        month=month,
        name_of=name_of,
        engines=engines,
        said=said,
    )
    found.globals.update(style=style)
    return found


def style() -> Markup:
    """Return how pages look."""
    return Markup((LOOKS / "tandem.css").read_text())  # noqa: S704 - our own file


def left(until: str | datetime | None, now: datetime) -> str:
    """Return how much time is left, or since when it is over."""
    if not until:
        return ""
    at = datetime.fromisoformat(until) if isinstance(until, str) else until
    return f"{lasting(at - now)} left" if at > now else f"over since {lasting(now - at)}"


def code(text: str) -> Markup:
    """Return a text in which what stands between backticks is shown as code."""
    parts = str(text).split("`")
    return Markup().join(Markup("<code>{}</code>").format(one) if at % 2 else one for at, one in enumerate(parts))


def capital(text: str) -> str:
    """Return a sentence with its first letter large."""
    return text[:1].upper() + text[1:]


def sentence(text: str) -> str:
    """Return words that end as a sentence does, once, whatever somebody typed at their end."""
    said = text.rstrip()
    return said if not said or said.endswith((".", "?", "!", "…")) else said + "."  # which keeps markup what it is
