"""Signed deliveries with anything at all in them: translated, said or left out, and never an error inside."""

import copy
import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from events.webhooks.delivery import Delivery, read
from events.webhooks.translate import translate
from tests.unit.events.webhooks.cases import (
    ARRIVED,
    an_issue,
    github,
    issue,
    jira,
    jira_issue,
    jira_link,
    made,
    milestone,
    product,
    standard,
)
from tests.unit.events.webhooks.test_github import WEB as GITHUB
from tests.unit.events.webhooks.test_github_relations import on_board, purchase, update
from tests.unit.events.webhooks.test_jira import WEB as JIRA
from tests.unit.events.webhooks.test_standard import CLOUD, SENT

RELATION = {"blocked_issue": an_issue(12), "blocking_issue": an_issue(7, "acme/api")}
PARTS = {"parent_issue": an_issue(12), "sub_issue": an_issue(7, "acme/api")}
DELIVERIES = [
    *(github("milestone", milestone(action)) for action in ("created", "edited", "deleted")),
    *(github("issues", issue(action)) for action in ("opened", "closed", "deleted")),
    github("issues", issue("labeled", more={"label": {"name": "blocked: legal"}})),
    github("issues", issue("transferred", more={"changes": {"new_issue": an_issue(2)}})),
    github("issues", issue("milestoned", more={"milestone": {"number": 7, "title": "Spring launch"}})),
    github("issue_dependencies", {"action": "blocked_by_added", **RELATION}),
    github("sub_issues", {"action": "sub_issue_added", **PARTS}),
    github("marketplace_purchase", purchase("changed")),
    update("AT_RISK", "2026-06-01"),
    on_board("Doing"),
    jira(jira_issue("issue_created", duedate="2026-05-15")),
    jira(jira_issue("issue_updated", {"status": ("To Do", "Done"), "Flagged": ("", "Impediment")})),
    jira(jira_issue("issue_updated", {"duedate": ("", "2026-05-15")}, key="WEB-200")),
    jira(jira_link("issuelink_created", 30007, 30118)),
    standard(SENT),
    standard(CLOUD),
]
PRODUCTS = {
    "github": product(**GITHUB | {"milestones": {"Spring launch": "spring", "PVT_1": "spring"}}),
    "jira": product(**JIRA),
    "standard": product(milestones={"Spring launch": "spring"}),
}
junk = st.sampled_from(
    [None, True, 0, -1, 10**30, 1.5, "", "x" * 3_000, "\x00\ud800", "2026-13-45", [], [None], {}, {"name": 1}]
)


def places(value: Any, path: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    found = [path] if path else []
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return found + [place for key, one in inner for place in places(one, (*path, key))]


def replaced(delivery: Delivery, path: tuple[str | int, ...], value: Any) -> Delivery:
    body: Any = copy.deepcopy(delivery.body)
    holder = body
    for part in path[:-1]:
        holder = holder[part]
    holder[path[-1]] = value
    headers = {"x-github-event": delivery.event, "x-github-delivery": "d"}
    return read(delivery.kind, delivery.source, headers, json.dumps(body).encode(), None, ARRIVED)


@pytest.mark.parametrize("delivery", DELIVERIES, ids=lambda one: f"{one.kind} {one.event} {one.action}")
@settings(deadline=None, max_examples=60)
@given(data=st.data())
def test_whatever_stands_at_any_place_has_an_answer(delivery: Delivery, data: st.DataObject) -> None:
    path, value = data.draw(st.sampled_from(places(delivery.body))), data.draw(junk)
    found = translate(replaced(delivery, path, value), [PRODUCTS[delivery.kind]])
    assert found.events or found.reason or found.left_out
    assert not found.reason or found.detail


def test_what_is_left_out_does_not_hide_what_is_unknown() -> None:
    aliases = JIRA | {"dependencies": {"WEB-118": None}, "statuses": {"To Do": "added"}}
    found = made(jira(jira_issue("issue_updated", {"status": ("To Do", "Odd")})), product(**aliases))
    assert (found.events, found.reason) == ((), "unmapped")


def test_one_of_very_many_names_is_compared_with_those_near_it() -> None:
    names = {f"acme/web#{number}": "sso" for number in range(1_000, 4_000)}
    found = made(github("issues", issue("closed", number=39990)), product(items=names))
    assert "did you mean 'acme/web#3999'" in found.detail
