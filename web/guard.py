"""What every request passes before its route: who asks, and whether they may. The table is in `web.rules`."""

from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import Depends, Request
from starlette.requests import HTTPConnection

from activities.ports_accounts import AccountsUnavailableError
from domain.access import Act, AnyRole, Right, granted, held_by, may, only_operates
from events.errors import FieldError
from web.callers import CSRF_HEADER, Caller
from web.problems import Problem, problem, try_later
from web.product_time import clock_at
from web.products import Product
from web.rules import NOBODY, RULES, Rule
from web.services import Services, services_of

SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
MAY: Mapping[Act, str] = {
    "read": "may see it",
    "read_customer_text": "may read what customers wrote",
    "decide": "may decide",
    "comment": "may comment",
    "acknowledge": "may acknowledge an escalation",
    "steer": "may steer an escalation",
    "declare": "may change the product",
    "erase": "may erase a text",
    "train": "may train the model",
    "send": "may send events",
    "inspect": "may look into how it is run",
    "operate": "may operate it",
}


async def guard(request: Request) -> None:
    """Refuse who may not. Raises a problem: 401 without a valid session or token, 403 without the role."""
    svc = services_of(request)
    rule = _rule(request)
    if rule.act is None and not rule.signed_in:
        request.state.caller = NOBODY
        return
    caller = await caller_in(svc, request)
    request.state.caller = caller
    if request.method not in SAFE:
        _same_page(request, caller)
    if caller.trusted:
        return
    if rule.act is not None:
        await _require(svc, caller, rule, request)
    if rule.signed_by:
        await _only_oneself(request, caller, rule.signed_by)


async def caller_in(svc: Services, connection: HTTPConnection) -> Caller:
    """Return who asks. Raises a problem when sign-in is needed."""
    try:
        caller = await svc.gate.caller(connection)
    except AccountsUnavailableError as exc:
        raise try_later(str(exc) or "accounts cannot be read at the moment", None) from exc
    if caller is None:
        raise problem("sign-in", "sign in first, or send a token: `Authorization: Bearer ...`")
    return caller


def caller_of(request: Request) -> Caller:
    """Return who asks, as `guard` has found out."""
    caller: Caller = request.state.caller
    return caller


Who = Annotated[Caller, Depends(caller_of)]


async def roles_in(svc: Services, caller: Caller, known: Product | None) -> frozenset[AnyRole | Right]:
    """Return what somebody is in a product: what was granted, what they hold, and for whom they stand in now."""
    found = granted(caller.grants, None if known is None else known.id)
    if known is None or not caller.is_person or caller.name is None:
        return found
    now = await clock_at(svc.reader, known, svc.clock())
    return found | held_by(caller.name, known.mandates, known.leads, now)


async def may_in(svc: Services, caller: Caller, act: Act, product: str | None) -> bool:
    """Tell whether somebody may do this in a product; None: in what belongs to none."""
    if caller.trusted:
        return True
    known = None if product is None else await svc.products.find(product)
    return may(act, await roles_in(svc, caller, known))


async def is_only_operator(svc: Services, caller: Caller, product: str) -> bool:
    """Tell whether somebody operates a product and has no say in it."""
    return only_operates(await roles_in(svc, caller, await svc.products.find(product)))


async def require(svc: Services, caller: Caller, act: Act, product: str | None) -> None:
    """Raise the problem of somebody who may not."""
    if not await may_in(svc, caller, act, product):
        raise refusal(caller, act, product)


async def visible(svc: Services, caller: Caller, act: Act = "read") -> dict[str, Product]:
    """Return the products in which somebody may do this, by their id."""
    products = await svc.products.all()
    if caller.trusted:
        return products
    return {name: known for name, known in products.items() if may(act, await roles_in(svc, caller, known))}


async def places(svc: Services, caller: Caller, act: Act, product: str | None) -> tuple[str | None, ...]:
    """Return in what somebody may do this, of what they ask about; None among it: in everything there is.

    ``product``: the one that they ask about, which was looked at before; None: all.
    """
    if product is not None:
        return (product,)
    return (None,) if await may_in(svc, caller, act, None) else tuple(await visible(svc, caller, act))


def refusal(caller: Caller, act: Act, product: str | None, *, anywhere: bool = False) -> Problem:
    """Return the problem of somebody who may not; ``anywhere``: not even in one product."""
    where = "in any product" if anywhere else f"in {product}" if product is not None else "for all products"
    name = caller.name or "whoever sends this"
    return problem("not-allowed", f"{name} has no role {where} that {MAY[act]}; a product file or an operator gives it")


async def _require(svc: Services, caller: Caller, rule: Rule, request: Request) -> None:
    act = rule.act
    if act is None:
        return
    match rule.where:
        case "product":
            await require(svc, caller, act, rule.product_of(request.path_params))
        case "all":
            await require(svc, caller, act, None)
        case "some":
            if not await visible(svc, caller, act) and not may(act, granted(caller.grants, None)):
                asked = request.query_params.get("product")
                raise refusal(caller, act, asked, anywhere=asked is None)
            if (product := request.query_params.get("product")) is not None:
                await require(svc, caller, act, product)
        case "route":
            return  # which product it is about is known to the route alone, and it asks


def _rule(request: Request) -> Rule:
    path = getattr(request.scope.get("route"), "path", "")
    found = RULES.get((("GET" if request.method == "HEAD" else request.method), path))
    if found is None:  # a route without a rule is served to nobody; a test names it
        raise problem("not-allowed", f"nobody may use {request.method} {path}: it has no rule")
    return found


def _same_page(request: Request, caller: Caller) -> None:
    if caller.csrf is not None and request.headers.get(CSRF_HEADER) != caller.csrf:
        raise problem("other-site", "this session is a browser's; changes come from its own pages only")


async def _only_oneself(request: Request, caller: Caller, field: str) -> None:
    """Refuse who speaks under another name than they signed in with, wherever that name stands."""
    named = [*request.query_params.getlist(field), *request.headers.getlist(field), *await _in_body(request, field)]
    for other in named:
        if other != caller.name:
            wrong = FieldError((field,), f"you are {caller.name}, and cannot act as {other}")
            raise problem("not-allowed", f"{field}: {wrong.message}", [wrong])


async def _in_body(request: Request, field: str) -> list[Any]:
    """Return the name in a body, whatever its content type says: that has many spellings, and routes read some."""
    try:
        body: Any = await request.json()
    except (ValueError, RecursionError):  # no route reads a name out of it either
        return []
    return [body[field]] if isinstance(body, dict) and field in body else []
