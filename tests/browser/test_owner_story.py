"""The owner, on a phone: from the link that sets a password to the effect in the ledger."""

import asyncio
import json
import re
import subprocess
import sys

from playwright.async_api import expect

from deploy.settings import Settings, child_environment
from tests.browser.console_people import STAND_IN
from tests.browser.console_stack import ConsoleStack
from tests.browser.steps import choose, confirm, go, main, press, says
from tests.browser.visitor import Opened, OpenPage, choose_password, sign_in

SHOP, OWNER, PASSWORD = "shop", "oona", "a heron stands in the reeds"
TANDEM = "from deploy.cli.main import main; main()"


def tandem(settings: Settings, *arguments: str) -> str:
    """Run a command where the stack is, and return what it prints."""
    command = [sys.executable, "-c", TANDEM, *arguments]
    environment = child_environment(settings)
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


async def test_the_owner_decides_on_a_phone_and_the_ledger_says_so(console: ConsoleStack, open_page: OpenPage) -> None:
    await console.begin(SHOP, "Web shop", people={"product_owner": [OWNER]})
    await console.cut(SHOP)
    await console.block(SHOP)
    settings = console.stack.settings
    added = await asyncio.to_thread(tandem, settings, "users", "add", OWNER, "--as", "root", "--json")
    link = json.loads(added)["link"].removeprefix(settings.public_url)
    async with open_page(link, person="", size="phone") as owner:
        await chooses_a_password(owner)
        await looks_at_all_of_it(owner)
        await approves_with_a_reason(owner)
        await answers_the_escalation(owner)
        await lets_somebody_stand_in(owner)
    number = await console.cut(SHOP, months=1, after=1)
    async with open_page("/inbox", person=STAND_IN, size="phone") as stand_in:
        await decides_in_her_stead(stand_in, number)


async def chooses_a_password(owner: Opened) -> None:
    await says(owner.page.locator("main"), f"For {OWNER}")
    await choose_password(owner.page, PASSWORD)
    await sign_in(owner.page, OWNER, PASSWORD)
    await expect(owner.page).to_have_url(re.compile("/inbox$"))
    assert await owner.too_wide() == []


async def looks_at_all_of_it(owner: Opened) -> None:
    await says(main(owner), "2 things wait for you")
    decision = main(owner).get_by_role("listitem").filter(has_text="Web shop · decision 1")
    await decision.get_by_role("link").click()
    await owner.connected()
    await main(owner).get_by_role("radio", name=re.compile("^Alternative 1")).click()
    await expect(main(owner).get_by_role("button", name="Approve this alternative")).to_be_visible()
    await main(owner).get_by_label("Say something about it").fill("Search is what customers ask for")
    await main(owner).get_by_role("button", name="Add to the conversation").click()
    await says(main(owner), "Search is what customers ask for")
    assert await owner.too_wide() == []
    await main(owner).get_by_role("radio", name=re.compile("^The proposal")).click()


async def approves_with_a_reason(owner: Opened) -> None:
    await confirm(await press(owner, "Approve"), "It keeps the campaign alive")
    await says(main(owner), f"Approved.*{OWNER}, as product owner.*It keeps the campaign alive")
    await go(owner, f"/products/{SHOP}")
    await says(main(owner), f"adopted .* by {OWNER}")
    await is_in_the_ledger(owner, rf"{OWNER} .*approved decision 1", "It keeps the campaign alive")


async def answers_the_escalation(owner: Opened) -> None:
    await go(owner, "/inbox")
    await main(owner).get_by_role("link", name=re.compile("waits for sso.certificate")).click()
    await confirm(await choose(owner, "Answer", "Accept the delay"), "The authority reopens in two weeks")
    await says(main(owner), "It has its answer", "The authority reopens in two weeks")
    await is_in_the_ledger(
        owner, rf"{OWNER} .*accepted the delay of sso.certificate", "The authority reopens in two weeks"
    )


async def lets_somebody_stand_in(owner: Opened) -> None:
    await go(owner, "/delegations")
    dialog = await press(owner, "Choose who, and until when")
    await dialog.get_by_label("Who").fill(STAND_IN)
    await dialog.get_by_label("Reason").fill("I am away next week")
    await dialog.get_by_role("button", name="Let them stand in").click()
    await says(dialog, f"No product knows anybody called {STAND_IN}")  # an account is not asked about
    await confirm(dialog, "I am away next week")
    await says(main(owner), f"They stand in for you.*{STAND_IN}.*product owner.*holds now")


async def decides_in_her_stead(stand_in: Opened, number: int) -> None:
    await says(main(stand_in), f"decision {number} · for {OWNER}", f"You stand in for {OWNER} as product owner")
    await main(stand_in).get_by_role("listitem").filter(has_text=f"decision {number}").get_by_role("link").click()
    await confirm(await press(stand_in, "Approve"), "As we spoke about")
    await says(main(stand_in), rf"{STAND_IN}, for {OWNER}, as product owner.*As we spoke about")
    await is_in_the_ledger(
        stand_in, rf"{STAND_IN} approved decision {number} as product owner for {OWNER}", "As we spoke about"
    )


async def is_in_the_ledger(opened: Opened, *patterns: str) -> None:
    """Fail unless the ledger's page has one line that says all of this, by somebody who had signed in."""
    await go(opened, f"/ledger/{SHOP}")
    line = main(opened).get_by_role("listitem").filter(has_text="· authenticated")
    for pattern in patterns:
        line = line.filter(has_text=re.compile(pattern, re.DOTALL))
    await expect(line.first).to_be_visible()
