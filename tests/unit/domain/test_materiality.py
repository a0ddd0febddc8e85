"""Whether a result is worth a switch, and whether two results ask for materially the same."""

from typing import Any

import pytest

from domain.materiality import differences, finding_of, gain_share, immaterial, outcome_of
from domain.product import Kept, ProductState
from events.internal import Change, PlanSolved
from tests.builders import NOON
from tests.unit.domain.states import DAY, an_outcome, fresh, internal, planned, with_policy

CHANGE = Change(entered=("banner",), displaced=("landing",), money_moved=1_000_000)


def solved(**over: Any) -> PlanSolved:
    fields: dict[str, Any] = {
        "run": 1,
        "snapshot": "s",
        "plan": "p",
        "proposal": "q",
        "value": 120.0,
        "value_in_force": 100.0,
        "change": CHANGE,
        "starts": {"search": "2026-03"},
    }
    event = internal(PlanSolved, **(fields | over))
    assert isinstance(event, PlanSolved)
    return event


def rejected(state: ProductState, **over: Any) -> ProductState:
    return state.model_copy(update={"rejected": an_outcome(change=CHANGE, **over)})


KEPT = {"kept": Kept(until=NOON + DAY, by="otto")}


@pytest.mark.parametrize(
    ("state", "over", "finding"),
    [
        pytest.param(planned(), {}, "better", id="better"),
        pytest.param(planned(), {"plan": None}, "none", id="no plan"),
        pytest.param(planned(), {"proposal": None}, "none", id="no proposal"),
        pytest.param(fresh(), {}, "first", id="nothing in force"),
        pytest.param(planned(), {"change": Change()}, "same", id="nothing changes"),
        pytest.param(planned(), {"change": Change(moved=("search",))}, "better", id="only moved"),
        pytest.param(planned(), {"value": 101.99}, "below_margin", id="just below the margin of 2 %"),
        pytest.param(planned(), {"value": 102.0}, "better", id="at the margin"),
        pytest.param(planned(), {"value": 80.0}, "below_margin", id="worse"),
        pytest.param(planned(), {"value": 1.0, "in_force_feasible": False}, "better", id="the old one is impossible"),
        pytest.param(planned().model_copy(update=KEPT), {}, "kept", id="kept as it is"),
        pytest.param(planned().model_copy(update=KEPT), {"in_force_feasible": False}, "better", id="kept in vain"),
        pytest.param(planned().model_copy(update={"kept": Kept(until=NOON, by="o")}), {}, "better", id="kept till now"),
        pytest.param(rejected(planned()), {}, "rejected_before", id="the same was rejected"),
        pytest.param(rejected(planned(), value=123.0), {}, "better", id="something else was rejected"),
        pytest.param(with_policy(planned(), margin=0), {"value": 100.0}, "below_margin", id="no margin, no gain"),
        pytest.param(with_policy(planned(), margin=0), {"value": 100.01}, "better", id="no margin, some gain"),
    ],
)
def test_findings(state: ProductState, over: dict[str, Any], finding: str) -> None:
    found, because = finding_of(state, solved(**over), NOON)
    assert found == finding
    assert because


def test_the_gain_is_relative_to_the_plan_in_force() -> None:
    assert gain_share(an_outcome(value=102.0)) == pytest.approx(0.02)
    assert gain_share(an_outcome(value=-90.0, value_in_force=-100.0)) == pytest.approx(0.1)
    assert gain_share(an_outcome(value=0.5, value_in_force=0.0)) == pytest.approx(0.5)  # of a plan worth nothing


@pytest.mark.parametrize(
    ("over", "same"),
    [
        pytest.param({}, True, id="the same"),
        pytest.param({"value": 121.99}, True, id="just below the margin apart"),
        pytest.param({"value": 122.0}, False, id="the margin apart"),
        pytest.param({"change": CHANGE.model_copy(update={"money_moved": 1_499_999})}, True, id="a little more money"),
        pytest.param({"change": CHANGE.model_copy(update={"money_moved": 1_500_000})}, False, id="5,000 more moved"),
        pytest.param({"change": CHANGE.model_copy(update={"entered": ("faq",)})}, False, id="another item enters"),
        pytest.param({"change": CHANGE.model_copy(update={"displaced": ()})}, False, id="nobody gives way"),
        pytest.param({"in_force_feasible": False}, False, id="what was possible no longer is"),
    ],
)
def test_materially_the_same(over: dict[str, Any], same: bool) -> None:
    one, other = an_outcome(change=CHANGE), an_outcome(**{"change": CHANGE} | over)
    assert immaterial(planned(), one, other) is same
    assert immaterial(planned(), other, one) is same


def test_differences_name_every_kind() -> None:
    one = an_outcome({"search": "2026-03"}, change=Change(entered=("a",), displaced=("b",), moved=("c",)))
    other = an_outcome({"search": "2026-04"}, change=Change(entered=("d",)), value=121.0)
    assert differences(one, other) == (
        "now also funds d",
        "no longer funds a",
        "no longer displaces b",
        "no longer moves c",
        "is worth 121.0 points instead of 120.0 points",
        "starts search in 2026-04 instead of 2026-03",
    )
    assert differences(one, one) == ()


def test_an_outcome_is_what_the_run_found() -> None:
    assert outcome_of(solved()) == an_outcome(
        {"search": "2026-03"}, plan="p", proposal="q", change=CHANGE, value=120.0, value_in_force=100.0
    )
