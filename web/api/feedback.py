"""The model that tells the themes of feedback apart: its training, its predecessors, and why it says what it says."""

from typing import Annotated

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel, Field, StringConstraints

from activities.feedback.explanation import FeedbackExplained, explained
from activities.feedback.models import trainings
from activities.feedback.trainer import Trainer, TrainingUnderWayError
from activities.feedback.training import MAX_EXAMPLES, THRESHOLD, Example, TooFewExamplesError
from activities.ports import LedgerConflictError
from domain.authority import roles_of
from domain.theme_models import Training
from events.customer_text import MAX_TEXT
from events.errors import FieldError
from events.statement import MAX_THEME
from web.api.bodies import JSON_ONLY, Actor, Asked
from web.customer_text import WHY_WITHHELD, may_read
from web.guard import Who
from web.openapi import errors
from web.problems import problem, try_later
from web.product_time import clock_at
from web.services import Services, Svc

router = APIRouter(prefix="/products/{product}/feedback", tags=["products"])
Part = Annotated[str, Query(min_length=1, max_length=200)]
BUSY_S = 30.0


class Labelled(Asked):
    """A text, and its theme."""

    theme: Annotated[str, StringConstraints(min_length=1, max_length=MAX_THEME)]
    text: Annotated[str, StringConstraints(min_length=1, max_length=MAX_TEXT)]


class TrainingAsked(Asked):
    """Who trains, with which further examples, and below which confidence a text stays unsorted."""

    actor: Actor
    examples: list[Labelled] = Field(default_factory=list, max_length=MAX_EXAMPLES)
    threshold: float = Field(default=THRESHOLD, ge=0, le=1)


class TrainingView(Training):
    """A model of a product's themes."""

    product: str
    simulated_clock: bool


class TrainedView(TrainingView):
    """The model in use, and what came of asking for it."""

    new: bool = Field(description="False: the same examples had made it before, and nothing changed")
    equal: int = Field(description="How many of the examples said the same as another one, and count once")


class TrainingsView(BaseModel):
    """The models that a product has had, the newest first; the newest is in use."""

    product: str
    simulated_clock: bool
    items: list[Training]


class ExplanationView(FeedbackExplained):
    """Why a feedback has its theme and its sentiment."""

    product: str
    simulated_clock: bool


@router.put(
    "/model",
    summary="Train the model that tells themes apart",
    dependencies=JSON_ONLY,
    responses=errors(
        *("unknown-product", "not-allowed", "refused", "too-large", "unsupported-media-type"), "try-later", "other-site"
    ),
)
async def trained(product: str, asked: TrainingAsked, request: Request, svc: Svc, who: Who) -> TrainedView:
    """Train from the feedback whose theme its senders gave, and from the examples in the body; minutes at most.

    Texts that were erased are not used. The same examples again change nothing. Whoever asks must hold a role.
    """
    known = await svc.products.get(product)
    if not roles_of(known.people, asked.actor):
        wrong = FieldError(("actor",), f"{asked.actor} holds no role in {product}")
        raise problem("not-allowed", wrong.message, [wrong])
    now = svc.clock()
    given = [Example(one.theme, one.text) for one in asked.examples]
    times = (now, await clock_at(svc.reader, known, now))
    try:
        done = await _trainer(request, svc).train(
            product, given, asked.actor, *times, threshold=asked.threshold, identity=who.identity
        )
    except TooFewExamplesError as error:
        raise problem("refused", str(error)) from error
    except TrainingUnderWayError as error:
        raise try_later("another model is being trained; ask again when it is done", BUSY_S) from error
    except LedgerConflictError as error:
        raise try_later("somebody else trained a model in the same moment; ask again", 1.0) from error
    more = {"product": product, "simulated_clock": known.simulated, "new": done.new, "equal": done.equal}
    return TrainedView(**dict(done.training), **more)


@router.get("/models", summary="The models of a product's themes", responses=errors("unknown-product"))
async def models(product: str, svc: Svc, limit: Annotated[int, Query(ge=1, le=1_000)] = 20) -> TrainingsView:
    """Return what was trained, from what, and how good it was on texts that it had not seen."""
    known = await svc.products.get(product)
    found = await trainings(svc.reader, product, limit)
    return TrainingsView(product=product, simulated_clock=known.simulated, items=found)


@router.get(
    "/explanation",
    summary="Why a feedback has its theme and sentiment",
    responses=errors("unknown-product", "not-found", "try-later"),
)
async def explanation(product: str, svc: Svc, who: Who, source: Part, id: Part) -> ExplanationView:
    """Return the figures that were recorded, and the customer's own words that decided, computed anew.

    The words are withheld from who may not read what customers wrote; `words_missing` says so.
    """
    known = await svc.products.get(product)
    for kept in await svc.reader.event(source, id):
        if kept.entry.product == product and kept.entry.kind == "feedback.received":
            withheld = "" if await may_read(svc, who, product) else WHY_WITHHELD
            found = await explained(svc.reader, svc.vault, kept, withheld=withheld)
            return ExplanationView(product=product, simulated_clock=known.simulated, **dict(found))
    raise problem("not-found", f"{product} has no feedback {id!r} from {source!r}")


def _trainer(request: Request, svc: Services) -> Trainer:
    """Return the process's one trainer, made when it is first needed."""
    state = request.app.state
    if not hasattr(state, "trainer"):
        state.trainer = Trainer(svc.reader, svc.ledger, svc.vault)
    trainer: Trainer = state.trainer
    return trainer
