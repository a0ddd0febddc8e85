"""How commands show dead letters."""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from rich.text import Text

from deploy.cli.output import print_line, stdout
from deploy.cli.shown import at, clock_of, facts, labelled

LETTERS = "dead-letters"
SENT_AGAIN = "An id counts once: after a refusal the same event is sent again under its id and `~1`, `~2` \u2026"
WELL = ("closed", "pending", "would-send")


def went_well(answer: Mapping[str, Any]) -> bool:
    """Tell whether a letter needs nobody any more, as far as can be seen."""
    return answer["status"] in WELL


def print_letters(letters: Sequence[Mapping[str, Any]]) -> None:
    """Print a list: the id by itself, so that it is never cut; then one line, and why."""
    if not letters:
        print_line("no dead letters")
    for one in letters:
        whole(one["id"], style="bold")
        said = (f"{at(one['at'], 'UTC')} UTC", one["state"], one["reason"], one["product"], _event(one), clock_of(one))
        _line("  ".join(part for part in said if part))
        _line(" ".join(one["detail"].split()))


def print_letter(one: Mapping[str, Any]) -> None:
    """Print one with all that is known of it, and what can be done."""
    whole(labelled(f"Dead letter {one['id']}: {one['state']}", one), style="bold")
    cut = "; only its beginning is kept" if one["truncated"] else ""
    facts(
        [
            ("why", f"{one['reason']}: {one['detail']}"),
            ("arrived", f"{at(one['at'], 'UTC')} UTC by {one['way']}"),
            ("product", one["product"] or ""),
            ("event", _event(one)),
            ("size", f"{one['size']:,} bytes{cut}"),
            ("digest", one["digest"]),
            ("in the ledger", "; ".join(_linked(link) for link in one["events"])),
            ("on its way", "; ".join(_linked(link) for link in one["pending"])),
        ]
    )
    for name, letters in (("copy of", [one["copy_of"]]), ("edited copy", one["copies"]), ("came of", [one["came_of"]])):
        for letter in filter(None, letters):
            whole(f"  {name}  {letter}")
    if one["came_of"]:
        print_line(f"  {SENT_AGAIN} It was refused again, so that letter stands for this one: redrive that one.")
    elif any("~" in link["id"] for link in (*one["events"], *one["pending"])):
        print_line(f"  {SENT_AGAIN}")
    for tried in one["tries"]:
        came = tried["came"] or "under way"
        print_line(f"  {at(tried['at'], 'UTC')} UTC  {tried['actor']}, because {tried['reason']}: {came}")
    if one["body"] is not None:
        _print_body(one["body"])
    if one["state"] in ("open", "redriven"):
        rest = f"'{one['id']}' --as PERSON --because WHY"
        whole(f"tandem dead-letters redrive {rest}" if not one["stuck"] else f"not as it is: {one['stuck']}")
        whole(f"tandem dead-letters edit '{one['id']}'")
        whole(f"tandem dead-letters discard {rest}")


def print_answers(answers: Sequence[Mapping[str, Any]]) -> None:
    """Print what became of letters, one by one, and how many of each."""
    if not answers:
        print_line("no letters match")
    for one in answers:
        whole(one["id"], style="bold")
        print_line(f"  {_status(one)}: {one['said']}")
        if one["copy_id"]:
            whole(f"  edited copy  {one['copy_id']}")
    if len(answers) > 1:
        counted = Counter(map(_status, answers))
        print_line(", ".join(f"{number} {status}" for status, number in sorted(counted.items())))


def whole(text: str, style: str = "") -> None:
    """Print a line that holds an id: never cut and never folded, so that it can be copied."""
    stdout().print(Text(text, style=style), soft_wrap=True)


def _line(text: str) -> None:
    """Print one line, cut on a terminal; `show` has the rest."""
    stdout().print(Text(f"  {text}"), no_wrap=stdout().is_terminal, overflow="ellipsis")


def _status(answer: Mapping[str, Any]) -> str:
    return str(answer["status"]).replace("-", " ")


def _event(one: Mapping[str, Any]) -> str:
    return " ".join(str(one[name]) for name in ("type", "source", "event_id") if one[name])


def _print_body(body: Mapping[str, Any]) -> None:
    if body["erased"]:
        print_line("  what the customer wrote is erased")
    if body["text"] is not None:
        print_line(body["text"])
    elif body["base64"] is not None:
        print_line(f"  not text; in base64: {body['base64']}")
    elif body["event"] is not None:
        print_line("  the ledger has its event:")
        print_line(json.dumps(body["event"], indent=2, ensure_ascii=False))


def _linked(link: Mapping[str, Any]) -> str:
    number = "" if link["seq"] is None else f" (#{link['seq']})"
    outcome = f": {link['outcome']}" if link["outcome"] else ""
    return f"{link['id']} from {link['source']} in {link['product']}{number}{outcome}"
