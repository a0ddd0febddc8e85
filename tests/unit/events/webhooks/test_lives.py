"""Deliveries out of order: whatever the order of arrival, a product ends in the same state, which is the right one."""

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from itertools import permutations
from typing import Any

import pytest

from domain.evolve import Stamped, step
from domain.product import ProductState
from domain.things import Dependency, Item, Milestone
from domain.views import roadmap_row
from events.webhooks.delivery import Delivery
from events.webhooks.translate import translate
from tests.builders import NOON
from tests.realdata import realdata
from tests.unit.domain.states import fresh
from tests.unit.events.webhooks.cases import github, issue, jira, jira_issue, jira_link, milestone
from web.sources import bound_of

BEFORE = datetime(2025, 10, 1, 12, tzinfo=UTC)  # the file is older than all that was recorded: later facts count
ALIASES = {
    "milestones": {"Fixture Milestone": "spring", "Spring launch": "spring"},
    "items": {"acme/web#12": "search", "WEB-118": "search", "30118": "search", "30007": "landing"},
    "teams": {"30007": "marketing"},
    "statuses": {"To Do": "added", "In Progress": "started", "Done": "completed"},
}


def product() -> ProductState:
    return fresh(BEFORE, sources={"outside": {}}, aliases={"outside": ALIASES})


def ended(state: ProductState, deliveries: Sequence[Delivery]) -> ProductState:
    """Return the state after these deliveries; none of their events may be refused."""
    row = roadmap_row(state, NOON)
    for delivery in deliveries:
        made = translate(delivery, [bound_of(row, "outside")])
        assert made.events, made.detail
        for event in made.events:
            state, taken = step(state, Stamped(event, NOON))
            assert taken.outcome != "refused", taken.because
    return state


def seen(state: ProductState) -> dict[str, Any]:
    """Return what anybody can see: of what was dropped only that it was, and when work began only while it goes on.

    Since when a dependency is known is a matter of what was heard first, and nothing but statistics.
    """
    things: tuple[Milestone | Item | Dependency, ...]
    things = (*state.milestones.values(), *state.items.values(), *state.dependencies.values())
    hidden = {"times", "started_in", "declared_at"}
    return {
        f"{type(one).__name__} {one.id}": one.status
        if one.status == "dropped"
        else one.model_dump(exclude={"times"} if one.status == "started" else hidden)
        for one in things
    }


def same_in_every_order(life: Sequence[Delivery]) -> ProductState:
    expected = ended(product(), life)
    for order in permutations(life):
        assert seen(ended(product(), order)) == seen(expected), [f"{one.event} {one.action}" for one in order]
    return expected


def recorded(*actions: str) -> list[Delivery]:
    bodies = {one: realdata(f"github-webhooks/recorded/milestone.{one}.json").read_text() for one in actions}
    return [github("milestone", json.loads(body), action) for action, body in bodies.items()]


def test_the_recorded_milestone_stays_deleted_though_opened_and_deleted_carry_the_same_time() -> None:
    life = recorded("created", "edited", "closed", "opened", "deleted")
    assert same_in_every_order(life).milestones["spring"].status == "dropped"


def test_the_recorded_milestone_is_due_when_it_was_last_said_to_be() -> None:
    spring = same_in_every_order(recorded("created", "edited", "closed")).milestones["spring"]
    assert (spring.status, spring.due.isoformat()) == ("reached", "2026-01-15T00:00:00+00:00")  # the end of that day


def test_a_deletion_in_the_second_of_the_creation_is_final() -> None:
    now = "2026-03-01T08:00:00Z"
    life = [github("milestone", milestone(one, updated_at=now), one) for one in ("created", "deleted")]
    assert same_in_every_order(life).milestones["spring"].status == "dropped"


def test_an_issue_that_was_reopened_and_closed_again_is_completed() -> None:
    at = [f"2026-03-01T0{hour}:00:00Z" for hour in range(1, 6)]
    life = [
        github("issues", issue("opened", updated_at=at[0]), "1"),
        github("issues", issue("closed", updated_at=at[1], state_reason="completed"), "2"),
        github("issues", issue("reopened", updated_at=at[2], state_reason="reopened"), "3"),
        github("issues", issue("edited", updated_at=at[3], title="Search, renamed"), "4"),
        github("issues", issue("closed", updated_at=at[4], state_reason="completed"), "5"),
    ]
    item = same_in_every_order(life).items["search"]
    assert (item.status, item.title) == ("completed", "Search, renamed")
    assert same_in_every_order(life[:4]).items["search"].status == "started"


@pytest.mark.parametrize(("count", "status"), [(1, "blocked"), (2, "declared"), (3, "blocked")])
def test_a_link_that_comes_and_goes_leaves_what_was_last(count: int, status: str) -> None:
    events = ("issuelink_created", "issuelink_deleted", "issuelink_created")
    life = [
        jira(jira_link(event, 30007, 30118, timestamp=1772355600000 + hour * 3_600_000), str(hour))
        for hour, event in enumerate(events[:count])
    ]
    found = same_in_every_order(life).dependencies["search-needs-landing"]
    assert (found.status, found.needs, found.provider) == (status, "search", "marketing")


def test_statuses_of_jira_end_where_they_were_last() -> None:
    moves = [("To Do", "In Progress"), ("In Progress", "Done"), ("Done", "In Progress")]
    life = [
        jira(jira_issue("issue_updated", {"status": move}, timestamp=1772355600000 + hour * 3_600_000), str(hour))
        for hour, move in enumerate(moves)
    ]
    assert same_in_every_order(life).items["search"].status == "started"
