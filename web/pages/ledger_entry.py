"""One entry of the ledger: what it records and why, what followed, and what proves it."""

import json
from collections.abc import Mapping
from typing import Any

from nicegui import ui

from web.pages.asking import ROOT, RefusedError
from web.pages.frame import Page, console_page
from web.pages.ledger import api_path
from web.pages.ledger_things import Names, names_of

MOST = 20_000  # characters of a document that are shown; the link has all of it


@console_page("/ledger/{product}/{seq}", "Ledger entry", "ledger")
async def entry(page: Page, product: str, seq: int) -> None:
    """Show an entry with its evidence."""
    found = await page.api.get(*api_path(product), seq)
    names = await names_of(page, product)
    page.show("ledger_entry.html.j2", found=found, names=names, product=product)
    if found["documents"]:
        with page.card("Documents that it names", "documents"):
            for document in found["documents"]:
                _document(page, names, seq, document)
    kept = json.dumps({**found["entry"], "line": None}, indent=2, ensure_ascii=False, sort_keys=True)
    page.show("ledger_chain.html.j2", found=found, product=product, kept=kept[:MOST], cut=len(kept) > MOST)


def _document(page: Page, names: Names, seq: int, document: Mapping[str, Any]) -> None:
    """Add a document in words, and folded as it is kept, which is fetched when it is opened."""
    page.show("ledger_document.html.j2", document=document, names=names)
    if document["state"] != "kept":
        return
    path = (*api_path(names.product), seq, "documents", document["hash"])
    whole = "/".join((ROOT, *map(str, path)))
    with ui.element("details").classes("fold") as fold:
        with ui.element("summary"):
            page.show("ledger_fold.html.j2", text=f"{document['name']} as it is kept")
        body = page.show("ledger_kept.html.j2", kept="", cut=False, whole=whole, refused="", opened=False)

    async def opened() -> None:
        try:
            content = (await page.api.get(*path))["content"]
        except RefusedError as refused:
            body.content = page.render(
                "ledger_kept.html.j2", kept="", cut=False, whole="", refused=str(refused), opened=True
            )
            return
        text = json.dumps(content, indent=2, ensure_ascii=False, sort_keys=True)
        body.content = page.render(
            "ledger_kept.html.j2", kept=text[:MOST], cut=len(text) > MOST, whole=whole, refused="", opened=True
        )

    fold.on("toggle", opened, args=[])
