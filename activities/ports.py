"""What the activities and the web need from the outside, and the errors that they must expect."""

from collections.abc import AsyncIterator, Sequence
from typing import Any, Protocol

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from activities.ports_workflows import WorkflowSearch
from domain.record import FIRST_PREV_HASH, Entry, Recorded, Spelled, ViewRow

Link = tuple[int, str]  # number and hash of an entry
BEGINNING: Link = (0, FIRST_PREV_HASH)


class LedgerConflictError(Exception):
    """The ledger already has an entry of this key with other content."""


class AllotmentExceededError(Exception):
    """Several products together allot more of a team than it has."""


class NoSuchRecipientError(Exception):
    """Nobody can be reached under this name, this way."""


class ChannelUnavailableError(Exception):
    """This way does not work at the moment; it may work again."""


class BrokenChainError(Exception):
    """The ledger's hash chain does not hold."""


class VaultUnavailableError(Exception):
    """The keys of customers' texts cannot be read or written at the moment."""


class BrokenSealError(Exception):
    """A sealed text is not what was sealed under this name, or its key is not under our root key."""


class ChainReport(BaseModel):
    """The result of verifying one stream of the ledger."""

    model_config = ConfigDict(frozen=True)

    product: str
    entries: int
    head: str  # hash of the last entry
    broken_at: int | None = None  # seq of the first entry that does not hold
    why: str = ""
    of: int = 0  # entries that the stream had then
    next: int | None = None  # where the next part begins; None: this was the last one


class LedgerQuery(BaseModel):
    """Which entries to read, oldest first unless ``newest_first``."""

    model_config = ConfigDict(frozen=True)

    product: str | None = None
    after_seq: int = 0
    kind: str | None = None
    about: str | None = None
    workflow: str | None = None
    cause: str | None = None
    actor: str | None = None  # as it is kept: `tandem`, a person, a source
    since: AwareDatetime | None = None
    until: AwareDatetime | None = None
    newest_first: bool = False
    limit: int = 200  # 1 … 1000


class LedgerChoices(BaseModel):
    """What a stream may be filtered by: the kinds of its entries, and who is behind them; each in order, bounded."""

    model_config = ConfigDict(frozen=True)

    kinds: tuple[str, ...]
    actors: tuple[str, ...]


class Ledger(Protocol):
    """The append-only record, written by activities."""

    async def append(self, entries: Sequence[Entry]) -> list[Recorded]:
        """Append in order, in one transaction; a known key with the same content is returned as it is.

        Raises LedgerConflictError (nothing of the batch is written) when a known key has other content.
        """
        ...

    async def append_spelled(self, entries: Sequence[Spelled]) -> list[int]:
        """Append spelled entries as ``append`` does, and return their numbers; quickest when all of them are new."""
        ...

    async def applied_events(self, product: str, ids: Sequence[tuple[str, str]]) -> set[tuple[str, str]]:
        """Return which (source, id) pairs the product's entries already name."""
        ...

    async def put_document(self, content: Any) -> str:
        """Store a JSON document under its content hash and return the hash; again is a no-op."""
        ...

    async def document(self, digest: str) -> Any | None:
        """Return a stored document, or None."""
        ...

    async def reserve_allotments(
        self, product: str, allotments: dict[str, tuple[float, float]]
    ) -> dict[str, tuple[float, float]]:
        """Set the product's share of each team: team -> (allotment, person-days of the whole team) per period.

        Replaces the product's earlier shares, and returns them. Raises AllotmentExceededError (nothing is changed)
        when the shares of all products exceed a team, or when two products state different sizes of it; the message
        names both.
        """
        ...


class LedgerReader(WorkflowSearch, Protocol):
    """What pages and commands read."""

    async def entries(self, query: LedgerQuery) -> list[Recorded]: ...

    async def entry(self, product: str, key: str) -> Recorded | None: ...

    async def event(self, source: str, event_id: str) -> list[Recorded]:
        """Return the entries, of any product, that record this event."""
        ...

    async def rows(
        self,
        kind: str,
        product: str | None = None,
        state: str | None = None,
        limit: int = 500,
        after: str | None = None,
    ) -> list[ViewRow]:
        """Return rows by id, after the id ``after``."""
        ...

    async def row(self, kind: str, row_id: str) -> ViewRow | None: ...

    async def document(self, digest: str) -> Any | None: ...

    async def choices(self, product: str) -> LedgerChoices: ...

    async def verify(self, product: str, after: Link = BEGINNING, most: int | None = None) -> ChainReport:
        """Recompute the chain of one stream and report the first broken link.

        ``after``: the entry that an earlier part ended with. ``most``: entries of this part, at least.
        """
        ...

    async def streams(self) -> list[str]:
        """Return every product that has entries, and ``_system`` when it has."""
        ...

    def export(self, product: str) -> AsyncIterator[Recorded]:
        """Yield every entry of a product, oldest first."""
        ...


TextToSeal = tuple[str, str, str, str]  # product, source and id of the event, and the text


class Vault(Protocol):
    """Keeps what customers wrote readable until it is erased: one key per feedback, under a key per product.

    Every call raises VaultUnavailableError when the keys cannot be reached.
    """

    async def seal(self, texts: Sequence[TextToSeal]) -> list[str]:
        """Return the texts sealed, in order; their keys are kept, all or none, when it returns.

        An event that was sealed before keeps its key, one that was erased gets none and becomes the constant
        ``ERASED``; an empty text stays empty. Raises BrokenSealError.
        """
        ...

    async def open(self, product: str, source: str, event_id: str, sealed: str) -> str | None:
        """Return what was sealed; None when it is erased or has no key. Raises BrokenSealError."""
        ...

    async def erase(self, product: str, source: str, event_id: str) -> bool:
        """Forget the key for ever: no copy of the sealed text can be opened, and the event gets no other key.

        Returns False, and does nothing, when no text of this event was ever sealed; True also for what was erased
        before.
        """
        ...


class Message(BaseModel):
    """Something to tell a person, as it goes out; ``key`` makes a repetition harmless."""

    model_config = ConfigDict(frozen=True)

    key: str  # the same whenever and over whichever way it is sent
    product: str
    to: str  # a person, or a channel of the installation
    role: str
    subject: str
    text: str
    kind: str = "news"
    html: str = ""  # the same again, for those who can show it
    address: str | None = None  # of the person's mail
    at: AwareDatetime | None = None  # when what it tells happened
    data: dict[str, Any] = Field(default_factory=dict)  # the same again, for programs


class Channel(Protocol):
    """A way to reach people. Every call ends by itself."""

    name: str

    async def send(self, message: Message) -> None:
        """Deliver, once per key where the way can tell.

        Raises NoSuchRecipientError when trying again cannot help, ChannelUnavailableError when it can.
        """
        ...
