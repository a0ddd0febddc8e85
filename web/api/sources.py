"""Webhook sources: register, change the secret, remove. A secret is answered once, and never again."""

import base64
import re
import secrets
from datetime import datetime, timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, BeforeValidator, Field, StringConstraints

from domain.definition import unknown
from domain.sources_record import source_entry
from events.errors import FieldError
from events.webhooks.bindings import SOURCE_PATTERN, SOURCE_RULE, Kind, SourceName
from events.webhooks.registry import (
    Source,
    SourceExistsError,
    SourcesUnavailableError,
    TooManySecretsError,
    UnknownSourceError,
    secret_flaw,
)
from events.webhooks.signatures import STANDARD_PREFIX
from web.api.bodies import JSON_ONLY, Actor, Asked
from web.guard import Who
from web.openapi import errors
from web.problems import Problem, problem, try_later
from web.services import Services, Svc

SECRET_BYTES = 32
LONGEST_OVERLAP_H = 24 * 30
router = APIRouter(prefix="/sources", tags=["webhooks"])
Secret = Annotated[str, StringConstraints(min_length=1, max_length=200)]
_FAILURES = errors("not-found", "refused", "unsupported-media-type", "try-later")


def _in_words(name: Any) -> Any:
    if isinstance(name, str) and not re.fullmatch(SOURCE_PATTERN, name):
        raise ValueError(SOURCE_RULE)
    return name


class SecretView(BaseModel):
    """What may be said of a secret."""

    number: int
    created_at: datetime
    ends_at: datetime | None = Field(description="From then on it is not valid; null: the present one")


class SourceView(BaseModel):
    """A registered source."""

    name: str
    kind: Kind
    address: str = Field(description="Where it sends its deliveries")
    created_at: datetime
    secrets: list[SecretView]
    products: list[str] = Field(description="Which products take events from it")


class SourceList(BaseModel):
    """All registered sources."""

    items: list[SourceView]


class Registered(SourceView):
    """A source with its new secret, which is not shown again."""

    secret: str | None = Field(description="Null when it was given")


class Register(Asked):
    """A source, and who registers it."""

    name: Annotated[SourceName, BeforeValidator(_in_words)]
    kind: Kind
    actor: Actor
    secret: Secret | None = Field(default=None, description="One that the other side chose; else it is made here")


class Rotate(Asked):
    """A new secret beside the present one."""

    actor: Actor
    overlap_hours: float = Field(
        default=24.0, ge=0, le=LONGEST_OVERLAP_H, description="The old one stays valid so long"
    )
    secret: Secret | None = None


class Retire(Asked):
    """Who ends the old secret."""

    actor: Actor


@router.get("", summary="All webhook sources")
async def listed(svc: Svc) -> SourceList:
    """Return the sources with the ends of their secrets, and the products that take from each."""
    takers = await svc.webhooks.takers()
    return SourceList(items=[_view(one, takers.get(one.name, [])) for one in await _all(svc)])


@router.post("", status_code=201, summary="Register a webhook source", dependencies=JSON_ONLY, responses=_FAILURES)
async def added(asked: Register, svc: Svc, who: Who, response: Response) -> Registered:
    """Register a source; the answer holds its secret, once."""
    secret, now = _secret(asked.kind, asked.secret), svc.clock()
    try:
        await svc.sources.add(asked.name, asked.kind, secret, now)
    except (SourceExistsError, SourcesUnavailableError) as exc:
        raise _problem(exc) from exc
    await svc.ledger.append(
        [source_entry("source.added", asked.name, asked.kind, asked.actor, now, identity=who.identity)]
    )
    return await _registered(svc, response, asked.name, None if asked.secret else secret)


@router.post("/{name}/rotate", summary="Give a source a new secret", dependencies=JSON_ONLY, responses=_FAILURES)
async def rotated(name: str, asked: Rotate, svc: Svc, who: Who, response: Response) -> Registered:
    """Let a new secret be valid at once, and the old one until the overlap ends. A third is refused until then."""
    known, now = await _known(svc, name), svc.clock()
    secret, ends_at = _secret(known.kind, asked.secret), now + timedelta(hours=asked.overlap_hours)
    try:
        await svc.sources.rotate(name, secret, now, ends_at)
    except (TooManySecretsError, UnknownSourceError, SourcesUnavailableError) as exc:
        raise _problem(exc) from exc
    await svc.ledger.append(
        [source_entry("source.rotated", name, known.kind, asked.actor, now, ends_at, identity=who.identity)]
    )
    return await _registered(svc, response, name, None if asked.secret else secret)


@router.post("/{name}/retire-secret", summary="End the old secret now", dependencies=JSON_ONLY, responses=_FAILURES)
async def retired(name: str, asked: Retire, svc: Svc, who: Who) -> SourceView:
    """Let only the present secret be valid."""
    known, now = await _known(svc, name), svc.clock()
    try:
        ended = await svc.sources.retire(name, now)
    except (UnknownSourceError, SourcesUnavailableError) as exc:
        raise _problem(exc) from exc
    if not ended:
        raise problem("refused", f"{name} has only its present secret; rotate gives it a new one")
    await svc.ledger.append([source_entry("source.retired", name, known.kind, asked.actor, now, identity=who.identity)])
    return await _viewed(svc, name)


@router.delete("/{name}", status_code=204, summary="Remove a webhook source", responses=_FAILURES)
async def removed(name: str, svc: Svc, who: Who, actor: Annotated[Actor, Query(description="Who removes it")]) -> None:
    """Forget a source and its secrets: its deliveries are refused from now on."""
    known, now = await _known(svc, name), svc.clock()
    try:
        await svc.sources.remove(name)
    except (UnknownSourceError, SourcesUnavailableError) as exc:
        raise _problem(exc) from exc
    await svc.ledger.append([source_entry("source.removed", name, known.kind, actor, now, identity=who.identity)])


def _secret(kind: Kind, given: str | None) -> str:
    """Return the secret that was given, or a new one. Raises a problem that does not repeat it."""
    if given is None:
        made = secrets.token_bytes(SECRET_BYTES)
        return STANDARD_PREFIX + base64.b64encode(made).decode() if kind == "standard" else made.hex()
    if flaw := secret_flaw(kind, given):
        raise problem("invalid-request", f"secret: {flaw}", [FieldError(("secret",), flaw)])
    return given


async def _all(svc: Services) -> list[Source]:
    try:
        return await svc.sources.all()
    except SourcesUnavailableError as exc:
        raise _problem(exc) from exc


async def _known(svc: Services, name: str) -> Source:
    sources = {one.name: one for one in await _all(svc)}
    if name not in sources:
        raise problem("not-found", unknown("source", name, sources))
    return sources[name]


async def _viewed(svc: Services, name: str) -> SourceView:
    return _view(await _known(svc, name), (await svc.webhooks.takers()).get(name, []))


async def _registered(svc: Services, response: Response, name: str, secret: str | None) -> Registered:
    response.headers["Cache-Control"] = "no-store"
    return Registered(**dict(await _viewed(svc, name)), secret=secret)


def _view(source: Source, products: list[str]) -> SourceView:
    return SourceView(
        name=source.name,
        kind=source.kind,
        address=f"/api/v1/webhooks/{source.name}",
        created_at=source.created_at,
        secrets=[
            SecretView(number=one.number, created_at=one.created_at, ends_at=one.ends_at) for one in source.secrets
        ],
        products=products,
    )


def _problem(error: Exception) -> Problem:
    if isinstance(error, SourcesUnavailableError):
        return try_later(str(error), 1.0)
    return problem("not-found" if isinstance(error, UnknownSourceError) else "refused", str(error))
