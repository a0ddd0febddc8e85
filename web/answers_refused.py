"""Which field of an answer a refusal is about, so that whoever sent it sees at once what to change."""

import re
from collections.abc import Sequence
from datetime import datetime

from domain.authority import speaks_for
from domain.delegations import Given, Matter, chain_of
from events.errors import FieldError
from events.internal import Role
from web.problems import Problem, problem
from web.products import Product


def refused(why: str, place: str | None, kind: str, known: Product) -> Problem:
    """Return the problem of a refusal, at its field where there is one."""
    errors = [] if place is None else [FieldError((place,), why)]
    said = f"{place}: {why}" if place is not None and kind == "invalid-request" else why
    return problem(kind, said, errors, simulated_clock=known.simulated)


def not_theirs(known: Product, given: Given, at_least: Role, matter: Matter, at: datetime, why: str) -> str | None:
    """Return the field of an answer that its sender may not give; None when that is not why it was refused."""
    if speaks_for(known.mandates, given, at_least, matter, at) != why and not _beyond(why):
        return None
    mine = given.acting_for in (None, given.actor)
    if not mine and not chain_of(known.mandates, given, matter, at):
        return "acting_for"
    return "role" if chain_of(known.mandates, given, matter, at) else "actor"


def _beyond(why: str) -> bool:
    return why.startswith("beyond the authority")


def place_of(why: str, places: Sequence[tuple[str, str]]) -> str | None:
    """Return the field that a refusal is about; ``places``: how its sentence may begin, and the field."""
    return next((field for begins, field in places if re.match(begins, why)), None)
