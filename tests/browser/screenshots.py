"""Writes the pictures of the README: ``python -m tests.browser.screenshots`` plays the demo's case and looks at it."""

import argparse
import asyncio
import logging
import math
import tempfile
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import structlog
from playwright.async_api import expect

from deploy.demo.api import Api
from deploy.demo.narrator import Narrator
from deploy.demo.player import Player
from deploy.demo.story import load_chapters, load_definition
from deploy.local import local_stack
from tests.browser.chromium import SIZES, Size, Theme, find_chromium, launched
from tests.browser.visitor import Visitor
from tests.harness import stack_settings

FOLDER = Path(__file__).parents[2] / "docs" / "pictures"
MOST_BYTES = 200_000
AS_PRINTED = "html { scrollbar-gutter: auto !important }"  # the room for a scroll bar is an empty stripe here


@dataclass(frozen=True)
class Picture:
    """A page as it is shown."""

    name: str  # of the file, for ever: the README and others link to it
    path: str
    person: str = "tomas.keller"  # the owner
    theme: Theme = "light"
    size: Size = "wide"
    tall: int = 960  # pixels at most: a README shows how a page begins


PICTURES = (
    Picture("inbox", "/inbox"),
    Picture("decision", "/approvals/{product}/{approval}", tall=780),
    Picture("decision-phone", "/approvals/{product}/{approval}", size="phone", tall=SIZES["phone"][1]),
    Picture("roadmap", "/products/{product}", tall=1064),
    Picture("roadmap-dark", "/products/{product}", theme="dark", tall=1064),
    Picture("movement", "/products/{product}/movement", tall=1096),
    Picture("money", "/products/{product}/money"),
    Picture("demand", "/products/{product}/demand"),
    Picture("dependencies", "/products/{product}/dependencies"),
    Picture("ledger", "/ledger/{product}"),
    Picture("workflow", "/workflows/approval/{product}/{approval}", person="petra.nowak"),
)


async def take(folder: Path) -> None:
    """Play the case to its end, and write every picture."""
    program = find_chromium()
    async with played() as (url, shown), launched(program) as browser:
        visitor = Visitor(browser, url)
        for picture in PICTURES:
            keep(await taken(visitor, picture, shown), folder / f"{picture.name}.png")


@asynccontextmanager
async def played() -> AsyncIterator[tuple[str, dict[str, str]]]:
    """Run a stack on which the demo's story has happened; return its address, and what paths name in braces."""
    definition = load_definition()
    with tempfile.TemporaryDirectory(prefix="tandem-pictures-") as folder:
        async with local_stack(stack_settings(Path(folder) / "home")) as stack:
            async with Api(stack.settings.web_url, definition.product) as api:

                async def kill(name: str) -> None:
                    stack.kill(name)

                player = Player(api, definition, Narrator(lambda _: None, 100), kill)
                await player.play(load_chapters())
                open_now = (await api.open_approvals())[0]  # the story ends before it is decided
            yield stack.settings.web_url, {"product": definition.product, "approval": str(open_now["number"])}


async def taken(visitor: Visitor, picture: Picture, shown: Mapping[str, str]) -> bytes:
    """Return a page as a picture, as tall as the page is."""
    path = picture.path.format_map(shown)
    async with visitor.open(path, person=picture.person, theme=picture.theme, size=picture.size) as opened:
        await expect(opened.page.get_by_role("heading", level=1)).to_be_visible()
        await opened.drawn()
        content: float = await opened.page.evaluate("document.querySelector('#main').getBoundingClientRect().bottom")
        tall = min(math.ceil(content), picture.tall)
        await opened.page.set_viewport_size({"width": SIZES[picture.size][0], "height": tall})
        await opened.drawn()
        return await opened.page.screenshot(animations="disabled", style=AS_PRINTED)


def keep(picture: bytes, path: Path) -> None:
    """Write a picture. Raises SystemExit when it is too large for a README."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(picture)
    print(f"{path.name}: {len(picture) / 1000:.0f} kB")
    if len(picture) > MOST_BYTES:
        raise SystemExit(f"{path} is larger than {MOST_BYTES / 1000:.0f} kB")


def main() -> None:
    """Write the pictures."""
    parser = argparse.ArgumentParser(prog="python -m tests.browser.screenshots", description=__doc__)
    parser.add_argument("--folder", type=Path, default=FOLDER, help="where to write them")
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    asyncio.run(take(parser.parse_args().folder))


if __name__ == "__main__":
    main()
