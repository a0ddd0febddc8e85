"""A product file becomes state, and a later one changes only what differs; what it no longer holds is dropped."""

from typing import Any

import pytest

from domain.applied import first_state, merged, refusal_of
from domain.cadence import Cadence
from domain.definition import ProductDefinition
from domain.product import MAX_ENDED, ProductState, envelope_of
from events.fields import Profile
from tests.builders import (
    NOON,
    budget_adjusted,
    capacity_changed,
    dependency_delivered,
    goal_changed,
    item_added,
    item_changed,
    item_completed,
    item_dropped,
    milestone_dropped,
    milestone_moved,
    milestone_reached,
)
from tests.unit.domain.states import DAY, FILE, definition, fresh, happen

LATER = NOON + 7 * DAY


def without(part: str, *names: str) -> dict[str, Any]:
    return {part: {name: thing for name, thing in FILE[part].items() if name not in names}}


def changed(part: str, name: str, **fields: Any) -> dict[str, Any]:
    return {part: FILE[part] | {name: FILE[part][name] | fields}}


def apply(state: ProductState, file: ProductDefinition | None = None, **over: Any) -> ProductState:
    return merged(state, file or definition(**over), LATER, LATER)


def plain(state: ProductState) -> dict[str, Any]:
    return state.model_dump(exclude={"declared_at"})


def test_applying_twice_changes_nothing() -> None:
    assert plain(apply(fresh())) == plain(fresh())
    busy = happen(fresh(), item_changed(cost=7), milestone_moved(), goal_changed(), budget_adjusted()).state
    assert plain(apply(busy)) == plain(busy)


@pytest.mark.parametrize(
    ("event", "read"),
    [
        pytest.param(item_changed(cost=7, time=NOON + DAY), lambda s: s.items["search"].cost, id="a cost"),
        pytest.param(milestone_moved(time=NOON + DAY), lambda s: s.milestones["spring"].due, id="a date"),
        pytest.param(goal_changed(weight=99, time=NOON + DAY), lambda s: s.goals["retention"].weight, id="a goal"),
        pytest.param(capacity_changed(person_days=3), lambda s: s.teams["it"].capacity, id="a capacity"),
        pytest.param(budget_adjusted(total=3), lambda s: envelope_of(s, "2026-03"), id="a budget"),
        pytest.param(item_completed(time=NOON + DAY), lambda s: s.items["search"].status, id="a status"),
    ],
)
def test_what_events_set_stays_when_the_file_changes_elsewhere(event: Any, read: Any) -> None:
    state = happen(fresh(), event).state
    assert read(state) != read(fresh())
    assert read(apply(state, **changed("items", "landing", title="Landing page"))) == read(state)


@pytest.mark.parametrize(
    ("over", "read", "value"),
    [
        pytest.param(changed("items", "search", cost=8), lambda s: s.items["search"].cost, 8, id="a cost"),
        pytest.param({"goals": {"retention": 8}}, lambda s: s.goals["retention"].weight, 8, id="a goal"),
        pytest.param({"goals": {}}, lambda s: s.goals, {}, id="no goal"),
        pytest.param({"budget": {"per_period": 8}}, lambda s: envelope_of(s, "2026-04"), 8, id="the usual envelope"),
        pytest.param(
            {"budget": {"per_period": 8, "periods": {"2026-05": 9}}},
            lambda s: envelope_of(s, "2026-05"),
            9,
            id="a month",
        ),
        pytest.param(changed("teams", "it", allotment=8), lambda s: s.teams["it"].allotment, 8, id="an allotment"),
        pytest.param({"title": "Shop"}, lambda s: s.title, "Shop", id="the title"),
        pytest.param(changed("items", "search", must="out"), lambda s: s.items["search"].must, "out", id="a must"),
        pytest.param(
            changed("items", "search", profile={"half_life_days": 9}),
            lambda s: s.items["search"].profile,
            Profile(half_life_days=9),
            id="a profile",
        ),
        pytest.param(
            changed("teams", "it", cadence={"every": 3, "gate": "2026-03"}),
            lambda s: s.teams["it"].cadence,
            Cadence(every=3, gate="2026-03"),
            id="a cadence",
        ),
    ],
)
def test_what_the_file_changes_wins_over_older_events(over: dict[str, Any], read: Any, value: Any) -> None:
    state = happen(fresh(), item_changed(cost=7), goal_changed(weight=99), capacity_changed(person_days=3)).state
    assert read(apply(state, **over)) == value


def test_a_newer_event_wins_over_a_changed_file() -> None:
    state = happen(fresh(), item_changed(cost=7, time=LATER + DAY)).state
    assert apply(state, **changed("items", "search", cost=8)).items["search"].cost == 7


def test_a_monthly_budget_goes_back_to_the_usual_one_with_the_file() -> None:
    special = apply(fresh(), budget={"per_period": 1_000_000, "periods": {"2026-05": 9}})
    assert envelope_of(special, "2026-05") == 9
    back = merged(special, definition(), LATER + DAY, LATER + DAY)
    assert envelope_of(back, "2026-05") == 1_000_000


def test_another_time_zone_moves_the_days_ends() -> None:
    state = apply(fresh(), time_zone="Europe/Berlin")
    assert (
        state.milestones["spring"].due
        == first_state(definition(time_zone="Europe/Berlin"), NOON).milestones["spring"].due
    )


# -- what the file no longer holds ----------------------------------------------------------------------------


def test_removed_things_are_dropped_whatever_events_said_of_them() -> None:
    state = happen(fresh(), item_changed(item="banner", cost=7, time=LATER + DAY), milestone_moved()).state
    over = without("items", "banner") | without("milestones", "release") | without("dependencies", "fonts")
    after = apply(state, **over)
    assert after.items["banner"].status == "dropped"
    assert after.milestones["release"].status == "dropped"
    assert (after.dependencies["fonts"].status, after.dependencies["fonts"].ended_at) == ("waived", LATER)


def test_what_has_ended_already_ends_once() -> None:
    events = (
        item_completed(item="banner"),
        milestone_reached(milestone="release"),
        dependency_delivered(dependency="fonts"),
    )
    over = without("items", "banner") | without("milestones", "release") | without("dependencies", "fonts")
    after = apply(happen(fresh(), *events).state, **over)
    assert after.items["banner"].status == "completed"
    assert after.milestones["release"].status == "reached"
    assert after.dependencies["fonts"].status == "delivered"


def test_what_events_added_is_not_the_files_to_drop() -> None:
    state = happen(fresh(), item_added(item="faq")).state
    assert apply(state, **without("items", "banner")).items["faq"].open


def test_a_removed_team_gives_nothing_and_is_forgotten_with_its_work() -> None:
    over = without("teams", "marketing") | without("items", "landing", "banner") | {"dependencies": {}}
    assert "marketing" not in apply(fresh(), **over).teams
    kept = happen(fresh(), item_added(item="faq", efforts={"marketing": 1}), capacity_changed(team="marketing")).state
    gone = apply(kept, **over).teams["marketing"]
    assert (gone.allotment, gone.capacity) == (0.0, {})


def forgetful() -> ProductState:
    """Return a product whose banner and release ended so long ago that they are forgotten."""
    state = happen(fresh(), item_dropped(item="banner"), milestone_dropped(milestone="release")).state
    return state.model_copy(
        update={
            "items": {name: item for name, item in state.items.items() if name != "banner"},
            "milestones": {name: one for name, one in state.milestones.items() if name != "release"},
            "dependencies": {},
        }
    )


def test_what_was_forgotten_does_not_come_back_with_the_same_file() -> None:
    after = apply(forgetful(), **changed("items", "banner", cost=5))
    assert "banner" not in after.items
    assert "release" not in after.milestones
    assert after.dependencies == {}


def test_what_was_forgotten_may_be_removed() -> None:
    over = without("items", "banner") | {"milestones": {"spring": FILE["milestones"]["spring"]}, "dependencies": {}}
    assert plain(apply(forgetful(), **over))["items"] == plain(forgetful())["items"]


def test_many_removed_things_are_not_remembered_for_ever() -> None:
    items = {f"i{n}": {"cost": n} for n in range(MAX_ENDED + 200)} | FILE["items"]
    state = first_state(definition(items=items), NOON)
    assert len(apply(state).items) == MAX_ENDED + len(FILE["items"])


def test_a_dependency_may_be_declared_again() -> None:
    state = apply(fresh(), **without("dependencies", "fonts"))
    again = merged(state, definition(), LATER + DAY, LATER + DAY).dependencies["fonts"]
    assert (again.status, again.ended_at) == ("declared", None)


# -- what a file may not do -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("over", "because"),
    [
        pytest.param({}, "", id="the same file"),
        pytest.param({"product": "shop"}, "ids never change", id="another product"),
        pytest.param({"currency": "USD"}, "EUR cannot become USD", id="another currency"),
        pytest.param({"clock": {"rate": 2}}, "a running product keeps its clock", id="another clock"),
        pytest.param(
            changed("items", "landing", after=["search"]), "items.landing.after: with what events", id="circle"
        ),
    ],
)
def test_refusals(over: dict[str, Any], because: str) -> None:
    state = happen(fresh(), item_changed(after=["landing"])).state
    said = refusal_of(state, definition(**over))
    assert because in said
    assert bool(said) is bool(because)


@pytest.mark.parametrize(("part", "name"), [("items", "banner"), ("milestones", "release")])
def test_what_was_dropped_is_not_declared_again(part: str, name: str) -> None:
    over = without(part, name) | {"dependencies": {}}
    state = apply(fresh(), **over)
    assert refusal_of(state, definition()) == f"{part}.{name}: was dropped, which is final; declare it under another id"
    assert refusal_of(state, definition(**over)) == ""


def test_an_item_that_an_event_dropped_may_stay_in_the_file() -> None:
    assert refusal_of(happen(fresh(), item_dropped(item="banner")).state, definition(goals={})) == ""


def test_too_much_together_with_what_events_added_is_refused() -> None:
    many = {f"i{n}": {"cost": n} for n in range(1_997)}
    state = happen(fresh(), item_added(item="faq")).state
    assert refusal_of(state, definition(items=many | FILE["items"]))[:60].startswith(
        "items: with what events have added"
    )


def test_an_archived_product_takes_no_file() -> None:
    assert refusal_of(fresh().model_copy(update={"status": "archived"}), definition()) == "the product is archived"
