"""How the API describes itself: problem details for every error, schemas of what is read by hand."""

from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from domain.definition import ProductDefinition
from events.codec import EXTERNAL_TYPES
from events.http_binding import PREFIX
from events.json_schema import CLOUD_EVENT, COMPONENTS, attributes, components
from events.media_type import BATCH, SINGLE
from web.problems import MEDIA_TYPE, TYPES, FieldProblem, ProblemDetails

TAGS = [
    {"name": "events", "description": "What happened: taken in, and what became of it"},
    {"name": "webhooks", "description": "Deliveries of GitHub, Jira and others, and who may send them"},
    {"name": "products", "description": "Products, their roadmaps, their ledgers, and why things are as they are"},
    {"name": "approvals", "description": "Decisions that wait for a person with authority"},
    {"name": "escalations", "description": "Dependencies that nobody could clear below"},
    {"name": "people", "description": "What waits for a person, and who stands in for whom"},
    {"name": "workflows", "description": "What runs, its history in plain words, and what is stuck"},
    {"name": "operation", "description": "Is it alive, is it ready, how much passes through"},
]


def errors(*kinds: str) -> dict[int | str, dict[str, Any]]:
    """Return the error responses of a route, by the names of ``web.problems.TYPES``."""
    found: dict[int | str, dict[str, Any]] = {}
    for kind in (*kinds, "invalid-request"):
        status, title = TYPES[kind]
        content = {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/ProblemDetails"}}}
        titles = [title] if status not in found else [found[status]["description"], title]
        found[status] = {"description": "; or: ".join(dict.fromkeys(titles)), "content": content}
    return found


def body(*contents: tuple[str, dict[str, Any]]) -> dict[str, Any]:
    """Return the description of a body that a route reads by hand: media types with their schemas."""
    return {"requestBody": {"required": True, "content": {media: {"schema": schema} for media, schema in contents}}}


def events_body() -> dict[str, Any]:
    """Return the description of events in all three modes: bodies, and the headers of binary mode."""
    event = {"$ref": COMPONENTS + CLOUD_EVENT}
    data = {"anyOf": [{"$ref": COMPONENTS + name} for name in EXTERNAL_TYPES]}
    headers = [
        {
            "name": PREFIX + name,
            "in": "header",
            "required": False,
            "description": f"Binary mode: the attribute `{name}`, percent-encoded",
            "schema": schema,
        }
        for name, schema in attributes().items()
    ]
    bodies = body((SINGLE, event), (BATCH, {"type": "array", "items": event}), ("application/json", data))
    return bodies | {"parameters": headers}


def path_parameter(name: str, description: str) -> dict[str, Any]:
    """Return the description of a part of the path that a route reads by hand."""
    schema = {"type": "string"}
    return {
        "parameters": [{"name": name, "in": "path", "required": True, "description": description, "schema": schema}]
    }


def describe(app: FastAPI) -> None:
    """Give the application its OpenAPI document, made when it is first asked for."""

    def document() -> dict[str, Any]:
        if app.openapi_schema is None:
            found = get_openapi(title=app.title, version=app.version, summary=app.summary, routes=app.routes, tags=TAGS)
            schemas = found.setdefault("components", {}).setdefault("schemas", {})
            for name in ("HTTPValidationError", "ValidationError"):
                schemas.pop(name, None)
            where = COMPONENTS + "{model}"
            for model in (ProblemDetails, FieldProblem, ProductDefinition):
                schema = model.model_json_schema(ref_template=where)
                schemas |= schema.pop("$defs", {})
                schemas[model.__name__] = schema
            schemas |= components()
            ours = errors()[TYPES["invalid-request"][0]]
            for operation in (one for path in found["paths"].values() for one in path.values()):
                if "422" in operation["responses"]:  # the framework's own, where a route names none
                    operation["responses"]["422"] = ours
            app.openapi_schema = found
        return app.openapi_schema

    app.openapi = document  # type: ignore[method-assign]
