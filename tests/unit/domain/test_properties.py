"""The promises that tables cannot cover: total, once, however batched, whatever order, and never by silence."""

from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from domain.deadlines import next_wake
from domain.entries import Times, event_entry
from domain.limits import required_role
from domain.policy import ROLES
from domain.product import DEBT_SUBJECT, ProductState
from domain.reactions import Adopt, Escalate, Reprioritize, StandDown
from domain.snapshot import snapshot_of
from domain.views import product_row, roadmap_row
from events import internal
from events.model import Event
from tests.builders import NOON, PRODUCT
from tests.strategies import any_external
from tests.unit.domain.states import DAY, FILE, HOUR, asked, fresh, planned, with_policy
from tests.unit.domain.worlds import Intake, Moment, Move, Product, happenings, stories

Story = list[tuple[Move, timedelta]]
Batch = list[tuple[Event, int]]  # with the hours after noon at which each arrives


def bounded(examples: int) -> settings:
    """Return settings without a clock: the box may be busy."""
    return settings(max_examples=examples, deadline=None, suppress_health_check=list(HealthCheck))


EMPTY = fresh(items={}, milestones={}, dependencies={}, goals={})
SAMOA = planned(time_zone="Pacific/Apia")
STRICT = with_policy(planned(), first_plan="ask", on_expiry="reject", budget_change=0, margin=0, dwell_hours=0)
PACED = FILE["teams"] | {"it": FILE["teams"]["it"] | {"cadence": {"every": 3, "gate": "2026-02"}}}
STATES = {
    "quarterly": with_policy(planned(teams=PACED), carry_over="year", year_begins=4),
    "declared": fresh(),
    "planned": planned(),
    "empty": EMPTY,
    "asked": asked(planned()),
    "asked the board": asked(planned(), "executive_board"),
    "far zone": SAMOA,
    "strict": STRICT,
    "asks for the first plan": with_policy(fresh(), first_plan="ask"),
}
states = st.sampled_from(sorted(STATES)).map(STATES.__getitem__)


def sound(state: ProductState) -> None:
    """Check what holds for every state that can be reached."""
    assert ProductState.model_validate_json(state.model_dump_json()) == state
    assert next_wake(state, state.policy) > state.struck_at
    open_ones = {name for name, dependency in state.dependencies.items() if dependency.open}
    assert set(state.handed) <= set(state.escalations) <= open_ones | {DEBT_SUBJECT}
    assert {dependency.needs for dependency in state.dependencies.values()} <= set(state.items)
    snapshot = snapshot_of(state, state.at)
    assert snapshot.digest()
    assert product_row(state, state.at).id == roadmap_row(state, state.at).id


def authorised(moment: Moment) -> None:
    """Check that a plan comes into force on somebody's authority only."""
    if moment.after.plan != moment.before.plan:
        assert isinstance(moment.stamped.event, internal.PlanAdopted)  # raised for an Adopt, and for nothing else
    for adopt in (reaction for reaction in moment.reactions if isinstance(reaction, Adopt)):
        before, event = moment.before, moment.stamped.event
        if adopt.approval is None:
            assert adopt.by == "tandem"
            role, _ = required_role(before, adopt.outcome.change, moment.stamped.at)
            assert before.plan is None or role == "product_manager"
        else:
            assert isinstance(event, internal.DecisionGiven)
            assert event.verdict == "approve"
            assert before.request is not None
            assert (event.approval, event.proposal) == (before.request.number, before.request.outcome.proposal)
            assert event.actor in adopt.by  # whose authority it is, `test_authority_holds` works out
            assert ROLES.index(event.role) >= ROLES.index(before.request.role)


@bounded(80)
@given(states, stories)
def test_whatever_happens_the_product_goes_on(state: ProductState, story: Story) -> None:
    product = Product(state).play(story)
    for moment in product.moments:
        assert moment.reactions
        assert moment.taken.because or moment.taken.outcome == "applied"
        entry = event_entry(
            *(moment.before, moment.stamped, moment.taken, moment.reactions),
            Times(at=NOON, clock_at=moment.stamped.at, policy_hash="p"),
        )
        assert entry.content()
        authorised(moment)
    sound(product.state)


@bounded(40)
@given(states, any_external)
def test_any_event_whatever_its_extremes_is_taken_in(state: ProductState, event: Event) -> None:
    product = Product(state)
    product.take(event, NOON + DAY)
    product.take(internal.ClockStruck(id="c", source="tandem", product="web", time=NOON), NOON + 50 * DAY)
    assert all(moment.reactions for moment in product.moments)
    sound(product.state)


# -- once, and however batched -------------------------------------------------------------------------------

batches = st.lists(st.tuples(happenings, st.integers(0, 48)), min_size=1, max_size=12)


def arriving(events: Batch) -> list[tuple[Event, datetime]]:
    return [(event, NOON + hours * HOUR) for event, hours in events]


def told(product: Product) -> list[object]:
    return [(moment.stamped.key, moment.taken, moment.reactions) for moment in product.moments]


@bounded(40)
@given(states, batches, st.data())
def test_a_duplicate_changes_nothing(state: ProductState, batch: Batch, data: st.DataObject) -> None:
    once, twice = Intake(Product(state)), Intake(Product(state))
    once.take(arriving(batch))
    repeated = list(batch)
    for event in data.draw(st.lists(st.sampled_from(batch), max_size=6)):
        repeated.insert(data.draw(st.integers(repeated.index(event) + 1, len(repeated))), (event[0], 0))
    twice.take(arriving(repeated))
    assert twice.product.state == once.product.state
    assert told(twice.product) == told(once.product)
    assert twice.window.packed() == once.window.packed()


@bounded(40)
@given(states, batches, st.lists(st.integers(0, 12), max_size=4))
def test_splitting_a_batch_differently_changes_nothing(state: ProductState, batch: Batch, cuts: list[int]) -> None:
    whole, parts = Intake(Product(state)), Intake(Product(state))
    whole.take(arriving(batch))
    at = [0, *sorted(min(cut, len(batch)) for cut in cuts), len(batch)]
    for start, end in pairwise(at):
        parts.take(arriving(batch)[start:end])
    assert parts.product.state == whole.product.state
    assert told(parts.product) == told(whole.product)


@bounded(30)
@given(stories)
def test_applying_a_file_twice_changes_nothing(story: Story) -> None:
    product = Product(Product(planned()).play(story).state)
    for number in range(2):
        fields: dict[str, Any] = {"id": f"a{number}", "source": internal.SOURCE, "product": PRODUCT, "time": NOON + DAY}
        product.take(internal.ProductApplied(**fields, definition=FILE, actor="mia"), product.state.at)
    first, second = product.moments
    assert first.after.model_dump(exclude={"declared_at"}) == second.after.model_dump(exclude={"declared_at"})
    assert not any(isinstance(reaction, Escalate | Reprioritize | StandDown) for reaction in second.reactions)
