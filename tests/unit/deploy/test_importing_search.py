"""Search results of Jira's REST API into a product; real issues among them."""

import json
from pathlib import Path
from typing import Any

import pytest

from deploy.errors import PlainError
from deploy.importing.names import NameMap
from tests.realdata import realdata
from tests.unit.deploy.importing_cases import bring, whys


def search(*issues: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"issues": [{"key": f"WEB-{n}", "fields": fields} for n, fields in enumerate(issues, 1)]} | more


def test_a_search_result_is_read_with_the_dates_of_its_versions(tmp_path: Path) -> None:
    spring, summer = {"name": "spring", "releaseDate": "2027-04-15"}, {"name": "Summer 27", "releaseDate": "2027-06-30"}
    first = {
        "summary": "Login",
        "status": {"name": "To Do"},
        "fixVersions": [summer],
        "customfield_7": {"value": "it"},
        "aggregatetimeoriginalestimate": 57600,
        "issuelinks": [{"type": {"name": "Blocks"}, "outwardIssue": {"key": "WEB-2"}}],
    }
    second = {"summary": "Ads", "customfield_7": [{"name": "ads"}], "duedate": "2027-05-01", "fixVersions": [spring]}
    outcome = bring(tmp_path, search(first, second, names={"customfield_7": "Team"}, total=3))
    assert whys(outcome) == []
    assert outcome.value["milestones"] == {
        "spring": {"title": "Spring campaign", "due": "2027-04-15"},
        "summer-27": {"title": "Summer 27", "due": "2027-06-30"},
    }
    assert outcome.value["items"]["WEB-1"] == {"title": "Login", "efforts": {"it": 2}, "milestone": "summer-27"}
    assert outcome.value["dependencies"]["WEB-1-for-WEB-2"]["needed_by"] == "2027-05-01"
    assert "1.json is one page: it holds 2 of 3 issues; give the other pages as well" in dict(outcome.notes)
    again = bring(tmp_path, search(first, second), into=outcome.value, columns={"team": "customfield_7"})
    assert (again.changes, again.unchanged) == ([], 2)


@pytest.mark.parametrize(
    "value",
    [
        pytest.param({"errorMessages": ["no"]}, id="an error of Jira"),
        pytest.param({"issues": [{"key": "WEB-1"}]}, id="issues without fields"),
    ],
)
def test_other_json_is_named(value: dict[str, Any], tmp_path: Path) -> None:
    with pytest.raises(PlainError, match="is not a search result of Jira"):
        bring(tmp_path, value)


def test_real_issues_of_a_jira_are_mapped_or_named(tmp_path: Path) -> None:
    names = ("issue.created", "issue.updated.commented-changed", "issue.updated.status-changed")
    issues = [json.loads(realdata(f"jira-webhooks/{name}.json").read_text(encoding="utf-8"))["issue"] for name in names]
    unmapped = bring(tmp_path, {"issues": issues})
    assert [(one.value, one.left_out) for one in unmapped.problems if one.place.column == "status"] == [
        (one["fields"]["status"]["name"], one["key"]) for one in issues
    ]
    assert unmapped.changes == []
    statuses = {name: usual for name, (usual, _) in unmapped.proposal["statuses"].items()}
    assigned = [one["fields"]["assignee"] for one in issues if one["fields"]["assignee"]]
    people = [one.get("name") or one["displayName"] for one in assigned]
    mapping = NameMap(statuses=statuses, teams=dict.fromkeys(people, "it"))
    outcome = bring(tmp_path, {"issues": issues}, mapping=mapping, columns={"team": "assignee"})
    taken, linked = outcome.value["items"], issues[2]["fields"]["issuelinks"][0]["outwardIssue"]["key"]
    assert {id: item["title"] for id, item in taken.items()} == {
        one["key"]: one["fields"]["summary"] for one in issues if one["key"] in taken
    }
    assert len(taken) + len({one.left_out for one in outcome.problems if one.left_out}) == len(issues)
    assert taken[issues[0]["key"]]["efforts"] == {"it": 0.125}  # an hour of eight
    assert (3, "issuelinks", linked) in [(one.place.row, one.place.column, one.value) for one in outcome.problems]
