"""Applying a product file: shares of teams, what the product refuses, what differs, what will not work."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import get_args

from pydantic import BaseModel, Field

from domain.applied_differences import Difference
from domain.definition import ProductDefinition
from domain.doubts import doubts_of
from events.errors import FieldError
from events.fields import Proof
from events.webhooks.bindings import Kind
from events.webhooks.registry import SourcesUnavailableError
from web.definition import place_of
from web.problems import Problem, problem
from web.services import Services
from workflows.client import RefusedError
from workflows.messages import Applied

APPEARS_S = 5.0  # from a product's declaration until it is in the ledger


class AppliedView(BaseModel):
    """What applying a product file came to."""

    product: str
    changed: bool
    created: bool
    simulated_clock: bool
    dry_run: bool = Field(default=False, description="Nothing was changed: this is what applying it would come to")
    differences: list[Difference] = Field(
        default_factory=list, description="What the file changes in the product, what it drops first; at most 50"
    )
    more_differences: int = Field(default=0, description="How many there are besides")
    warnings: list[str] = Field(default_factory=list, description="What will not work as it is declared")


async def compared(svc: Services, definition: ProductDefinition) -> AppliedView:
    """Return what applying a file would come to. Raises the problem that the product would have with it."""
    with _refusals(definition):
        done = await svc.engine.apply(definition, "", dry_run=True)
    return await _view(svc, definition, done, dry_run=True)


async def apply(
    svc: Services, definition: ProductDefinition, actor: str, *, drop: bool, identity: Proof
) -> AppliedView:
    """Reserve the teams' shares and apply; a refused file gives the shares back."""
    shares = {name: (team.allotment, team.person_days) for name, team in definition.teams.items()}
    earlier = await svc.ledger.reserve_allotments(definition.product, shares)
    try:
        with _refusals(definition):
            done = await svc.engine.apply(definition, actor, drop=drop, identity=identity)
    except Problem:
        await svc.ledger.reserve_allotments(definition.product, earlier)
        raise
    if done.created:
        await _appear(svc, definition.product)
    return await _view(svc, definition, done, dry_run=False)


@contextmanager
def _refusals(definition: ProductDefinition) -> Iterator[None]:
    """Turn what the product refuses into a problem that names the places."""
    try:
        yield
    except RefusedError as refused:
        if refused.kind == "WouldDropError":
            listed, more = refused.details
            drops = [Difference.model_validate(one) for one in listed]
            unlisted = [FieldError(tuple(one.place.split(".", 1)), one.text) for one in drops]
            named = [one.model_dump(mode="json") for one in drops]
            raise problem("refused", str(refused), unlisted, drops=named, more_drops=more) from refused
        value = definition.model_dump(mode="json")
        place, colon, rest = str(refused).partition(": ")
        path = place_of(place, value) if colon else ()
        wrong = FieldError(path, rest if path else str(refused))
        raise problem("invalid-product", str(refused), [wrong]) from refused


async def _view(svc: Services, definition: ProductDefinition, done: Applied, *, dry_run: bool) -> AppliedView:
    return AppliedView(
        product=definition.product,
        changed=done.changed,
        created=done.created,
        simulated_clock=definition.clock.simulated,
        dry_run=dry_run,
        differences=list(done.differences.listed),
        more_differences=done.differences.more,
        warnings=[*doubts_of(definition), *await _warnings(svc, definition)],
    )


async def _warnings(svc: Services, definition: ProductDefinition) -> list[str]:
    """Return which of the file's sources nobody can send from; the file is applied all the same."""
    if not definition.sources:
        return []
    try:
        registered = {source.name for source in await svc.sources.all()}
    except SourcesUnavailableError as exc:
        return [f"sources: whether they are registered is not known: {exc}"]
    return [
        f"sources.{name}: nobody has registered this source: "
        f"`tandem sources add {name} --kind {'|'.join(get_args(Kind))} --as PERSON`"
        for name in sorted(set(definition.sources) - registered)
    ]


async def _appear(svc: Services, product: str) -> None:
    """Wait until a new product can be looked at; it exists already, so that it takes long is no reason to fail."""
    with suppress(TimeoutError):
        async with asyncio.timeout(APPEARS_S):
            while await svc.products.find(product) is None:  # noqa: ASYNC110 (it appears in another process)
                await asyncio.sleep(0.02)
