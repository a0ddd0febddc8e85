"""The commands, over HTTP to the real application with ports in memory."""

import io
import json
import sys
from pathlib import Path
from typing import Any

import pytest

from deploy.cli.main import run
from tests.harness import free_port
from tests.unit.deploy.served import Out, Served, product, served
from tests.unit.web.site import event
from workflows.client import NoAnswerError, RefusedError

__all__ = ["product", "served"]  # fixtures


def without_milestone() -> None:
    """Make the product file an older one, without its milestone and with a cheaper item."""
    lines = Path("product.yaml").read_text().replace("cost: 1200000", "cost: 1000000").splitlines()
    named = ("milestones:", "spring-launch", "title: Spring campaign goes live", "due:")
    Path("product.yaml").write_text("\n".join(line for line in lines if not any(one in line for one in named)))


def milestone_status(product: Served) -> str:
    return product.engine.states["web"].milestones["spring-launch"].status


def test_the_file_that_init_writes_can_be_applied(served: Served, capsys: Out) -> None:
    assert run(["init"]) == 0
    assert run(["apply", "product.yaml", "--dry-run"]) == 0
    assert "is valid: product web" in capsys.readouterr().out
    assert served.engine.applied == []
    assert run(["apply", "product.yaml", "--as", "maria"]) == 0
    assert "web: created" in capsys.readouterr().out
    assert run(["apply", "product.yaml", "--as", "maria"]) == 0
    assert "web: nothing changed" in capsys.readouterr().out


def test_init_never_overwrites(served: Served, capsys: Out) -> None:
    Path("product.yaml").write_text("mine")
    assert run(["init"]) == 1
    assert "product.yaml is there already" in capsys.readouterr().err
    assert Path("product.yaml").read_text() == "mine"


def test_applying_needs_a_person(served: Served, capsys: Out) -> None:
    run(["init"])
    assert run(["apply", "product.yaml"]) == 2
    assert "say who you are: --as PERSON" in capsys.readouterr().err
    assert run(["apply", "product.yaml", "--as", "zed"]) == 1
    assert "zed holds no role" in capsys.readouterr().err


def test_what_the_product_refuses_is_named_with_its_place_in_the_file(product: Served, capsys: Out) -> None:
    product.engine.refuse("apply", RefusedError("currency: EUR cannot become USD", "ProductRefusedError"))
    text = Path("product.yaml").read_text()
    line = text.splitlines().index("currency: EUR") + 1
    Path("product.yaml").write_text(text.replace("currency: EUR", "currency: USD"))
    assert run(["apply", "product.yaml", "--as", "maria"]) == 1
    assert f"product.yaml:{line}:1: currency: EUR cannot become USD" in capsys.readouterr().err


def test_apply_says_what_it_changed(product: Served, capsys: Out) -> None:
    text = Path("product.yaml").read_text()
    Path("product.yaml").write_text(text.replace("cost: 1200000", "cost: 1000000"))
    assert run(["apply", "product.yaml", "--as", "maria"]) == 0
    expected = "web: changed\n  items.single-sign-on.cost: 12,000 EUR → 10,000 EUR\n"
    assert capsys.readouterr().out == expected
    Path("product.yaml").write_text(text)
    assert run(["apply", "product.yaml", "--as", "maria", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["differences"][0]["place"] == "items.single-sign-on.cost"


def test_what_an_older_file_would_drop_is_named_and_kept_unless_drop_is_said(product: Served, capsys: Out) -> None:
    without_milestone()
    assert run(["apply", "product.yaml", "--as", "maria"]) == 1
    err = capsys.readouterr().err
    assert "milestones.spring-launch: not in the file: dropped for good" in err
    assert "`tandem apply product.yaml --drop`" in err
    assert milestone_status(product) == "planned"
    assert run(["apply", "product.yaml", "--as", "maria", "--drop"]) == 0
    assert "  milestones.spring-launch: not in the file: dropped for good" in capsys.readouterr().out
    assert milestone_status(product) == "dropped"


def test_many_drops_are_counted(product: Served, capsys: Out) -> None:
    text = Path("product.yaml").read_text()
    many = "".join(f"  i{n:03}: {{cost: 1}}\n" for n in range(60))
    Path("product.yaml").write_text(text.replace("items:\n", f"items:\n{many}"))
    assert run(["apply", "product.yaml", "--as", "maria"]) == 0
    assert "  and 10 more differences" in capsys.readouterr().out
    Path("product.yaml").write_text(text)
    assert run(["apply", "product.yaml", "--as", "maria"]) == 1
    err = capsys.readouterr().err
    assert "  items.i049: not in the file: dropped for good\n  and 10 more\nIf the file is older" in err


def test_a_dry_run_shows_what_would_change_and_changes_nothing(product: Served, capsys: Out) -> None:
    assert run(["apply", "product.yaml", "--dry-run"]) == 0
    assert "applying it changes nothing in web" in capsys.readouterr().out
    without_milestone()
    assert run(["apply", "product.yaml", "--dry-run"]) == 1  # as applying it would be refused
    shown = capsys.readouterr()
    assert "applying it changes web:\n  milestones.spring-launch: not in the file" in shown.out
    assert "--drop" in shown.err
    assert run(["apply", "product.yaml", "--dry-run", "--drop", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["dry_run"] is True
    assert product.engine.applied == [("web", "maria")]


def test_a_dry_run_names_what_the_product_refuses_with_its_place(product: Served, capsys: Out) -> None:
    text = Path("product.yaml").read_text()
    line = text.splitlines().index("currency: EUR") + 1
    Path("product.yaml").write_text(text.replace("currency: EUR", "currency: USD"))
    assert run(["apply", "product.yaml", "--dry-run"]) == 1
    assert f"product.yaml:{line}:1: currency: EUR cannot become USD" in capsys.readouterr().err


def test_a_dry_run_without_an_answer_says_that_only_the_file_was_checked(
    product: Served, capsys: Out, monkeypatch: pytest.MonkeyPatch
) -> None:
    product.engine.refuse("apply", NoAnswerError("product/web did not answer in time"))
    assert run(["apply", "product.yaml", "--dry-run"]) == 0
    assert "only the file was checked, not what it changes: product/web" in capsys.readouterr().out
    monkeypatch.setenv("TANDEM_API", f"http://127.0.0.1:{free_port()}")
    assert run(["apply", "product.yaml", "--dry-run"]) == 0
    out = capsys.readouterr().out
    assert "is valid: product web" in out
    assert "only the file was checked, not what it changes: Tandem does not answer" in out
    assert run(["apply", "product.yaml", "--dry-run", "--json"]) == 0
    assert "Tandem does not answer" in json.loads(capsys.readouterr().out)["only_the_file"]


def test_a_source_that_nobody_registered_is_warned_of(product: Served, capsys: Out) -> None:
    with Path("product.yaml").open("a") as out:
        out.write("sources: {nosuch: {}}\n")
    assert run(["apply", "product.yaml", "--as", "maria"]) == 0
    shown = capsys.readouterr()
    assert "web: changed\n  sources.nosuch: new" in shown.out
    assert "warning: sources.nosuch: nobody has registered this source: `tandem sources add nosuch" in shown.err


def test_products_are_listed_and_shown(product: Served, capsys: Out) -> None:
    assert run(["products"]) == 0
    assert "Corporate web site" in capsys.readouterr().out
    assert run(["products", "list", "--json"]) == 0
    assert [one["id"] for one in json.loads(capsys.readouterr().out)] == ["web"]
    assert run(["products", "show", "web"]) == 0
    assert "olga" in capsys.readouterr().out
    assert run(["roadmap", "web"]) == 0
    out = capsys.readouterr().out
    assert "12,000 EUR" in out
    assert "spring-launch" in out
    assert run(["products", "show", "wep"]) == 1
    assert capsys.readouterr().err == "error: there is no product 'wep'; did you mean web?\n"


def test_products_are_archived_and_refreshed(product: Served) -> None:
    assert run(["products", "refresh"]) == run(["products", "refresh", "web"]) == 0
    assert product.engine.refreshed == ["web", "web"]
    assert run(["products", "archive", "web", "--as", "olga", "--reason", "done"]) == 0
    assert product.engine.archived == [("web", "olga", "done")]


def test_a_simulated_clock_is_on_every_output(served: Served, capsys: Out) -> None:
    run(["init"])
    with Path("product.yaml").open("a") as out:
        out.write("clock: {origin: 2026-01-01T00:00:00Z, rate: 60}\n")
    for command in (
        ["apply", "product.yaml", "--as", "maria"],
        ["products"],
        ["products", "show", "web"],
        ["roadmap", "web"],
        ["ledger", "show", "web"],
        ["ledger", "verify", "web"],
        ["workflows", "list"],
        ["workflows", "show", "product/web"],
    ):
        assert run(command) == 0
        assert "simulated clock" in capsys.readouterr().out, command
        if command[0] not in ("apply",):
            assert run([*command, "--json"]) == 0
            assert '"simulated_clock": true' in capsys.readouterr().out, command


def write_events(*events: Any) -> None:
    Path("events.jsonl").write_text(
        "".join(json.dumps(one) + "\n" if not isinstance(one, str) else one for one in events)
    )


def test_events_are_sent_and_found_again(product: Served, capsys: Out) -> None:
    write_events(event("a"), event("b"), "\n", event("a"))
    assert run(["send", "events.jsonl"]) == 0
    assert "3 events: 2 accepted, 1 duplicate, 0 refused" in capsys.readouterr().out
    assert run(["events", "show", "/crm/survey", "a"]) == 0
    assert "web: applied" in capsys.readouterr().out
    assert run(["why", "web", "/crm/survey/a"]) == 0
    assert "growth" in capsys.readouterr().out


def test_refused_lines_are_named_and_the_rest_is_taken(product: Served, capsys: Out) -> None:
    write_events(event("a"), "{\n", event("b", type="goal.chnged"), event("c"))
    assert run(["send", "events.jsonl"]) == 1
    captured = capsys.readouterr()
    assert "2 accepted, 0 duplicate, 2 refused" in captured.out
    assert "events.jsonl:2: body: is not JSON" in captured.err
    assert "events.jsonl:3: type: unknown type; did you mean goal.changed or" in captured.err
    assert run(["send", "events.jsonl", "--json"]) == 1
    assert [one["line"] for one in json.loads(capsys.readouterr().out)["refused"]] == [2, 3]


def test_events_come_from_standard_input(product: Served, capsys: Out, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(json.dumps(event()).encode())))
    assert run(["send", "-"]) == 0
    assert "1 accepted" in capsys.readouterr().out


def test_the_ledger_is_shown_verified_and_exported(product: Served, capsys: Out) -> None:
    assert run(["ledger", "show", "web"]) == 0
    assert "#1 " in capsys.readouterr().out
    assert run(["ledger", "verify", "web"]) == 0
    assert "the chain holds" in capsys.readouterr().out
    assert run(["ledger", "export", "web", "--output", "web.jsonl"]) == 0
    assert json.loads(Path("web.jsonl").read_text())["seq"] == 1
    capsys.readouterr()
    assert run(["ledger", "export", "web", "--format", "csv", "--by", "maria"]) == 0
    assert [line.partition(",")[0] for line in capsys.readouterr().out.splitlines()] == ["seq", "1"]
    assert run(["ledger", "show", "web", "--since", "soon"]) == 2
    kept = product.ledger.by_product["web"]
    kept[0] = kept[0].model_copy(update={"hash": "0" * 64})
    assert run(["ledger", "verify", "web"]) == 1
    assert "the chain breaks at entry 1" in capsys.readouterr().err
