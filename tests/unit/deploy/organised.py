"""A product whose people, calendars and ladder give the commands about its organisation something to show."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from domain.definition import ProductDefinition
from domain.delegations import Delegation
from domain.periods import shift
from domain.product import PlanInForce, Request, Vote
from events.internal import Change
from tests.unit.deploy.served import Served
from tests.unit.domain.states import an_outcome

NOW = datetime.now(UTC)
PERIOD = f"{NOW:%Y-%m}"
DAY = timedelta(days=1)
BERLIN = {
    "time_zone": "Europe/Berlin",
    "hours": [{"start": "09:00", "end": "12:30"}, {"start": "13:30", "end": "17:00"}],
    "holidays": "DE-BE",
}
FILE: dict[str, Any] = {
    "product": "web",
    "title": "Web shop",
    "currency": "EUR",
    "people": {"product_manager": ["mara"], "product_owner": ["olga", "otto"], "executive_board": ["bea", "bernd"]},
    "teams": {
        "ads": {"function": "marketing", "lead": "mia", "person_days": 40, "allotment": 30},
        "it": {"title": "Platform", "function": "it", "lead": "ivan", "person_days": 60, "allotment": 40},
    },
    "budget": {"per_period": 3_000_000},
    "items": {
        "sign-on": {"cost": 900_000, "efforts": {"it": 15}},
        "campaign": {"cost": 1_200_000, "efforts": {"ads": 10}, "after": ["sign-on"]},
    },
    "dependencies": {"certificate": {"needs": "sign-on", "provider": "it", "needed_by": "2099-02-15"}},
    "calendars": {"berlin": BERLIN},
    "calendar": "berlin",
    "contacts": {"olga": {"reach": ["mail", "chat"], "quiet": {"since": "20:00", "until": "08:00"}}},
    "policy": {
        "authority": {
            "executive_board": {"money_per_decision": 100_000_000, "quorum": 2},
            "four_eyes_money": 5_000_000,
            "sign_in_again_money": 2_000_000,
        },
        "ladders": {
            "it": {
                "rungs": [
                    {"after": "0 business hours", "role": "product_owner", "copy_leads": True},
                    {"after": "2 business days", "role": "executive_board", "channels": ["war-room"]},
                ],
                "ends_after": "5 business days",
            }
        },
    },
}


@pytest.fixture
def organised(served: Served) -> Served:
    """Have it, with a plan, somebody who stands in, and a decision that waits for one more approval."""
    served.do(served.engine.apply(ProductDefinition.model_validate(FILE), "mara"))
    starts = {"sign-on": PERIOD, "campaign": shift(PERIOD, 1)}
    plan = PlanInForce(plan="p", proposal="q", run=1, starts=starts, adopted_at=NOW)
    role = "product_owner"
    acting = Delegation(number=1, person="olga", delegate="paul", role=role, start=NOW - DAY, end=NOW + 6 * DAY)
    request = Request(
        number=7,
        role=role,
        outcome=an_outcome(change=Change(entered=("campaign",), money_moved=6_000_000)),
        asked_at=NOW - DAY,
        votes=(Vote(actor="otto", chain=("otto",), role=role, proposal="proposal-2", at=NOW),),
    )
    changed = {"plan": plan, "delegations": (acting,), "request": request, "spent": {PERIOD: 2_500_000}}
    served.engine.states["web"] = served.engine.states["web"].model_copy(update=changed)
    return served
