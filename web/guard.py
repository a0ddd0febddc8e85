"""What every request passes before its route: who asks, and whether they may. The table is in `web.rules`."""

from datetime import datetime
from typing import Annotated, Any

from fastapi import Depends, Request
from starlette.requests import HTTPConnection

from activities.ports_accounts import AccountsUnavailableError
from domain.access import Act, AnyRole, Right, granted, may
from domain.delegations import roles_open_to
from events.errors import FieldError
from web.callers import CSRF_HEADER, Caller
from web.problems import Problem, problem, try_later
from web.product_time import clock_at
from web.products import Product
from web.rules import NOBODY, RULES, Rule
from web.services import Services, services_of

SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
WHO = {"read": "sees it", "inspect": "looks into it", "operate": "operates it"}


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
    if rule.actor:
        await _only_oneself(request, caller)


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
    held = roles_open_to(known.mandates, caller.name, await _now(svc, known))
    return found | frozenset(held) | ({"team_lead"} if caller.name in known.leads else frozenset())


async def may_in(svc: Services, caller: Caller, act: Act, product: str | None) -> bool:
    """Tell whether somebody may do this in a product; None: in what belongs to none."""
    if caller.trusted:
        return True
    known = None if product is None else await svc.products.find(product)
    return may(act, await roles_in(svc, caller, known))


async def is_only_operator(svc: Services, caller: Caller, product: str) -> bool:
    """Tell whether somebody operates a product and has no say in it."""
    roles = await roles_in(svc, caller, await svc.products.find(product))
    return may("operate", roles) and not may("decide", roles)


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


def refusal(caller: Caller, act: Act, product: str | None) -> Problem:
    """Return the problem of somebody who may not."""
    where = f"in {product}" if product is not None else "for all products"
    return problem("not-allowed", f"{caller.name or 'this'} has no role {where} that {WHO.get(act, 'may do this')}")


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
                raise refusal(caller, act, request.query_params.get("product"))
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


async def _only_oneself(request: Request, caller: Caller) -> None:
    """Refuse who speaks under another name than they signed in with."""
    named = request.query_params.get("actor") or request.headers.get("actor")
    if request.headers.get("content-type", "").startswith("application/json") and request.method != "PUT":
        body: Any = await request.json()
        named = body.get("actor") if isinstance(body, dict) else None
    if named is not None and named != caller.name:
        wrong = FieldError(("actor",), f"you are {caller.name}, and cannot act as {named}")
        raise problem("not-allowed", f"actor: {wrong.message}", [wrong])


async def _now(svc: Services, known: Product) -> datetime:
    return await clock_at(svc.reader, known, svc.clock())
