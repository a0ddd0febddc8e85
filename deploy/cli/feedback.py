"""`tandem feedback …`: train what tells the themes of feedback apart, and ask why a feedback is where it is."""

import csv
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import httpx
import typer

from deploy.cli.api import Api, ApiError, acting, address, connect
from deploy.cli.output import Column, JsonOption, print_json, print_rows, progress
from deploy.cli.shown import AsOption, facts, heading
from deploy.errors import PlainError
from domain.wording import count, listing, percent

PATIENCE = httpx.Timeout(900.0, connect=3.0)  # 50,000 long examples take some minutes of one core
TOO_LARGE = 413
COLUMNS = ("theme", "text")
MODELS = (
    Column("number", "model", right=True),
    Column("examples", "examples", right=True),
    Column("themes", "themes", right=True),
    Column("accuracy", "right", right=True),
    Column("unsorted", "unsorted", right=True),
    Column("sorted", "right of the others", right=True),
    Column("model", "version"),
)
Product = Annotated[str, typer.Argument(help="The product's id.")]


def register(app: typer.Typer) -> None:
    """Add these commands."""
    feedback = typer.Typer(no_args_is_help=True, help="Feedback: train what sorts it by theme; ask why.")
    feedback.command("train")(train)
    feedback.command("models")(models)
    feedback.command("explain")(explain)
    app.add_typer(feedback, name="feedback")


def train(
    product: Product,
    person: AsOption = None,
    file: Annotated[
        Path | None,
        typer.Option("--from", metavar="CSV", help="More examples: a file with the columns theme and text."),
    ] = None,
    threshold: Annotated[
        float | None, typer.Option(min=0, max=1, help="Leave texts unsorted below this confidence (default 0.5).")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Train from the feedback whose theme its senders gave. Erased texts are not used."""
    api = connect()
    body: dict[str, Any] = {"actor": acting(person), "examples": [] if file is None else _examples(file)}
    if threshold is not None:
        body["threshold"] = threshold
    with progress("training"):
        address_of = address("products", product, "feedback", "model")
        done = _trained(api, address_of, body, file)
    if as_json:
        print_json(done)
        return
    number = done["number"]
    said = f"feedback without a theme is sorted by model {number} now" if done["new"] else ""
    heading(f"{product}: {said or f'nothing new; model {number} stays'}", done)
    facts(_figures(done))
    rows = [{"theme": theme, "examples": number} for theme, number in done["themes"].items()]
    print_rows(rows, (Column("theme", "theme"), Column("examples", "examples", right=True)))


def models(product: Product, as_json: JsonOption = False) -> None:
    """List the models that were trained; the first is in use."""
    found = connect().get("products", product, "feedback", "models")
    if as_json:
        print_json(found)
        return
    rows = [
        {
            **one,
            "themes": len(one["themes"]),
            "accuracy": percent(one["accuracy"]),
            "unsorted": percent(one["unsorted"]),
            "sorted": percent(one["accuracy_of_sorted"]),
        }
        for one in found["items"]
    ]
    print_rows(rows, MODELS, empty="no model is trained: feedback without a theme is left unsorted")


def explain(
    product: Product,
    source: Annotated[str, typer.Argument(help="The source of the feedback.")],
    event: Annotated[str, typer.Argument(metavar="ID", help="The feedback's id.")],
    as_json: JsonOption = False,
) -> None:
    """Say why a feedback has its theme and sentiment. Shows words of the customer."""
    found = connect().get("products", product, "feedback", "explanation", source=source, id=event)
    if as_json:
        print_json(found)
        return
    heading(f"feedback {found['id']} from {found['source']}", found)
    facts(_reasons(found))


def _trained(api: Api, url: str, body: dict[str, Any], file: Path | None) -> dict[str, Any]:
    try:
        done: dict[str, Any] = api.call("PUT", url, json=body, timeout=PATIENCE).json()
    except ApiError as exc:
        if exc.status_code == TOO_LARGE and file is not None:
            raise PlainError(f"{file}: is more than one training takes (2 MiB); keep the newest examples") from exc
        raise
    return done


def _figures(done: Mapping[str, Any]) -> list[tuple[str, str]]:
    left_out = [f"{theme} ({number})" for theme, number in done["left_out"].items()]
    threshold = percent(done["threshold"])
    return [
        ("trained from", f"{count(done['examples'], 'example')}, {done['from_file']} of them only from the file"),
        ("held out", f"{count(done['held_out'], 'text')}; {percent(done['accuracy'])} sorted rightly"),
        ("unsorted", f"{percent(done['unsorted'])} of them, below a confidence of {threshold}"),
        ("the others", f"{percent(done['accuracy_of_sorted'])} sorted rightly"),
        ("equal texts", f"{done['equal']} left out: another one says the same" if done["equal"] else ""),
        ("too few", f"{listing(left_out, 10)}" if left_out else ""),
        ("erased", f"{count(done['erased'], 'text')} could not be used" if done["erased"] else ""),
        ("version", done["model"]),
    ]


def _reasons(found: Mapping[str, Any]) -> list[tuple[str, str]]:
    theme, sentiment = "given by the sender", "given by the sender"
    if found["theme_inferred"]:
        theme = found["because"] or f"inferred, {percent(found['confidence'])} sure"
    if found["sentiment_inferred"]:
        sentiment = f"inferred by {found['sentiment_model']}"
    likeliest, second = found["likeliest"], found["runner_up"]
    return [
        ("theme", f"{found['theme']}: {theme}"),
        ("likeliest", f"{likeliest} ({percent(found['confidence'])})" if likeliest else ""),
        ("then", f"{second} ({percent(found['runner_up_confidence'])})" if second else ""),
        ("words", _words(found["words"])),
        ("model", found["model"] or ""),
        ("sentiment", f"{found['sentiment']:g}: {sentiment}"),
        ("moods", _words(found["sentiment_words"])),
        ("no words", found["words_missing"]),
    ]


def _words(words: list[dict[str, Any]]) -> str:
    return ", ".join(f"{one['word']} ({one['weight']:+g})" for one in words)


def _examples(file: Path) -> list[dict[str, str]]:
    """Return the rows of a file. Raises PlainError, which names the line."""
    try:
        with file.open(encoding="utf-8-sig", newline="") as opened:
            rows = csv.DictReader(opened, strict=True)
            if missing := [name for name in COLUMNS if name not in (rows.fieldnames or ())]:
                raise PlainError(
                    f"{file}: the first line must name the columns theme and text; {missing[0]} is missing"
                )
            found = []
            for row in rows:
                theme, text = ((row[name] or "").strip() for name in COLUMNS)
                if not theme or not text:
                    raise PlainError(f"{file}:{rows.line_num}: {'text' if theme else 'theme'} is empty")
                found.append({"theme": theme, "text": text})
            return found
    except OSError as exc:
        raise PlainError(f"{file}: {exc.strerror}") from exc
    except (UnicodeDecodeError, csv.Error) as exc:
        raise PlainError(f"{file}: is not a CSV file in UTF-8: {exc}") from exc
