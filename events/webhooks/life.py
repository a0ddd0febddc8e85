"""How a status, a promise or a block of the source becomes facts about an item, a milestone or a dependency."""

import hashlib
from datetime import date, datetime

from events.webhooks.bindings import Life
from events.webhooks.delivery import shown
from events.webhooks.reading import Reading

ENDED = ("completed", "reached")


def item_status(
    r: Reading, item: str, names: tuple[str, ...], life: Life, before: Life | None, time: datetime, why: str
) -> None:
    """Add what a status says of an item. ``names``: of its issue; ``before``: the status it comes from, if known."""
    if life == "started":
        r.add("item.started", time, item=item)
    elif life in ENDED:
        r.add("item.completed", time, item=item)
    elif life == "dropped":
        r.add("item.dropped", time, item=item, reason=why)
    elif life == "blocked":
        if dependency := r.dependency_of(item, *names):
            r.add("dependency.blocked", time, dependency=dependency, reason=why)
    elif before in ("started", *ENDED):
        r.say(f"{why}: the item {item} cannot go back to planned; map this status to started, or drop the item")
    elif not r.facts:  # it exists, which the source says and the ledger keeps
        r.add("item.changed", time, item=item)
    if before == "blocked" and life in ("started", "added", "planned") and (known := r.dependency_of(item, *names)):
        r.add("dependency.unblocked", time, "unblocked", dependency=known, reason=why)


def milestone_status(r: Reading, milestone: str, life: Life, time: datetime, why: str) -> None:
    """Add what a status says of a milestone; that work on it began says nothing of its date."""
    if life in ENDED:
        r.add("milestone.reached", time, "milestone", milestone=milestone)
    elif life == "dropped":
        r.add("milestone.dropped", time, "milestone", milestone=milestone, reason=why)
    else:
        r.left_out.append(f"{why}: the milestone {milestone} stays planned")


def dependency_status(r: Reading, dependency: str, life: Life, before: Life | None, time: datetime, why: str) -> None:
    """Add what a status of the provider's issue says of the dependency."""
    if life in ENDED:
        r.add("dependency.delivered", time, "dependency", dependency=dependency)
    elif life == "blocked":
        r.add("dependency.blocked", time, "dependency", dependency=dependency, reason=why)
    elif life == "dropped":
        r.say(f"{why}: whether {dependency} is still needed is for a person to decide, in the product file")
    elif before in ("blocked", *ENDED):
        r.add("dependency.unblocked", time, "dependency", dependency=dependency, reason=why)
    else:
        r.left_out.append(f"{why}: {dependency} is still waited for")


def promised(r: Reading, dependency: str, promised_for: date, time: datetime) -> None:
    """Add that the provider promises a dependency for another date."""
    known = r.bound.dependencies.get(dependency)
    if known is None:
        r.say(f"the dependency {dependency} is no longer open, so that nobody waits for a date of it")
        return
    r.add(
        "dependency.declared",
        time,
        "promise",
        dependency=dependency,
        needs=known.needs,
        provider=known.provider,
        needed_by=known.needed_by.isoformat(),
        promised_for=promised_for.isoformat(),
    )


def waits_for(
    r: Reading,
    waiting: tuple[str, ...],
    provider: tuple[str, ...],
    teams: tuple[str, ...],
    time: datetime,
    state: str,
    why: str,
) -> None:
    """Add that one issue waits for another. ``state``: ``blocked``, ``unblocked``, or empty: only that it waits.

    The provider's issue may be the alias of a dependency. Otherwise both are items, and the dependency between them
    is declared here: provided by the team of the other repository or project, or the only team of the other item,
    and needed by the milestone of the item that waits.
    """
    if r.knows("dependencies", *provider):
        dependency = r.alias("dependencies", *provider)
        if dependency and state == "unblocked":
            r.unblock(dependency, time, shown(why))
        elif dependency and state:
            r.add(f"dependency.{state}", time, dependency=dependency, reason=shown(why))
        elif dependency:
            r.left_out.append(f"{dependency} is declared in the product file already")
        return
    needs, other = r.alias("items", *waiting), r.alias("items", *provider)
    if needs is None or other is None:
        return
    team = _team(r, other, teams)
    item = r.bound.items.get(needs)
    milestone = r.bound.milestones.get(item.milestone or "") if item else None
    if milestone is None:
        r.say(f"when {needs} needs {other} is not known: {needs} has no open milestone; declare the dependency")
    if team is None:
        r.say(f"which team provides {other} is not known; declare the dependency, or {r.advise('teams')}")
    if milestone is None or team is None:
        return
    dependency = _between(needs, other)
    r.add(
        "dependency.declared",
        time,
        "declared",
        dependency=dependency,
        needs=needs,
        provider=team,
        needed_by=milestone.due.isoformat(),
    )
    if state:
        r.add(f"dependency.{state}", time, dependency=dependency, reason=shown(why))


def _between(needs: str, other: str) -> str:
    """Return the id of a dependency between two items: at most 100 characters, and another one for each two."""
    whole = f"{needs}-needs-{other}"
    return whole if len(whole) <= 100 else f"{whole[:83]}-{hashlib.sha256(whole.encode()).hexdigest()[:16]}"


def _team(r: Reading, item: str, names: tuple[str, ...]) -> str | None:
    if r.knows("teams", *names):
        return r.alias("teams", *names)
    known = r.bound.items.get(item)
    return known.teams[0] if known and len(known.teams) == 1 else None
