"""In which roles, and in whose stead, a person may speak: the least authority first, their own voice before. Pure."""

from datetime import datetime

from domain.delegations import Given, Mandates, Matter, chain_of, roles_open_to
from domain.policy import ROLES
from domain.things import Frozen
from events.internal import Role


class Voice(Frozen):
    """A role in which somebody may speak. ``acting_for``: who holds it; None: they do so themselves."""

    role: Role
    acting_for: str | None = None


class Yours(Frozen):
    """How one person may speak in one matter. ``roles``: all that they hold or stand in for, whatever the matter."""

    person: str
    voices: tuple[Voice, ...] = ()
    roles: tuple[Role, ...] = ()


def voices_of(
    mandates: Mandates, person: str, at_least: Role, matter: Matter, at: datetime, without: str | None = None
) -> tuple[Voice, ...]:
    """Return how somebody may answer what a role is asked: in that role or a higher one.

    ``without``: somebody who asked for it, and whose voice does not count, whoever lends them theirs.
    """
    found: list[Voice] = []
    for role in ROLES[ROLES.index(at_least) :]:
        holders = mandates.people.holders(role)
        for holder in (*((person,) if person in holders else ()), *(one for one in holders if one != person)):
            chain = chain_of(mandates, Given(actor=person, role=role, acting_for=holder), matter, at)
            if chain and without not in chain:
                found.append(Voice(role=role, acting_for=None if holder == person else holder))
    return tuple(found)


def yours(
    mandates: Mandates, person: str, at_least: Role, matter: Matter, at: datetime, without: str | None = None
) -> Yours:
    """Return how a person may speak in a matter, and what they are in this product at all."""
    voices = voices_of(mandates, person, at_least, matter, at, without)
    return Yours(person=person, voices=voices, roles=roles_open_to(mandates, person, at))


def voice_for(known: Yours, role: str | None, acting_for: str | None, fallback: Role) -> Voice:
    """Return the voice that somebody speaks with who named a role, or whom they stand in for, or neither.

    It is the least of those that may; where none may, the one that they named or hold, so that the refusal names it.
    """
    for voice in known.voices:
        if role in (None, voice.role) and acting_for in (None, voice.acting_for or known.person):
            return voice
    least = next((one for one in ROLES if one == role), None) or (known.roles[-1] if known.roles else fallback)
    return Voice(role=least, acting_for=acting_for)
