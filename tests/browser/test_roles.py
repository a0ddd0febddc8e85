"""Who sees what: the navigation, the pages and the buttons of each role; the API refuses what a page does not show."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

import pytest
from playwright.async_api import expect

from tests.browser.console_pages import address
from tests.browser.console_people import AUDITOR, BOARD, LEAD, MANAGER, OPERATOR, OWNER, READER, STRANGER
from tests.browser.console_stack import PRODUCT, ConsoleStack
from tests.browser.steps import main
from tests.browser.visitor import Opened, OpenPage

PLACES, OPERATION = ("Inbox", "Products", "Ledger"), ("Workflows", "Stuck work", "Intake")
DECISION, ESCALATION = "/approvals/{product}/{number}", "/escalations/{product}/{subject}/{number}"
WORKFLOW, LETTER = "/workflows/{workflow:path}", "/dead-letters/{letter:path}"
READ = (f"/products/{PRODUCT}", f"/ledger/{PRODUCT}")  # the same for everybody who sees the product
INSPECTED = ("/stuck", "/intake")
DECIDES = {"Approve", "Ask for changes", "Reject", "More"}
ANSWERS = {"Answer", "I have seen it", "More"}
SAYS = {"Add to the conversation"}
WORKS = {"Send the question again", "Cancel", "Terminate", "Go back to a point"}
ACTS: Mapping[
    str, tuple[str, dict[str, Any]]
] = {  # each about something that is not there: 404, but 403 to who may not
    "decide": (
        f"/approvals/{PRODUCT}/999/decision",
        {"role": "product_owner", "verdict": "reject", "proposal": "0" * 64, "reason": "because"},
    ),
    "comment": (f"/approvals/{PRODUCT}/999/comments", {"text": "I see"}),
    "operate": (f"/workflows/approval%2F{PRODUCT}%2F999/actions", {"action": "cancel", "reason": "because"}),
    "close": (f"/incidents/{PRODUCT}%2Fnone/closing", {"reason": "because"}),
}


@dataclass(frozen=True)
class Seen:
    """What somebody sees. ``pages``: the buttons of each, or the status with which it is refused."""

    navigation: tuple[str, ...]
    pages: Mapping[str, set[str] | int]
    acts: frozenset[str] = frozenset()
    reads: bool = True
    inspects: bool = False


def pages(decision: set[str], escalation: set[str], workflow: set[str], letter: set[str] | int) -> dict[str, Any]:
    """Return the buttons of the pages on which roles differ."""
    return {DECISION: decision, ESCALATION: escalation, WORKFLOW: workflow, LETTER: letter}


DECIDER = Seen(PLACES, pages(DECIDES | SAYS, ANSWERS, set(), 403), frozenset({"decide", "comment"}))
LOOKER = Seen((*PLACES, *OPERATION), pages(set(), set(), set(), set()), inspects=True)
TABLE: Mapping[str, Seen] = {
    OWNER: DECIDER,
    OPERATOR: Seen(
        (*PLACES, *OPERATION),
        pages(set(), {"More"}, WORKS, {"Redrive", "Discard"}),
        frozenset({"operate", "close"}),
        inspects=True,
    ),
    AUDITOR: LOOKER,
    STRANGER: Seen(("Inbox",), {DECISION: 403, ESCALATION: 403, WORKFLOW: 403, LETTER: 404}, reads=False),
    LEAD: Seen(PLACES, pages(SAYS, {"I have seen it"}, set(), 403), frozenset({"comment"})),
    MANAGER: Seen(
        PLACES, pages(SAYS, {"More"}, set(), 403), frozenset({"decide", "comment"})
    ),  # what is theirs to decide
    BOARD: DECIDER,
    READER: LOOKER,  # of one product
}
SOON = (OWNER, OPERATOR, STRANGER)  # in `make test`


def in_turn(people: Iterable[str]) -> list[Any]:
    """Return people as parameters of a test; those whom `make test` leaves out are marked."""
    return [pytest.param(one, marks=() if one in SOON else pytest.mark.check, id=one) for one in people]


@pytest.mark.parametrize("person", in_turn(TABLE))
async def test_everybody_sees_what_is_theirs(person: str, console: ConsoleStack, open_page: OpenPage) -> None:
    seen = TABLE[person]
    async with open_page("/inbox", person=person, expected=(403, 404)) as opened:
        await expect(opened.page.get_by_role("navigation", name="Pages").get_by_role("link")).to_have_text(
            list(seen.navigation)
        )
        for path, buttons in seen.pages.items():
            await shows(opened, address(path, console.examples), buttons)
        for path, there in [(one, seen.reads) for one in READ] + [(one, seen.inspects) for one in INSPECTED]:
            await answers(opened, path, 200 if there else 403)


async def shows(opened: Opened, path: str, there: set[str] | int) -> None:
    """Fail unless a page has these buttons and no others, or is refused with a status."""
    if isinstance(there, int):
        await answers(opened, path, there)
        return
    await answers(opened, path, 200)
    await opened.connected()
    shown = main(opened).locator("button:visible")
    names = [await one.get_attribute("aria-label") or await one.inner_text() for one in await shown.all()]
    assert (path, sorted(names)) == (path, sorted(there))


async def answers(opened: Opened, path: str, status: int) -> None:
    """Fail unless a page is there, or is refused with a calm sentence and nothing of what it would show."""
    found = await opened.page.goto(opened.origin + path)
    assert found is not None
    assert (path, found.status) == (path, status)
    if status != 200:
        said = await main(opened).inner_text()
        assert ("has no role" in said) == (status == 403)
        assert "Corporate" not in said


@pytest.mark.parametrize("person", in_turn((OWNER, OPERATOR, AUDITOR, LEAD, STRANGER)))
async def test_the_api_refuses_what_the_page_does_not_show(person: str, open_page: OpenPage) -> None:
    async with open_page("/inbox", person=person) as opened:
        csrf = await opened.page.locator("input[name=csrf]").get_attribute("value") or ""
        found = {}
        for act, (path, body) in ACTS.items():
            answer = await opened.page.request.post(
                f"{opened.origin}/api/v1{path}", data={"actor": person} | body, headers={"x-tandem-csrf": csrf}
            )
            found[act] = answer.status
        assert found == {act: 404 if act in TABLE[person].acts else 403 for act in ACTS}
        for path, there in ((f"/products/{PRODUCT}/roadmap", TABLE[person].reads), ("/stuck", TABLE[person].inspects)):
            answer = await opened.page.request.get(f"{opened.origin}/api/v1{path}")
            assert (path, answer.status) == (path, 200 if there else 403)


async def test_without_the_header_of_the_page_nothing_is_changed(open_page: OpenPage) -> None:
    async with open_page("/inbox") as opened:
        path, body = ACTS["comment"]
        answer = await opened.page.request.post(f"{opened.origin}/api/v1{path}", data={"actor": OWNER} | body)
        assert (answer.status, (await answer.json())["type"]) == (403, "urn:tandem:problem:other-site")


@pytest.mark.check
@pytest.mark.parametrize(("person", "readable"), [(READER, True), (AUDITOR, False)])
async def test_what_customers_wrote_is_for_those_who_may_read_it(
    person: str, readable: bool, console: ConsoleStack, open_page: OpenPage
) -> None:
    entries = (await console.get(f"/products/{PRODUCT}/ledger", kind="feedback.received"))["items"]
    async with open_page(f"/ledger/{PRODUCT}/{entries[0]['seq']}", person=person) as opened:
        text, withheld = main(opened).get_by_text("I sign in three times a day"), main(opened).get_by_text("Withheld")
        await expect(text if readable else withheld).to_be_visible()
        await expect(withheld if readable else text).to_have_count(0)


async def test_a_link_of_a_message_is_for_its_addressee(console: ConsoleStack, open_page: OpenPage) -> None:
    link = console.link_to(f"approval/{PRODUCT}/{console.examples['number']}", OWNER)
    async with open_page(link, person="") as opened:
        assert quote(link, safe="") in opened.page.url
        await expect(opened.page.get_by_role("heading", level=1)).to_have_text("Sign in")
    async with open_page(link) as opened:
        await expect(opened.page).to_have_url(f"{console.url}/approvals/{PRODUCT}/{console.examples['number']}")
        await expect(main(opened).get_by_role("button", name="Approve")).to_be_visible()
    async with open_page(link, person=AUDITOR, expected={403}) as opened:
        assert opened.response.status == 403
        await expect(opened.page.get_by_role("heading", level=1)).to_have_text("This is not for you")
