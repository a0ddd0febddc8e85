"""What the commands say of cadences, of money that is left over, and of what can be done about a mismatch."""

import re
from itertools import takewhile
from pathlib import Path
from typing import Any

import pytest
import yaml

from deploy.cli.main import run
from deploy.product_file import read_product_file
from domain.horizon_mismatch import Option, options_data
from tests.unit.deploy.served import Out, Served, product, served

__all__ = ["product", "served"]  # fixtures

OPTIONS = [
    Option(kind="move_date", text="move the date: single-sign-on waits until 2026-12-31, the next release"),
    Option(kind="escalate", text="escalate: hand it to the executive board"),
]


def changed(**over: Any) -> None:
    """Apply the product of `tandem init` with some parts changed."""
    file = Path("product.yaml")
    file.write_text(yaml.safe_dump(yaml.safe_load(file.read_text()) | over))
    assert run(["apply", str(file), "--as", "maria"]) == 0


def test_the_roadmap_says_when_teams_release(product: Served, capsys: Out) -> None:
    assert run(["roadmap", "web"]) == 0
    assert "next release" not in capsys.readouterr().out
    teams = yaml.safe_load(Path("product.yaml").read_text())["teams"]
    teams["it"]["cadence"] = {"every": 3, "gate": "2026-03"}
    changed(teams=teams)
    capsys.readouterr()
    assert run(["roadmap", "web"]) == 0
    (line,) = (line for line in capsys.readouterr().out.splitlines() if "at the end of every 3 months" in line)
    assert re.search(r"it +at the end of every 3 months, as in 2026-03 +\d{4}-(03|06|09|12)-3[01]", line)


@pytest.mark.parametrize(
    ("carried", "words"),
    [
        pytest.param(250_000, "2,500 EUR left over from earlier months", id="left over"),
        pytest.param(-250_000, "2,500 EUR overspent in earlier months, and missing now", id="overspent"),
    ],
)
def test_the_roadmap_says_what_earlier_months_left(product: Served, capsys: Out, carried: int, words: str) -> None:
    views = product.ledger.views
    row = views["roadmap", "web"]
    views["roadmap", "web"] = row.model_copy(update={"data": row.data | {"carried_in": carried}})
    assert run(["roadmap", "web"]) == 0
    assert words in capsys.readouterr().out


@pytest.mark.parametrize("options", [[], OPTIONS], ids=["none", "some"])
def test_an_escalation_shows_what_can_be_done(product: Served, capsys: Out, options: list[Option]) -> None:
    known: dict[str, Any] = {"options": options_data(tuple(options))} if options else {}
    product.do(product.engine.escalate("web", "sso-certificate", **known))
    assert run(["escalations", "show", "web", "sso-certificate", "1"]) == 0
    out = capsys.readouterr().out
    assert ("what can be done:" in out) is bool(options)
    assert all(f"  - {one.text}" in out for one in options)


def examples(text: str) -> list[str]:
    """Return the template with each of its commented settings put in force, one at a time, with all of its lines."""
    lines = text.splitlines()
    found = []
    for number, line in enumerate(lines):
        if not (setting := re.fullmatch(r"( +)# ([a-z_]+:.*)", line)):
            continue
        deeper = re.compile(f"{setting[1]}#   ")  # where what a setting consists of lies
        parts = takewhile(deeper.match, lines[number + 1 :])
        block = [setting[1] + setting[2], *(setting[1] + part[len(setting[1]) + 2 :] for part in parts)]
        found.append("\n".join([*lines[:number], *block, *lines[number + len(block) :]]))
    return found


def settings(value: Any) -> int:
    """Return how many settings a file's values hold."""
    inside = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return (len(value) if isinstance(value, dict) else 0) + sum(settings(one) for one in inside)


def test_every_commented_setting_of_the_template_is_one(product: Served) -> None:
    text = Path("product.yaml").read_text()
    found = examples(text)
    assert len(found) >= 7
    plain = settings(yaml.safe_load(text))
    for one in found:
        assert settings(yaml.safe_load(one)) > plain
        read_product_file(Path("product.yaml"), one.encode()).definition()
