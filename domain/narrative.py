"""The history in plain words: one calm sentence per entry of the ledger, one template per kind. Pure."""

from datetime import datetime

from pydantic import BaseModel, ConfigDict

from domain import (
    narrative_accounts,
    narrative_escalations,
    narrative_events,
    narrative_inside,
    narrative_letters,
    narrative_messages,
    narrative_operating,
    narrative_sources,
    narrative_steps,
)
from domain.narrative_parts import KINDS, plain
from domain.record import Identity, Recorded
from domain.wording import when

# importing them registers their templates
REGISTERED = (
    *(narrative_accounts, narrative_escalations, narrative_events, narrative_inside, narrative_letters),
    *(narrative_messages, narrative_operating, narrative_sources, narrative_steps),
)

__all__ = ["KINDS", "Line", "UnknownKindError", "kind_name", "line_of", "text_of", "who"]


class UnknownKindError(KeyError):
    """There is no template for this kind of entry."""

    def __str__(self) -> str:
        return f"there is no template for entries of the kind {self.args[0]!r}"


class Line(BaseModel):
    """One line of a history."""

    model_config = ConfigDict(frozen=True)

    seq: int  # the number of the ledger entry that it is rendered from
    at: datetime  # real time
    clock_at: datetime  # the product's own clock
    product: str
    kind: str
    key: str
    cause: str | None
    actor: str  # a person, a source, or Tandem
    identity: Identity
    what: str
    why: str  # what follows and why
    waits_for: str  # empty when nobody is waited for
    until: datetime | None  # by the product's clock
    workflow: str


def line_of(recorded: Recorded) -> Line:
    """Return an entry in plain words. Raises UnknownKindError."""
    entry = recorded.entry
    tell = KINDS.get(entry.kind)
    if tell is None:
        raise UnknownKindError(entry.kind)
    told = tell(entry)
    return Line(
        seq=recorded.seq,
        at=entry.at,
        clock_at=entry.clock_at,
        product=entry.product,
        kind=entry.kind,
        key=entry.key,
        cause=entry.cause,
        actor="Tandem" if entry.actor == "tandem" else plain(entry.actor),
        identity=entry.identity,
        what=plain(told.what),
        why=plain(told.why),
        waits_for=plain(told.waits_for),
        until=told.until,
        workflow=entry.workflow,
    )


def kind_name(kind: str) -> str:
    """Return a kind of entry as people say it: ``budget.adjusted`` is ``Budget adjusted``."""
    return kind.replace(".", " ").replace("_", " ").capitalize()


def who(line: Line) -> str:
    """Return the actor as shown: a person's identity is said, whether asserted or authenticated."""
    return line.actor if line.identity == "engine" else f"{line.actor} ({line.identity})"


def text_of(line: Line, time_zone: str) -> str:
    """Return a line as text: when by the product's clock, who, what, why, and what is waited for until when."""
    what = line.what.removeprefix(f"{line.actor} ") if line.identity != "engine" else line.what
    text = f"{when(line.clock_at, time_zone)}  {who(line)}  {what}"
    if line.why:
        text += f" — {line.why}"
    if line.waits_for:
        until = f" until {when(line.until, time_zone)}" if line.until is not None else ""
        text += f"  [waits for {line.waits_for}{until}]"
    return text
