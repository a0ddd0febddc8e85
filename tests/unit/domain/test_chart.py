"""The organisation around a product."""

from typing import Any

from domain.chart import Chart, Post, Waiting, cases_of, chart_of
from domain.delegations import Delegation
from domain.product import DEBT_SUBJECT, ProductState, Vote
from domain.record import ViewRow
from tests.builders import NOON
from tests.unit.domain.states import DAY, HOUR, asked, fresh, planned, with_policy


def row(kind: Any, name: str, **over: Any) -> ViewRow:
    fields: dict[str, Any] = {"state": "open", "role": "product_owner", "due": NOON + DAY, "data": {}}
    return ViewRow(kind=kind, id=f"web/{name}", product="web", **fields | over)


def chart(state: ProductState, **rows: ViewRow) -> Chart:
    return chart_of(state, NOON, {row_of.id.replace("web", row_of.kind, 1): row_of for row_of in rows.values()})


def post(found: Chart, role: str = "product_owner") -> Post:
    return next(one for one in found.posts if one.role == role)


def the_one(found: Chart) -> Waiting:
    (one,) = (one for post in found.posts for one in post.waiting)
    return one


def test_the_board_comes_first_and_nothing_waits() -> None:
    found = chart(planned())
    assert [(one.role, one.holders, one.waiting) for one in found.posts] == [
        ("executive_board", ("bea",), ()),
        ("product_owner", ("otto", "olga"), ()),
        ("product_manager", ("mia",), ()),
    ]


def test_money_and_people_of_the_period_by_the_plan_in_force() -> None:
    found = chart(planned().model_copy(update={"spent": {"2026-03": 150_000}}))
    money = found.money
    assert (money.envelope, money.spent, money.committed, money.free) == (1_000_000, 150_000, 300_000, 550_000)
    assert [(one.team, one.lead, one.allotted, one.committed, one.free) for one in found.teams] == [
        ("it", "ida", 20, 5, 15),  # search starts in this period
        ("marketing", "max", 20, 0, 20),  # landing in the next
    ]
    assert found.plan


def test_without_a_plan_everything_is_free_and_what_is_overdrawn_is_negative() -> None:
    free = chart(fresh())
    assert (free.plan, free.money.free, {one.free for one in free.teams}) == (False, 1_000_000, {20})
    state = planned().model_copy(update={"spent": {"2026-03": 900_000}})
    it = state.teams["it"].model_copy(update={"capacity": {"2026-03": 3}})
    short = chart(state.model_copy(update={"teams": {**state.teams, "it": it}}))
    assert (short.money.free, short.teams[0].free) == (-200_000, -2)


def test_a_decision_waits_for_those_who_have_not_approved_yet() -> None:
    limits = planned().policy.authority.model_dump() | {"product_owner": {"quorum": 2}}
    state = asked(with_policy(planned(), authority=limits))
    assert state.request is not None
    vote = Vote(actor="paul", chain=("olga", "paul"), role="product_owner", proposal="proposal-2", at=NOON)
    acting = Delegation(
        number=1, person="olga", delegate="paul", role="product_owner", start=NOON - DAY, end=NOON + DAY
    )
    request = state.request.model_copy(update={"votes": (vote,)})
    state = state.model_copy(update={"request": request, "delegations": (acting,)})
    one = the_one(chart(state, asked=row("approval", "1", data={"because": "it is 20 % better"})))
    assert (one.kind, one.number, one.role) == ("decision", 1, "product_owner")
    assert (one.people, one.approved, one.needed) == (("otto",), ("paul",), 2)
    assert (one.since, one.until, one.because) == (NOON, NOON + DAY, "it is 20 % better")
    assert [named.delegate for named in post(chart(state)).stand_ins] == ["paul"]


def test_who_asked_for_it_does_not_decide_it() -> None:
    state = asked(planned())
    assert state.request is not None
    request = state.request.model_copy(update={"requester": "otto"})
    one = the_one(chart(state.model_copy(update={"request": request})))
    assert (one.people, one.until) == (("olga",), None)  # no page was told of it yet


def test_an_escalation_waits_for_those_whom_its_latest_step_asked() -> None:
    state = planned().model_copy(update={"escalations": {"sso-api": 3}})
    data = {"started_at": (NOON - 3 * HOUR).isoformat(), "to": ["bea"], "standing": "paused: waits for legal"}
    found = chart(state, climbs=row("escalation", "sso-api/3", role="executive_board", data=data))
    one = the_one(found)
    assert post(found, "executive_board").waiting == (one,)
    assert (one.subject, one.people, one.since, one.until) == ("sso-api", ("bea",), NOON - 3 * HOUR, NOON + DAY)
    assert one.standing == "paused: waits for legal"


def test_what_was_handed_over_waits_for_the_board_alone() -> None:
    state = planned().model_copy(update={"escalations": {DEBT_SUBJECT: 4}, "handed": (DEBT_SUBJECT,)})
    stale = row("escalation", f"{DEBT_SUBJECT}/4", data={"to": ["otto", "olga"]})
    one = the_one(chart(state, climbs=stale))
    assert (one.role, one.people, one.since) == ("executive_board", ("bea",), None)


def test_the_oldest_waits_first() -> None:
    state = asked(planned()).model_copy(update={"escalations": {"fonts": 2, "sso-api": 1}})
    older = row("escalation", "sso-api/1", data={"started_at": (NOON - DAY).isoformat()})
    waiting = post(chart(state, older=older)).waiting
    assert [(one.kind, one.subject) for one in waiting] == [
        ("escalation", "sso-api"),
        ("decision", ""),
        ("escalation", "fonts"),
    ]


def test_the_rows_that_a_chart_needs() -> None:
    state = asked(planned()).model_copy(update={"escalations": {"fonts": 2}})
    assert cases_of(state) == {"approval/1": ("approval", "web/1"), "escalation/fonts/2": ("escalation", "web/fonts/2")}
    assert cases_of(planned()) == {}
