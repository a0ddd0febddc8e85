"""The names of columns: what Jira calls them, and what our own CSV calls them."""

import re

from deploy.importing.records import Kind

KINDS: tuple[Kind, ...] = ("item", "milestone", "dependency", "team")
_CUSTOM = re.compile(r"custom field \((.+)\)", re.DOTALL)
_LINK = re.compile(r"(inward|outward) issue link \((.+)\)", re.DOTALL)

JIRA = {
    "issue key": "key",
    "key": "key",
    "summary": "title",
    "issue type": "type",
    "status": "status",
    "due date": "due",
    "duedate": "due",
    "fix version/s": "milestone",
    "fix versions": "milestone",
    "fix version": "milestone",
    "component/s": "component",
    "components": "component",
    "labels": "themes",
    "team": "team",
    "team name": "team",
    "original estimate": "seconds",
    "σ original estimate": "total_seconds",
    "story points": "points",
    "story point estimate": "points",
    "parent": "parent",
    "parent key": "parent",
    "epic link": "parent",
}
JIRA_FIELDS = tuple(dict.fromkeys(JIRA.values()))
JIRA_SILENT = frozenset({"issue id", "parent id", "parent summary", "project key", "project name"})  # said by others

PLAIN: dict[Kind, tuple[str, ...]] = {
    "item": (
        *("title", "status", "team", "effort_days", "efforts", "cost", "duration", "after", "milestone", "due"),
        *("themes", "goals", "marketplace", "competition", "user_feedback", "business_goals", "value", "urgency"),
        *("must", "by", "then", "half_life_days"),
    ),
    "milestone": ("title", "due", "committed"),
    "dependency": ("needs", "provider", "needed_by", "promised_for", "milestone", "reason"),
    "team": ("title", "function", "lead", "person_days", "allotment"),
}
PLAIN_FIELDS = tuple(dict.fromkeys(("id", "kind", *(name for names in PLAIN.values() for name in names))))


def normal(header: str) -> str:
    """Return a header as it is compared: folded, without the frame that Jira puts around custom fields."""
    folded = " ".join(header.replace("_", " ").split()).casefold()
    custom = _CUSTOM.fullmatch(folded)
    return custom[1].strip() if custom else folded


def link_of(header: str) -> tuple[str, str] | None:
    """Return the direction and the folded type of a column of links; None when it is none."""
    match = _LINK.fullmatch(" ".join(header.split()).casefold())
    return (match[1], match[2].strip()) if match else None


def jira_field(header: str) -> str | None:
    """Return the field of a Jira column."""
    return JIRA.get(normal(header))


def plain_field(header: str) -> str | None:
    """Return the field of a column of our own CSV."""
    name = normal(header).replace(" ", "_")
    return name if name in PLAIN_FIELDS else None
