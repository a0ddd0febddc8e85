"""A stack with something on every page: a plan, an open decision, an escalation, a dead letter, and their ledger."""

import asyncio
import importlib.resources
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from string import Template
from typing import Any, TypeVar

import yaml

from deploy.local import LocalStack, local_stack
from domain.definition import ProductDefinition
from domain.periods import shift
from events import model
from tests.builders import make
from tests.harness import stack_settings
from tests.ways_in import Sender

PRODUCT, MANAGER, OWNER = "web", "maria", "olga"
PATIENCE_S, LOOK_AGAIN_S = 30.0, 0.1
T = TypeVar("T")


@dataclass(frozen=True)
class ConsoleStack:
    """A running stack, and what there is to look at."""

    stack: LocalStack
    examples: dict[str, str]  # the value of each parameter that an address of a page has

    @property
    def url(self) -> str:
        return self.stack.settings.web_url


@asynccontextmanager
async def console_stack(home: Path) -> AsyncIterator[ConsoleStack]:
    """Run a stack and wait until everything is there that pages show."""
    async with local_stack(stack_settings(home)) as stack, Sender(stack.settings.web_url) as sender:
        yield ConsoleStack(stack, await _filled(sender))


def definition_of_init(product: str = PRODUCT) -> ProductDefinition:
    """Return the product that `tandem init` writes, which looks at its priorities at once."""
    text = (importlib.resources.files("deploy.templates") / "product.yaml").read_text(encoding="utf-8")
    now = datetime.now(UTC)
    month = f"{now:%Y-%m}"
    days = {f"in_{count}_days": f"{now + timedelta(days=count):%Y-%m-%d}" for count in (60, 120)}
    declared = yaml.safe_load(Template(text).substitute(this_month=month, next_month=shift(month, 1), **days))
    declared["policy"] |= {"dwell_hours": 0}
    return ProductDefinition.model_validate(declared | {"product": product})


async def _filled(sender: Sender) -> dict[str, str]:
    definition, now = definition_of_init(), datetime.now(UTC)
    await sender.apply(definition, MANAGER)
    await _until(lambda: _planned(sender), "a first plan")
    said: dict[str, Any] = {"product": PRODUCT, "time": now}
    await sender.batch(
        [
            make(model.FeedbackReceived, **said, theme="login", sentiment=-0.6, weight=3, channel="app store"),
            make(model.BudgetSpent, **said, period=f"{now:%Y-%m}", amount=120_000, item="landing-pages"),
            make(model.ItemStarted, **said, item="no-such-item"),  # refused: a dead letter
            make(model.DependencyBlocked, **said, dependency="sso-certificate", reason="the authority is on strike"),
            make(
                model.BudgetAdjusted,
                **said,
                period=f"{now:%Y-%m}",
                delta=-2_500_000,
                reason="half of it went elsewhere",
            ),
        ]
    )
    approval = await _until(lambda: _first(sender, "/approvals", product=PRODUCT), "an open decision")
    escalation = await _until(lambda: _first(sender, "/escalations", product=PRODUCT), "an escalation")
    letter = await _until(lambda: _first(sender, "/dead-letters"), "a dead letter")
    return {
        "product": PRODUCT,
        "item": "single-sign-on",
        "seq": "1",
        "number": str(approval["number"]),
        "subject": str(escalation["subject"]),
        "workflow": f"approval/{PRODUCT}/{approval['number']}",
        "letter": str(letter["id"]),
    }


async def _planned(sender: Sender) -> bool:
    """Tell whether a plan is in force."""
    roadmap = await sender.get(f"/products/{PRODUCT}/roadmap")
    return all(item["start"] for item in roadmap["data"]["items"])


async def _first(sender: Sender, path: str, **params: Any) -> dict[str, Any] | None:
    found: list[dict[str, Any]] = (await sender.get(path, **params))["items"]
    return found[0] if found else None


async def _until(look: Callable[[], Awaitable[T | None]], what: str) -> T:
    """Return what is there, once it is."""
    deadline = time.monotonic() + PATIENCE_S
    while not (found := await look()):
        assert time.monotonic() < deadline, f"not within {PATIENCE_S:.0f} s: {what}"
        await asyncio.sleep(LOOK_AGAIN_S)
    return found
