"""Is it alive, is it ready, how much passes through; and the documents that entries name by their hash."""

import asyncio
from collections.abc import Awaitable
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Path, Response
from fastapi.responses import PlainTextResponse
from pydantic import BaseModel

from events.room import FullError
from web.customer_text import act_for
from web.figures import MEDIA_TYPE, Figure, of_dispatch, text_of
from web.guard import Who, may_in, require
from web.latencies import Lat
from web.openapi import errors
from web.problems import problem
from web.services import Services, Svc

CHECK_S = 1.5  # one part of readiness
Digest = Annotated[str, Path(pattern=r"^[0-9a-f]{64}$")]
router = APIRouter(tags=["operation"])
documents = APIRouter(tags=["products"])


class Alive(BaseModel):
    """The process answers."""

    status: Literal["ok"] = "ok"


class Readiness(BaseModel):
    """Whether everything that is needed answers."""

    status: Literal["ready", "not ready"]
    temporal: bool
    ledger: bool
    dispatch: bool


class Document(BaseModel):
    """A snapshot, plan or proposal."""

    hash: str
    simulated_clock: bool
    content: Any


@router.get("/", summary="Where what is")
async def start() -> dict[str, str]:
    """Return where the API begins, and where it is described."""
    return {"name": "Tandem", "api": "/api/v1", "description": "/api/v1/openapi.json", "ready": "/readyz"}


@router.get("/healthz", summary="Is it alive")
async def healthz() -> Alive:
    """Answer."""
    return Alive()


@router.get("/readyz", summary="Is it ready", responses={503: {"model": Readiness, "description": "Not yet"}})
async def readyz(svc: Svc, response: Response) -> Readiness:
    """Tell whether Temporal answers, the ledger can be read, and events are taken."""
    temporal, ledger = await asyncio.gather(holds(svc.engine.healthy()), holds(_readable(svc)))
    dispatch = _takes(svc)
    ready = temporal and ledger and dispatch
    if not ready:
        response.status_code = 503
    return Readiness(status="ready" if ready else "not ready", temporal=temporal, ledger=ledger, dispatch=dispatch)


@router.get("/metrics", summary="How much passes through", response_class=PlainTextResponse)
async def metrics(svc: Svc, latencies: Lat) -> PlainTextResponse:
    """Return figures as Prometheus reads them: the way in since this process started, decisions of the whole ledger."""
    deliveries = [((source, status.replace(" ", "-")), n) for (source, status), n in svc.webhooks.counts.items()]
    webhooks = Figure(
        "tandem_webhook_total", "counter", "Deliveries, by what became of them.", deliveries, ("source", "status")
    )
    figures = text_of([*of_dispatch(svc.dispatch.stats()), webhooks])
    return PlainTextResponse(figures + await latencies.text(svc.clock()), media_type=MEDIA_TYPE)


@documents.get("/documents/{digest}", summary="A snapshot, plan or proposal", responses=errors("not-found"))
async def document(digest: Digest, svc: Svc, who: Who) -> Document:
    """Return a document by its content hash (SHA-256 over its canonical JSON)."""
    content = await svc.reader.document(digest)
    named = content.get("product") if isinstance(content, dict) else None
    product = named if isinstance(named, str) else None
    if content is None or not await may_in(svc, who, "read", product):  # a hash may be that of a guess
        raise problem("not-found", f"there is no document {digest}")
    await require(svc, who, act_for(content), product)
    simulated = product is not None and await svc.products.simulated(product)
    return Document(hash=digest, simulated_clock=simulated, content=content)


async def holds(check: Awaitable[bool]) -> bool:
    """Tell whether a part answers that it works, in time."""
    try:
        async with asyncio.timeout(CHECK_S):
            return await check
    except Exception:  # whatever it is: not ready
        return False


async def _readable(svc: Services) -> bool:
    await svc.reader.rows("product", limit=1)
    return True


def _takes(svc: Services) -> bool:
    try:
        svc.dispatch.reserve([]).release()
    except FullError:
        return False
    return True
