"""`tandem dead-letters`: what no way in could take; look at it, mend it, send it again."""

import json
import re
from collections import Counter
from pathlib import Path
from typing import Annotated, Any

import typer

from deploy.cli.api import Api, UsageError, acting, connect
from deploy.cli.dead_letters_shown import LETTERS, print_answers, print_letter, print_letters, went_well
from deploy.cli.output import JsonOption, print_json, print_line, progress, shown_path
from deploy.cli.shown import AsOption, instant_of
from deploy.errors import PlainError
from domain.wording import count

AT_ONCE = 100  # letters in one request: each may wait for its product
NAME = re.compile(r"[^A-Za-z0-9.-]+")
Because = Annotated[str, typer.Option("--because", help="Why; everybody can read it.")]
Id = Annotated[str, typer.Argument(metavar="ID", help="The letter's id, as `dead-letters list` shows it.")]

ProductOption = Annotated[str | None, typer.Option(help="Only for this product.")]
SourceOption = Annotated[str | None, typer.Option(help="Only from this source.")]
ReasonOption = Annotated[
    str | None,
    typer.Option(help="Only these: invalid, unknown-type, unknown-product, unmapped, too-large or refused."),
]
WayOption = Annotated[str | None, typer.Option(help="Only what came by http, kafka, webhook or product.")]
SinceOption = Annotated[str | None, typer.Option(help="From this date or instant on (UTC).")]
UntilOption = Annotated[str | None, typer.Option(help="Before this date ends, or before this instant (UTC).")]


def register(app: typer.Typer) -> None:
    """Add these commands."""
    letters = typer.Typer(no_args_is_help=True, help="What could not be taken: list, show, redrive, edit, discard.")
    letters.command("list")(listed)
    letters.command("show")(show)
    letters.command("redrive")(redrive)
    letters.command("edit")(edit)
    letters.command("discard")(discard)
    app.add_typer(letters, name="dead-letters")


def listed(
    product: ProductOption = None,
    source: SourceOption = None,
    reason: ReasonOption = None,
    way: WayOption = None,
    state: Annotated[str, typer.Option(help="open, redriven, closed, discarded, or all.")] = "open",
    since: SinceOption = None,
    until: UntilOption = None,
    limit: Annotated[int, typer.Option(min=1, max=1000, help="How many.")] = 100,
    after: Annotated[str | None, typer.Option(help="What the page before ended with.")] = None,
    as_json: JsonOption = False,
) -> None:
    """List what could not be taken, the newest first."""
    wanted = None if state == "all" else state
    matching = _matching(product, source, reason, way, since, until)
    page = connect().get(LETTERS, **matching, state=wanted, limit=limit, after=after)
    if as_json:
        print_json(page)
        return
    print_letters(page["items"])
    if page["next"]:
        print_line(f"more: --after '{page['next']}'")


def show(
    letter: Id,
    body: Annotated[bool, typer.Option("--body", help="With its bytes, which may hold what customers wrote.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Show a letter: why it could not be taken, and what became of it."""
    one = connect().get(LETTERS, letter, body=body or None)
    if as_json:
        print_json(one)
        return
    print_letter(one)


def redrive(
    letters: Annotated[list[str] | None, typer.Argument(metavar="[ID]...", help="Letters; or --all.")] = None,
    everything: Annotated[bool, typer.Option("--all", help="All open ones that match, the oldest first.")] = False,
    because: Because = "",
    product: ProductOption = None,
    source: SourceOption = None,
    reason: ReasonOption = None,
    way: WayOption = None,
    since: SinceOption = None,
    until: UntilOption = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would be sent.")] = False,
    person: AsOption = None,
    as_json: JsonOption = False,
) -> None:
    """Send letters again as they are; each counts once, however often it is redriven."""
    actor = acting(person)
    if not because:
        raise UsageError("say why: --because REASON")
    matching = _matching(product, source, reason, way, since, until)
    if everything == bool(letters):
        raise UsageError("name letters, or say --all; with --all, --reason and the like say which")
    if letters and any(matching.values()):
        raise UsageError("--product, --source, --reason, --way, --since and --until go with --all")
    api = connect()
    asked = {"actor": actor, "reason": because, "dry_run": dry_run}
    with progress("looking what would be sent" if dry_run else "sending dead letters again"):
        done = _all(api, asked, matching) if everything else _named(api, asked, letters or [])
    if as_json:
        print_json({"counts": Counter(one["status"] for one in done), "items": done})
    else:
        print_answers(done)
    failed = [one for one in done if not went_well(one)]
    if failed:
        raise PlainError(f"{count(len(failed), 'letter')} of {len(done)} could not be closed")


def edit(
    letter: Id,
    file: Annotated[Path | None, typer.Option("--with", help="The event to send instead, one CloudEvent.")] = None,
    to: Annotated[Path | None, typer.Option("--to", help="Where to write the event; else a name of its own.")] = None,
    because: Because = "",
    person: AsOption = None,
    as_json: JsonOption = False,
) -> None:
    """Write a letter's event into a file; with --with send the edited one. The letter itself stays as it came."""
    actor = acting(person)
    api = connect()
    if file is None:
        _write(api, letter, to, actor)
        return
    if not because:
        raise UsageError("say why: --because REASON")
    done = api.post(LETTERS, letter, "redrive", body={"actor": actor, "reason": because, "event": _event(file)})
    if as_json:
        print_json(done)
    else:
        print_answers([done])
    if not went_well(done):
        raise PlainError(f"the edited copy of {letter} was not taken; the letter stays open")


def discard(letter: Id, because: Because, person: AsOption = None, as_json: JsonOption = False) -> None:
    """Give up a letter that cannot be mended. It is kept, and no longer waits for anybody."""
    done = connect().post(LETTERS, letter, "discard", body={"actor": acting(person), "reason": because})
    if as_json:
        print_json(done)
        return
    print_line(f"{letter}: {done['said']}")


def _matching(
    product: str | None, source: str | None, reason: str | None, way: str | None, since: str | None, until: str | None
) -> dict[str, Any]:
    return {
        "product": product,
        "source": source,
        "reason": reason,
        "way": way,
        "since": instant_of(since, "UTC", "--since"),
        "until": instant_of(until, "UTC", "--until"),
    }


def _named(api: Api, asked: dict[str, Any], letters: list[str]) -> list[dict[str, Any]]:
    done: list[dict[str, Any]] = []
    for start in range(0, len(letters), AT_ONCE):
        done += api.post(LETTERS, "redrive", body={**asked, "ids": letters[start : start + AT_ONCE]})["items"]
    return done


def _all(api: Api, asked: dict[str, Any], matching: dict[str, Any]) -> list[dict[str, Any]]:
    done: list[dict[str, Any]] = []
    after = None
    while True:
        body = {**asked, "matching": matching, "limit": AT_ONCE, "after": after}
        page = api.post(LETTERS, "redrive", body=body)
        done += page["items"]
        after = page["next"]
        if after is None:
            return done


def _write(api: Api, letter: str, to: Path | None, actor: str) -> None:
    body = api.get(LETTERS, letter, body=True)["body"]
    if body["event"] is None:
        raise PlainError(f"there is no event in {letter}: {'its body was erased' if body['erased'] else 'see `show`'}")
    path = to or Path(f"{NAME.sub('-', letter).strip('-')}.json")
    if path.exists():
        raise PlainError(f"{shown_path(path)} is there already; say --to another file")
    try:
        path.write_text(json.dumps(body["event"], indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    except OSError as exc:
        raise PlainError(f"cannot write {path}: {exc.strerror}") from exc
    print_line(f"wrote {shown_path(path)}; edit it, then:")
    print_line(f"tandem dead-letters edit '{letter}' --with {shown_path(path)} --as {actor} --because WHY")


def _event(file: Path) -> dict[str, Any]:
    try:
        event = json.loads(file.read_text(encoding="utf-8"))
    except OSError as exc:
        raise PlainError(f"cannot read {file}: {exc.strerror}") from exc
    except ValueError as exc:
        raise PlainError(f"{file} is not JSON: {exc}") from exc
    if not isinstance(event, dict):
        raise PlainError(f"{file}: must be one CloudEvent, a JSON object")
    return event
