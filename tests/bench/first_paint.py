"""How soon the page of a large product is seen in a browser that has nothing of it, beside a page without scripts."""

import json
import tempfile
from dataclasses import dataclass
from pathlib import Path

from deploy.local import local_stack
from tests.bench.cases import OWNER, product
from tests.bench.figures import Figures
from tests.bench.outside import Ledger, Sender, until
from tests.browser.chromium import NoChromiumError, find_chromium, launched
from tests.browser.visitor import Opened, Visitor
from tests.harness import stack_settings

ITEMS, RUNS = 500, 5
NAME, BARE = "large", "/sign-in"
SECTION = f"the page of a product with {ITEMS} items, in Chromium"
SAID = "a new browser profile each time: nothing is cached; bare: the page to sign in, which is HTML alone"
PAINTED = "performance.getEntriesByName('first-contentful-paint').map((one) => one.startTime)[0]"


@dataclass(frozen=True)
class Seen:
    """Milliseconds since the address was asked for."""

    answered: float  # until the last byte of the document
    painted: float  # until something of it is seen
    shown: float  # until what one came for is seen


async def measure(figures: Figures) -> None:
    """Add what a stack of its own shows, with one product; or that there is no browser."""
    try:
        program = find_chromium()
    except NoChromiumError as missing:
        figures.add(SECTION, "first contentful paint", "ms", [], said=str(missing))
        return
    with tempfile.TemporaryDirectory(prefix="tandem-bench-") as folder:
        settings = stack_settings(Path(folder) / "home")
        async with local_stack(settings), Sender(settings.web_url) as sender:
            await sender.apply(product(NAME, items=ITEMS))
            first = await _first_planned(settings.home)
            async with launched(program) as browser:
                visitor = Visitor(browser, settings.web_url, fresh=True)
                for path in (f"/products/{NAME}", BARE):  # the server has done it once: its own caches are warm
                    await _look(visitor, path, None)
                pages = [await _look(visitor, f"/products/{NAME}", first) for _ in range(RUNS)]
                plain = [await _look(visitor, BARE, None) for _ in range(RUNS)]
    bare = [one.painted for one in plain]
    figures.add(SECTION, "document received", "ms", [one.answered for one in pages], [one.answered for one in plain])
    figures.add(SECTION, "first contentful paint", "ms", [one.painted for one in pages], bare, SAID)
    figures.add(SECTION, "an item of the roadmap is seen", "ms", [one.shown for one in pages], bare)


async def _first_planned(home: Path) -> str:
    """Return an item that the first plan begins first."""
    ledger = Ledger(home)
    try:
        await until(lambda: ledger.has_kind(NAME, "plan.adopted"), "the large product has its first plan")
        ((data,),) = ledger.select("SELECT data FROM entry WHERE product = ? AND kind = 'plan.adopted' LIMIT 1", NAME)
    finally:
        ledger.close()
    starts: dict[str, str] = json.loads(data)["event"]["starts"]
    return min((start, item) for item, start in starts.items() if start)[1]


async def _look(visitor: Visitor, path: str, wanted: str | None) -> Seen:
    """Open a page; ``wanted``: the item that one came for."""
    async with visitor.open(path, person=OWNER) as opened:
        await opened.page.wait_for_function(PAINTED)
        painted: float = await opened.page.evaluate(PAINTED)
        if wanted is None:
            return Seen(await _answered(opened), painted, painted)
        await opened.page.locator(f'#main a[href$="/items/{wanted}"]').first.wait_for()
        shown: float = await opened.page.evaluate("performance.now()")
        return Seen(await _answered(opened), painted, shown)


async def _answered(opened: Opened) -> float:
    found: float = await opened.page.evaluate("performance.getEntriesByType('navigation')[0].responseEnd")
    return found
