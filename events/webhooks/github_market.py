"""Purchases on GitHub's marketplace: a customer votes with money."""

from typing import Any

from events.webhooks.delivery import dig, digest_id, instant_at, number_at, text_at
from events.webhooks.reading import Fact, Reading

CHANNEL = "github-marketplace"


def marketplace_purchase(r: Reading) -> None:
    """Add a purchase, a change or a cancellation as feedback about the plan's theme, weighed by its monthly price."""
    body, action = r.delivery.body, r.delivery.action
    if action not in ("purchased", "changed", "cancelled"):
        r.unknown_kind()
        return
    plan = text_at(body, "marketplace_purchase", "plan", "name")
    theme = r.alias("themes", plan, str(dig(body, "marketplace_purchase", "plan", "id")))
    if theme is None:
        return
    now, before = dig(body, "marketplace_purchase"), dig(body, "previous_marketplace_purchase")
    price, earlier = _monthly(now), _monthly(before) if before else 0.0
    if action == "changed":
        sentiment = float((price > earlier) - (price < earlier))
    else:
        sentiment = 1.0 if action == "purchased" else -1.0
    data = {"theme": theme, "sentiment": sentiment, "weight": max(price, earlier), "channel": CHANNEL}
    said = digest_id(repr((action, dig(body, "effective_date"), now, before)).encode())
    r.facts.append(Fact("feedback.received", instant_at(body, "effective_date"), data, said=said))


def _monthly(purchase: Any) -> float:
    """Return what an account pays in a month, in whole units of the marketplace's currency."""
    yearly = dig(purchase, "billing_cycle") == "yearly"
    cents = number_at(purchase, "plan", "yearly_price_in_cents" if yearly else "monthly_price_in_cents")
    units = number_at(purchase, "unit_count") if dig(purchase, "plan", "price_model") == "per-unit" else 1
    return cents * units / (12 if yearly else 1) / 100
