"""Names of the export to ids of the product: by the mapping, by the id, by the title. Never by resemblance."""

import re
import unicodedata
from collections.abc import Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Literal, get_args

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from deploy.errors import PlainError
from deploy.importing.cells import CLEAR
from deploy.importing.records import BadCellError
from deploy.product_file import read_product_file
from domain.definition import unknown
from events.webhooks.bindings import REST, Life

Status = Literal["planned", "started", "completed", "dropped"]
STATUSES: tuple[Status, ...] = ("planned", "started", "completed", "dropped")
_OPEN = ("added", "blocked", CLEAR)  # of the life cycle for webhooks: they leave an item open
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")
NOT_AN_ID = "cannot be an id: 1 to 100 letters, digits, dots, hyphens and underscores"
SECTIONS = ("items", "milestones", "teams", "statuses", "themes", "dependencies", "labels")
_USUAL: dict[Status, tuple[str, ...]] = {  # only ever proposed: one company's "done" is another's "in test"
    "planned": ("to do", "open", "backlog", "new", "reopened", "selected for development", "сделать", "открыт"),
    "started": ("in progress", "doing", "in development", "in review", "in test", "blocked", "в работе"),
    "completed": ("done", "closed", "resolved", "released", "готово", "закрыт"),
    "dropped": ("won't do", "rejected", "cancelled", "canceled", "declined", "отклонен"),
}


class NameMap(BaseModel):
    """What names of a source mean here, as a product's `aliases` say it; null: known, and left out on purpose."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    items: dict[str, str | None] = Field(default_factory=dict)
    milestones: dict[str, str | None] = Field(default_factory=dict)
    teams: dict[str, str | None] = Field(default_factory=dict)
    statuses: dict[str, str | None] = Field(default_factory=dict)
    themes: dict[str, str | None] = Field(default_factory=dict)
    dependencies: dict[str, str | None] = Field(default_factory=dict)  # for webhooks only
    labels: dict[str, str | None] = Field(default_factory=dict)  # for webhooks only

    def over(self, other: "NameMap") -> "NameMap":
        """Return both; where they differ this one counts."""
        return NameMap.model_validate({name: getattr(other, name) | getattr(self, name) for name in SECTIONS})

    def of(self, section: str, name: str) -> str | None:
        """Return what a name means, ``-`` when it is left out on purpose; None when nobody decided it."""
        known: dict[str, str | None] = getattr(self, section)
        if name not in known:
            name = {key.casefold(): key for key in known}.get(name.casefold(), "")
        return (known[name] or CLEAR) if name in known else None

    def rest(self, section: str) -> bool:
        """Tell whether all names that are not mapped are left out on purpose."""
        return REST in getattr(self, section)


def load_map(path: Path) -> NameMap:
    """Read a mapping file. Raises PlainError with the place of what is wrong."""
    try:
        content = path.read_bytes()
    except OSError as exc:
        raise PlainError(f"{path}: {exc.strerror}") from exc
    if not content.strip():
        return NameMap()
    value = read_product_file(path, content).value
    return read_map({} if value is None else value, str(path))


def aliases_of(product: Mapping[str, Any], source: str) -> NameMap:
    """Return the aliases that a product file has for a source; none when it has no such field. Raises PlainError."""
    aliases = product.get("aliases")
    found = aliases.get(source) if isinstance(aliases, dict) else None
    known = {key: value for key, value in found.items() if key in SECTIONS} if isinstance(found, dict) else {}
    return read_map(known, f"aliases.{source}")


def read_map(value: object, place: str) -> NameMap:
    """Return a mapping. Raises PlainError."""
    filled = {key: part or {} for key, part in value.items()} if isinstance(value, dict) else value
    try:
        read = NameMap.model_validate(filled)
    except ValidationError as exc:
        first = exc.errors()[0]
        where = ".".join(map(str, first["loc"]))
        raise PlainError(f"{place}: {where}: {first['msg']}; it holds {', '.join(SECTIONS)}") from None
    for name, status in read.statuses.items():
        if status and status not in (*STATUSES, *get_args(Life)):
            raise PlainError(f"{place}: statuses.{name}: {unknown('status', status, STATUSES)} ({', '.join(STATUSES)})")
    return read


def find(section: str, what: str, name: str, known: Mapping[str, Any], mapping: NameMap) -> str | None:
    """Return the id that a name of the export means; None when the mapping leaves it out on purpose.

    Raises BadCellError when nothing, or more than one thing, answers to it.
    """
    mapped = mapping.of(section, name)
    if mapped is not None:
        if mapped != CLEAR and mapped not in known:
            raise BadCellError(f"is mapped to {mapped!r}, and {unknown(what, mapped, known)}")
        return None if mapped == CLEAR else mapped
    if name in known:
        return name
    titled = [id for id, one in known.items() if name.casefold() in (_title(one), id.casefold())]
    if len(titled) > 1:
        raise BadCellError(f"may be {' or '.join(titled)}", section)
    if titled:
        return titled[0]
    if mapping.rest(section):
        return None
    close = closest(name, known)
    meant = f"; did you mean {' or '.join(close)}?" if close else f"; known are {_some(known)}" if known else ""
    raise BadCellError(f"there is no such {what}{meant}", section)


def find_status(name: str, mapping: NameMap) -> Status:
    """Return what a status means. Raises BadCellError."""
    mapped = mapping.of("statuses", name) or (name.lower() if name.lower() in STATUSES else None)
    if mapped in _OPEN or (mapped is None and mapping.rest("statuses")):
        return "planned"
    for status in STATUSES:
        if mapped == status:
            return status
    raise BadCellError(f"is not mapped to one of {', '.join(STATUSES)}", "statuses")


def closest(name: str, known: Mapping[str, Any]) -> list[str]:
    """Return the ids whose id or title resembles a name, best first; at most three."""
    spelled = {id.casefold(): id for id in known} | {_title(one): id for id, one in known.items() if _title(one)}
    close = get_close_matches(name.casefold(), list(spelled), n=3)
    return list(dict.fromkeys(spelled[one] for one in close))


def usual_status(name: str) -> Status | None:
    """Return what a status of this name usually means: a proposal, never an answer."""
    return next((status for status, names in _USUAL.items() if name.casefold() in names), None)


def made_id(name: str) -> str:
    """Return the id for a name: itself where it can be one. Raises BadCellError when letters would be lost."""
    if NAME.fullmatch(name):
        return name
    plain = unicodedata.normalize("NFKD", name)
    kept = "".join(one for one in plain if not unicodedata.combining(one))
    if any(one.isalnum() and not one.isascii() for one in kept):
        raise BadCellError("no id can be made of it: map it to one")
    made = re.sub(r"[^A-Za-z0-9.]+", "-", kept).strip("-.").lower()
    if not NAME.fullmatch(made):
        raise BadCellError(NOT_AN_ID)
    return made


def _title(one: object) -> str:
    title = one.get("title") if isinstance(one, dict) else None
    return title.casefold() if isinstance(title, str) else ""


def _some(known: Mapping[str, Any]) -> str:
    names = list(known)
    return ", ".join(names[:6]) + (f" and {len(names) - 6} more" if len(names) > 6 else "")
