"""What entries of a ledger are about, as people say it, and the page of each."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, urlencode

from domain.product import DEBT_SUBJECT
from domain.record import SYSTEM_STREAM
from web.pages.asking import RefusedError
from web.pages.frame import Page

NOT_SHOWN = frozenset({"cause", "person", "subject", "event", "product"})  # said in the sentence, or shown as a link
OF_PRODUCT = {"milestone": "", "dependency": "/dependencies", "theme": "/demand", "team": "/people", "period": "/money"}
WORDS = {"run": "Run", "approval": "Decision"}
TITLED = (
    ("items", "item"),
    ("milestones", "milestone"),
    ("dependencies", "dependency"),
)  # the roadmap has titles
DECISION = re.compile(r"(?:decision|approval)[ :/#]*(\d{1,15})", re.IGNORECASE)


@dataclass(frozen=True)
class Thing:
    """Something that an entry is about."""

    text: str
    href: str


@dataclass(frozen=True)
class Names:
    """What the things of a product are called."""

    product: str
    title: str
    inspects: bool  # may look at what runs, and at dead letters
    titles: Mapping[str, str] = field(default_factory=dict)  # `item:sso` -> title

    @property
    def by_id(self) -> dict[str, str]:
        """Return titles by id alone, as sentences and fields have it."""
        return {thing.partition(":")[2]: title for thing, title in self.titles.items() if title}

    def things(self, about: Iterable[str]) -> list[Thing]:
        """Return what to show of the things that an entry is about."""
        return [self.thing(one) for one in about if one.partition(":")[0] not in NOT_SHOWN]

    def thing(self, about: str) -> Thing:
        """Return a thing with its page; without one, the entries that are about it."""
        return Thing(self.text(about), self._page(about) or entries_about(self.product, about))

    def text(self, about: str) -> str:
        """Return what people call a thing."""
        kind, _, name = about.partition(":")
        if kind == "escalation":
            subject, _, number = name.rpartition("/")
            shown = "the better plan that waits" if subject == DEBT_SUBJECT else self.by_id.get(subject, subject)
            return f"Escalation {number} of {shown}"
        if kind in WORDS:
            return f"{WORDS[kind]} {name}"
        title = self.titles.get(about) or name
        return title if kind == "item" else f"{kind.capitalize()} {title}"

    def named(self, typed: str) -> str:
        """Return the thing that somebody means by what they typed: its title, its id, or as the ledger writes it."""
        wanted = typed.strip().casefold()
        if found := DECISION.fullmatch(wanted):
            return f"approval:{found[1]}"
        for thing, title in self.titles.items():
            if wanted in (title.casefold(), thing.casefold(), thing.partition(":")[2].casefold()):
                return thing
        return typed.strip()

    def _page(self, about: str) -> str:
        kind, _, name = about.partition(":")
        here = quote(self.product, safe="")
        if self.product == SYSTEM_STREAM:
            return ""
        if kind in OF_PRODUCT:
            return f"/products/{here}{OF_PRODUCT[kind]}"
        match kind:
            case "item":
                return f"/products/{here}/items/{quote(name, safe='')}"
            case "approval":
                return f"/approvals/{here}/{quote(name, safe='')}"
            case "escalation":
                subject, _, number = name.rpartition("/")
                return f"/escalations/{here}/{quote(subject, safe='')}/{number}"
            case "run" if self.inspects:
                return f"/workflows/reprioritization/{here}/{quote(name, safe='')}"
            case "letter" if self.inspects:
                return f"/dead-letters/{quote(name, safe='')}"
            case _:
                return ""


def entries_about(product: str, about: str) -> str:
    """Return the address of the entries that are about a thing."""
    return f"/ledger/{quote(product, safe='')}?{urlencode({'about': about})}"


async def names_of(page: Page, product: str) -> Names:
    """Return what things are called; a product without a roadmap has ids alone."""
    inspects = page.may("inspect", product)
    if product == SYSTEM_STREAM:
        return Names(product, "the installation", inspects)
    title = next((one["title"] for one in page.me["places"] if one["product"] == product), product)
    try:
        data = (await page.api.get("products", product, "roadmap"))["data"]
    except RefusedError as refused:
        if refused.kind != "not-found":
            raise
        data = {}
    return Names(product, title, inspects, _titles(data))


def _titles(roadmap: Mapping[str, Any]) -> dict[str, str]:
    found = {}
    for part, kind in TITLED:
        for one in roadmap.get(part) or ():
            found[f"{kind}:{one['id']}"] = str(one.get("title") or one["id"])
    return found
