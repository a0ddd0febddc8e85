"""What the web needs of dead letters, and how each way in reads one again."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple, Protocol

from pydantic import AwareDatetime, BaseModel, ConfigDict

from domain.letters import Kept, Result, State
from events.letters import Letter, Park, Reason, Way
from events.union import External

Cursor = tuple[datetime, str]  # when the last letter of a page arrived, and its id


class StillUnreadableError(Exception):
    """A letter makes no event today, either, or not all that it says; ``reason`` is today's."""

    def __init__(self, reason: Reason, detail: str, events: Sequence[External] = ()) -> None:
        super().__init__(detail)
        self.reason = reason
        self.events = list(events)  # what of it can be sent all the same; the letter stays open for the rest


Retry = Callable[[Letter], Awaitable[list[External]]]  # raises EventError, StillUnreadableError
Retries = Mapping[Way, Retry]  # the letter comes with its body; product: the event comes from the ledger


class LetterQuery(BaseModel):
    """Which letters to read, the newest first unless ``oldest_first``."""

    model_config = ConfigDict(frozen=True)

    product: str | None = None
    source: str | None = None  # of the event, or the registered name of a webhook's
    ending: str | None = None  # what the id ends with
    reason: str | None = None
    way: str | None = None
    state: str | None = None
    since: AwareDatetime | None = None  # included
    until: AwareDatetime | None = None  # not included
    after: Cursor | None = None  # the last one of the page before, in the order of reading
    oldest_first: bool = False
    limit: int = 100  # 1 … 1000


class Counted(NamedTuple):
    """How many letters there are of one kind."""

    reason: str
    way: str
    state: State
    letters: int


class Letters(Park, Protocol):
    """The dead letters of all ways in.

    ``body`` and ``erase`` raise VaultUnavailableError; ``body`` raises BrokenSealError.
    """

    async def letters(self, query: LetterQuery) -> list[Kept]:
        """Return letters without their bodies."""
        ...

    async def letter(self, letter_id: str) -> Kept | None: ...

    async def of_event(self, source: str, event_id: str) -> list[Kept]:
        """Return the letters that name this event."""
        ...

    async def body(self, letter_id: str) -> bytes | None:
        """Return the body as it came; None when it is erased, or was never here: the ledger has the event."""
        ...

    async def copy(self, letter: Letter, of: str) -> None:
        """Keep an edited copy; a known id changes nothing. Raises ParkingUnavailableError."""
        ...

    async def move(
        self, kept: Kept, at: datetime, *, state: State, result: Result, attempts: int | None = None
    ) -> Kept | None:
        """Change what became of a letter; None, and nothing is changed, when somebody did since it was read."""
        ...

    async def erase(self, ids: Sequence[str]) -> int:
        """Make the bodies of letters unreadable for ever; return of how many."""
        ...

    async def counts(self) -> list[Counted]: ...
