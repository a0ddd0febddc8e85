"""`tandem import`: a Jira export or a CSV into a product file; shows first, writes when told to."""

import json
import re
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, NamedTuple

import typer

from deploy.cli.api import UsageError
from deploy.cli.importing_shown import as_json_of, proposal_text, show
from deploy.cli.output import JsonOption, print_json, print_line, shown_path
from deploy.errors import PlainError
from deploy.importing.document import put_file, skeleton, written
from deploy.importing.merge import Outcome, merge, status_events
from deploy.importing.names import aliases_of, load_map
from deploy.importing.records import Choices
from deploy.importing.vocabulary import JIRA_FIELDS, PLAIN_FIELDS
from deploy.product_file import load_product_file
from domain.wording import count
from events.fields import PRODUCT_PATTERN

HELP = """Read a Jira export or a CSV into a product file. Shows what it would do; writes only with --write.

Reads the CSV of Jira's issue navigator (all fields), the JSON of its REST search, and a CSV with columns of our own.
Several files count as one: the pages of an export, or issues.csv with milestones.csv. Nothing is guessed: a name
that is neither an id nor a title and that no mapping knows (--map; null leaves it out) is listed with its row and
column. Nothing is taken away: what an export does not say stays as it is.

Columns of our own CSV; an empty cell changes nothing, a lone - empties the field, lists are a; b; c, numbers 1250.5:

item: id, title, status, team, effort_days (or efforts: it=15; ads=2.5), cost (minor units), duration (months), after,
milestone, due, themes, goals, marketplace, competition, user_feedback, business_goals (0-100), value, urgency, must
(in, out or free), and how the value depends on the delivery: by (a date), then (the share left after it),
half_life_days

milestone: id, title, due, committed (yes or no)

dependency: id, needs, provider, needed_by, promised_for, milestone, reason

team: id, title, function, lead, person_days, allotment

A column kind says which of them a row is; without it every row is an item.

From Jira: Summary, Issue Type, Status, Due date, Fix Version, Team or else Component, Labels (themes), Original
Estimate, Story Points, and links of type Blocks: within a team an order, between teams a dependency."""


class Dates(StrEnum):
    """The order of a date such as 01/02/26."""

    dmy = "dmy"
    mdy = "mdy"


class Targets(NamedTuple):
    """The files that were named for writing, and the one that may be written over."""

    into: Path | None
    write: Path | None
    events: Path | None
    propose: Path | None


def register(app: typer.Typer) -> None:
    """Add this command."""
    app.command("import", help=HELP)(import_)


def import_(
    files: Annotated[list[Path], typer.Argument(help="Jira CSV, Jira JSON, or CSV.")],
    into: Annotated[Path | None, typer.Option(help="The product file to merge into; without it a new one.")] = None,
    write: Annotated[
        Path | None, typer.Option(help="Write it here; may be the one of --into (its comments go).")
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Write nothing, whatever else is said.")] = False,
    mapping: Annotated[
        list[Path] | None,
        typer.Option("--map", help="YAML: items, milestones, teams, statuses, each name: id; may be repeated."),
    ] = None,
    propose: Annotated[Path | None, typer.Option(help="Write a mapping to look over, of what is not mapped.")] = None,
    events: Annotated[Path | None, typer.Option(help="Write what was started or ended as events to send.")] = None,
    product: Annotated[str | None, typer.Option(help="The id of a new product.")] = None,
    source: Annotated[str, typer.Option(help="The source whose aliases in the product file count.")] = "jira",
    dates: Annotated[Dates | None, typer.Option(help="What 01/02/26 means.")] = None,
    hours_per_day: Annotated[float, typer.Option(min=0.5, max=24, help="Of an estimate in hours.")] = 8.0,
    days_per_point: Annotated[float | None, typer.Option(min=0.01, max=100, help="Of an estimate in points.")] = None,
    types: Annotated[list[str] | None, typer.Option(help="Only issues of this type; may be repeated.")] = None,
    link_type: Annotated[list[str] | None, typer.Option(help="What blocking links are called.")] = None,
    column: Annotated[
        list[str] | None, typer.Option(metavar="FIELD=HEADER", help="A column by another name: team=Squad.")
    ] = None,
    due_milestones: Annotated[bool, typer.Option("--due-milestones", help="A due date makes a milestone.")] = False,
    encoding: Annotated[str | None, typer.Option(help="When it is not UTF-8 or UTF-16: cp1252, cp1251.")] = None,
    strict: Annotated[bool, typer.Option("--strict", help="Refuse when anything is not mapped.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Import; see HELP."""
    if product is not None and into is not None:
        raise UsageError("--product names a new product; with --into the file says which one it is")
    choices = Choices(
        dates=dates.value if dates else None,
        hours_per_day=hours_per_day,
        days_per_point=days_per_point,
        columns=_columns(column or []),
        types=_folded(types),
        link_types=_folded(link_type) or frozenset({"blocks"}),
        due_milestones=due_milestones,
        encoding=encoding,
    )
    value = _product(into, product)
    known = aliases_of(value, source)
    for path in mapping or []:
        known = load_map(path).over(known)
    outcome = merge(files, value, known, choices, fresh=into is None)
    targets = Targets(into, write, events, propose)
    texts = _texts(outcome, targets, files, source)
    refused = strict and bool(outcome.problems)
    if refused:  # a mapping helps to mend that
        texts = {path: text for path, text in texts.items() if path == propose}
    done = [] if dry_run else list(texts)
    for path in done:
        put_file(path, texts[path])
    if as_json:
        print_json(as_json_of(outcome, done))
    else:
        show(outcome)
        _next(outcome, done, targets)
    if refused:
        number = len(outcome.problems)
        things = f"{count(number, 'thing')} {'is' if number == 1 else 'are'} not taken over"
        raise PlainError(f"{things}, and --strict refuses that: no product file is written")


def _product(into: Path | None, product: str | None) -> dict[str, Any]:
    if into is None:
        if product is not None:
            _check_id(product)
        return skeleton(product)
    read = load_product_file(into)
    read.definition()  # only a valid file is merged into: what is wrong afterwards is the import's doing
    value: dict[str, Any] = read.value
    return value


def _check_id(product: str) -> None:
    if not re.fullmatch(PRODUCT_PATTERN, product):
        raise UsageError(f"--product {product!r}: must be 1 to 63 lower-case letters, digits and hyphens")


def _columns(given: list[str]) -> dict[str, str]:
    columns: dict[str, str] = {}
    for one in given:
        name, equals, header = one.partition("=")
        known = list(dict.fromkeys((*JIRA_FIELDS, *PLAIN_FIELDS)))
        if not equals or not header.strip() or name.strip() not in known:
            raise UsageError(f"--column {one!r}: write FIELD=HEADER, FIELD one of {', '.join(known)}")
        columns[name.strip()] = header.strip()
    return columns


def _folded(names: list[str] | None) -> frozenset[str]:
    return frozenset(part.strip().casefold() for one in names or [] for part in one.split(",") if part.strip())


def _texts(outcome: Outcome, targets: Targets, files: list[Path], source: str) -> dict[Path, str]:
    """Return what goes into which file. Raises before anything is written when one of them cannot be taken."""
    product = written(outcome.value, outcome.gaps)
    texts: dict[Path, str] = {}
    if targets.write is not None:
        merged = f", or merge into it (--into {targets.write})" if targets.into is None else ""
        _free(targets.write, targets.into, f"name another file for --write{merged}")
        texts[targets.write] = product
    if targets.events is not None:
        _free(targets.events, None, "name another file for --events")
        name = outcome.value.get("product")
        if not name:
            raise UsageError("--events needs the product's id: --product ID, or --into FILE")
        exported = datetime.fromtimestamp(max(file.stat().st_mtime for file in files), UTC)
        events = status_events(outcome, name, source, exported)
        texts[targets.events] = "".join(json.dumps(one) + "\n" for one in events)
    if targets.propose is not None and outcome.proposal:
        _free(targets.propose, None, f"use it (--map {targets.propose}), or name another file for --propose")
        texts[targets.propose] = proposal_text(outcome)
    return texts


def _free(path: Path, into: Path | None, instead: str) -> None:
    """Refuse to write over a file that was not named as the one to change."""
    if path.exists() and not (into is not None and path.samefile(into)):
        raise PlainError(f"{path} is there already, and is not written over; {instead}")


def _next(outcome: Outcome, done: list[Path], targets: Targets) -> None:
    """Say what is to be done next."""
    for path in done:
        print_line(f"wrote {shown_path(path)}")
    if targets.write is not None and targets.write in done:
        then = f"`tandem apply {shown_path(targets.write)} --as PERSON`"
        gaps = f"fill in the {count(len(outcome.gaps), 'place')} that its head names, then " if outcome.gaps else ""
        if targets.events is not None and targets.events in done:
            then += f", then `tandem send {shown_path(targets.events)}`"
        print_line(f"next: {gaps}{then}")
    else:
        print_line(f"no product file is written; --write {targets.into or 'product.yaml'} writes it")
    if outcome.proposal and targets.propose is None:
        print_line("--propose mapping.yaml writes a mapping to look over and to give as --map")
    if targets.propose is not None and not outcome.proposal:
        print_line(f"nothing is to be proposed: {shown_path(targets.propose)} is not written")
    if outcome.statuses and targets.events is None:
        print_line("a product file holds no status: --events status.jsonl writes them for `tandem send`")
