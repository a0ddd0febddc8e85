"""What `tandem products show` says about why a plan changes, or does not."""

from typing import Any

import pytest

from deploy.cli.products_shown import thrash_guard
from domain.product import Better, Found, Kept, Used
from domain.views import product_row
from tests.builders import NOON
from tests.unit.domain.states import DAY, planned, with_policy

LATER = NOON + 4 * DAY  # a Friday noon: Thursday has ended since the dwell time was over
BETTER = Better(since=NOON, gain=126.0, run=1, paid_per_point=5_000.0)
FOUND = Found(run=4, finding="same", because="the best plan is the plan in force", at=NOON)


def shown(changes: dict[str, object], policy: dict[str, object]) -> dict[str, str]:
    state = with_policy(planned().model_copy(update=changes), **policy)
    return dict(thrash_guard(product_row(state, LATER).data, "UTC"))


@pytest.mark.parametrize(
    ("changes", "policy", "name", "value"),
    [
        pytest.param({}, {}, "a better plan waits", "", id="nothing is owed"),
        pytest.param(
            {"better": BETTER},
            {},
            "a better plan waits",
            "a better plan has been waiting for 1 business day at 1.00 points a day now: 1.0 points lost so far;"
            " in money 50 EUR a day, 50 EUR lost, as the plan in force pays 50 EUR a point",
            id="the debt",
        ),
        pytest.param(
            {"kept": Kept(until=NOON + 9 * DAY, by="otto", reason="after the fair")},
            {},
            "the plan is",
            "kept as it is until 2026-03-11 12:00 by otto: after the fair",
            id="kept",
        ),
        pytest.param({}, {}, "the last look found", "", id="never looked"),
        pytest.param(
            {"found": FOUND},
            {},
            "the last look found",
            "nothing to change (run 4, 2026-03-02 12:00): the best plan is the plan in force",
            id="the last look",
        ),
        pytest.param(
            {},
            {},
            "a plan gives way to",
            "one that is 2.0 % better, when the price of its moves is paid: 25.0 % of its value to stop an item in"
            " flight, 0.1 points to move a planned one",
            id="what it takes",
        ),
        pytest.param(
            {},
            {"margin": 0, "move_price": 0, "switching_cost_share": 0},
            "a plan gives way to",
            "any better one",
            id="no guard",
        ),
        pytest.param({}, {}, "between two looks", "3 days after a proposal or a new plan", id="the dwell time is over"),
        pytest.param(
            {"paced_from": LATER},
            {},
            "between two looks",
            "3 days after a proposal or a new plan; the next is not before 2026-03-09 12:00, unless the plan becomes"
            " impossible",
            id="within the dwell time",
        ),
        pytest.param(
            {},
            {},
            "moves this period",
            "0 planned items moved or displaced in 2026-03; the policy sets no limit",
            id="no limit of moves",
        ),
        pytest.param(
            {"churn": Used(period="2026-03", items=3)},
            {"churn_per_period": 5},
            "moves this period",
            "3 of 5 used in 2026-03",
            id="a limit of moves",
        ),
    ],
)
def test_why_a_plan_changes_or_not(changes: dict[str, Any], policy: dict[str, Any], name: str, value: str) -> None:
    assert shown(changes, policy)[name] == value
