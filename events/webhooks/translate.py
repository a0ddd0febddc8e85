"""From a verified delivery to events of every product that takes them, or to the one letter that says why not. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from events.codec import decode
from events.errors import EventError, shorten
from events.letters import Reason, reason_of
from events.union import External
from events.webhooks import github, jira, standard
from events.webhooks.bindings import Bound
from events.webhooks.delivery import Delivery
from events.webhooks.reading import Fact, Reading

MOST_DETAIL = 4_000  # characters of what a letter says
MOST_PRODUCTS = 20  # that one letter speaks of


@dataclass(frozen=True, slots=True)
class Translated:
    """What all products together make of one delivery."""

    events: tuple[External, ...] = ()
    reason: Reason | None = None  # not None: something has to be parked
    detail: str = ""
    left_out: str = ""  # why nothing is made of it, on purpose; only when there is neither


def translate(delivery: Delivery, bounds: Sequence[Bound]) -> Translated:
    """Return the events of every product that is bound to the source, or why there are none.

    What one product maps another one need not know. What a product maps in part is taken in part, and the rest said.
    """
    if not bounds:
        return Translated(
            reason="unmapped",
            detail=f"no product takes anything from {delivery.source}; "
            f"add `sources: {{{delivery.source}: {{}}}}` to a product file",
        )
    if delivery.kind == "standard":
        bounds, why = _meant(delivery, bounds)
        if not bounds:
            return Translated(reason="unmapped", detail=why)
    events: list[External] = []
    said: list[str] = []
    partly: list[str] = []
    left_out: list[str] = []
    wrong: Reason | None = None
    for bound in bounds:
        r = Reading(delivery, bound)
        try:
            made = _read(r)
        except EventError as error:
            wrong, made = reason_of(error), []
            partly.append(f"{bound.product}: {error}")
        events += made
        if r.elsewhere:
            said.append(f"{bound.product} {r.elsewhere}")
        told = [f"{bound.product}: {text}" for text in r.unmapped]
        if made:
            partly += told
        else:
            said += told
        left_out += [] if r.unmapped else r.left_out
    if events:
        return Translated(tuple(events), (wrong or "unmapped") if partly else None, _joined(partly))
    said = partly + said
    if said and (wrong or not left_out):
        return Translated(reason=wrong or "unmapped", detail=_joined(said))
    return Translated(left_out=_joined(left_out) or "nothing in it concerns the roadmap")


def origin_of(delivery: Delivery) -> tuple[str, str, str]:
    """Return the source of the events, and the type and subject of the delivery; the subject may be empty."""
    if delivery.kind == "standard":
        own = delivery.body.get("source") if standard.is_cloud_event(delivery) else None
        source, kind, subject = str(own or ""), delivery.event, ""
    else:
        source, kind, subject = github.origin(delivery) if delivery.kind == "github" else jira.origin(delivery)
    return source or f"/webhooks/{delivery.source}", kind, subject


def _read(r: Reading) -> list[External]:
    if {name.removeprefix("jira:") for name in r.bound.binding.ignore} & set(r.delivery.names):
        r.left_out.append(f"{r.bound.product} ignores {r.delivery.names[-1]}")
        return []
    if r.delivery.kind == "standard":
        found = standard.cloud_event(r)
        return [] if r.left_out or r.unmapped else [_decoded(found | _marks(r), r.delivery)]
    if r.delivery.kind == "github":
        github.translate(r)
    else:
        jira.translate(r)
    return [_event(r, fact) for fact in r.facts]


def _decoded(value: dict[str, Any], delivery: Delivery) -> External:
    """Return the event. Raises EventError with the places as the sender calls them."""
    try:
        return decode(value)
    except EventError as error:
        if standard.is_cloud_event(delivery):
            raise
        raise standard.in_their_names(error) from error


def _event(r: Reading, fact: Fact) -> External:
    source, _, _ = origin_of(r.delivery)
    own = fact.said or r.delivery.id
    return decode(
        {
            "specversion": "1.0",
            "id": f"{own}/{fact.facet}" if fact.facet else own,
            "source": source,
            "type": fact.type,
            "subject": r.bound.product,
            "time": fact.time.isoformat(),
            "data": fact.data,
            **_marks(r),
        }
    )


def _marks(r: Reading) -> dict[str, Any]:
    """Return extension attributes that say where an event comes from."""
    _, kind, subject = origin_of(r.delivery)
    marks = {"webhook": r.delivery.source}
    if r.delivery.kind != "standard":
        marks |= {"origintype": kind, "delivery": r.delivery.id}
        marks |= {"originsubject": shorten(subject)} if subject else {}
    return marks


def _meant(delivery: Delivery, bounds: Sequence[Bound]) -> tuple[Sequence[Bound], str]:
    """Return the one product that an event of ours is for, or why that is not known."""
    subject, known = standard.subject_of(delivery), sorted(bound.product for bound in bounds)
    if subject is None and len(bounds) == 1 and not standard.is_cloud_event(delivery):
        return bounds, ""
    if subject is None:
        return (), f"subject: is required; what takes from {delivery.source} is {_joined(known, ', ')}"
    meant = [bound for bound in bounds if bound.product == subject]
    return meant, f"subject: {shorten(subject)!r} takes nothing from {delivery.source}, only {_joined(known, ', ')}"


def _joined(texts: Iterable[str], between: str = "; ") -> str:
    found = list(dict.fromkeys(texts))
    more = f"{between}and {len(found) - MOST_PRODUCTS} more" if len(found) > MOST_PRODUCTS else ""
    return (between.join(found[:MOST_PRODUCTS]) + more)[:MOST_DETAIL]
