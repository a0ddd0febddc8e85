"""Working calendars: when people of a product work, and when a wait that begins now is over."""

import asyncio
from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Query

from domain.calendars_told import (
    MOST_DAYS,
    CalendarTold,
    UnknownOneError,
    calendar_told,
    time_zone_of,
    whose_calendar,
)
from domain.periods import zone
from domain.waits import Span, wait
from events.errors import FieldError
from events.fields import Day
from web.about import About, about
from web.openapi import errors
from web.present import present
from web.problems import Problem, problem
from web.services import Svc

SHOWN = timedelta(days=13)  # two weeks, when no last day is asked for
router = APIRouter(prefix="/products/{product}", tags=["products"])


class Calendar(CalendarTold, About):
    """A calendar, day by day. Its instants have the offset of `calendar_zone`."""


@router.get(
    "/calendar",
    summary="Working days, holidays, days away",
    responses=errors("unknown-product", "not-found", "not-open", "no-answer", "try-later"),
)
async def calendar(
    product: str,
    svc: Svc,
    person: Annotated[str | None, Query(description="Of this person; else the product's")] = None,
    team: Annotated[str | None, Query(description="Of this team")] = None,
    first: Annotated[Day | None, Query(alias="from", description="Today, unless said")] = None,
    last: Annotated[Day | None, Query(alias="to", description="Two weeks from `from`, unless said")] = None,
    after: Annotated[
        str | None, Query(max_length=50, description="Also say when this is from now: `3 business days`")
    ] = None,
) -> Calendar:
    """Return every day with its hours, or why nobody works; and quiet hours and days away of a person."""
    if person is not None and team is not None:
        raise _wrong("team", "ask for a person or for a team, not for both")
    now = await present(svc, product)
    try:
        whose = whose_calendar(now.state, person, team)
    except UnknownOneError as exc:
        raise problem("not-found", str(exc)) from exc
    first = first or now.at.astimezone(zone(time_zone_of(now.state, whose))).date()
    last = last or first + SHOWN
    if not 0 <= (last - first).days < MOST_DAYS:
        raise _wrong("to", f"must not be before from ({first}), and at the most {MOST_DAYS} days are shown at once")
    span = None if after is None else _span(after)
    told = await asyncio.to_thread(calendar_told, now.state, whose, now.at, first, last, span)
    return Calendar.model_validate(about(now) | dict(told))


def _span(text: str) -> Span:
    try:
        return wait(text)
    except ValueError as exc:
        raise _wrong("after", str(exc)) from exc


def _wrong(field: str, why: str) -> Problem:
    return problem("invalid-request", f"{field}: {why}", [FieldError((field,), why)])
