"""What becomes of dead letters: which may be sent again, under which id, what ends them, which must go. Pure."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

from domain.record import Instant
from events.codec import MAX_BODY
from events.envelope import SPECVERSION
from events.errors import EventError
from events.fields import Proof
from events.internal import SOURCE as OUR_SOURCE
from events.json_text import parse
from events.letters import MOST_KEPT, Letter
from events.union import External

State = Literal[
    "open",  # waits for somebody
    "redriven",  # handed over; the ledger does not have it yet
    "closed",  # its event is in the ledger
    "discarded",  # it cannot be mended; kept, all the same
]
MOST_ATTEMPTS = 100  # redrives and edits of one letter
LONGEST_ID = 200  # characters, as in `events.model.Event`
DIGEST_SHOWN = 32  # hexadecimal digits that stand for the end of a longer id
REDRIVE_OF = "redriveof"  # the extension attribute with the id that the sender gave
SECRET = ("authorization", "cookie", "signature", "secret", "token")  # parts of the names of headers that are not kept
MOST_HEADERS = 64 * 1024  # characters of one letter's headers


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class Link(_Frozen):
    """An event that a letter became."""

    product: str
    source: str
    id: str
    seq: int | None = None  # its number in the product's ledger; None: not there yet
    outcome: str = ""  # as the ledger has it
    because: str = ""
    duplicate: bool = False  # the ledger had it before

    @property
    def refused(self) -> bool:
        """Tell whether its product could make no sense of it."""
        return self.outcome == "refused"


class Try(_Frozen):
    """Somebody redrove a letter."""

    number: int
    at: Instant
    actor: str
    reason: str  # why they did
    came: str = ""  # what came of it, in words
    identity: Proof = "asserted"


class Result(_Frozen):
    """What became of a letter."""

    tries: tuple[Try, ...] = ()
    pending: tuple[Link, ...] = ()  # perhaps handed over, and not seen in the ledger yet
    mark: int = 0  # the number of the try whose ids the pending events have
    asked: Try | None = None  # the try that is under way
    rest: str = ""  # what of the letter that try does not send: it stays open for it
    events: tuple[Link, ...] = ()  # those that closed it
    copies: tuple[str, ...] = ()  # letters that are edited copies of this one
    of: str | None = None  # the letter that this one came of, when it was redriven, and that is mended instead
    discarded: Try | None = None


@dataclass(frozen=True, slots=True)
class Kept:
    """A letter and what became of it."""

    letter: Letter  # its body is empty here: it is sealed, and opened by itself
    state: State
    changed_at: datetime
    attempts: int
    copy_of: str | None
    result: Result

    @property
    def truncated(self) -> bool:
        """Tell whether only the beginning of the body is kept."""
        return self.letter.way != "product" and self.letter.size > MAX_BODY


def refusal_of(kept: Kept) -> str:
    """Return why a letter cannot be sent again as it is; empty when it can."""
    if why := ended(kept):
        return why
    if kept.letter.way == "product" and kept.letter.source == OUR_SOURCE:
        return "Tandem raised this event itself, and raises it again when it still holds; discard the letter"
    if kept.truncated:
        return f"only the first {MOST_KEPT:,} bytes of it are kept; redrive an edited copy, or discard it"
    return ""


def ended(kept: Kept) -> str:
    """Return why nothing more can become of a letter; empty when something can."""
    if kept.result.of is not None:
        return f"it came of redriving {kept.result.of}; redrive that one"
    if kept.state == "closed":
        found = ", ".join(f"{link.id} from {link.source} in {link.product}" for link in kept.result.events)
        return f"it is closed: {found or 'its event is in the ledger'}"
    if kept.state == "discarded":
        return "it was discarded"
    if kept.attempts >= MOST_ATTEMPTS:
        return f"it was redriven {kept.attempts} times in vain; discard it, and have the event sent again"
    return ""


def redriven_id(original: str, mark: str) -> str:
    """Return the id of an event that is sent again after its product refused ``original``: the same for one mark."""
    end = f"~{mark}"
    if len(original) + len(end) <= LONGEST_ID:
        return original + end
    digest = hashlib.sha256(original.encode()).hexdigest()[:DIGEST_SHOWN]
    return f"{original[: LONGEST_ID - len(end) - len(digest) - 1]}.{digest}{end}"


def mark_of(kept: Kept, number: int) -> str:
    """Return what tells the ids of one try from those of all others, those of copies included."""
    return str(number) if kept.copy_of is None else f"{kept.letter.digest[:8]}-{number}"


def copy_id(original: str, digest: str) -> str:
    """Return the id of an edited copy; the same edit is the same copy."""
    return f"{original}~{digest[:16]}"


def renamed(event: External, event_id: str) -> External:
    """Return the same event under another id; it names the one that its sender gave."""
    first = event.extensions.get(REDRIVE_OF, event.id)
    return event.model_copy(update={"id": event_id, "extensions": {**event.extensions, REDRIVE_OF: first}})


def conclusion(kept: Kept, links: Iterable[Link]) -> tuple[State, str]:
    """Return the state that a letter's events leave it in, and why, once all of them are in the ledger."""
    links = list(links)
    refused = [link for link in links if link.refused]
    if refused:
        said = "; ".join(f"{link.product} refused {link.id}: {link.because}" for link in refused)
        return ("open" if kept.copy_of is None else "discarded"), said
    shown = "; ".join(f"{link.product} has {link.id} (#{link.seq}): {_outcome(link)}" for link in links)
    return ("open", f"{shown}; not taken: {kept.result.rest}") if kept.result.rest else ("closed", shown)


def _outcome(link: Link) -> str:
    return f"{link.outcome}, before it was redriven" if link.duplicate else link.outcome


def draft(kept: Kept, body: bytes) -> dict[str, Any]:
    """Return a CloudEvent to edit: the letter's own, or one of what could be read of it."""
    try:
        value = parse(body)
    except EventError:
        value = None
    if isinstance(value, dict) and "specversion" in value:
        return value
    letter = kept.letter
    return {
        "specversion": SPECVERSION,
        "id": letter.event_id or "",
        "source": letter.source or "",
        "type": letter.type or "",
        "subject": letter.product or "",
        "time": letter.at.isoformat(),
        "data": value if isinstance(value, dict) else {},
    }


def without_secrets(headers: Mapping[str, str]) -> dict[str, str]:
    """Return the headers that may be kept: no signature, nothing that signs anybody in, not without end."""
    found: dict[str, str] = {}
    room = MOST_HEADERS
    for name, value in headers.items():
        room -= len(name) + len(value)
        if room >= 0 and not any(part in name.lower() for part in SECRET):
            found[name] = value
    return found


# -- what must go ----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Bounds:
    """How many letters are kept, for how long, and how many bytes of bodies."""

    letters: int = 100_000
    age: timedelta = timedelta(days=90)
    bytes: int = 1024**3


@dataclass(frozen=True, slots=True)
class Candidate:
    """A letter that may have to go."""

    id: str
    state: State
    at: datetime
    bytes: int  # of its body, as kept
    digest: str

    @property
    def waits(self) -> bool:
        """Tell whether somebody would have had to look at it."""
        return self.state in ("open", "redriven")


def kept_bytes(size: int) -> int:
    """Return how many bytes are kept of a body of this size."""
    return MOST_KEPT if size > MAX_BODY else size


def to_prune(
    candidates: Sequence[Candidate], letters: int, size: int, bounds: Bounds, now: datetime
) -> list[Candidate]:
    """Return those that must go: all that are too old; then ended ones first, older ones first.

    ``letters`` and ``size`` (bytes) are those of all that are kept, the candidates among them.
    """
    oldest = now - bounds.age
    in_order = sorted(candidates, key=lambda one: (one.at >= oldest, one.waits, one.at, one.id))
    found = []
    for one in in_order:
        if one.at < oldest or letters > bounds.letters or size > bounds.bytes:
            found.append(one)
            letters, size = letters - 1, size - one.bytes
    return found
