"""Every part of a value adds up to it and names the event behind it; a blocker inherits, each item once."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.applied import declared
from domain.causes import cause_of
from domain.evolve import event_key
from domain.inherited import inherited, unblocked_by
from domain.product import ProductState
from domain.scoring import value_of
from domain.things import Item
from domain.value_sources import Input, ValueSources, value_sources
from events.model import Event
from tests.builders import (
    NOON,
    budget_reforecast,
    competitor_moved,
    feedback,
    goal_changed,
    item_added,
    item_changed,
    item_completed,
    item_dropped,
    market_shifted,
)
from tests.unit.domain.states import DAY, FILE, definition, fresh, happen
from tests.unit.domain.worlds import Product, stories


def key(event: Event) -> str:
    return event_key(event.source, event.id)


def sources(state: ProductState, name: str = "search", days: float = 0) -> ValueSources:
    return value_sources(state, state.items[name], NOON + days * DAY)


def of(found: ValueSources, name: str) -> Input:
    return next(one for one in found.inputs if one.name == name)


def counting(found: ValueSources, name: str) -> Any:
    (pull,) = (pull for pull in of(found, name).pulls if pull.counts)
    return pull


def test_the_strongest_pull_counts_and_the_others_are_named_with_their_events() -> None:
    moved, rival, weighs = market_shifted(strength=80), competitor_moved(strength=30), goal_changed(weight=70)
    state = happen(fresh(), moved, rival, weighs).state
    found = sources(state, days=90)  # a half-life of signals
    pull = counting(found, "marketplace")
    assert (pull.kind, pull.score, pull.counts) == ("declared", 40.0, True), "40 are left: as much as was declared"
    assert [(one.kind, one.score, one.cause) for one in of(found, "marketplace").pulls] == [
        ("declared", 40.0, ""),
        ("market", 40.0, key(moved)),
    ]
    assert counting(found, "competition").cause == key(rival)
    assert counting(found, "competition").said == (
        "a competitor moved on checkout with 30 of 100, 90 days ago; half fades in 90 days, 15 are left"
    )
    assert (counting(found, "business_goals").cause, counting(found, "business_goals").score) == (key(weighs), 70.0)


def test_feedback_is_told_with_its_accounts_and_its_time() -> None:
    said = [feedback(sentiment=-1, weight=30, account=name) for name in ("acme", "acme", "beta")]
    state = happen(fresh(), *said, feedback(sentiment=-1, weight=10)).state
    pull = counting(sources(state), "user_feedback")
    assert (pull.kind, pull.name, pull.score) == ("feedback", "checkout", 38.443)  # 100 × (1 - 0.5 ** 0.7)
    assert pull.said == (
        "customers press for checkout with 70 (100 would be demand 50); 4 statements since 2026-03-02 12:00; "
        "half fades in 30 days; 2 accounts with 60 of it, each counted once; 10 without an account"
    )


def test_without_accounts_it_says_so() -> None:
    assert "no account is known" in counting(sources(happen(fresh(), feedback()).state), "user_feedback").said


def test_points_are_shares_of_the_weighted_mean_times_urgency() -> None:
    state = happen(fresh(), item_changed(urgency=2)).state
    found = sources(state)
    assert [one.points for one in found.inputs] == [20.0, 0.0, 0.0, 25.0]
    assert [one.share for one in found.inputs] == [0.25] * 4
    assert found.value == 45.0


def test_an_explicit_value_leaves_the_inputs_no_points_and_names_its_event() -> None:
    given_value = item_changed(value=1_000, urgency=1.5)
    found = sources(happen(fresh(), given_value).state)
    assert (found.value, found.explicit, found.explicit_cause) == (1_500.0, 1_000.0, key(given_value))
    assert [one.points for one in found.inputs] == [0.0] * 4


def test_a_profile_is_shown_by_period_of_delivery() -> None:
    changed = item_changed(profile={"by": "2026-04-30", "then": 0.25})
    found = sources(happen(fresh(), changed).state)
    assert [(one.period, one.factor) for one in found.left] == [("2026-03", 1), ("2026-04", 1), ("2026-05", 0.25)]
    assert found.profile_cause == key(changed)


@settings(max_examples=40)
@given(story=stories)
def test_the_parts_of_every_value_add_up_to_it(story: Any) -> None:
    state = Product(fresh()).play(story).state
    for item in state.items.values():
        if item.open:
            found = value_sources(state, item, state.at)
            assert found.value == value_of(state, item, state.at)
            assert item.value is not None or round(sum(one.points for one in found.inputs), 6) == found.value
            assert all(sum(pull.counts for pull in one.pulls) == 1 for one in found.inputs)


# -- causes ------------------------------------------------------------------------------------------------


def test_a_field_names_the_event_that_set_it_last() -> None:
    added = item_added(item="new", cost=5)
    changed = item_changed(item="new", cost=6, title="renamed")
    older = item_changed(item="new", urgency=3, time=NOON - DAY)
    state = happen(fresh(), added, changed, older).state
    item = state.items["new"]
    assert [cause_of(item, name) for name in ("cost", "urgency", "after")] == [key(changed), key(added), key(added)]
    forecast = budget_reforecast(item="new", cost=9)
    assert cause_of(happen(state, forecast).state.items["new"], "cost") == key(forecast)
    assert len(happen(state, forecast).state.items["new"].causes) == 2, "one for what added it, one for its cost"


def test_what_the_product_file_says_has_no_cause() -> None:
    assert all(item.causes == {} for item in fresh().items.values())
    changed = item_changed(cost=7)
    state = happen(fresh(), changed, item_changed(urgency=2)).state
    later = {**FILE["items"]["search"], "cost": 8}
    file = definition(items={**FILE["items"], "search": later})
    item = happen(state, declared(file, "mia", "2", NOON + DAY), at=NOON + DAY).state.items["search"]
    assert (item.cost, cause_of(item, "cost")) == (8, "")
    assert cause_of(item, "urgency") == cause_of(state.items["search"], "urgency") != ""


def test_a_file_that_changes_what_an_event_added_takes_its_cause() -> None:
    entry = {"cost": 5}
    state = happen(fresh(), item_added(item="new", **entry)).state
    first = happen(state, declared(definition(items={**FILE["items"], "new": entry}), "mia", "2", NOON + DAY))
    file = definition(items={**FILE["items"], "new": {"cost": 6}})
    item = happen(first.state, declared(file, "mia", "3", NOON + 2 * DAY), at=NOON + 2 * DAY).state.items["new"]
    assert (item.cost, cause_of(item, "cost")) == (6, "")


# -- what is inherited -------------------------------------------------------------------------------------


def graph(**after: str) -> dict[str, Item]:
    return {name: Item(id=name, after=tuple(others.split())) for name, others in after.items()}


@pytest.mark.parametrize(
    ("items", "unblocks"),
    [
        pytest.param(graph(a="", b=""), {"a": (), "b": ()}, id="nothing waits"),
        pytest.param(graph(a="", b="a", c="b"), {"a": ("b", "c"), "b": ("c",), "c": ()}, id="through others"),
        pytest.param(
            graph(a="", b="a", c="a", d="b c"),
            {"a": ("b", "c", "d"), "b": ("d",), "c": ("d",), "d": ()},
            id="on two ways: once",
        ),
        pytest.param(graph(a="c", b="a", c="b"), {"a": ("b", "c"), "b": ("a", "c"), "c": ("a", "b")}, id="a circle"),
        pytest.param(graph(a="a gone"), {"a": ()}, id="itself, and what is not known"),
    ],
)
def test_what_an_item_unblocks(items: dict[str, Item], unblocks: dict[str, tuple[str, ...]]) -> None:
    assert unblocked_by(items) == unblocks


def test_what_is_finished_passes_nothing_on() -> None:
    state = happen(
        fresh(), item_changed(item="landing", after=["search"]), item_changed(item="banner", after=["landing"])
    )
    assert unblocked_by(state.state.items)["search"] == ("banner", "landing")
    for ended in (item_completed(item="landing"), item_dropped(item="landing")):
        assert unblocked_by(happen(state.state, ended).state.items)["search"] == ()


def test_a_blocker_inherits_the_value_of_what_it_unblocks() -> None:
    state = happen(fresh(), item_changed(after=["banner"])).state
    found = sources(state, "banner")
    assert [(one.item, one.value) for one in found.unblocks] == [("search", 22.5)]
    assert (found.value, found.inherited, found.with_inherited) == (0.0, 22.5, 22.5)


@given(
    edges=st.lists(st.tuples(st.integers(0, 7), st.integers(0, 7)), max_size=20),
    values=st.lists(st.integers(0, 9), min_size=8, max_size=8),
)
def test_each_item_is_inherited_once_whatever_the_ways_to_it(edges: list[tuple[int, int]], values: list[int]) -> None:
    after: dict[int, set[int]] = {number: set() for number in range(8)}
    for one, other in edges:
        after[one].add(other)
    items = {f"i{one}": Item(id=f"i{one}", after=tuple(f"i{n}" for n in needs)) for one, needs in after.items()}

    def reached(start: int) -> set[int]:
        found: set[int] = set()
        todo = {start}
        while todo:
            todo = {one for one, needs in after.items() if needs & (todo | found)} - found
            found |= todo
        return found - {start}

    worth = {f"i{number}": float(value) for number, value in enumerate(values)}
    for number in range(8):
        assert inherited(worth, unblocked_by(items)[f"i{number}"]) == sum(values[one] for one in reached(number))


def test_a_row_of_two_thousand_items_is_followed_to_its_end() -> None:
    items = {f"i{n:04d}": Item(id=f"i{n:04d}", after=(f"i{n - 1:04d}",) if n else ()) for n in range(2_000)}
    assert len(unblocked_by(items)["i0000"]) == 1_999
