"""Decision latency in figures: how long each stage took, by kind and role, and what is still waited for. Pure."""

import math
from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import get_args

from pydantic import AwareDatetime

from domain.latency import Course, Kind, Stage, lengths_of, role_of, waited
from domain.policy import ROLES
from domain.things import Frozen
from events.internal import Role

KINDS: tuple[Kind, ...] = get_args(Kind)
STAGES: tuple[Stage, ...] = get_args(Stage)
P85 = 0.85


class StageFigures(Frozen):
    """How long one stage took, in seconds by the product's clock."""

    stage: Stage
    count: int
    median: float
    p85: float
    longest: float
    real_median: float  # in real time: other than `median` only where the product's clock is simulated


class Group(Frozen):
    """All of one kind that one role was asked about, or that the engine adopted on its authority."""

    kind: Kind
    role: Role | None  # None: people were asked by name
    answered: int  # or adopted
    unanswered: int  # superseded, expired, stood down or unanswered
    stages: tuple[StageFigures, ...]


class Open(Frozen):
    """A question that nobody has answered yet."""

    kind: Kind
    number: int
    subject: str  # of an escalation
    role: Role | None
    since: AwareDatetime  # by the product's clock
    waiting: float  # seconds by the product's clock


class LatencyTold(Frozen):
    """How long decisions took."""

    groups: tuple[Group, ...]
    open: tuple[Open, ...]  # the one that waits longest first


def latency_told(courses: Iterable[Course], at: datetime, since: datetime | None = None) -> LatencyTold:
    """Return the figures of what began not before ``since``, and all that is open at an instant."""
    known = tuple(courses)
    groups: defaultdict[tuple[Kind, Role | None], list[Course]] = defaultdict(list)
    for course in known:
        if course.ended and (since is None or course.began >= since):
            groups[course.kind, role_of(course)].append(course)
    order = [(kind, role) for kind in KINDS for role in (*ROLES, None)]
    waiting = [_open(course, at) for course in known if not course.ended]
    return LatencyTold(
        groups=tuple(_group(kind, role, groups[kind, role]) for kind, role in order if (kind, role) in groups),
        open=tuple(sorted(waiting, key=lambda one: (-one.waiting, one.kind, one.number))),
    )


def _open(course: Course, at: datetime) -> Open:
    began = course.began
    return Open(
        kind=course.kind,
        number=course.number,
        subject=course.subject,
        role=role_of(course),
        since=began,
        waiting=waited(began, at),
    )


def _group(kind: Kind, role: Role | None, courses: Sequence[Course]) -> Group:
    found: defaultdict[Stage, list[tuple[float, float]]] = defaultdict(list)
    for course in courses:
        for stage, length in lengths_of(course).items():
            found[stage].append(length)
    answered = sum(course.effect is not None for course in courses)
    return Group(
        kind=kind,
        role=role,
        answered=answered,
        unanswered=len(courses) - answered,
        stages=tuple(_figures(stage, found[stage]) for stage in STAGES if stage in found),
    )


def _figures(stage: Stage, lengths: Sequence[tuple[float, float]]) -> StageFigures:
    clock, real = sorted(one[0] for one in lengths), sorted(one[1] for one in lengths)
    return StageFigures(
        stage=stage,
        count=len(lengths),
        median=quantile(clock, 0.5),
        p85=quantile(clock, P85),
        longest=clock[-1],
        real_median=quantile(real, 0.5),
    )


def quantile(ascending: Sequence[float], share: float) -> float:
    """Return the smallest observation that at least this share does not exceed; of an even number, no mean of two."""
    return ascending[max(0, math.ceil(share * len(ascending)) - 1)]
