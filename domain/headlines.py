"""What is asked, in one line that names the work by its titles. Pure."""

import re
from collections.abc import Iterable, Mapping
from typing import Any

from domain.product import DEBT_SUBJECT
from domain.wording import count
from events.internal import Change

MOST_NAMED = 2  # titles in a headline; the others are counted


def decision_headline(change: Change, items: Iterable[Mapping[str, Any]]) -> str:
    """Return what a proposal asks for; ``items``: those of its document, which know the titles and the values."""
    known = {one["item"]: one for one in items}
    parts = (
        ("Fund", "is funded", "are funded", change.entered),
        ("Take out", "gives way", "give way", change.displaced),
        ("Move", "moves", "move", change.moved),
        ("Miss", "would be missed", "would be missed", change.slipped),
    )
    said = [(lead, one, many, names) for lead, one, many, names in parts if names]
    if not said:
        return "Keep the plan as it is"
    (lead, _, _, first), *rest = said
    worth = sorted(first, key=lambda name: (-float(known.get(name, {}).get("value", 0)), name))
    named = [f"“{known.get(name, {}).get('title') or name}”" for name in worth[:MOST_NAMED]]
    more = [f"{len(first) - MOST_NAMED} more"] if len(first) > MOST_NAMED else []
    *before, last = [*named, *more]
    whole = f"{', '.join(before)} and {last}" if before else last
    others = [f"{_counted(names, lead)} {one if len(names) == 1 else many}" for lead, one, many, names in rest]
    return "; ".join([f"{lead} {whole}", *([", ".join(others)] if others else [])])


def escalation_headline(subject: str, needed: str | None) -> str:
    """Return what waits for an answer; ``needed``: the title of the item that waits, None when it is not known."""
    if subject == DEBT_SUBJECT:
        return "A better plan waits for a decision"
    name = subject.replace("-", " ")
    return f"The wait for {name}" if needed is None else f"“{needed}” waits for {name}"


def with_titles(text: str, titles: Mapping[str, str]) -> str:
    """Return a sentence with titles in the place of ids. Ids of one word stay: they may be words of the sentence."""
    known = {name: title for name, title in titles.items() if "-" in name and title and title != name}
    if not known:
        return text
    either = "|".join(re.escape(name) for name in sorted(known, key=len, reverse=True))
    return re.sub(rf"(?<![\w“-])({either})(?![\w-])", lambda found: f"“{known[found[1]]}”", text)


def _counted(names: tuple[str, ...], lead: str) -> str:
    return count(len(names), "milestone" if lead == "Miss" else "item")
