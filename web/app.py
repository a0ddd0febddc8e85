"""The web application: its routers, its errors, its edge."""

from importlib.metadata import version

from fastapi import FastAPI

from web import openapi, opened
from web.api import (
    answering,
    approvals,
    authority,
    calendar,
    chart,
    dead_letters,
    deciding,
    delegations,
    demand,
    erasures,
    escalations,
    events,
    explanations,
    feedback,
    forecast,
    inbox,
    intake,
    ladder,
    latency,
    ledger,
    operation,
    pictures,
    products,
    ranking,
    scenarios,
    sources,
    webhooks,
    workflows,
)
from web.edge import Edge
from web.problems import add_handlers
from web.services import Services

API = "/api/v1"


def create_app(services: Services) -> FastAPI:
    """Return the application that serves with these services."""
    app = FastAPI(
        title="Tandem",
        version=version("tandem-roadmap"),
        summary="Keeps marketing and IT on one roadmap",
        openapi_url=f"{API}/openapi.json",
        docs_url=None,  # they load scripts from elsewhere
        redoc_url=None,
        redirect_slashes=False,
    )
    app.state.services = services
    for router in (
        *(events.router, products.router, ledger.router, erasures.router, approvals.router, escalations.router),
        *(deciding.router, answering.router, inbox.router, delegations.router),
        *(webhooks.router, sources.router, intake.router, dead_letters.router, feedback.router),
        *(forecast.router, explanations.router),
        *(authority.router, chart.router, calendar.router, ladder.router, latency.router),
        *(workflows.router, scenarios.router, demand.router, pictures.router, ranking.router, operation.documents),
    ):
        app.include_router(router, prefix=API)
    app.include_router(operation.router)
    app.include_router(opened.router)
    add_handlers(app)
    openapi.describe(app)
    app.add_middleware(Edge)
    return app
