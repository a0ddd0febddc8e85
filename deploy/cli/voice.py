"""In which role somebody speaks who did not say so, and in whose stead."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, get_args

import typer

from deploy.cli.api import UsageError
from domain.inbox import role_of
from domain.voices import Voice, Yours, voice_for
from domain.wording import listing, role_name
from events.internal import Role

ROLES: tuple[str, ...] = get_args(Role)
RoleOption = Annotated[
    str | None, typer.Option(metavar="ROLE", help="The role you answer in; else the lowest of yours that may.")
]
ForOption = Annotated[
    str | None, typer.Option("--for", metavar="PERSON", help="In whose stead, when you stand in for somebody.")
]


def voice_of(
    yours: Mapping[str, Any], voices: Sequence[Mapping[str, Any]], role: str | None, acting_for: str | None, asked: str
) -> Voice:
    """Return the voice that somebody answers with; ``voices``: those that may. Raises UsageError for no role."""
    if role is not None and role not in ROLES:
        raise UsageError(f"--role: {role!r} is none of {listing(list(ROLES))}")
    known = Yours.model_validate({"person": yours["person"], "roles": yours["roles"], "voices": list(voices)})
    return voice_for(known, role, acting_for, role_of(asked))


def signature(actor: str, voice: Voice, done: Mapping[str, Any]) -> str:
    """Return who answered, and in whose stead as what: ``petra for olga as product owner (asserted)``."""
    stead = f" for {voice.acting_for} as {role_name(voice.role)}" if voice.acting_for not in (None, actor) else ""
    return f"{actor}{stead} ({done['identity']})"
