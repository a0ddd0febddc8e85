"""A delivery that could not be taken, or not as a whole, as a letter; and such a letter as a delivery again."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import get_args

from events.errors import EventError
from events.letters import Letter, Reason, digest_of
from events.webhooks import standard
from events.webhooks.bindings import Bound, Kind
from events.webhooks.delivery import KEPT_HEADERS, Delivery, delivery_id, read
from events.webhooks.translate import origin_of

NAME, KIND = "tandem-source", "tandem-kind"  # what a letter's headers keep of the registered source


def letter_of(
    kind: Kind,
    source: str,
    headers: Mapping[str, str],
    body: bytes,
    at: datetime,
    reason: Reason,
    detail: str,
    delivery: Delivery | None = None,
    bounds: Sequence[Bound] = (),
) -> Letter:
    """Return the letter; delivered again it is the same. ``delivery``: None when the body cannot be read."""
    own = delivery_id(kind, headers, body)
    origin, type_, _ = (f"/webhooks/{source}", None, "") if delivery is None else origin_of(delivery)
    product = bounds[0].product if len(bounds) == 1 else None
    event_id = own
    if delivery is not None and kind == "standard":
        product = standard.subject_of(delivery) or product
        event_id = str(delivery.body.get("id")) if standard.is_cloud_event(delivery) else own
    kept = {name: headers[name] for name in KEPT_HEADERS if name in headers}
    return Letter(
        id=f"webhook/{source}/{own}",
        way="webhook",
        at=at,
        reason=reason,
        detail=detail,
        body=body,
        size=len(body),
        digest=digest_of(body),
        content_type=headers.get("content-type"),
        headers={**kept, NAME: source, KIND: kind},
        product=product,
        source=origin,
        event_id=event_id,
        type=type_,
    )


def delivery_of(letter: Letter) -> Delivery:
    """Return the delivery that a letter holds, verified when it arrived. Raises EventError."""
    kind = next((one for one in get_args(Kind) if one == letter.headers.get(KIND)), None)
    if kind is None:
        raise EventError.at((), "is not a webhook's")
    return read(kind, letter.headers.get(NAME, ""), letter.headers, letter.body, letter.content_type, letter.at)
