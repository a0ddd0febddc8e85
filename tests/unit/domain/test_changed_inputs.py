"""What changed of an item since priorities were last set, and which events are behind it."""

from datetime import timedelta

from domain.changed_inputs import MOST_CHANGED, changed_inputs
from domain.product import Reference, Trigger
from domain.things import Goal, Item, Signal
from tests.builders import NOON
from tests.unit.domain.states import HOUR, fresh, planned

LATER = NOON + HOUR


def test_nothing_changed_as_long_as_nothing_happened() -> None:
    assert changed_inputs(planned(), NOON) == ()


def test_before_priorities_were_ever_set_nothing_is_known_to_have_changed() -> None:
    assert fresh().reference == Reference()
    assert changed_inputs(fresh(), NOON) == ()


def test_a_new_cost_and_its_event() -> None:
    state = planned()
    search = state.items["search"]
    dearer = search.model_copy(
        update={"cost": 350_000, "times": {**search.times, "cost": LATER}, "causes": {"cost": "event/finance/1"}}
    )
    (found,) = changed_inputs(state.model_copy(update={"items": {**state.items, "search": dearer}}), LATER)
    assert (found.item, found.cost_before, found.cost_after) == ("search", 300_000, 350_000)
    assert (found.because, found.causes) == (("its cost",), ("event/finance/1",))
    assert found.value_before == found.value_after


def test_signals_and_goals_move_the_items_of_their_themes_by_how_much() -> None:
    state = planned()
    state = state.model_copy(
        update={
            "market": {"checkout": Signal(strength=90, time=LATER, cause="event/market/1")},
            "goals": {**state.goals, "retention": Goal(weight=80, time=LATER, cause="event/board/2")},
        }
    )
    (found,) = changed_inputs(state, LATER)
    assert found.item == "search"
    assert found.value_before is not None
    assert found.value_after > found.value_before + 10
    assert found.because == ("the market on checkout", "goal retention")
    assert found.causes == ("event/market/1", "event/board/2")


def test_what_was_known_before_is_not_named_unless_it_asked_for_this_look() -> None:
    old = Signal(strength=90, time=NOON - timedelta(days=9), cause="event/market/1")
    state = planned().model_copy(update={"market": {"checkout": old}})
    (found,) = changed_inputs(state, LATER)
    assert found.causes == ()
    late = Trigger(cause="event/market/1", topic="market/checkout", because="the market moved")  # reported late
    (found,) = changed_inputs(state.model_copy(update={"triggers": (late,)}), LATER)
    assert found.causes == ("event/market/1",)


def test_a_new_item_had_no_figures_before() -> None:
    state = planned()
    new = Item(id="new", cost=5, value=9.0, times={"cost": LATER}, causes={"cost": "event/jira/1"})
    (found,) = changed_inputs(state.model_copy(update={"items": {**state.items, "new": new}}), LATER)
    assert (found.item, found.value_before, found.cost_before, found.value_after) == ("new", None, None, 9.0)
    assert found.causes == ("event/jira/1",)


def test_only_those_that_changed_most_are_named() -> None:
    state = planned()
    many = {f"t{k:03d}": Item(id=f"t{k:03d}", value=float(k + 1)) for k in range(MOST_CHANGED + 20)}
    found = changed_inputs(state.model_copy(update={"items": {**state.items, **many}}), LATER)
    assert len(found) == MOST_CHANGED
    assert found[0].item == f"t{MOST_CHANGED + 19:03d}"
