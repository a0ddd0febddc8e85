"""`tandem dead-letters`: ids that can be copied, or said by their ends; wrong usage is named, with what is right."""

import json
import sys
from datetime import UTC, datetime
from typing import Any

import pytest

from deploy.cli.dead_letters_shown import print_letters
from deploy.cli.main import run
from events.letters import Letter, digest_of
from tests.unit.deploy.served import Out, Served, product, served
from tests.unit.web.site import event
from web.services import Services

__all__ = ["product", "served"]  # fixtures

LONG = "kafka/tandem.events/01a2007e-5f3c-4b7c-9f3b-2a8d0c1e7f55/1/10"
WHO = ("--as", "olga", "--because", "mended")


def park(served: Served, *names: str, subject: str = "web", body: bytes | None = None) -> None:
    """Park letters from Kafka, under these ids."""
    services: Services = served.server.config.app.state.services  # type: ignore[union-attr]
    for number, name in enumerate(names):
        content = body or json.dumps(event(f"k{number}", subject=subject)).encode()
        letter = Letter(
            id=name,
            way="kafka",
            at=datetime(2026, 3, 2, tzinfo=UTC),
            reason="unmapped",
            detail="not taken, for a reason that takes so many words that no terminal has room for them in one line",
            body=content,
            size=len(content),
            digest=digest_of(content),
            product=subject,
            source="/crm/survey",
            event_id=f"k{number}",
        )
        served.do(services.letters.park([letter]))


def letters(*arguments: str) -> int:
    return run(["dead-letters", *arguments])


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        pytest.param(["list", "--state", "foo"], "--state: 'foo': must be one of open, redriven, closed", id="state"),
        pytest.param(["list", "--state", "foo"], "discarded, all", id="all states"),
        pytest.param(["list", "--way", "foo"], "--way: 'foo': must be one of http, kafka", id="way"),
        pytest.param(["list", "--reason", "foo"], "--reason: 'foo': must be one of invalid", id="reason"),
        pytest.param(["list", "--after", "zzz"], "--after: 'zzz': must be", id="after"),
        pytest.param(["list", "--since", "zzz"], "--since: 'zzz'", id="since"),
        pytest.param(["redrive", "x", "--as", "olga"], "--because: say why", id="no reason to redrive"),
        pytest.param(["discard", "x", "--as", "olga"], "--because: say why", id="no reason to discard"),
        pytest.param(["discard", "x", "--as", "olga", "--because", " "], "--because: say why", id="an empty reason"),
        pytest.param(["redrive", "--all", "--way", "foo", *WHO], "--way: 'foo'", id="way of many"),
    ],
)
def test_wrong_usage_names_the_option_and_what_it_takes(
    product: Served, capsys: Out, arguments: list[str], says: str
) -> None:
    assert letters(*arguments) == 2
    assert says in capsys.readouterr().err


def test_a_letter_is_named_by_the_end_of_its_id(product: Served, capsys: Out) -> None:
    park(product, LONG, "kafka/t/0/10")
    assert letters("show", "/1/10") == 0
    assert LONG in capsys.readouterr().out
    assert letters("show", "/10") == 2
    said = capsys.readouterr().err
    assert (LONG in said, "kafka/t/0/10" in said) == (True, True)
    assert letters("discard", "t/0/10", *WHO) == letters("redrive", "/1/10", *WHO) == 0
    assert letters("list", "--state", "open", "--json") == 0
    assert json.loads(capsys.readouterr().out.partition("\n{")[2].join(("{", "")))["items"] == []


def test_a_letter_that_is_not_there_is_looked_for_with_the_command(product: Served, capsys: Out) -> None:
    for arguments in (["show", "nope"], ["edit", "nope"], ["discard", "nope", *WHO]):
        assert letters(*arguments) == 1
        assert "`tandem dead-letters list --state all` lists" in capsys.readouterr().err


def test_an_id_is_never_cut_on_a_terminal(product: Served, capsys: Out, monkeypatch: pytest.MonkeyPatch) -> None:
    park(product, LONG + "/" + "9" * 60)
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("NO_COLOR", "1")
    for arguments in (["list"], ["show", LONG + "/" + "9" * 60], ["redrive", "--all", *WHO]):
        assert letters(*arguments) == 0
        shown = capsys.readouterr().out
        assert LONG + "/" + "9" * 60 in shown, arguments
    print_letters([_one(detail="x " * 99)])
    assert all(len(line) <= 80 for line in capsys.readouterr().out.splitlines())


def _one(**changes: Any) -> dict[str, Any]:
    named = dict.fromkeys(("type", "source", "event_id", "product"), "a")
    return {"id": "k", "at": "2026-03-02T00:00:00+00:00", "state": "open", "reason": "unmapped", **named, **changes}


def test_a_dry_run_ends_well_whatever_would_happen(product: Served, capsys: Out) -> None:
    park(product, "kafka/1", subject="wep")
    park(product, "kafka/2", body=b"{")
    assert letters("redrive", "--all", "--dry-run", *WHO) == 0
    shown = capsys.readouterr().out
    assert "k0 would be refused: there is no product 'wep'; did you mean web?" in shown
    assert "1 unreadable, 1 would refuse" in shown
    assert letters("redrive", "--all", *WHO) == 1


def test_an_event_is_written_to_be_edited_whoever_it_is(product: Served, capsys: Out) -> None:
    park(product, "kafka/t/1")
    assert letters("edit", "t/1") == 0
    assert "edit 'kafka/t/1' --with kafka-t-1.json --as PERSON --because WHY" in capsys.readouterr().out
    assert letters("edit", "t/1", "--with", "kafka-t-1.json") == 2
    assert "--as PERSON" in capsys.readouterr().err
