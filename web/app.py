"""The web application: its routers, its errors, its edge."""

from importlib.metadata import version

from fastapi import Depends, FastAPI

from web import openapi, opened, setting_up, signing_in, signing_in_elsewhere
from web.api import (
    answering,
    approvals,
    authority,
    burn,
    calendar,
    chart,
    dead_letters,
    deciding,
    delegations,
    demand,
    demand_series,
    dependency_graph,
    erasures,
    escalations,
    events,
    explanations,
    feedback,
    forecast,
    inbox,
    incidents,
    intake,
    intake_series,
    ladder,
    latency,
    ledger,
    load,
    me,
    movement,
    operating,
    operation,
    pictures,
    products,
    ranking,
    scenarios,
    sources,
    stuck,
    system_ledger,
    timeline,
    webhooks,
    workflows,
)
from web.callers import Gate
from web.edge import Edge
from web.guard import guard
from web.problems import add_handlers
from web.services import Services

API = "/api/v1"


def create_app(services: Services, *, console: bool = False) -> FastAPI:
    """Return the application that serves with these services; ``console``: the pages as well, once in a process."""
    app = FastAPI(
        title="Tandem",
        version=version("tandem-roadmap"),
        summary="Keeps marketing and IT on one roadmap",
        openapi_url=f"{API}/openapi.json",
        docs_url=None,  # they load scripts from elsewhere
        redoc_url=None,
        redirect_slashes=False,
        dependencies=[Depends(guard)],
    )
    app.state.services = services
    for router in (
        *(events.router, products.router, ledger.router, erasures.router, approvals.router, escalations.router),
        *(deciding.router, answering.router, inbox.router, delegations.router),
        *(webhooks.router, sources.router, intake.router, dead_letters.router, feedback.router),
        *(forecast.router, explanations.router, me.router, system_ledger.router),
        *(authority.router, chart.router, calendar.router, ladder.router, latency.router),
        *(operating.router, incidents.router, stuck.router, workflows.router, intake_series.router),
        *(scenarios.router, demand.router, pictures.router, ranking.router, operation.documents),
        *(movement.router, burn.router, load.router, timeline.router, demand_series.router, dependency_graph.router),
    ):
        app.include_router(router, prefix=API)
    app.include_router(operation.router)
    app.include_router(opened.router)
    for pages in (signing_in.router, signing_in_elsewhere.router, setting_up.router):
        app.include_router(pages)
    add_handlers(app)
    openapi.describe(app)
    if console:
        from web.console import add_console  # heavy; most tests and documents need no pages

        add_console(app, services.gate)
    gate = Gate() if services is None else services.gate
    app.add_middleware(Edge, hosts=gate.hosts, secure=gate.secure)
    return app
