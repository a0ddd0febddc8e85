"""How somebody lets somebody else act in their stead: who, in which role, until when, for what."""

from collections.abc import Callable
from typing import Any

from babel.numbers import get_currency_precision
from nicegui import ui

from domain.wording import role_name
from web.pages.frame import Page
from web.pages.moments import days_on, end_of, start_of
from web.pages.signing import Body, DoubtError, IncompleteError, Signing

HELD = ("product_manager", "product_owner", "executive_board")
SCOPES = {"all": "Decisions and escalations", "decisions": "Decisions only", "escalations": "Escalations only"}
SUGGESTED_DAYS = 14


async def known_people(page: Page) -> list[str]:
    """Return everybody whom the products that somebody sees name."""
    found: set[str] = set()
    for one in (await page.api.get("products"))["items"]:
        data = one["data"]
        found |= {name for names in data["people"].values() for name in names} | set(data.get("leads", ()))
        found |= {lent["delegate"] for lent in data.get("delegations", ())}
    return sorted(found)


async def roles_held(page: Page, product: str) -> list[str]:
    """Return the roles that somebody holds in a product, or stands in with: those that they can pass on."""
    found = await page.api.get("products", product)
    people, lent = found["data"]["people"], found["data"].get("delegations", ())
    own = [role for role in HELD if page.person in people.get(role, ())]
    return own + [one["role"] for one in lent if one["delegate"] == page.person and one["role"] not in own]


async def lend(page: Page, product: str, scope: str = "all") -> Any:
    """Have a delegation signed; return what came of it."""
    place = next(one for one in page.me["places"] if one["product"] == product)
    roles, people = await roles_held(page, product), await known_people(page)
    at = (await page.api.get("products", product, "delegations"))["at"]
    if not roles:
        ui.notify(f"You hold no role in {place['title']} that you could pass on", type="negative")
        return None

    async def send(body: Body) -> Any:
        return await page.api.post("products", product, "delegations", person=page.person, **body)

    return await Signing(
        page=page,
        title=f"Let somebody stand in for you in {place['title']}",
        text="They act in your stead within your limits; you keep your role. Both names are on what they decide.",
        confirm="Let them stand in",
        send=send,
        said="Both of you are told",
        product=product,
        about=f"delegations/{product}",
        build=lambda: _fields(page, place, roles, people, scope, at),
    ).ask()


def _fields(
    page: Page, place: dict[str, Any], roles: list[str], people: list[str], scope: str, at: str
) -> Callable[[], Body]:
    zone, currency = page.reader.zone, place["currency"]
    who = ui.input("Who", autocomplete=people).props("outlined").classes("wide")
    role = ui.select({one: role_name(one) for one in roles}, value=roles[0], label="As").props("outlined")
    what = ui.select(SCOPES, value=scope, label="For").props("outlined")
    start = ui.input("From the start of (optional)").props("type=date outlined stack-label")
    end = ui.input("Until the end of", value=days_on(at, SUGGESTED_DAYS, zone)).props("type=date outlined stack-label")
    most = ui.number(f"At most for one decision, in {currency} (optional)", min=0).props("outlined")
    for one in (role, what, start, end, most):
        one.classes("wide")

    def read() -> Body:
        name = (who.value or "").strip()
        if not name:
            raise IncompleteError("Say who stands in for you")
        try:
            days = {"start": start_of(start.value, zone) if start.value else None, "end": end_of(end.value or "", zone)}
        except ValueError as wrong:
            raise IncompleteError("Choose the day until which they stand in") from wrong
        minor = None if most.value is None else round(most.value * 10 ** get_currency_precision(currency))
        body: Body = {"delegate": name, "role": role.value, "scope": what.value, "most_money": minor, **days}
        if name not in people:
            raise DoubtError(f"No product knows anybody called {name}. Is the name spelled as they sign in?", body)
        return body

    return read
