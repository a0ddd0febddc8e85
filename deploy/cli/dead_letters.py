"""`tandem dead-letters`: what no way in could take; look at it, mend it, send it again."""

import json
import re
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any, get_args

import typer

from deploy.cli.api import Api, ApiError, UsageError, acting, connect
from deploy.cli.dead_letters_shown import LETTERS, print_answers, print_letter, print_letters, went_well, whole
from deploy.cli.output import JsonOption, print_json, print_line, progress, shown_path
from deploy.cli.shown import AsOption, instant_of
from deploy.errors import PlainError
from domain.letters import State
from domain.wording import count
from events.letters import Reason, Way

NOT_FOUND = 404
MOST_MEANT = 10  # letters that are named when the end of an id means several
LIST_ALL = "tandem dead-letters list --state all"
AFTER = re.compile(r"\d{4}-\d\d-\d\dT\S+ \S.*")
AT_ONCE = 100  # letters in one request: each may wait for its product
REASONS, WAYS = get_args(Reason), get_args(Way)
STATES = (*get_args(State), "all")
NAME = re.compile(r"[^A-Za-z0-9.-]+")
Because = Annotated[str, typer.Option("--because", help="Why; everybody can read it.")]
Id = Annotated[str, typer.Argument(metavar="ID", help="The letter's id, or the end of it.")]

ProductOption = Annotated[str | None, typer.Option(help="Only for this product.")]
SourceOption = Annotated[
    str | None, typer.Option(help="Only from this source: of the events, or a name of `sources list`.")
]
ReasonOption = Annotated[str | None, typer.Option(help=f"Only these: {', '.join(REASONS)}.")]
WayOption = Annotated[str | None, typer.Option(help=f"Only what came by {', '.join(WAYS)}.")]
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
    state: Annotated[str, typer.Option(help=f"{', '.join(STATES[:-1])}, or all.")] = "open",
    since: SinceOption = None,
    until: UntilOption = None,
    limit: Annotated[int, typer.Option(min=1, max=1000, help="How many.")] = 100,
    after: Annotated[str | None, typer.Option(help="What the page before ended with.")] = None,
    folded: Annotated[bool, typer.Option("--folded", help="With those that another letter stands for.")] = False,
    as_json: JsonOption = False,
) -> None:
    """List what could not be taken, the newest first."""
    _one_of("--state", state, STATES)
    if after is not None and not AFTER.fullmatch(after):
        raise UsageError(f"--after: {after!r}: must be what the page before ended with, an instant and a letter's id")
    wanted = None if state == "all" else state
    matching = _matching(product, source, reason, way, since, until)
    page = connect().get(LETTERS, **matching, state=wanted, limit=limit, after=after, folded=folded or None)
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
    api = connect()
    one = api.get(LETTERS, _meant(api, letter), body=body or None)
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
    actor, because = acting(person), _why(because)
    matching = _matching(product, source, reason, way, since, until)
    if everything == bool(letters):
        raise UsageError("name letters, or say --all; with --all, --reason and the like say which")
    if letters and any(matching.values()):
        raise UsageError("--product, --source, --reason, --way, --since and --until go with --all")
    api = connect()
    letters = [_meant(api, one, must_be=False) for one in letters or ()]
    asked = {"actor": actor, "reason": because, "dry_run": dry_run}
    with progress("looking what would be sent" if dry_run else "sending dead letters again"):
        done = _all(api, asked, matching) if everything else _named(api, asked, letters)
    if as_json:
        print_json({"counts": Counter(one["status"] for one in done), "items": done})
    else:
        print_answers(done)
    failed = [one for one in done if not went_well(one)]
    if failed and not dry_run:
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
    if file is None:
        api = connect()
        _write(api, _meant(api, letter), to, person or "PERSON")
        return
    actor, because = acting(person), _why(because)
    api = connect()
    letter = _meant(api, letter)
    done = api.post(LETTERS, letter, "redrive", body={"actor": actor, "reason": because, "event": _event(file)})
    if as_json:
        print_json(done)
    else:
        print_answers([done])
    if not went_well(done):
        raise PlainError(f"the edited copy of {letter} was not taken; the letter stays open")


def discard(letter: Id, because: Because = "", person: AsOption = None, as_json: JsonOption = False) -> None:
    """Give up a letter that cannot be mended. It is kept, and no longer waits for anybody."""
    actor, because = acting(person), _why(because)
    api = connect()
    letter = _meant(api, letter)
    done = api.post(LETTERS, letter, "discard", body={"actor": actor, "reason": because})
    if as_json:
        print_json(done)
        return
    whole(f"{letter}: {done['said']}")


def _why(because: str) -> str:
    if not because.strip():
        raise UsageError("--because: say why")
    return because


def _one_of(option: str, value: str | None, known: Sequence[str]) -> None:
    """Raise UsageError when a value is none of those that an option takes."""
    if value is not None and value not in known:
        raise UsageError(f"{option}: {value!r}: must be one of {', '.join(known)}")


def _meant(api: Api, text: str, *, must_be: bool = True) -> str:
    """Return the id of the letter that a person means by its id or the end of it.

    ``must_be``: else what nothing is known of comes back as it is. Raises UsageError, PlainError.
    """
    if not text:
        raise UsageError("ID: is empty")
    try:
        api.get(LETTERS, text)
        return text
    except ApiError as error:
        if error.status_code != NOT_FOUND:
            raise
    page = api.get(LETTERS, ending=text, limit=MOST_MEANT, folded=True)
    found = [one["id"] for one in page["items"] if one["id"].endswith(text)]
    if len(found) > 1:
        more = ", and more" if page["next"] else ""
        raise UsageError(f"{text!r} may mean {', '.join(found)}{more}: say which")
    if not found and must_be:
        raise PlainError(f"there is no dead letter {text!r}; `{LIST_ALL}` lists those that there are")
    return found[0] if found else text


def _matching(
    product: str | None, source: str | None, reason: str | None, way: str | None, since: str | None, until: str | None
) -> dict[str, Any]:
    _one_of("--reason", reason, REASONS)
    _one_of("--way", way, WAYS)
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
