"""Standard Webhooks: our own events, in the sender's names."""

from typing import Any

import pytest

from events.internal import SOURCE as OUR_SOURCE
from tests.unit.events.webhooks.cases import made, product, said, standard

SENT = {"type": "milestone.reached", "timestamp": "2026-03-01T09:00:00Z", "data": {"milestone": "Spring launch"}}
CLOUD = {
    "specversion": "1.0",
    "id": "c-1",
    "source": "/campaigns",
    "type": "milestone.reached",
    "subject": "web",
    "time": "2026-03-01T09:00:00Z",
    "data": {"milestone": "Spring launch"},
}
WEB = product(milestones={"Spring launch": "spring", "Old launch": None})
SHOP = product("shop")


@pytest.mark.parametrize(
    ("body", "named"),
    [
        pytest.param(SENT, ("/webhooks/outside", "msg_1"), id="type, timestamp, data"),
        pytest.param(CLOUD, ("/campaigns", "c-1"), id="a CloudEvent"),
    ],
)
def test_both_shapes_are_taken_in_the_senders_names(body: dict[str, Any], named: tuple[str, str]) -> None:
    found = made(standard(body), WEB)
    assert said(found.events) == [{"type": "milestone.reached", "milestone": "spring"}]
    assert (found.events[0].source, found.events[0].id) == named
    assert found.events[0].extensions == {"webhook": "outside"}


def test_a_name_of_ours_needs_no_alias() -> None:
    assert said(made(standard(SENT | {"data": {"milestone": "spring"}}), WEB).events)[0]["milestone"] == "spring"


@pytest.mark.parametrize(
    ("body", "bounds", "products"),
    [
        pytest.param(SENT, [WEB], ["web"], id="the only product that takes it"),
        pytest.param(SENT | {"subject": "web"}, [SHOP, WEB], ["web"], id="the product that is named"),
        pytest.param(CLOUD, [SHOP, WEB], ["web"], id="the subject of a CloudEvent"),
        pytest.param(SENT, [SHOP, WEB], [], id="several, and none is named"),
        pytest.param(SENT | {"subject": "blog"}, [SHOP, WEB], [], id="a product that does not take it"),
        pytest.param({**CLOUD, "subject": "shop"}, [WEB], [], id="nor as a CloudEvent"),
    ],
)
def test_the_product_is_named_or_the_only_one(body: dict[str, Any], bounds: list[Any], products: list[str]) -> None:
    found = made(standard(body), *bounds)
    assert [event.product for event in found.events] == products
    assert (found.reason == "unmapped") is (products == [])


@pytest.mark.parametrize(
    ("body", "reason", "word"),
    [
        pytest.param(SENT | {"type": "milestone.reach"}, "unknown-type", "did you mean milestone.reached", id="type"),
        pytest.param(
            SENT | {"data": {"milestone": "The spring"}},
            "unmapped",
            "did you mean spring? add to the product file `aliases: {outside: {milestones: {The spring: spring}}}`",
            id="no id of ours",
        ),
        pytest.param(SENT | {"data": None}, "invalid", "data: must be an object", id="no data"),
        pytest.param(SENT | {"timestamp": "today"}, "invalid", "timestamp: ", id="no time"),
        pytest.param(
            {"type": "milestone.reached", "data": {"milestone": "spring"}},
            "invalid",
            "timestamp: is required",
            id="a field that is missing, as the sender calls it",
        ),
        pytest.param(
            SENT | {"data": {"milestone": "spring", "id": "x"}}, "invalid", "data.id", id="an attribute in data"
        ),
        pytest.param(SENT | {"type": "plan.adopted"}, "invalid", "only by Tandem itself", id="an event of ours"),
        pytest.param({**CLOUD, "source": OUR_SOURCE}, "invalid", "source", id="our own name"),
    ],
)
def test_what_cannot_be_read_names_its_place(body: dict[str, Any], reason: str, word: str) -> None:
    found = made(standard(body), WEB)
    assert (found.events, found.reason) == ((), reason)
    assert word in found.detail


def test_a_name_that_is_left_out_leaves_out_the_event() -> None:
    found = made(standard(SENT | {"data": {"milestone": "Old launch"}}), WEB)
    assert (found.events, found.reason) == ((), None)
