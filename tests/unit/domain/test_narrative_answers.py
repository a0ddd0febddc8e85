"""What people decide and answer, and what follows, reads as one calm sentence each."""

from typing import Any

import pytest

from domain.core import Stamped, take_in
from domain.entries import Times, event_entry
from domain.narrative import Line, line_of
from domain.product import ProductState
from domain.record import Entry, Recorded
from events.internal import ApprovalExpired, DelegationRevoked, ReversalRequested
from events.model import Event
from tests.builders import NOON
from tests.plain_words import faults
from tests.unit.domain.answers import (
    about_the_swap,
    adopted,
    answer,
    decision,
    delegated,
    escalated,
    grant,
    of_two,
    requested_by,
    stands_in,
)
from tests.unit.domain.states import DAY, fresh, happen, internal, planned

LENT = stands_in()


def line(entry: Entry) -> Line:
    found = line_of(Recorded(entry=entry, seq=1, prev_hash="0" * 64, hash="0" * 64))
    assert not faults(found), (faults(found), found)
    return found


def told(state: ProductState, event: Event) -> tuple[str, str]:
    """Return what an event did, in words, and what follows."""
    stamped = Stamped(event, NOON)
    _, taken, reactions = take_in(state, stamped, state.policy)
    found = line(event_entry(state, stamped, taken, reactions, Times(at=NOON, clock_at=NOON, policy_hash="")))
    return found.what, found.why


@pytest.mark.parametrize(
    ("state", "event", "what", "why"),
    [
        pytest.param(
            of_two(about_the_swap()),
            decision(),
            "otto approved decision 1 as product owner: it serves the spring",
            "approved by otto; 1 more approval of the product owner needed",
            id="approved, and more are needed",
        ),
        pytest.param(
            delegated(about_the_swap(), LENT),
            decision(actor="mia", acting_for="otto", via=("otto", "mia")),
            "mia approved decision 1 as product owner for otto: it serves the spring",
            "the plan is put in force on the authority of the product owner",
            id="in another one's stead",
        ),
        pytest.param(
            delegated(about_the_swap(), LENT),
            decision(actor="mia", via=("otto", "mia")),
            "mia approved decision 1 as product owner for otto: it serves the spring",
            "the plan is put in force on the authority of the product owner",
            id="in another one's stead, without saying so",
        ),
        pytest.param(
            delegated(about_the_swap(), LENT),
            decision("keep", actor="mia", acting_for="otto", until=NOON + DAY),
            "mia answered decision 1 as product owner for otto: keep the plan as it is until 2026-03-03 12:00: it "
            "serves the spring",
            "the plan in force is kept until 2026-03-03 12:00",
            id="kept in another one's stead",
        ),
        pytest.param(
            about_the_swap(),
            decision("changes", wishes={"landing": "in"}, reason="the fair"),
            "otto asked for changes in decision 1 as product owner: the fair",
            "otto asks for changes: the fair (with landing); the priorities are looked at again at once; the product "
            "manager is told “Changes are asked for in decision 1”",
            id="sent back",
        ),
        pytest.param(
            happen(of_two(about_the_swap()), decision()).state,
            decision("withdraw", reason="too early"),
            "otto took back what was said on decision 1 as product owner: too early",
            "otto takes the approval back: too early; 2 approvals needed",
            id="taken back",
        ),
        pytest.param(
            requested_by("otto"),
            decision("withdraw", reason="no longer"),
            "otto took back what was said on decision 1 as product owner: no longer",
            "otto, who asked for it, takes it back",
            id="a request taken back",
        ),
        pytest.param(
            requested_by("otto"),
            decision(),
            "otto approved decision 1 as product owner: it serves the spring",
            "the answer to decision 1 does not count, because otto asked for this, and nobody approves what they asked "
            "for, nor lets it be approved for them",
            id="an approval that does not count",
        ),
        pytest.param(
            adopted(happen(about_the_swap(), decision())),
            internal(ReversalRequested, approval=1, actor="olga", reason="customers left"),
            "olga asked to go back to the plan before decision 1: customers left",
            "the priorities are looked at again at once, because olga asks to go back to the plan before decision 1",
            id="going back",
        ),
        pytest.param(
            about_the_swap(),
            internal(ApprovalExpired, approval=1, proposal="proposal-2"),
            "Nobody answered decision 1 in time",
            "the executive board is asked, because nobody answered request 1 as product owner in time",
            id="silence",
        ),
        pytest.param(
            fresh(),
            grant(scope="decisions", most_money=0),
            "otto lets mia act as product owner from 2026-03-02 12:00 to 2026-03-03 12:00, for decisions, up to 0 EUR "
            "a decision: on leave",
            "mia and otto are told “mia stands in for otto”: mia stands in for otto as product owner from "
            "2026-03-02 12:00 to 2026-03-03 12:00, for decisions only, up to 0 EUR a decision",
            id="somebody stands in",
        ),
        pytest.param(
            delegated(fresh(), LENT),
            internal(DelegationRevoked, delegation=1, actor="otto", reason="back again"),
            "otto ended delegation 1: back again",
            "mia and otto are told “mia no longer stands in for otto”: mia no longer stands in for otto: otto ended it",
            id="and no longer does",
        ),
    ],
)
def test_what_people_decide(state: ProductState, event: Event, what: str, why: str) -> None:
    assert told(state, event) == (what, why)


@pytest.mark.parametrize(
    ("kind", "over", "what"),
    [
        pytest.param(
            "give_capacity",
            {"period": "2026-04", "person_days": 5},
            "otto gave 5 person-days in 2026-04 for sso-api as product owner: seen to",
            id="people",
        ),
        pytest.param(
            "give_money",
            {"period": "2026-04", "money": 300_000},
            "otto gave 3,000 EUR in 2026-04 for sso-api as product owner: seen to",
            id="money",
        ),
        pytest.param(
            "resequence",
            {"period": "2026-05"},
            "otto put back what waits for sso-api to 2026-05 as product owner: seen to",
            id="put back",
        ),
        pytest.param(
            "accept_delay",
            {"until": NOON + DAY},
            "otto accepted the delay of sso-api until 2026-03-03 12:00 as product owner: seen to",
            id="accepted",
        ),
        pytest.param("waive", {}, "otto waived sso-api as product owner: seen to", id="waived"),
        pytest.param(
            "hand_to_board", {}, "otto handed sso-api to the executive board as product owner: seen to", id="handed on"
        ),
        pytest.param("handled", {}, "otto takes care of sso-api as product owner: seen to", id="handled"),
        pytest.param(
            "handled",
            {"actor": "mia", "via": ("otto", "mia")},
            "mia takes care of sso-api as product owner for otto: seen to",
            id="in another one's stead",
        ),
    ],
)
def test_what_people_answer(kind: str, over: dict[str, Any], what: str) -> None:
    said, why = told(delegated(escalated(planned()), LENT), answer(kind, **over))
    assert said == what
    assert why
