"""Products: declare, look at, archive, refresh."""

from typing import Annotated, Any

from fastapi import APIRouter, Header, Query, Request
from pydantic import AwareDatetime, BaseModel, Field

from domain.authority import roles_of
from domain.definition import ProductDefinition
from domain.record import ViewRow
from events.errors import FieldError
from events.json_text import parse
from web.api.bodies import JSON_ONLY, Actor, Asked, Reason
from web.applying import AppliedView, apply, compared
from web.definition import DefinitionError, read_definition
from web.guard import Who, refusal, require, visible
from web.openapi import body, errors
from web.problems import Problem, problem
from web.products import Product, all_rows
from web.services import Services, Svc
from workflows.client import NotOpenError

router = APIRouter(prefix="/products", tags=["products"])


class ProductView(BaseModel):
    """Where a product stands."""

    id: str
    state: str
    role: str | None  # whom an open request waits for
    due: AwareDatetime | None  # when the product looks again by itself
    simulated_clock: bool
    data: dict[str, Any]


class Roadmap(BaseModel):
    """The roadmap: every open item with its place, every promise, every period's money and people."""

    product: str
    title: str
    time_zone: str
    currency: str
    simulated_clock: bool
    state: str
    data: dict[str, Any]


class ProductList(BaseModel):
    """All products."""

    items: list[ProductView]


class Archive(Asked):
    """Who ends a product, and why."""

    actor: Actor
    reason: Reason


class Done(BaseModel):
    """What was asked for happens."""

    products: list[str]
    status: str
    not_open: list[str] = Field(default_factory=list, description="Products that the engine no longer runs")


@router.get("", summary="All products")
async def listed(svc: Svc, who: Who, state: Annotated[str | None, Query()] = None) -> ProductList:
    """Return where every product stands."""
    seen = await visible(svc, who)
    rows = await all_rows(svc.reader, "product", None, [state])
    return ProductList(items=[_view(row) for row in rows if row.id in seen])


@router.post("/refresh", status_code=202, summary="Make every product continue as a fresh run")
async def refresh_all(svc: Svc) -> Done:
    """Ask every active product to take up what is new in the rules."""
    active = [row.id for row in await all_rows(svc.reader, "product") if row.state != "archived"]
    asked, not_open = [], []
    for product in active:
        try:
            await svc.engine.refresh(product)
            asked.append(product)
        except NotOpenError:  # the others are refreshed all the same
            not_open.append(product)
    return Done(products=asked, status="refreshing", not_open=not_open)


@router.get("/{product}", summary="Where a product stands", responses=errors("unknown-product"))
async def shown(product: str, svc: Svc) -> ProductView:
    """Return what is under way, what waits for whom, and when the product looks again."""
    row = await svc.reader.row("product", product)
    if row is None:
        raise await svc.products.missing(product)
    return _view(row)


@router.put(
    "/{product}",
    summary="Apply a product file",
    dependencies=JSON_ONLY,
    responses=errors(
        *("invalid-product", "not-allowed", "refused", "too-large", "unsupported-media-type", "no-answer", "try-later")
    ),
    openapi_extra=body(("application/json", {"$ref": "#/components/schemas/ProductDefinition"})),
)
async def applied(
    product: str,
    request: Request,
    svc: Svc,
    caller: Who,
    actor: Annotated[Actor | None, Query(description="Who applies it; a header of this name does, too")] = None,
    actor_header: Annotated[Actor | None, Header(alias="actor")] = None,
    drop: Annotated[bool, Query(description="End what the file no longer lists")] = False,
    dry_run: Annotated[bool, Query(description="Only tell what applying it would change; needs no actor")] = False,
) -> AppliedView:
    """Declare a product, or change it; the same file again changes nothing.

    Whoever applies it must hold a role: in the product as it stands, or, for a new one, in the file. A file that no
    longer lists an open item, a planned milestone or an open dependency would end it: without `drop` it is refused,
    and `drops` of the problem names each.
    """
    who = actor or actor_header
    if who is None and not dry_run:
        raise problem("invalid-request", "actor: say who applies the file", [FieldError(("actor",), "is required")])
    definition = _definition(parse(await request.body()))
    if definition.product != product:
        wrong = FieldError(("product",), f"is {definition.product!r}, but the address says {product!r}")
        raise problem("invalid-product", f"product: {wrong.message}", [wrong])
    if definition.clock.simulated and not svc.embedded:
        wrong = FieldError(("clock",), "a simulated clock is only for the embedded stack, which this is not")
        raise problem("invalid-product", f"clock: {wrong.message}", [wrong])
    if who is not None:
        await _require_role(svc, who, definition)
    if await svc.products.find(product) is not None:
        await require(svc, caller, "declare", product)
    elif not (caller.trusted or caller.is_person):  # a file can name a token, but only people hold roles
        raise refusal(caller, "declare", product)
    if who is None or dry_run:
        return await compared(svc, definition)
    async with svc.applying:
        return await apply(svc, definition, who, drop=drop, identity=caller.identity)


@router.post(
    "/{product}/archive",
    summary="End a product",
    dependencies=JSON_ONLY,
    responses=errors("unknown-product", "not-allowed", "not-open", "no-answer", "try-later"),
)
async def archived(product: str, asked: Archive, svc: Svc, who: Who) -> Done:
    """Let a product take no more events. Its ledger stays."""
    known = await svc.products.get(product)
    if not roles_of(known.people, asked.actor):
        raise _no_role(asked.actor, known.id)
    await svc.engine.archive(product, asked.actor, asked.reason, who.identity)
    await svc.ledger.reserve_allotments(product, {})
    return Done(products=[product], status="archived")


@router.post(
    "/{product}/refresh",
    status_code=202,
    summary="Make a product continue as a fresh run",
    responses=errors("unknown-product", "not-open", "try-later"),
)
async def refreshed(product: str, svc: Svc) -> Done:
    """Ask a product to take up what is new in the rules, once it has done what is in hand."""
    await svc.products.get(product)
    await svc.engine.refresh(product)
    return Done(products=[product], status="refreshing")


@router.get("/{product}/roadmap", summary="The roadmap", responses=errors("unknown-product", "not-found"))
async def roadmap(product: str, svc: Svc) -> Roadmap:
    """Return what is funded when, what it costs, and which promises stand."""
    known = await svc.products.get(product)
    row = await svc.reader.row("roadmap", product)
    if row is None:
        raise problem("not-found", f"{product} has no roadmap yet")
    return _roadmap(known, row)


def _view(row: ViewRow) -> ProductView:
    simulated = row.data["simulated_clock"]
    return ProductView(id=row.id, state=row.state, role=row.role, due=row.due, simulated_clock=simulated, data=row.data)


def _roadmap(known: Product, row: ViewRow) -> Roadmap:
    return Roadmap(
        product=known.id,
        title=known.title,
        time_zone=known.time_zone,
        currency=known.currency,
        simulated_clock=known.simulated,
        state=row.state,
        data=row.data,
    )


def _definition(value: object) -> ProductDefinition:
    try:
        return read_definition(value)
    except DefinitionError as wrong:
        raise problem("invalid-product", str(wrong), wrong.errors) from wrong


async def _require_role(svc: Services, actor: str, definition: ProductDefinition) -> None:
    present = await svc.products.find(definition.product)
    people = definition.people if present is None else present.people
    if not roles_of(people, actor):
        raise _no_role(actor, definition.product if present else "the file")


def _no_role(actor: str, where: str) -> Problem:
    wrong = FieldError(("actor",), f"{actor} holds no role in {where}")
    return problem("not-allowed", wrong.message, [wrong])
