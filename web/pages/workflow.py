"""One workflow: where it stands, what it waits for, what was done and why, and what an operator may do to it."""

from typing import Any

from nicegui import ui

from web.pages import operation_words as words
from web.pages.asking import RefusedError
from web.pages.frame import Page, console_page
from web.pages.ledger_things import Names, about_workflow, names_of
from web.pages.workflow_actions import Actions

LINES = 100  # of its history, on one page
EVENTS = 50  # of the engine's own history
LOOK_AGAIN_S = 10.0  # attempts and workers come and go without an entry in the ledger


@console_page("/workflows/{workflow:path}", "Workflow", "workflows")
async def workflow(page: Page, workflow: str, before: int = 0) -> None:
    """Show one workflow; ``before``: the lines of its history before that entry of the ledger."""
    view = await page.api.get("workflows", workflow)
    names = (await names_of(page, view["product"])).also(about_workflow(workflow))
    head = page.show("workflow_head.html.j2", words=words, view=view, names=names)
    with page.card():
        now = page.show("workflow_now.html.j2", words=words, view=view, names=names)
    actions: Actions | None = None

    async def refresh() -> None:
        found = await page.api.get("workflows", workflow)
        head.content = page.render("workflow_head.html.j2", words=words, view=found, names=names)
        now.content = page.render("workflow_now.html.j2", words=words, view=found, names=names)
        if actions is not None:
            actions.show(found)
        timeline.content = await _timeline(page, workflow, found, before, names)
        if technical is not None:
            technical.content = await _technical(page, workflow, found)

    if page.may("operate", view["product"]):
        with page.card("What can be done"):
            actions = Actions(page, workflow, names, refresh)
            actions.show(view)
    with page.card("What happened, the newest first"):
        timeline = ui.html(await _timeline(page, workflow, view, before, names), sanitize=False)
    technical: ui.html | None = None
    if page.may("inspect", view["product"]):
        with ui.element("details").classes("card ops-fold"):
            with ui.element("summary"):
                ui.label("Technical view")
            technical = ui.html(await _technical(page, workflow, view), sanitize=False)
    page.watch([view["product"]], refresh)
    if view["is_open"]:
        page.every(LOOK_AGAIN_S, refresh)


async def _timeline(page: Page, workflow: str, view: dict[str, Any], before: int, names: Names) -> str:
    found = await page.api.get("workflows", workflow, "history", newest="true", after=max(before, 0), limit=LINES)
    return page.render("workflow_timeline.html.j2", view=view, found=found, before=before, names=names)


async def _technical(page: Page, workflow: str, view: dict[str, Any]) -> str:
    events, silent = [], ""
    try:
        events = (await page.api.get("workflows", workflow, "technical", limit=EVENTS))["events"]
    except RefusedError as refused:
        if refused.kind in ("sign-in", "sign-in-again"):
            raise
        silent = str(refused)
    return page.render("workflow_technical.html.j2", view=view, events=events, silent=silent)
