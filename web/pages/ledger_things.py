"""What entries of a ledger are about, as people say it, and the page of each."""

import asyncio
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode

from domain.product import DEBT_SUBJECT
from domain.record import SYSTEM_STREAM
from web.pages.asking import RefusedError
from web.pages.frame import Page
from web.pages.sentences import Titles, month_or_day, titles_in

NOT_SHOWN = frozenset({"cause", "person", "subject", "event", "product"})  # said in the sentence, or shown as a link
OF_PRODUCT = {"milestone": "", "dependency": "/dependencies", "theme": "/demand", "team": "/people", "period": "/money"}
WORDS = {"run": "Run", "approval": "Decision"}
DECISION = re.compile(r"(?:decision|approval)[ :/#]*(\d{1,15})", re.IGNORECASE)


@dataclass(frozen=True)
class Thing:
    """Something that an entry is about."""

    text: str
    href: str


@dataclass(frozen=True)
class Names(Titles):
    """What the things of a product are called, and where their pages are."""

    inspects: bool = False  # may look at what runs, and at dead letters

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
            shown = (
                "the better plan that waits"
                if subject == DEBT_SUBJECT
                else self.titles.get(f"dependency:{subject}") or self.by_id.get(subject) or _words(subject)
            )
            return f"Escalation {number} of {shown}"
        if kind in WORDS:
            return f"{WORDS[kind]} {name}"
        title = month_or_day(name) if kind == "period" else self.titles.get(about) or _words(name, kind)
        return title if kind in ("item", "period") else f"{kind.capitalize()} {title}"

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


def about_workflow(workflow: str) -> list[str]:
    """Return what a workflow is about, as the ledger writes it: of an escalation, the dependency."""
    kind, *rest = workflow.split("/")
    return (
        [f"escalation:{'/'.join(rest[1:])}"]
        if kind == "escalation" and len(rest) > 2 and rest[1] != DEBT_SUBJECT
        else []
    )


def _words(name: str, kind: str = "dependency") -> str:
    """Return the id of a thing as it is shown where no title is known."""
    return name.replace("-", " ").replace("_", " ") if kind in ("dependency", "theme", "goal") else name


def entries_about(product: str, about: str) -> str:
    """Return the address of the entries that are about a thing."""
    return f"/ledger/{quote(product, safe='')}?{urlencode({'about': about})}"


async def names_of(page: Page, product: str, *, teams: bool = False) -> Names:
    """Return what things are called; a product without a roadmap, or not to be seen, has ids alone.

    ``teams``: theirs as well, which only the engine knows; when it does not answer they have ids.
    """
    inspects = page.may("inspect", product)
    if product == SYSTEM_STREAM:
        return Names(product, "the installation", inspects=inspects)
    title = next((one["title"] for one in page.me["places"] if one["product"] == product), product)
    roadmap = await _unless_refused(page, "products", product, "roadmap")
    graph = await _unless_refused(page, "products", product, "dependency-graph") if teams else None
    known = titles_in((roadmap or {}).get("data"), roadmap, graph, product=product, title=title)
    return Names(product, title, known.titles, known.time_zone, inspects=inspects)


async def learn_names(page: Page, known: dict[str, Names], products: Iterable[str | None]) -> None:
    """Add what is called how in products that are not known yet; a list names things of many."""
    new = sorted({one for one in products if one} - known.keys())
    found = await asyncio.gather(*(names_of(page, one) for one in new))
    known.update(zip(new, found, strict=True))


async def _unless_refused(page: Page, *path: str) -> Any:
    try:
        return await page.api.get(*path)
    except RefusedError as refused:
        if refused.kind in ("sign-in", "sign-in-again"):
            raise
        return None
