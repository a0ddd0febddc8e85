"""What tests of people's decisions share: stand-ins, requests with alternatives, and what the domain would refuse."""

from datetime import timedelta
from typing import Any

from domain.planning import document
from events.internal import Change
from tests.fakes.engine import BRIEF, NOON
from tests.unit.web.site import Site, proposal

DAY = timedelta(days=1)
OTHER = proposal(value=58.0, starts={"login": "2026-03"}, change=Change(entered=("login",), money_moved=300000))
THIRD = proposal(value=55.0, starts={}, change=Change())


async def stand_in(site: Site, person: str = "olga", delegate: str = "petra", **changes: Any) -> dict[str, Any]:
    """Let somebody stand in from a day ago until tomorrow, by the clock of the tests."""
    site.services.clock = lambda: NOON
    body = {
        "person": person,
        "delegate": delegate,
        "role": "product_owner",
        "start": (NOON - DAY).isoformat(),
        "end": (NOON + DAY).isoformat(),
        "reason": "away",
    }
    answer = await site.http.post("/api/v1/products/web/delegations", json=body | changes)
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def ask_with_alternatives(site: Site, **data: Any) -> list[str]:
    """Ask for a decision that has two alternatives; return the hashes of all three."""
    return await asked_with(site.engine, site.ledger, **data)


async def asked_with(engine: Any, ledger: Any, **data: Any) -> list[str]:
    """Put a request with two alternatives into the ledger."""
    hashes = [await ledger.put_document(document(one)) for one in (proposal(), OTHER, THIRD)]
    offers = [
        {"purpose": purpose, "text": text, "value": f"{one.value} points", "hash": digest}
        for purpose, text, one, digest in (
            ("cheapest", "funds login instead of search", OTHER, hashes[1]),
            ("fewest changes", "nothing changes", THIRD, hashes[2]),
        )
    ]
    brief = {**BRIEF, "alternatives": offers, "needed": data.pop("needed", "")}
    await engine.ask("web", 1, proposal(), brief=brief, may_approve=sorted(hashes), **data)
    return hashes


def fields(body: dict[str, Any]) -> list[str]:
    """Return the fields that a problem names."""
    return [error["field"] for error in body.get("errors", [])]
