"""A stack with something on every page: a plan, an open decision, an escalation, a dead letter, and their ledger.

People sign in there. Whoever decides something that other tests look at brings a product of their own.
"""

import asyncio
import importlib.resources
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from string import Template
from typing import Any, TypeVar

import yaml

from activities.links import LinkTo
from deploy.home import Home
from deploy.keys import read_key
from deploy.local import LocalStack, local_stack
from deploy.wiring_links import links_of
from domain.access import Grant
from domain.definition import ProductDefinition
from domain.periods import shift
from events import model
from tests.browser.console_people import MANAGER, invited
from tests.builders import make
from tests.harness import stack_settings
from tests.ways_in import Sender

PRODUCT = "web"
PATIENCE_S, LOOK_AGAIN_S = 30.0, 0.1
TEAM_DAYS = 1_000  # a month; teams are shared, and there are several products
T = TypeVar("T")


@dataclass(frozen=True)
class ConsoleStack:
    """A running stack, and what there is to look at."""

    stack: LocalStack
    invitations: dict[str, str]  # by name: the path of the link with which somebody chooses a password
    examples: dict[str, str] = field(default_factory=dict)  # the value of each parameter that an address of a page has

    @property
    def url(self) -> str:
        return self.stack.settings.web_url

    def sender(self) -> Sender:
        """Return what speaks to the API as this machine; each start of the web process lets in another token."""
        token_file = Home(self.stack.settings.home).api_token
        return Sender(self.url, token_file.read_text() if self.stack.settings.sign_in != "off" else "")

    def link_to(self, thing: str, to: str) -> str:
        """Return the path that a message about something has for somebody, as workers sign it."""
        settings = self.stack.settings
        signed = links_of(read_key(settings.key_file), settings.public_url)
        return signed.url(LinkTo(thing=thing, until=datetime.now(UTC) + timedelta(days=1)), to).removeprefix(self.url)

    async def newcomer(self, name: str, *grants: Grant) -> str:
        """Make an account for somebody whose sessions a test ends; return the path of their link."""
        return (await invited(self.stack.settings, [name], {name: grants}))[name]

    async def get(self, path: str, **params: Any) -> Any:
        """Return what the API says."""
        async with self.sender() as sender:
            return await sender.get(path, **params)

    async def say(self, kind: Any, product: str, **data: Any) -> None:
        """Send an event."""
        async with self.sender() as sender:
            await sender.one(make(kind, product=product, time=datetime.now(UTC), **data))

    async def declare(self, product: str, title: str, **changes: Any) -> None:
        """Apply a product file."""
        async with self.sender() as sender:
            await sender.apply(definition_of_init(product, title=title, **changes), MANAGER)

    async def begin(self, product: str, title: str, **changes: Any) -> None:
        """Apply the file of a new product, and wait until a plan is in force."""
        await self.declare(product, title, **changes)
        await until(lambda: self._planned(product), f"a first plan of {product}")

    async def cut(self, product: str, *, months: int = 0, after: int = 0) -> int:
        """Take money away, which no manager may decide about alone; return the number of the decision that is open.

        ``months``: from now on. ``after``: wait for a later decision than that.
        """
        period, reason = shift(f"{datetime.now(UTC):%Y-%m}", months), "half of it went elsewhere"
        await self.say(model.BudgetAdjusted, product, period=period, delta=-2_500_000, reason=reason)
        return await self.asked(product, after)

    async def asked(self, product: str, after: int = 0) -> int:
        """Wait until a decision is open; return its number. ``after``: a later one than that."""

        async def newer() -> int | None:
            found = (await self.get("/approvals", product=product, state="open"))["items"]
            return next((int(one["number"]) for one in found if one["number"] > after), None)

        return await until(newer, f"an open decision of {product}")

    async def block(self, product: str) -> None:
        """Block a dependency, and wait until the owner is asked about it."""
        because = "the authority is on strike"
        await self.say(model.DependencyBlocked, product, dependency="sso-certificate", reason=because)
        await until(lambda: self._first("/escalations", product=product), f"an escalation of {product}")

    async def filled(self) -> "ConsoleStack":
        """Have something of everything happen to the product that all tests look at, and return where it is."""
        now = datetime.now(UTC)
        await self.begin(PRODUCT, "Corporate web site")
        await self.say(
            model.FeedbackReceived,
            PRODUCT,
            theme="login",
            sentiment=-0.6,
            weight=3,
            channel="app store",
            text="I sign in three times a day",
        )
        await self.say(model.BudgetSpent, PRODUCT, period=f"{now:%Y-%m}", amount=120_000, item="landing-pages")
        await self.say(model.ItemStarted, PRODUCT, item="no-such-item")  # refused: a dead letter
        number = await self.cut(PRODUCT)
        await self.block(PRODUCT)
        letter = await until(lambda: self._first("/dead-letters"), "a dead letter")
        found = {
            "product": PRODUCT,
            "item": "single-sign-on",
            "seq": "1",
            "number": str(number),
            "subject": "sso-certificate",
            "workflow": f"approval/{PRODUCT}/{number}",
            "letter": str(letter["id"]),
        }
        return ConsoleStack(self.stack, self.invitations, found)

    async def _planned(self, product: str) -> bool:
        roadmap = await self.get(f"/products/{product}/roadmap")
        return all(item["start"] for item in roadmap["data"]["items"])

    async def _first(self, path: str, **params: Any) -> dict[str, Any] | None:
        found: list[dict[str, Any]] = (await self.get(path, **params))["items"]
        return found[0] if found else None


@asynccontextmanager
async def console_stack(home: Path) -> AsyncIterator[ConsoleStack]:
    """Run a stack and wait until everything is there that pages show."""
    settings = stack_settings(home, sign_in="local")
    async with local_stack(settings) as stack:
        yield await ConsoleStack(stack, await invited(settings)).filled()


def definition_of_init(product: str, **changes: Any) -> ProductDefinition:
    """Return the product that `tandem init` writes, which looks at its priorities at once.

    ``changes``: parts of the product file, added to those of the same name.
    """
    text = (importlib.resources.files("deploy.templates") / "product.yaml").read_text(encoding="utf-8")
    now = datetime.now(UTC)
    month = f"{now:%Y-%m}"
    days = {f"in_{count}_days": f"{now + timedelta(days=count):%Y-%m-%d}" for count in (60, 120)}
    declared = yaml.safe_load(Template(text).substitute(this_month=month, next_month=shift(month, 1), **days))
    declared["policy"] |= {"dwell_hours": 0}
    for team in declared["teams"].values():
        team["person_days"] = TEAM_DAYS
    for part, change in changes.items():
        declared[part] = declared[part] | change if isinstance(change, dict) else change
    return ProductDefinition.model_validate(declared | {"product": product})


async def until(look: Callable[[], Awaitable[T | None]], what: str) -> T:
    """Return what is there, once it is."""
    deadline = time.monotonic() + PATIENCE_S
    while not (found := await look()):
        assert time.monotonic() < deadline, f"not within {PATIENCE_S:.0f} s: {what}"
        await asyncio.sleep(LOOK_AGAIN_S)
    return found
