"""Every entry reads as a calm sentence: no braces, no term of the engine, no kind without a template."""

import ast
import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from domain.applied import first_state
from domain.core import Stamped, follow, take_in
from domain.entries import Times, event_entry, told_entry
from domain.narrative import KINDS, Line, UnknownKindError, line_of, text_of
from domain.reactions import Notify
from domain.record import Entry, Recorded
from events.model import Event
from events.union import EVENT_TYPES
from tests import builders
from tests.builders import NOON
from tests.plain_words import faults
from tests.story import RETAIL, Story
from tests.strategies import any_external, events

ROOT = Path(__file__).parents[3]
DOTTED = re.compile(r"[a-z_]+\.[a-z_]+")
NOT_KINDS = {"entry.product", "entry.seq", "webhook_source.name"}  # columns of the ledger's tables


def kept(entry: Entry, seq: int = 1) -> Recorded:
    return Recorded(entry=entry, seq=seq, prev_hash="0" * 64, hash="0" * 64)


def entry(kind: str, key: str = "x", **data: object) -> Entry:
    return Entry(product="web", key=key, at=NOON, clock_at=NOON, kind=kind, data=data)


# -- every kind has a template -----------------------------------------------------------------------------


def kinds_in_source() -> Iterator[str]:
    """Yield every kind of entry that the source names."""
    for folder in ("domain", "workflows", "activities"):
        for path in (ROOT / folder).rglob("*.py"):
            if path.name.startswith(("narrative", "why")):
                continue
            for node in ast.walk(ast.parse(path.read_text())):
                if isinstance(node, ast.Constant) and isinstance(node.value, str) and DOTTED.fullmatch(node.value):
                    yield node.value
                if isinstance(node, ast.Call):
                    yield from kinds_in_call(node)


def kinds_in_call(call: ast.Call) -> Iterator[str]:
    """Yield the literal kinds given to ``Entry(kind=…)``, ``record.of(…)`` and ``recorder.entry(…)``."""
    name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
    given = [word.value for word in call.keywords if word.arg == "kind"] if name == "Entry" else []
    given += call.args[:1] if name in ("of", "entry", "_ask") else []
    for one in given:
        branches = (one.body, one.orelse) if isinstance(one, ast.IfExp) else (one,)
        yield from (b.value for b in branches if isinstance(b, ast.Constant) and isinstance(b.value, str))


def test_every_kind_that_the_source_names_has_a_template() -> None:
    named = set(kinds_in_source()) - NOT_KINDS
    assert {"incident.raised", "approval.requested", "escalation.climbed"} <= named  # the search itself works
    assert named | set(EVENT_TYPES) == set(KINDS)


def test_an_unknown_kind_is_refused() -> None:
    with pytest.raises(UnknownKindError, match=r"no template .* 'no\.such'"):
        line_of(kept(entry("no.such")))


# -- whatever happens reads well ---------------------------------------------------------------------------


NOT_TYPED = {
    *("type", "id", "source", "product", "time", "period", "due", "needed_by", "promised_for", "as_of"),
    *("values", "profile", "must"),
}


def in_nonsense(event: Event) -> Event:
    """Return an event whose words say nothing: people may type braces and any term, templates may not show them."""
    fields = event.model_dump(mode="json", exclude={"extensions"})
    given = {name: value if name in NOT_TYPED else nonsense(value) for name, value in fields.items()}
    return type(event).model_validate(given)


def nonsense(value: Any) -> Any:
    """Return a JSON value of the same shape with other words in it."""
    if isinstance(value, str):
        return "".join("bdfgk"[ord(letter) % 5] for letter in value)
    if isinstance(value, list):
        return [nonsense(one) for one in value]
    return {nonsense(name): one for name, one in value.items()} if isinstance(value, dict) else value


FIELDS: dict[str, dict[str, st.SearchStrategy[Any]]] = {
    "feedback.received": {
        "theme": st.just("login"),
        "weight": st.floats(0, 900),
        "sentiment": st.floats(-1, 1),
    },
    "market.shifted": {"theme": st.just("login"), "strength": st.floats(0, 100)},
    "budget.adjusted": {"delta": st.integers(-3_000_000, 3_000_000)},
    "budget.reforecast": {"item": st.sampled_from(["sso", "stock"]), "cost": st.integers(0, 2_000_000)},
    "budget.spent": {"amount": st.integers(-100_000, 4_000_000)},
    "capacity.changed": {"person_days": st.floats(0, 80)},
    "investment.used": {"used": st.integers(0, 100), "licensed": st.integers(0, 100)},
    "milestone.moved": {"due": st.dates(NOON.date(), NOON.date() + timedelta(days=200))},
    "milestone.dropped": {},
    "item.added": {"item": st.sampled_from(["sso", "new"]), "cost": st.integers(0, 2_000_000)},
    "item.started": {"item": st.just("sso")},
    "item.completed": {"item": st.just("stock")},
    "item.dropped": {"item": st.sampled_from(["stock", "nothing"])},
    "dependency.declared": {
        "needs": st.just("stock"),
        "promised_for": st.dates(NOON.date(), NOON.date() + timedelta(days=200)),
    },
    "dependency.blocked": {},
    "dependency.unblocked": {},
    "dependency.delivered": {},
}
KNOWN: st.SearchStrategy[Event] = st.one_of(
    [st.builds(builders.make, st.just(EVENT_TYPES[kind]), **over) for kind, over in FIELDS.items()]
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(KNOWN | any_external.map(in_nonsense), min_size=1, max_size=8))
def test_whatever_happens_is_told_in_plain_words(happening: list[Event]) -> None:
    state = first_state(RETAIL, NOON)
    for number, event in enumerate(happening):
        at = NOON + timedelta(hours=number)
        stamped, before = Stamped(event, at), state
        after, taken, reactions = take_in(before, stamped, before.policy)
        state = follow(after, reactions, stamped.key, at)
        times = Times(at=at, clock_at=at, policy_hash="")
        written = [event_entry(before, stamped, taken, reactions, times)]
        written += [
            told_entry(state, reaction, stamped.key, n, times)
            for n, reaction in enumerate(reactions)
            if isinstance(reaction, Notify)
        ]
        for one in written:
            line = line_of(kept(one))
            assert line.why
            assert not faults(line), (faults(line), line)


@settings(max_examples=15, deadline=None)
@given(any_external)
def test_no_line_obeys_what_somebody_typed(event: Event) -> None:
    state = first_state(RETAIL, NOON)
    stamped = Stamped(event, NOON)
    _, taken, reactions = take_in(state, stamped, state.policy)
    line = line_of(kept(event_entry(state, stamped, taken, reactions, Times(at=NOON, clock_at=NOON, policy_hash=""))))
    text = text_of(line, "Europe/Berlin")
    assert text.isprintable()
    assert "\n" not in text


@settings(max_examples=10, deadline=None)
@given(events(EVENT_TYPES["feedback.received"]))
def test_customer_text_is_never_quoted(event: Event) -> None:
    told = event.model_copy(update={"text": "Ihre Anmeldung ist furchtbar"})
    state = first_state(RETAIL, NOON)
    stamped = Stamped(told, NOON)
    _, taken, reactions = take_in(state, stamped, state.policy)
    line = line_of(kept(event_entry(state, stamped, taken, reactions, Times(at=NOON, clock_at=NOON, policy_hash=""))))
    assert "furchtbar" not in line.model_dump_json()


async def test_a_whole_history_reads_well() -> None:
    story = await Story().begin()
    await story.happens(builders.budget_adjusted(delta=-2_500_000, reason="cut by the board"))
    await story.decide("approve")
    await story.happens(builders.feedback(theme="login", sentiment=-1, weight=3_000))
    await story.decide("reject", reason="not now")
    await story.happens(builders.dependency_declared(needs="stock"), builders.dependency_blocked())
    await story.later(49)
    await story.climb("sso-api", "escalation.reminded")
    await story.later(130)
    await story.climb("sso-api", "escalation.climbed")
    await story.happens(builders.dependency_delivered())
    await story.happens(builders.budget_adjusted(delta=2_400_000), builders.item_dropped(item="stock"))
    await story.later(24 * 60)
    lines = [line_of(recorded) for recorded in story.ledger.by_product["web"]]
    assert [line.seq for line in lines] == list(range(1, len(lines) + 1))
    assert [(line, faults(line)) for line in lines if faults(line)] == []
    assert {"escalation.stood_down", "approval.concluded", "approval.superseded", "review.due"} <= set(story.kinds())


# -- single lines ------------------------------------------------------------------------------------------


async def told_by(event: Event) -> Line:
    story = await Story().begin()
    await story.happens(event)
    recorded = next(r for r in story.ledger.by_product["web"] if r.entry.event == (event.source, event.id))
    return line_of(recorded)


async def test_an_event_below_its_threshold_says_so_with_the_figures() -> None:
    line = await told_by(builders.budget_adjusted(source="finance", delta=-300_000, reason="fewer fairs"))
    assert (line.actor, line.identity) == ("finance", "engine")
    assert line.what == "The budget of 2026-03 was changed by -3,000 EUR: fewer fairs"
    assert line.why == (
        "nothing follows: the budget of 2026-03 changed by -3,000 EUR, below the threshold of 5,000 EUR"
    )


async def test_a_refused_event_says_that_nothing_changed() -> None:
    line = await told_by(builders.dependency_blocked(dependency="sso"))
    assert line.what == "Refused: Dependency sso is blocked: waits for a certificate"
    assert line.why.startswith("nothing changed, because there is no dependency")


async def test_an_instant_is_shown_in_the_products_time_zone() -> None:
    line = await told_by(builders.milestone_moved(due="2026-05-20T10:00:00Z"))
    assert line.what == "Milestone spring was moved to 2026-05-20 12:00"


async def test_a_person_is_shown_with_how_they_are_known() -> None:
    story = await Story().begin()
    await story.happens(builders.budget_adjusted(delta=-2_500_000))
    await story.decide("approve", reason="it serves the spring")
    line = next(line_of(r) for r in story.ledger.by_product["web"] if r.entry.kind == "decision.given")
    assert line.what == "olga approved decision 1 as product owner: it serves the spring"
    assert text_of(line, "UTC") == (
        "2026-03-02 12:06  olga (asserted)  approved decision 1 as product owner: it serves the spring"
        " — the plan is put in force on the authority of the product owner"
    )


async def test_a_request_says_whom_it_waits_for_and_until_when() -> None:
    story = await Story().begin()
    await story.happens(builders.budget_adjusted(delta=-2_500_000))
    line = next(line_of(r) for r in story.ledger.by_product["web"] if r.entry.kind == "approval.requested")
    assert line.waits_for == "the product owner (olga)"
    assert line.until is not None
    assert text_of(line, "Europe/Berlin").endswith("[waits for the product owner (olga) until 2026-03-05 13:05]")


@pytest.mark.parametrize(
    ("given", "says"),
    [
        pytest.param(
            entry(
                "incident.raised",
                "event/x/unheard/approval/web/7",
                subject="approval/web/7 is gone",
                text="approval/web/7 did not hear that conclude: Unable to signal external workflow {not found}",
            ),
            "An incident: decision 7 had already ended and could not be told",
            id="a message that found nobody",
        ),
        pytest.param(
            entry(
                "incident.raised", "x/told/1", subject="No plan was found", text="the planner failed: Activity task {}"
            ),
            "An incident: No plan was found",
            id="a planner that failed",
        ),
        pytest.param(
            entry("incident.raised", "x/failed", subject="A message could not be sent", text="activity timed out"),
            "An incident: A message could not be sent",
            id="a message that did not go out",
        ),
    ],
)
def test_a_failure_of_the_machinery_is_told_in_plain_words(given: Entry, says: str) -> None:
    line = line_of(kept(given))
    assert line.what == says
    assert not faults(line), faults(line)


@pytest.mark.parametrize("kind", sorted(EVENT_TYPES.keys() - {"escalation.unanswered"}))
def test_a_template_bears_an_entry_with_only_what_its_event_requires(kind: str) -> None:
    samples: dict[str, dict[str, object]] = {
        "budget.adjusted": {"delta": 1},
        "decision.given": {"verdict": "approve", "role": "product_owner"},
        "escalation.answered": {"answer": "waive", "role": "product_owner", "subject": "sso"},
    }
    minimal = dict.fromkeys(("sentiment", "weight", "strength", "person_days", "licensed", "enabled", "used"), 1)
    event = {"type": kind, "role": "product_owner", **minimal, **samples.get(kind, {})}
    line = line_of(
        kept(entry(kind, event=event, outcome="applied", reactions=[{"kind": "no reaction", "because": "x"}]))
    )
    assert line.what
    assert "None" not in line.what
