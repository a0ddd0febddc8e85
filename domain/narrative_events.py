"""One sentence for every type of event that arrives from outside. Customer text is never quoted."""

from collections.abc import Callable
from typing import Any

from domain.narrative_follows import follows
from domain.narrative_parts import KINDS, Data, Told, day, plain, reason_of
from domain.record import Entry
from domain.wording import count, days, listing, money, percent, points
from events.statement import UNSORTED


class Facts:
    """An event as the ledger keeps it, with what its sentence needs beside it."""

    def __init__(self, data: Data) -> None:
        self.event: dict[str, Any] = dict(data.get("event") or {})
        self.currency = str(data.get("currency") or "EUR")
        self.time_zone = str(data.get("time_zone") or "")
        self.data = data

    def __getitem__(self, field: str) -> Any:
        return self.event.get(field, "")

    def money(self, field: str) -> str:
        """Return an amount as people write it."""
        return money(int(self.event.get(field) or 0), self.currency)

    def day(self, field: str) -> str:
        """Return a date or an instant in the product's time zone."""
        return day(self.event.get(field), self.time_zone)

    def reason(self, field: str = "reason") -> str:
        """Return ``: the reason``, or nothing."""
        return reason_of(self.event, field)


Sentence = Callable[[Facts], str]


def says(kind: str) -> Callable[[Sentence], Sentence]:
    """Register the sentence of one type of event; what became of it and what follows is added here."""

    def register(sentence: Sentence) -> Sentence:
        def tell(entry: Entry) -> Told:
            what = sentence(Facts(entry.data))
            outcome = entry.data.get("outcome", "applied")
            if outcome != "applied":
                what = f"{'Refused' if outcome == 'refused' else 'Superseded'}: {what}"
            return Told(what, follows(entry.data))

        KINDS[kind] = tell
        return sentence

    return register


def mood(sentiment: float) -> str:
    """Return a sentiment from -1 to 1 in a word."""
    return "unhappy" if sentiment < -0.2 else "pleased" if sentiment > 0.2 else "neutral"


def inferred(how: Data) -> str:
    """Return which of theme and sentiment Tandem inferred from the text, and how sure it was; empty when neither."""
    fields = list(how.get("fields") or ())
    if not fields:
        return ""
    said = f", {listing(fields)} inferred from its text"
    if "theme" not in fields:
        return said
    if why := plain(str(how.get("because") or "")):
        return f"{said}: {why}"
    return f"{said}: {percent(float(how.get('confidence') or 0))} sure of the theme"


# -- the market and the customers ------------------------------------------------------------------------


@says("feedback.received")
def _feedback(e: Facts) -> str:
    sentiment, weight = float(e["sentiment"] or 0), float(e["weight"] or 0)
    figures = f"sentiment {sentiment:.2g}, weight {weight:,.10g}"
    about, how = e["theme"] or UNSORTED, inferred(e["inferred"] or {})
    whose = f" of account {plain(e['account'])}, which counts once," if e["account"] else ""
    return f"Feedback about {about}{whose} through {e['channel']}: {mood(sentiment)} ({figures}){how}"


@says("market.shifted")
def _market(e: Facts) -> str:
    return f"The market asks for {e['theme']} with a strength of {float(e['strength']):.4g} of 100{e.reason('note')}"


@says("competitor.moved")
def _competitor(e: Facts) -> str:
    strength = f"a strength of {float(e['strength']):.4g} of 100"
    return f"A competitor moved on {e['theme']} with {strength}{e.reason('note')}"


@says("goal.changed")
def _goal(e: Facts) -> str:
    return f"The goal {e['goal']} now weighs {float(e['weight']):.4g} of 100"


# -- money and people ------------------------------------------------------------------------------------


@says("budget.adjusted")
def _budget(e: Facts) -> str:
    if e.event.get("total") is not None:
        return f"The budget of {e['period']} is now {e.money('total')}{e.reason()}"
    sign = "+" if int(e["delta"] or 0) > 0 else ""
    return f"The budget of {e['period']} was changed by {sign}{e.money('delta')}{e.reason()}"


@says("budget.reforecast")
def _reforecast(e: Facts) -> str:
    return f"{e['item']} is now expected to cost {e.money('cost')}{e.reason()}"


@says("budget.spent")
def _spent(e: Facts) -> str:
    amount, thing = int(e["amount"] or 0), f" for {e['item']}" if e["item"] else ""
    if amount < 0:
        return f"{money(-amount, e.currency)} came back to the budget of {e['period']}{thing}"
    return f"{money(amount, e.currency)} of the budget of {e['period']} was spent{thing}"


@says("capacity.changed")
def _capacity(e: Facts) -> str:
    return f"Team {e['team']} has {days(e['person_days'])} of work for the product in {e['period']}"


@says("investment.used")
def _investment(e: Facts) -> str:
    figures = f"{e['licensed']:,} licensed, {e['enabled']:,} enabled, {e['used']:,} used"
    return f"Use of {e['capability']} as of {e['as_of']}: {figures}"


# -- promises --------------------------------------------------------------------------------------------


@says("milestone.planned")
def _planned(e: Facts) -> str:
    title = f" ({plain(e['title'])})" if e["title"] else ""
    verb = "aimed at" if e.event.get("committed") is False else "promised for"
    return f"Milestone {e['milestone']}{title} is {verb} {e.day('due')}"


@says("milestone.moved")
def _moved(e: Facts) -> str:
    return f"Milestone {e['milestone']} was moved to {e.day('due')}{e.reason()}"


@says("milestone.reached")
def _reached(e: Facts) -> str:
    return f"Milestone {e['milestone']} was reached"


@says("milestone.dropped")
def _dropped(e: Facts) -> str:
    return f"Milestone {e['milestone']} was dropped{e.reason()}"


# -- work ------------------------------------------------------------------------------------------------


def _described(e: Facts) -> str:
    """Return the properties that an event gives, as people read them."""
    given, found = e.event, []
    if given.get("title"):
        found.append(f"“{plain(given['title'])}”")
    if given.get("cost") is not None:
        found.append(f"costs {e.money('cost')}")
    if given.get("efforts"):
        efforts = [f"{days(amount)} of {team}" for team, amount in given["efforts"].items()]
        found.append(f"takes {listing(efforts)}")
    if given.get("duration") is not None:
        found.append(f"lasts {count(given['duration'], 'period')}")
    if given.get("after"):
        found.append(f"comes after {listing(given['after'])}")
    if given.get("milestone"):
        found.append(f"belongs to milestone {given['milestone']}")
    if given.get("themes"):
        found.append(f"answers to {listing(given['themes'])}")
    if given.get("goals"):
        found.append(f"serves {listing(given['goals'])}")
    if given.get("value") is not None:
        found.append(f"is worth {points(given['value'])}")
    elif given.get("values") is not None:
        found.append(_inputs(given["values"]))
    if given.get("urgency") not in (None, 1):
        found.append(f"has an urgency of {given['urgency']:.4g}")
    found += _dated(e)
    must, added = given.get("must"), given.get("type") == "item.added"
    if must is not None and not (added and must == "free"):
        found.append({"in": "has to be in every plan", "out": "may be in no plan"}.get(must, "is left to the planner"))
    return ", ".join(found)


def _dated(e: Facts) -> list[str]:
    """Return how an item's value depends on its date; an item that is new and has none says nothing."""
    given: dict[str, Any] | None = e.event.get("profile")
    if given is None:
        return []
    found, half = [], given.get("half_life_days")
    if given.get("by"):
        share = percent(float(given.get("then") or 0))
        found.append(f"keeps {share} of its value when it comes after {day(given['by'], e.time_zone)}")
    if half is not None:
        found.append(f"loses half of its value every {days(half)}")
    if not found and e.event.get("type") != "item.added":
        found.append("is worth the same whenever it comes")
    return found


def _inputs(values: dict[str, float]) -> str:
    scored = [f"{name.replace('_', ' ')} {score:.4g}" for name, score in values.items() if score]
    return f"scores {listing(scored)}" if scored else "scores nothing yet"


@says("item.added")
def _added(e: Facts) -> str:
    return f"Item {e['item']} was added: {_described(e)}"


@says("item.changed")
def _changed(e: Facts) -> str:
    described = _described(e)
    return f"Item {e['item']} was changed" + (f": {described}" if described else "")


@says("item.started")
def _started(e: Facts) -> str:
    return f"Work on {e['item']} began"


@says("item.completed")
def _completed(e: Facts) -> str:
    return f"Item {e['item']} was finished"


@says("item.dropped")
def _item_dropped(e: Facts) -> str:
    return f"Item {e['item']} was dropped{e.reason()}"


@says("dependency.declared")
def _declared(e: Facts) -> str:
    promised = f", promised for {e.day('promised_for')}" if e["promised_for"] else ""
    carried = f", carried by milestone {e['milestone']}" if e["milestone"] else ""
    wanted = f"{e['needs']} needs {e['dependency']} from team {e['provider']} by {e.day('needed_by')}"
    return f"{wanted}{promised}{carried}{e.reason()}"


@says("dependency.blocked")
def _blocked(e: Facts) -> str:
    promised = f", now promised for {e.day('promised_for')}" if e["promised_for"] else ""
    return f"Dependency {e['dependency']} is blocked{promised}{e.reason()}"


@says("dependency.unblocked")
def _unblocked(e: Facts) -> str:
    promised = f", promised for {e.day('promised_for')}" if e["promised_for"] else ""
    return f"Dependency {e['dependency']} is no longer blocked{promised}{e.reason()}"


@says("dependency.delivered")
def _delivered(e: Facts) -> str:
    return f"Dependency {e['dependency']} was delivered"
