"""The ledger: what happened and why, page by page; whether the chain behind it holds."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any
from urllib.parse import quote, urlencode

from nicegui import ui

from domain.record import SYSTEM_STREAM
from web.pages.asking import ROOT, RefusedError
from web.pages.frame import Page, button, console_page
from web.pages.ledger_things import Names, learn_names, names_of
from web.pages.reader import Reader

SHOWN = 50  # entries of one page
PART = 2_000  # entries that are verified before the page says how far it is
MOST_NEW = 100  # new entries that are counted


@dataclass(frozen=True)
class Asked:
    """What somebody filters by, as it stands in the address."""

    kind: str = ""
    about: str = ""
    who: str = ""
    since: str = ""
    until: str = ""

    @property
    def given(self) -> dict[str, str]:
        """Return what is not empty, for an address."""
        return {name: value for name, value in vars(self).items() if value}

    def query(self, reader: Reader, names: Names) -> dict[str, str]:
        """Return the same, as the API takes it: days begin and end where the reader is."""
        found = {
            "kind": self.kind,
            "about": names.named(self.about) if self.about else "",
            "actor": self.who,
            "since": _midnight(self.since, reader, days=0),
            "until": _midnight(self.until, reader, days=1),
        }
        return {name: value for name, value in found.items() if value}


@dataclass(frozen=True)
class Shown:
    """One page of entries, the newest first, and where its neighbours begin."""

    items: Sequence[Mapping[str, Any]]
    simulated: bool
    older: int | None = None
    newer: int | None = None  # None: these are the newest


@dataclass(frozen=True)
class Place:
    """Whose ledger, and where its pages are."""

    names: Names
    asked: Asked = field(default_factory=Asked)

    @property
    def api(self) -> tuple[str, ...]:
        """Return the path of the API."""
        return api_path(self.names.product)

    def address(self, **more: int) -> str:
        """Return the address of a page with these filters."""
        query = urlencode({**self.asked.given, **more})
        return f"/ledger/{quote(self.names.product, safe='')}" + (f"?{query}" if query else "")

    def export(self, form: str, query: Mapping[str, str]) -> str:
        """Return where the entries are as a file."""
        return f"{ROOT}/{'/'.join(self.api)}/export?{urlencode({'format': form, **query})}"


def api_path(product: str) -> tuple[str, ...]:
    """Return where the API has the ledger of a product, or that of the installation."""
    return ("system", "ledger") if product == SYSTEM_STREAM else ("products", product, "ledger")


@console_page("/ledger", "Ledger", "ledger")
async def ledgers(page: Page) -> None:
    """Show whose ledgers there are."""
    places = [(one["product"], one["title"]) for one in page.me["places"] if "read" in one["acts"]]
    if "inspect" in page.me["everywhere"]:
        places.append((SYSTEM_STREAM, "The installation"))
    found = await asyncio.gather(*(_newest(page, product) for product, _ in places))
    names: dict[str, Names] = {}
    await learn_names(page, names, [product for product, _ in places if product != SYSTEM_STREAM])
    page.show("ledgers.html.j2", names=names, found=[(*one, newest) for one, newest in zip(places, found, strict=True)])


@console_page("/ledger/{product}", "Ledger", "ledger")
async def ledger(
    page: Page,
    product: str,
    kind: str = "",
    about: str = "",
    who: str = "",
    since: str = "",
    until: str = "",
    before: int = 0,
    after: int = 0,
) -> None:
    """Show entries: ``before`` a number, ``after`` it, or the newest."""
    choices = await page.api.get(*api_path(product), "choices")
    place = Place(await names_of(page, product), Asked(kind, about, who, since, until))
    query = place.asked.query(page.reader, place.names)
    shown = await _shown(page, place, query, before, after)
    page.show("ledger_heading.html.j2", place=place, query=query, simulated=shown.simulated)
    _verifying(page, place)
    page.show("ledger_filters.html.j2", place=place, choices=choices, kinds=_grouped(choices["kinds"]))
    news = page.show("ledger_news.html.j2", place=place, new=0, top=shown.newer is None, most=MOST_NEW)
    page.show("ledger.html.j2", place=place, shown=shown, names=place.names)
    if shown.newer is None and product != SYSTEM_STREAM:
        _live(page, place, query, shown, news)


def _live(page: Page, place: Place, query: Mapping[str, str], shown: Shown, news: ui.html) -> None:
    """Say when there are new entries; what somebody reads stays where it is."""
    newest = shown.items[0]["seq"] if shown.items else 0

    async def count() -> None:
        found = await page.api.get(*place.api, after=newest, limit=MOST_NEW, **query)
        new = len(found["items"])
        news.content = page.render("ledger_news.html.j2", place=place, new=new, top=True, most=MOST_NEW)

    page.watch([place.names.product], count)


async def _shown(page: Page, place: Place, query: Mapping[str, str], before: int, after: int) -> Shown:
    """Return a page; one entry more is asked for, to know whether there is another page."""
    if after:
        found = await page.api.get(*place.api, after=after, limit=SHOWN + 1, **query)
        if len(found["items"]) >= SHOWN:  # else the newest page has room for these as well
            items = found["items"][:SHOWN][::-1]
            newer = items[0]["seq"] if len(found["items"]) > SHOWN else None
            return Shown(items, found["simulated_clock"], older=items[-1]["seq"], newer=newer)
        before = 0
    found = await page.api.get(*place.api, newest="true", after=before or None, limit=SHOWN + 1, **query)
    items = found["items"][:SHOWN]
    older = items[-1]["seq"] if len(found["items"]) > SHOWN else None
    newer = (items[0]["seq"] if items else before - 1) if before else None
    return Shown(items, found["simulated_clock"], older=older, newer=newer)


def _verifying(page: Page, place: Place) -> None:
    """Add the button that recomputes the chain part by part, and what it finds."""
    with ui.element("div").classes("verifying"):
        asking = button("Verify the chain", lambda: None)
        said = page.show("ledger_verified.html.j2", report=None, refused="")

    async def verify() -> None:
        asking.disable()
        try:
            after: int | None = 0
            while after is not None and page.client.has_socket_connection:  # nobody waits for it any more
                report = await page.api.get(*place.api, "verify", after=after, most=PART)
                said.content = page.render("ledger_verified.html.j2", report=report, refused="")
                after = report["next"]
        except RefusedError as refused:
            said.content = page.render("ledger_verified.html.j2", report=None, refused=str(refused))
        finally:
            asking.enable()

    asking.on_click(verify)


async def _newest(page: Page, product: str) -> Mapping[str, Any] | None:
    found = (await page.api.get(*api_path(product), newest="true", limit=1))["items"]
    return found[0] if found else None


def _grouped(kinds: Sequence[Mapping[str, str]]) -> dict[str, list[Mapping[str, str]]]:
    """Return kinds by what they are about."""
    found: dict[str, list[Mapping[str, str]]] = {}
    for one in kinds:
        found.setdefault(one["kind"].partition(".")[0].replace("_", " ").capitalize(), []).append(one)
    return found


def _midnight(day: str, reader: Reader, days: int) -> str:
    """Return the instant at which a day begins for the reader, or so many days later; other text as it is."""
    try:
        at = date.fromisoformat(day) + timedelta(days=days)
    except (ValueError, OverflowError):
        return day  # the API says what is wrong with it
    return datetime.combine(at, time.min, reader.zone).isoformat()
