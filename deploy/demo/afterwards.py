"""What can be tried when the story is told: commands that work as they are printed."""

import shlex
from typing import Any

from deploy.cli.output import shown_path
from deploy.settings import Settings, variable
from domain.definition import ProductDefinition

SAMPLE = "own-event.jsonl"
ITEM = "sign-in"  # it entered after the feedback, and moved after the cut
Section = tuple[str, list[str]]


def sample_event(definition: ProductDefinition) -> dict[str, Any]:
    """Return an event to send: where the story ends, by the product's clock."""
    until = definition.clock.until
    if until is None:
        raise ValueError("the demo's clock has an end")
    return {
        "specversion": "1.0",
        "id": "my-first-event",
        "source": "/me",
        "type": "budget.adjusted",
        "subject": definition.product,
        "time": until.isoformat(),
        "datacontenttype": "application/json",
        "data": {"period": "2026-05", "delta": -4_000_000, "reason": "I wanted to see what happens"},
    }


def commands(settings: Settings, definition: ProductDefinition, approval: dict[str, Any], tandem: str) -> list[Section]:
    """Return commands under titles, ready to be pasted."""
    product, thing = definition.product, f"{approval['product']} {approval['number']}"
    usual = Settings(home=settings.home).web_url == settings.web_url
    tandem = tandem if usual else f"{variable('api')}={settings.web_url} {tandem}"
    owner, home = shlex.quote(approval["people"][0]), shown_path(settings.home)
    decide = f"{thing} --as {owner} --hash {approval['hash'][:12]}"
    pages = [
        f"Pages            {settings.web_url}/",
        f"API, described   {settings.web_url}/api/v1/openapi.json",
    ]
    if settings.temporal_ui:
        pages.append(f"Temporal Web UI  {settings.temporal_ui}")
    address = f"{settings.web_url}/approvals/{approval['product']}/{approval['number']}"
    return [
        (
            f"Decide what is open, in a browser, with the name {approval['people'][0]} (the demo asks for no password)",
            [address],
        ),
        (
            "Or decide it here",
            [
                f"{tandem} approvals show {thing}",
                f'{tandem} approvals approve {decide} --reason "worth it"',
                f'{tandem} approvals reject {decide} --reason "not now"',
            ],
        ),
        ("Ask why an item moved, and by whose authority", [f"{tandem} why {product} item:{ITEM}"]),
        (
            "See the roadmap and the whole ledger",
            [
                f"{tandem} roadmap {product}",
                f"{tandem} ledger show {product}",
            ],
        ),
        ("Send an event of your own (sent twice, it counts once)", [f"{tandem} send {home}/{SAMPLE}"]),
        ("Kill the worker; it comes back, and nothing is lost", [f"kill -9 $(cat {home}/run/worker.pid)"]),
        ("Look", pages),
    ]
