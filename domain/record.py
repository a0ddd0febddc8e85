"""What the ledger keeps: entries, the rows that pages read, and content-addressed documents. Pure."""

import hashlib
import json
from datetime import UTC, datetime
from functools import lru_cache
from json.encoder import encode_basestring as quoted
from typing import Annotated, Any, Literal, NamedTuple

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field

Identity = Literal["engine", "asserted", "authenticated"]
SYSTEM_STREAM = "_system"  # entries that belong to no product


spelling = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False).encode


def canonical(value: Any) -> bytes:
    """Return the one JSON spelling of ``value`` that hashes are taken over (sorted keys, no spaces, UTF-8)."""
    return spelling(value).encode()


def content_hash(value: Any) -> str:
    """Return the SHA-256 of the canonical spelling, hexadecimal."""
    return hashlib.sha256(canonical(value)).hexdigest()


def _in_utc(value: datetime) -> datetime:
    """Return the same instant in UTC, so that an entry has one spelling, and one hash, before and after storage."""
    try:
        return value.astimezone(UTC)
    except OverflowError as exc:
        raise ValueError("the instant is outside the years 1 to 9999 in UTC") from exc


Instant = Annotated[AwareDatetime, AfterValidator(_in_utc)]


class ViewRow(BaseModel):
    """The present state of one thing, replaced in the transaction that appends the entry it came from."""

    model_config = ConfigDict(frozen=True)

    kind: Literal["product", "roadmap", "approval", "escalation", "workflow", "dead_letter", "incident"]
    id: str  # unique within the kind, for example `web/7`
    product: str
    state: str
    role: str | None = None  # whom it waits for
    due: Instant | None = None  # until when
    data: dict[str, Any] = Field(default_factory=dict)


class Entry(BaseModel):
    """One thing that happened to a product and why. The ledger adds ``seq``, ``prev_hash`` and ``hash``."""

    model_config = ConfigDict(frozen=True)

    product: str  # or SYSTEM_STREAM
    key: str  # derived from the cause; unique per product, so a repeated write changes nothing
    at: Instant  # real time
    clock_at: Instant  # the product's own clock; the same unless the clock is simulated
    kind: str  # for example `approval.requested`; `domain.narrative` has one template per kind
    cause: str | None = None  # key of the entry that this one follows from
    actor: str = "tandem"
    identity: Identity = "engine"
    workflow: str = ""  # id of the workflow whose history this line belongs to
    about: tuple[str, ...] = ()  # `item:sso`, `milestone:spring`, `approval:7` …: what `why` finds it by
    event: tuple[str, str] | None = None  # (source, id) of the accepted event, once per product
    data: dict[str, Any] = Field(default_factory=dict)
    policy_hash: str | None = None
    rows: tuple[ViewRow, ...] = ()  # refreshed with it; not covered by the hash

    def content(self) -> dict[str, Any]:
        """Return what the hash covers and what a repeated write must equal."""
        return self.model_dump(mode="json", exclude={"rows"})


class Spelled(NamedTuple):
    """An entry as it travels and is stored: spelled where it is made, and nowhere again."""

    product: str
    key: str
    at: str  # as `said_at` spells it
    clock_at: str
    kind: str
    cause: str | None
    actor: str
    identity: Identity
    workflow: str
    about: tuple[str, ...]
    event: tuple[str, str] | None
    data: str  # canonical JSON
    policy_hash: str | None
    rows: tuple[ViewRow, ...] = ()

    def content(self) -> str:
        """Return the canonical spelling of `Entry.content`."""
        cause, policy_hash = _optional(self.cause), _optional(self.policy_hash)
        event = "null" if self.event is None else _listed(self.event)
        return (
            f'{{"about":{_listed(self.about)},"actor":{quoted(self.actor)},"at":"{self.at}","cause":{cause},'
            f'"clock_at":"{self.clock_at}","data":{self.data},"event":{event},"identity":"{self.identity}",'
            f'"key":{quoted(self.key)},"kind":{quoted(self.kind)},"policy_hash":{policy_hash},'
            f'"product":{quoted(self.product)},"workflow":{quoted(self.workflow)}}}'
        )

    def entry(self) -> Entry:
        """Return the entry that is spelled."""
        fields = self._asdict() | {"data": json.loads(self.data)}
        return Entry.model_validate(fields)


def spell(entry: Entry) -> Spelled:
    """Return an entry spelled."""
    content = entry.content()
    fields = {**content, "data": spelling(content["data"]), "about": entry.about, "event": entry.event}
    return Spelled(**fields, rows=entry.rows)


@lru_cache(maxsize=256)  # the entries of one round share most of theirs
def said_at(at: datetime) -> str:
    """Return an instant as JSON says it: ``2026-03-02T09:00:00.123456Z``."""
    return at.astimezone(UTC).isoformat().removesuffix("+00:00") + "Z"


def _listed(words: tuple[str, ...]) -> str:
    return f"[{','.join(map(quoted, words))}]"


def _optional(word: str | None) -> str:
    return "null" if word is None else quoted(word)


class Recorded(BaseModel):
    """An entry as the ledger keeps it."""

    model_config = ConfigDict(frozen=True)

    entry: Entry
    seq: int  # 1, 2, 3 … within the product
    prev_hash: str  # 64 zeros before the first
    hash: str


def chain_hash(prev_hash: str, seq: int, content: dict[str, Any]) -> str:
    """Return the hash of an entry: SHA-256 over the previous hash, its number and its content."""
    return spelled_hash(prev_hash, seq, spelling(content))


def spelled_hash(prev_hash: str, seq: int, content: str) -> str:
    """Return the hash of an entry whose content is spelled already: the same as `chain_hash` of what it spells."""
    return hashlib.sha256(f'["{prev_hash}",{seq},{content}]'.encode()).hexdigest()


FIRST_PREV_HASH = "0" * 64
