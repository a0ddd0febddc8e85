"""`tandem feedback`: train from a file, list what was trained, and say why a feedback is where it is."""

import csv
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from activities.feedback.inference import InferredDelivery
from activities.feedback.models import ThemeModels
from activities.sealing import SealedDelivery
from deploy.cli.main import run
from events.union import Accepted, EventBatch
from tests.builders import feedback
from tests.unit.activities.examples import examples
from tests.unit.deploy.served import Out, Served, product, served
from web.services import Services

__all__ = ["product", "served"]  # fixtures

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Return a file of examples."""
    path = tmp_path / "examples.csv"
    with path.open("w", encoding="utf-8", newline="") as out:
        rows = csv.writer(out)
        rows.writerow(("text", "theme", "remark"))
        rows.writerows((one.text, one.theme, "") for one in examples())
    return path


def train(*more: str) -> int:
    return run(["feedback", "train", "web", "--as", "maria", *more])


def test_training_says_where_it_stands(product: Served, capsys: Out, file: Path) -> None:
    assert run(["feedback", "models", "web"]) == 0
    assert "no model is trained" in capsys.readouterr().out
    assert train("--from", str(file)) == 0
    shown = capsys.readouterr().out
    assert "web: feedback without a theme is sorted by model 1 now" in shown
    assert "90 examples, 90 of them only from the file" in shown
    assert "18 texts" in shown
    assert "delivery" in shown
    with file.open("a", encoding="utf-8") as more:
        more.write(file.read_text("utf-8").splitlines()[1] + "\n")
    assert train("--from", str(file)) == 0
    shown = capsys.readouterr().out
    assert "web: nothing new; model 1 stays" in shown
    assert "1 left out: another one says the same" in shown
    assert train("--from", str(file), "--threshold", "0.9", "--json") == 0
    assert json.loads(capsys.readouterr().out)["number"] == 2
    assert run(["feedback", "models", "web"]) == run(["feedback", "models", "web", "--json"]) == 0
    assert "right of the others" in capsys.readouterr().out


def test_too_few_examples_are_refused(product: Served, capsys: Out) -> None:
    assert train() == 1
    assert "at least 50 different labelled texts of at least 2 themes with 5 each" in capsys.readouterr().err


def test_who_trains_has_to_be_said(product: Served, capsys: Out) -> None:
    assert run(["feedback", "train", "web"]) == 2
    assert "--as PERSON" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("content", "says"),
    [
        pytest.param(b"theme;text\n", "the columns theme and text; theme is missing", id="another separator"),
        pytest.param(b"theme,text\nlogin,slow\n,fast\n", "examples.csv:3: theme is empty", id="no theme"),
        pytest.param(b"theme,text\nlogin\n", "examples.csv:2: text is empty", id="a short line"),
        pytest.param(b"theme,text\nlogin,\xff\n", "UTF-8", id="another encoding"),
        pytest.param(
            b"theme,text\n" + (b"a," + b"x" * 9_000 + b"\n") * 240, "more than one training takes", id="too large"
        ),
    ],
)
def test_a_file_that_cannot_be_used_is_named(
    product: Served, capsys: Out, file: Path, content: bytes, says: str
) -> None:
    file.write_bytes(content)
    assert train("--from", str(file)) == 1
    assert says in capsys.readouterr().err


def test_an_absent_file_is_named(product: Served, capsys: Out) -> None:
    assert train("--from", "nowhere.csv") == 1
    assert "nowhere.csv: No such file" in capsys.readouterr().err


def test_an_explanation_shows_what_decided(product: Served, capsys: Out, file: Path) -> None:
    assert train("--from", str(file)) == 0
    product.do(hear(product, "I hate that the parcel is late"))
    capsys.readouterr()
    assert run(["feedback", "explain", "web", "/tests", "f"]) == 0
    shown = capsys.readouterr().out
    assert "delivery: inferred, " in shown
    assert "parcel (+" in shown
    assert "hate (-2.7)" in shown
    assert run(["feedback", "explain", "web", "/tests", "g"]) == 1
    assert "no feedback 'g'" in capsys.readouterr().err


async def hear(served: Served, text: str) -> None:
    """Let the product know a feedback, inferred and sealed as on its way in."""
    app: Any = served.server.config.app
    services: Services = app.state.services
    way = SealedDelivery(served.engine, services.vault)
    models = ThemeModels(served.ledger, served.ledger, lambda: NOON)
    event = feedback(id="f", theme=None, sentiment=None, text=text)
    await InferredDelivery(way, models).deliver("web", EventBatch(events=(Accepted(event=event, at=NOON),)))
