"""Jira's issues: an issue may be an item, a milestone or a dependency of the product, by its aliases."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from events.errors import EventError
from events.webhooks.bindings import Life
from events.webhooks.delivery import dig, instant_at, shown, since_1970, text_at
from events.webhooks.life import dependency_status, item_status, milestone_status, promised
from events.webhooks.reading import Reading

DUE_FIELDS = ("duedate", "due date", "end date", "target end")  # of a changelog, in small letters
FLAG, IMPEDIMENT = "flagged", "impediment"


@dataclass(frozen=True, slots=True)
class _Issue:
    """One issue, and what it is here."""

    names: tuple[str, ...]  # its key, and its number, which is all that links say
    time: datetime
    title: str
    item: str | None
    milestone: str | None
    dependency: str | None


def issue_created(r: Reading) -> None:
    """Add that something exists, where it stands and when it is due."""
    issue = _issue(r)
    if issue is None:
        return
    if issue.item:
        r.add("item.changed", issue.time, "title", item=issue.item, title=issue.title or None)
    due = dig(r.delivery.body, "issue", "fields", "duedate")
    if isinstance(due, str):
        _due(r, issue, _day(due), planned=True)
    _status(r, issue, text_at(r.delivery.body, "issue", "fields", "status", "name"), "")


def issue_deleted(r: Reading) -> None:
    """Add that something is no longer wanted."""
    issue = _issue(r)
    if issue is None:
        return
    if issue.item:
        r.add("item.dropped", issue.time, item=issue.item, reason="deleted in Jira")
    if issue.milestone:
        r.add("milestone.dropped", issue.time, "milestone", milestone=issue.milestone, reason="deleted in Jira")
    if issue.dependency:
        r.say(f"{issue.names[0]} was deleted; whether {issue.dependency} is still needed is for a person to decide")


def issue_updated(r: Reading) -> None:
    """Add what the changelog says; only what changed, so that the time of each fact is its own."""
    changes = dig(r.delivery.body, "changelog", "items")
    taken = [one for one in changes if _taken(one)] if isinstance(changes, list) else []
    wanted = [one for one in taken if f"{r.delivery.event}.{_field(one)}" not in r.bound.binding.ignore]
    if taken and not wanted:
        r.left_out.append("such changes are left out")
        return
    if not taken:
        fields = [shown(dig(one, "field")) for one in changes or ()][:5] if isinstance(changes, list) else []
        r.say(f"nothing is made of this update ({', '.join(fields) or r.delivery.names[-1]}); {_ignored(r)}")
        return
    issue = _issue(r)
    if issue is None:
        return
    for change in wanted:
        field, new, old = _field(change), dig(change, "toString"), dig(change, "fromString")
        if field == "status":
            _status(r, issue, str(new or ""), str(old or ""))
        elif field == "summary" and issue.item:
            r.add("item.changed", issue.time, "title", item=issue.item, title=shown(new) or None)
        elif field == FLAG:
            _flag(r, issue, str(new or ""))
    dates = {_field(one): _day(str(dig(one, "to") or "")) for one in wanted if _field(one) in DUE_FIELDS}
    if len(set(dates.values())) > 1:
        named = ", ".join(f"'issue_updated.{field}'" for field in dates)
        ignore = f"sources.{r.delivery.source}.ignore"
        r.say(f"{issue.names[0]} got several dates at once; add all but one of {named} to {ignore}")
    elif dates:
        _due(r, issue, next(iter(dates.values())), planned=False)


def _taken(change: Any) -> bool:
    return _field(change) in ("status", "summary", FLAG, *DUE_FIELDS)


def _field(change: Any) -> str:
    return str(dig(change, "field")).lower()


def _ignored(r: Reading) -> str:
    return f"to leave such out, add {r.delivery.names[-1]!r} to sources.{r.delivery.source}.ignore"


def _issue(r: Reading) -> _Issue | None:
    """Return the issue, or None after noting that it has no alias."""
    body = r.delivery.body
    names = (text_at(body, "issue", "key"), text_at(body, "issue", "id"))
    meant = {kind: r.alias(kind, *names) for kind in ("items", "milestones", "dependencies") if r.knows(kind, *names)}
    if not meant:
        r.alias("items", *names)  # notes that it has none, or that the rest is left out
        return None
    return _Issue(
        names=names,
        time=_time(body),
        title=shown(dig(body, "issue", "fields", "summary")),
        item=meant.get("items"),
        milestone=meant.get("milestones"),
        dependency=meant.get("dependencies"),
    )


def _time(body: dict[str, Any]) -> datetime:
    """Return when it happened: the delivery's own time, which some senders write as text, or the issue's."""
    stamp = dig(body, "timestamp")
    if isinstance(stamp, int) and not isinstance(stamp, bool):
        try:
            return since_1970(stamp)
        except ValueError as exc:
            raise EventError.at(("timestamp",), str(exc)) from None
    return instant_at(body, "issue", "fields", "updated")


def _status(r: Reading, issue: _Issue, new: str, old: str) -> None:
    life = r.status(new or "(none)")
    if life is None:
        return
    before: Life | None = r.bound.aliases.statuses.get(old)
    why = shown(f"status {new} of {issue.names[0]}")
    if issue.item:
        item_status(r, issue.item, issue.names, life, before, issue.time, why)
    if issue.milestone:
        milestone_status(r, issue.milestone, life, issue.time, why)
    if issue.dependency:
        dependency_status(r, issue.dependency, life, before, issue.time, why)


def _due(r: Reading, issue: _Issue, due: date | None, *, planned: bool) -> None:
    if due is None:
        r.say(f"{issue.names[0]} lost its date; what is promised instead is for a person to say")
    elif issue.milestone:
        known = r.bound.milestones.get(issue.milestone)
        more: dict[str, Any] = {"title": issue.title, "committed": known is None or known.committed} if planned else {}
        kind = "milestone.planned" if planned else "milestone.moved"
        r.add(kind, issue.time, "due", milestone=issue.milestone, due=due.isoformat(), **more)
    elif issue.dependency:
        promised(r, issue.dependency, due, issue.time)
    elif planned:
        r.left_out.append(f"{issue.names[0]} is due on {due}, but an item has no date of its own")
    else:
        r.say(
            f"{issue.names[0]} is due on {due}, but an item has no date of its own; if the date is a promise, make the "
            f"issue an alias of a milestone or a dependency; to leave such out, add 'issue_updated.duedate' (or the "
            f"name of the field) to sources.{r.delivery.source}.ignore"
        )


def _flag(r: Reading, issue: _Issue, flag: str) -> None:
    dependency = issue.dependency or r.dependency_of(issue.item, *issue.names)
    if dependency is None:
        return
    if not flag:
        r.unblock(dependency, issue.time, "the flag was taken away", "flag")
    elif flag.lower() == IMPEDIMENT:
        why = shown(f"{issue.names[0]} {issue.title} is flagged: {flag}")
        r.add("dependency.blocked", issue.time, "flag", dependency=dependency, reason=why)
    else:
        r.say(f"the flag {shown(flag)!r} means nothing here, only {IMPEDIMENT.capitalize()!r}")


def _day(text: str) -> date | None:
    """Return a day that Jira writes as 2026-03-31, with or without a time; None for none. Raises EventError."""
    if not text:
        return None
    try:
        return date.fromisoformat(text[:10])
    except ValueError:
        raise EventError.at(("changelog",), f"{shown(text)!r} is no date") from None
