"""A name that no alias maps, in words: what is closest to it, and the line of a product file that would map it."""

import json
import re
from bisect import bisect_left
from difflib import SequenceMatcher, get_close_matches
from typing import get_args

from events.errors import shorten
from events.webhooks.bindings import REST, Bound, Life

NOUNS = {
    "milestones": "milestone",
    "items": "item",
    "teams": "team",
    "dependencies": "dependency",
    "labels": "label",
    "statuses": "status",
    "themes": "theme",
}
MOST_SHOWN = 5  # known names
MOST_COMPARED = 400  # names; each costs about 10 µs of the event loop
_BARE = re.compile(
    r"[^\W\d_](?:[\w./-]|[ #](?=[\w./-]))*"
)  # a text in YAML as it stands; for what is not, JSON is YAML
_WORDS = frozenset({"true", "false", "yes", "no", "on", "off", "null", "y", "n"})  # these are none to YAML
Known = dict[str, str]  # id -> title; empty: it has none


def without_alias(bound: Bound, source: str, kind: str, names: tuple[str, ...]) -> str:
    """Say that none of a thing's names has an alias, what is closest, and what to add to the product file."""
    mine = " or ".join(map(repr, dict.fromkeys(map(shorten, names))))
    known, aliases = _known(bound, kind), getattr(bound.aliases, kind)
    name, close = _closest(names, known)
    alike = _alike(names, sorted(set(aliases) - {REST}))
    if close:
        hint, value = f"did you mean {' or '.join(_titled(one, known) for one in close)}? ", close[0]
    else:
        hint = f"did you mean {' or '.join(map(repr, alike))}, which has one? " if alike else ""
        hint, value = hint + _some(kind, known), "<id>" if kind != "statuses" else "<one of these>"
        if alike and kind in ("labels", "statuses"):  # two spellings of one word; of issues a digit makes another one
            value = json.dumps(aliases[alike[0]])
    null = "" if kind == "teams" else " (null leaves it out)"
    line = f"aliases: {{{source}: {{{kind}: {{{_key(name)}: {value}}}}}}}"
    return f"no alias for the {NOUNS[kind]} {mine}; {hint}add to the product file `{line}`{null}"


def _known(bound: Bound, kind: str) -> Known:
    """Return what an alias of a kind may stand for, as far as it is known here."""
    if kind == "items":
        return {id: one.title for id, one in bound.items.items()}
    if kind == "milestones":
        return {id: one.title for id, one in bound.milestones.items()}
    if kind in ("dependencies", "labels"):
        return dict.fromkeys(bound.dependencies, "")
    if kind == "teams":
        return dict.fromkeys(bound.teams, "")
    return {}


def _closest(names: tuple[str, ...], known: Known) -> tuple[str, list[str]]:
    """Return the name that resembles something known most, and the ids that it resembles; at most three."""
    spelled = {id.casefold(): id for id in known} | {title.casefold(): id for id, title in known.items() if title}
    every = sorted(spelled)
    found: list[tuple[float, str, list[str]]] = []
    for name in dict.fromkeys(names):
        folded = shorten(name).casefold()  # comparing is quadratic in the length
        if close := get_close_matches(folded, _near(folded, every), n=3):
            ids = list(dict.fromkeys(spelled[one] for one in close))
            found.append((SequenceMatcher(None, close[0], folded).ratio(), name, ids))
    if not found:
        return names[0], []
    _, name, ids = max(found, key=lambda one: one[0])
    return name, ids


def _alike(names: tuple[str, ...], aliases: list[str]) -> list[str]:
    """Return the aliases that resemble the names."""
    close = [one for name in names for one in get_close_matches(name, _near(name, aliases), n=2)]
    return list(dict.fromkeys(close))[:3]


def _some(kind: str, known: Known) -> str:
    if kind == "statuses":
        return f"it may be {', '.join(get_args(Life))}. "
    more = ", …" if len(known) > MOST_SHOWN else ""
    return f"known here: {', '.join(_titled(id, known) for id in list(known)[:MOST_SHOWN])}{more}. " if known else ""


def _titled(id: str, known: Known) -> str:
    return f"{id} ({shorten(known[id])})" if known[id] else id


def _key(name: str) -> str:
    """Return a name as YAML takes it for a key on one line."""
    bare = _BARE.fullmatch(name) and name.lower() not in _WORDS
    return name if bare and " #" not in name else json.dumps(name, ensure_ascii=not name.isprintable())


def _near(name: str, known: list[str]) -> list[str]:
    """Return the names to compare one with: all, or of very many those around it in the alphabet."""
    if len(known) <= MOST_COMPARED:
        return known
    place = bisect_left(known, name)
    return known[max(0, place - MOST_COMPARED // 2) : place + MOST_COMPARED // 2]
