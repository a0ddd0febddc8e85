"""What no line of a history may show to a person."""

import re

from domain.narrative import Line

ENGINE_TERMS = re.compile(
    r"\b(signal|updat(e|ed|es)|quer(y|ies)|activit(y|ies)|tasks?|workflows?|workers?|continue-as-new|namespaces?"
    r"|payloads?|retr(y|ies)|json|sha-?256|hash(es)?|exceptions?|null|true|false)\b",
    re.IGNORECASE,
)
MICROSECONDS = re.compile(r"\d{2}:\d{2}:\d{2}\.\d")


def faults(line: Line) -> list[str]:
    """Return what is wrong with a line."""
    shown = " | ".join(part for part in (line.what, line.why, line.waits_for) if part)
    found = [] if line.what.strip() else ["says nothing"]
    found += [
        f"shows {mark!r}" for mark in ("{", "}", "None", "[]", "()", "''", ": :", "  ", "plan-debt") if mark in shown
    ]
    found += [f"shows a term of the engine: {match[0]}" for match in ENGINE_TERMS.finditer(shown)]
    if MICROSECONDS.search(shown):
        found.append("shows a time with microseconds")
    if re.search(r"\d{4}-\d{2}-\d{2}T", shown):
        found.append("shows a time as machines write it")
    return found
