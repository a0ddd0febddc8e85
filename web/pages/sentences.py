"""Sentences as pages show them: titles in the place of ids, months, days and times as people write them.

What is recorded keeps ids and figures; pages read it out. Nothing is guessed: a word is taken for a thing only when it
is the id of one in that product, and cannot be an ordinary word where it stands.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Self
from urllib.parse import quote

from markupsafe import Markup

from domain.periods import zone
from web.pages.product_words import calendar_day, month, name_of
from web.pages.reader import Reader

PIECE = re.compile(
    r"`(?P<code>[^`]*)`"
    r"|(?<![\w:/-])(?P<stamp>\d{4}-\d\d-\d\d \d\d:\d\d(?P<utc> UTC)?)(?![\w:])"  # as the ledger writes instants
    r"|(?<![\w:/@`.-])(?P<word>[A-Za-z0-9][\w-]*(?:\.[\w-]+)*)(?![/@`])"  # as ids and periods are written
)
MONTH = re.compile(r"\d{4}-(0[1-9]|1[0-2])")
DAY = re.compile(r"\d{4}-\d\d-\d\d")
A_THEME = (" about ", " for ", " on ", " theme ")  # after these words a sentence names what customers speak of
NAMING = (" item ", " milestone ", " dependency ", " team ", " work on ", " spent for ", " waits for ", " wait for ")
OF_ESCALATION = re.compile(r"escalation (\d+ )?of $", re.IGNORECASE)
OF_PRODUCT = re.compile(r"(decision \d+ for|product file of) $", re.IGNORECASE)
ENGINE = (  # kinds of entries that hold no words of people
    *("plan.", "reprioritization.", "clock.", "review."),
    *("item.started", "item.completed"),
)
KINDS = ("item", "milestone", "dependency", "team")
LISTS = {"items": "item", "milestones": "milestone", "dependencies": "dependency", "teams": "team"}  # of answers


@dataclass(frozen=True)
class Titles:
    """What a product and its things are called."""

    product: str = ""  # its id; empty: what is shown belongs to none
    title: str = ""
    titles: Mapping[str, str] = field(default_factory=dict)  # `item:sso` -> title
    time_zone: str = "UTC"  # in which its ledger writes times

    @property
    def by_id(self) -> dict[str, str]:
        """Return titles by id alone, as fields have it."""
        return {thing.partition(":")[2]: title for thing, title in self.titles.items() if title}

    def also(self, about: Iterable[str]) -> Self:
        """Return the same with the dependencies that something is about: no roadmap has those that were delivered."""
        new = {}
        for one in about:
            kind, _, name = one.partition(":")
            subject = name.rpartition("/")[0] if kind == "escalation" else name if kind == "dependency" else ""
            if subject:
                new[f"dependency:{subject}"] = _title("dependency", subject, None)
        return replace(self, titles={**new, **self.titles}) if new.keys() - self.titles.keys() else self

    def called(self, word: str, before: str, *, every: bool) -> tuple[str, str] | None:
        """Return kind and title of what a word names; None: it names nothing, or may be an ordinary word."""
        if word == self.product and self.title:
            return ("product", self.title) if "-" in word or OF_PRODUCT.search(before) else None
        lead = f" {before.lower()}"
        named = lead.endswith(NAMING) or OF_ESCALATION.search(before) is not None
        for kind in sorted(KINDS, key=lambda one: not lead.endswith(f" {one} ")):
            title = self.titles.get(f"{kind}:{word}")
            if title and (named or _certain(kind, word, lead, every=every)):
                return kind, title
        return None


def said(
    text: Any, titles: Titles | None, reader: Reader, *, every: bool = True, here: str = "", links: bool = True
) -> Markup:
    """Return a sentence as people read it: items lead to their pages, times are the reader's, backticks hold code.

    ``every``: also ids that might be ordinary words, which only sentences of the engine leave no doubt about.
    ``here``: the item of the page itself, which needs no link. ``links``: False inside of another link.
    """
    given, known, found, done = str(text or ""), titles or Titles(), Markup(), 0
    for one in PIECE.finditer(given):
        before = given[: one.start()]
        if one["code"] is not None:
            shown: str = Markup("<code>{}</code>").format(one["code"])
        elif one["stamp"]:
            shown = _stamp(one, known, reader)
        else:
            shown = month_or_day(one[0])
        if shown == one[0]:
            inside = before.count("“") > before.count("”")  # a title already, or somebody's words
            alone = one[0] == given and one[0] in known.by_id
            thing = known.called(one[0], "item " if alone else before, every=every and not inside)
            shown = one[0] if thing is None else _place(*thing, one[0], known, here=here, links=links)
        found += Markup("{}{}").format(given[done : one.start()], shown)
        done = one.end()
    return found + Markup("{}").format(given[done:])


def engines(kind: str) -> bool:
    """Tell whether the sentences of an entry of this kind are the engine's alone."""
    return kind.startswith(ENGINE)


def month_or_day(word: str) -> str:
    """Return a month or a day of the calendar as people write it; other words as they are."""
    try:
        return month(word) if MONTH.fullmatch(word) else calendar_day(word) if DAY.fullmatch(word) else word
    except ValueError:  # no such day
        return word


def titles_in(*answers: Any, product: str = "", title: str = "") -> Titles:
    """Return what the things are called that answers of the API list; an answer may be missing."""
    known = [one for one in answers if isinstance(one, Mapping)]
    things: dict[str, str] = {}
    for answer in known:
        for part, kind in LISTS.items():
            for one in _listed(answer, part):
                name = str(one.get(kind) or one.get("id") or "")
                things[f"{kind}:{name}"] = _title(kind, name, one.get("title"))
    named, called = product or _first(known, "product"), title or _first(known, "title")
    return Titles(named, called, things, _first(known, "time_zone") or "UTC")


def _listed(answer: Mapping[str, Any], part: str) -> list[Mapping[str, Any]]:
    found = answer.get(part)
    return [one for one in found if isinstance(one, Mapping)] if isinstance(found, list) else []


def _title(kind: str, name: str, title: str | None) -> str:
    """Return a title; what nobody gave one is called by its id, in words."""
    if kind == "dependency":
        return name.replace("-", " ").replace("_", " ")
    return name_of(title, name)


def _first(answers: list[Mapping[str, Any]], name: str) -> str:
    return next((str(one[name]) for one in answers if one.get(name)), "")


def _certain(kind: str, word: str, lead: str, *, every: bool) -> bool:
    """Tell whether a word can only be the id where it stands."""
    if lead.endswith(A_THEME):
        return False
    return any(sign in word for sign in "-_.") or (every and kind in ("item", "milestone"))


def _stamp(one: re.Match[str], titles: Titles, reader: Reader) -> str:
    written = one["stamp"].removesuffix(" UTC")
    try:
        at = datetime.fromisoformat(written).replace(tzinfo=zone("UTC" if one["utc"] else titles.time_zone))
    except ValueError:  # no such day
        return one[0]
    return reader.time(at)


def _place(kind: str, title: str, name: str, titles: Titles, *, here: str, links: bool) -> Markup:
    if kind != "item" or not links:
        return Markup("{}").format(title)
    if name == here:
        return Markup("<em>{}</em>").format(title)
    return Markup('<a href="{}">{}</a>').format(item_path(titles.product, name), title)


def item_path(product: str, item: str) -> str:
    """Return the address of an item's page."""
    return f"/products/{quote(product, safe='')}/items/{quote(item, safe='')}"
