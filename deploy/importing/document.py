"""The product file that an import leads to: what differs, whether it is valid, and how it is written."""

import contextlib
import copy
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import yaml

from deploy.errors import PlainError
from deploy.importing.draft import DEFAULTS, FILL_IN, SECTIONS
from domain.definition import ProductDefinition
from domain.policy import ROLES
from web.definition import MAX_PRODUCT_FILE, DefinitionError, read_definition

MOST_SHOWN = 10  # of what is wrong with a result
_DUMMIES: dict[str, Any] = {  # what stands in while the rest of a new file is checked
    "title": "x",
    "currency": "EUR",
    "people": {role: ["x"] for role in ROLES},
    "function": "x",
    "lead": "x",
    "person_days": 1,
    "allotment": 1,
    "due": "2999-12-31",
    "budget": {"per_period": 0},
    "teams": {"x": {"function": "x", "lead": "x", "person_days": 1, "allotment": 1}},
}
_WHAT = {
    "product": "the product's id: lower-case letters, digits and hyphens",
    "title": "what people call it",
    "currency": "such as EUR",
    "people": "a list of names, such as [maria]",
    "teams": "at least one team",
    "function": "marketing, it, data, design …",
    "lead": "who leads the team",
    "person_days": "a month, of the whole team",
    "allotment": "a month, this product's share",
    "due": "the promised date",
    "per_period": "a month, in minor units (cents)",
}


class Change(NamedTuple):
    """One field that would change; of something new: all its fields, without an old value."""

    do: str  # add or change
    kind: str
    id: str
    field: str
    old: Any
    new: Any


def skeleton(product: str | None) -> dict[str, Any]:
    """Return a product of which everything is still to be filled in."""
    people = dict.fromkeys(ROLES, FILL_IN)
    head = {"product": product, "title": FILL_IN, "currency": FILL_IN, "time_zone": "UTC", "people": people}
    return head | {"teams": {}, "budget": {"per_period": FILL_IN}, "milestones": {}, "items": {}, "dependencies": {}}


def changes(before: dict[str, Any], after: dict[str, Any]) -> list[Change]:
    """Return what differs, entry by entry and field by field."""
    found: list[Change] = []
    for section in SECTIONS:
        old, new = before.get(section) or {}, after.get(section) or {}
        kind = "dependency" if section == "dependencies" else section[:-1]
        for id, entry in new.items():
            if id not in old:
                found.append(Change("add", kind, id, "", None, entry))
                continue
            was = old[id] or {}
            for name in dict.fromkeys((*was, *entry)):
                default = DEFAULTS.get((section, name))
                if was.get(name, default) != entry.get(name, default):
                    found.append(Change("change", kind, id, name, was.get(name), entry.get(name)))
    return found


def tidy(value: dict[str, Any], before: dict[str, Any]) -> dict[str, Any]:
    """Return the values as a file shows them: a section that is empty, and was not there, is left out."""
    return {key: part for key, part in value.items() if key not in SECTIONS or part or key in before}


def missing(value: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """Return the paths that a person has to fill in."""
    if isinstance(value, dict):
        for key, part in value.items():
            yield from missing(part, (*path, str(key)))
    elif value is FILL_IN:
        yield path


def valid(value: dict[str, Any], gaps: list[tuple[str, ...]]) -> ProductDefinition:
    """Return what the file declares once its gaps are filled. Raises PlainError with everything that is wrong."""
    filled = copy.deepcopy(value)
    for path in gaps:
        holder = filled
        for part in path[:-1]:
            holder = holder[part]
        name = path[-1]
        if path == ("product",):
            holder[name] = "x"
        else:
            holder[name] = _DUMMIES["people"][name] if path[0] == "people" else _DUMMIES.get(name, 0)
    try:
        return read_definition(filled)
    except DefinitionError as wrong:
        shown = [f"{error.field}: {error.message}" for error in wrong.errors[:MOST_SHOWN]]
        more = len(wrong.errors) - len(shown)
        lines = [*shown, *([f"and {more} more"] if more > 0 else [])]
        raise PlainError("the result would be no valid product file:\n" + "\n".join(lines)) from None


def meaning_of(path: tuple[str, ...]) -> str:
    """Return what belongs into a gap."""
    return _WHAT.get(path[-1], _WHAT.get(path[0], ""))


def written(value: dict[str, Any], gaps: list[tuple[str, ...]]) -> str:
    """Return the file's text. Raises PlainError when `tandem apply` would not take its size."""
    text = yaml.dump(value, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=10_000_000)
    if gaps:
        lines = [f"#   {'.'.join(path)}: {meaning_of(path)}" for path in gaps]
        head = ["# A product file made by `tandem import`. Fill in, before `tandem apply` takes it:", *lines]
        text = "\n".join(head) + "\n\n" + text
    size = len(text.encode())
    if size > MAX_PRODUCT_FILE:
        raise PlainError(f"the product file would have {size:,} bytes; at most {MAX_PRODUCT_FILE:,} can be applied")
    return text


def put_file(path: Path, text: str) -> None:
    """Write a file whole, or leave it as it was. Raises PlainError."""
    try:
        handle, name = tempfile.mkstemp(dir=path.resolve().parent, prefix=f".{path.name}.")
        try:
            with os.fdopen(handle, "w", encoding="utf-8") as out:
                out.write(text)
            os.chmod(name, path.stat().st_mode & 0o777 if path.exists() else 0o644)
            os.replace(name, path.resolve())
        except BaseException:
            with contextlib.suppress(OSError):
                os.unlink(name)
            raise
    except OSError as exc:
        raise PlainError(f"cannot write {path}: {exc.strerror}") from exc


class _Dumper(yaml.SafeDumper):
    """Writes texts of several lines as one, and repeats values instead of pointing at them."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


def _text(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style='"' if "\n" in text else None)


_Dumper.add_representer(str, _text)
