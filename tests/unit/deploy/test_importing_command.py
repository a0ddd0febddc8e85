"""`tandem import` as a person runs it: what it shows, what it writes, and how it ends."""

import json
from pathlib import Path

import pytest
import yaml

from deploy.cli.main import run
from deploy.importing.names import NameMap, aliases_of
from events.codec import decode_json
from events.model import ItemStarted
from tests.unit.deploy.importing_cases import issue, table

Out = pytest.CaptureFixture[str]
MAPPING = "statuses: {To Do: planned, Doing: started}\n"


@pytest.fixture(autouse=True)
def folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: Out) -> Path:
    """Work in a folder with the product file of `tandem init` and an export of two issues, one with a wrong team."""
    monkeypatch.chdir(tmp_path)
    assert run(["init"]) == 0
    rows = [issue("WEB-1", Status="Doing", Due_Date="2027-02-01"), issue("WEB-2", Team="markting")]
    Path("jira.csv").write_text(table(rows), encoding="utf-8")
    Path("mapping.yaml").write_text(MAPPING, encoding="utf-8")
    capsys.readouterr()
    return tmp_path


def imported(*options: str) -> int:
    return run(["import", "jira.csv", "--into", "product.yaml", *options])


def test_without_write_it_shows_and_writes_nothing(folder: Path, capsys: Out) -> None:
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    assert imported("--map", "mapping.yaml") == 0
    shown = capsys.readouterr().out
    assert "item WEB-1" in shown
    assert "jira.csv:3 (Team)" in shown
    assert "markting: marketing" in shown
    assert "1 item to add; 0 items unchanged; 4 items of the product not in the export, kept" in shown
    assert "no product file is written" in shown
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before


def test_the_proposed_mapping_is_a_mapping_of_all_that_is_not_mapped(capsys: Out) -> None:
    assert imported("--propose", "proposed.yaml") == 0
    proposed = yaml.safe_load(Path("proposed.yaml").read_text(encoding="utf-8"))
    assert proposed == {"statuses": {"Doing": "started", "To Do": "planned"}, "teams": {"markting": "marketing"}}
    capsys.readouterr()
    assert imported("--map", "proposed.yaml", "--strict") == 0
    assert "2 items to add" in capsys.readouterr().out


@pytest.mark.parametrize("target", ["product.yaml", "new.yaml"])
def test_what_is_written_can_be_applied_and_imported_again(target: str, capsys: Out) -> None:
    assert imported("--map", "mapping.yaml", "--write", target) == 0
    assert run(["apply", target, "--dry-run"]) == 0
    assert "is valid: product web with 5 items and 2 teams" in capsys.readouterr().out
    assert run(["import", "jira.csv", "--into", target, "--map", "mapping.yaml"]) == 0
    assert "nothing would change" in capsys.readouterr().out


def test_it_never_writes_over_a_file_that_was_not_named_as_the_product(capsys: Out) -> None:
    Path("mine.yaml").write_text("mine", encoding="utf-8")
    assert imported("--write", "mine.yaml") == 1
    assert run(["import", "jira.csv", "--write", "mine.yaml"]) == 1
    assert "mine.yaml is there already" in capsys.readouterr().err
    assert Path("mine.yaml").read_text(encoding="utf-8") == "mine"


def test_a_proposal_is_not_written_over_and_may_be_used(capsys: Out) -> None:
    assert imported("--propose", "mapping.yaml") == 1
    assert "mapping.yaml is there already, and is not written over; use it (--map mapping.yaml)" in _line(capsys)
    assert Path("mapping.yaml").read_text(encoding="utf-8") == MAPPING


def test_without_anything_to_propose_nothing_is_written_and_that_is_said(capsys: Out) -> None:
    Path("teams.yaml").write_text("teams: {markting: marketing}", encoding="utf-8")
    assert imported("--map", "mapping.yaml", "--map", "teams.yaml", "--propose", "proposed.yaml") == 0
    assert "nothing is to be proposed: proposed.yaml is not written" in _line(capsys)
    assert not Path("proposed.yaml").exists()


def test_what_comes_next_names_both_files(capsys: Out) -> None:
    assert imported("--map", "mapping.yaml", "--write", "product.yaml", "--events", "status.jsonl") == 0
    assert "`tandem apply product.yaml --as PERSON`, then `tandem send status.jsonl`" in _line(capsys)


def _line(capsys: Out) -> str:
    shown = capsys.readouterr()
    return " ".join((shown.out + shown.err).split())


def test_strict_refuses_and_writes_nothing(folder: Path, capsys: Out) -> None:
    assert imported("--map", "mapping.yaml", "--strict", "--write", "new.yaml", "--events", "new.jsonl") == 1
    assert "1 thing is not taken over, and --strict refuses that" in capsys.readouterr().err
    assert not list(folder.glob("new.*"))


def test_dry_run_wins_over_write(folder: Path) -> None:
    assert imported("--map", "mapping.yaml", "--dry-run", "--write", "new.yaml", "--propose", "new.map") == 0
    assert not list(folder.glob("new.*"))


def test_statuses_are_written_as_events(capsys: Out) -> None:
    assert imported("--map", "mapping.yaml", "--events", "status.jsonl") == 0
    (line,) = Path("status.jsonl").read_text(encoding="utf-8").splitlines()
    event = decode_json(line.encode())
    assert isinstance(event, ItemStarted)
    assert (event.product, event.item, event.id) == ("web", "WEB-1", "WEB-1/started")


def test_json_names_every_row(capsys: Out) -> None:
    assert imported("--map", "mapping.yaml", "--json") == 0
    shown = json.loads(capsys.readouterr().out)
    assert [change["id"] for change in shown["changes"]] == ["WEB-1"]
    (problem,) = shown["not_mapped"]
    assert (problem["file"], problem["row"], problem["column"], problem["left_out"]) == ("jira.csv", 3, "Team", "WEB-2")
    assert shown["proposed_map"] == {"teams": {"markting": "marketing"}}


def test_a_new_product_file_is_refused_until_it_is_filled_in(capsys: Out) -> None:
    assert run(["import", "jira.csv", "--map", "mapping.yaml", "--product", "shop", "--write", "shop.yaml"]) == 0
    assert "teams.it.lead: who leads the team" in capsys.readouterr().out
    assert run(["apply", "shop.yaml", "--dry-run"]) == 1
    assert "teams.it.lead" in capsys.readouterr().err
    value = yaml.safe_load(Path("shop.yaml").read_text(encoding="utf-8"))
    value |= {"title": "Shop", "currency": "EUR", "budget": {"per_period": 1}}
    value["people"] = {role: ["maria"] for role in value["people"]}
    for team in value["teams"].values():
        team |= {"function": "it", "lead": "ines", "person_days": 50, "allotment": 40}
    Path("shop.yaml").write_text(yaml.safe_dump(value), encoding="utf-8")
    assert run(["apply", "shop.yaml", "--dry-run"]) == 0


def test_aliases_of_the_product_file_count_and_the_mapping_counts_more() -> None:
    value = {"aliases": {"jira": {"teams": {"IT": "it", "Ads": "ads"}, "labels": {"a": "*"}}}}
    found = NameMap(teams={"Ads": "marketing"}).over(aliases_of(value, "jira"))
    assert found.teams == {"IT": "it", "Ads": "marketing"}
    assert aliases_of(value, "github").teams == {}


@pytest.mark.parametrize(
    ("arguments", "status", "said"),
    [
        pytest.param(["import"], 2, "", id="no file"),
        pytest.param(["import", "jira.csv", "--dates", "ydm"], 2, "", id="an unknown order of dates"),
        pytest.param(["import", "jira.csv", "--column", "squad=Team"], 2, "write FIELD=HEADER", id="an unknown field"),
        pytest.param(["import", "jira.csv", "--column", "team=Tem"], 1, "did you mean Team", id="an unknown column"),
        pytest.param(["import", "jira.csv", "--product", "Web"], 2, "lower-case letters", id="no id"),
        pytest.param(["import", "jira.csv", "--events", "e.jsonl"], 2, "needs the product's id", id="whose events"),
        pytest.param(["import", "none.csv"], 1, "none.csv: No such file", id="no such file"),
        pytest.param(["import", "jira.csv", "--into", "none.yaml"], 1, "none.yaml: No such file", id="no product"),
        pytest.param(["import", "jira.csv", "--map", "none.yaml"], 1, "none.yaml: No such file", id="no mapping"),
        pytest.param(["import", "jira.csv", "--map", "jira.csv"], 1, "jira.csv", id="a mapping that is none"),
    ],
)
def test_how_it_ends(arguments: list[str], status: int, said: str, capsys: Out) -> None:
    assert run(arguments) == status
    assert said in capsys.readouterr().err


@pytest.mark.parametrize(
    ("text", "said"),
    [
        pytest.param("statuses: {Done: finished}", "there is no status 'finished'", id="an unknown status"),
        pytest.param(
            "team: {a: b}", "Extra inputs are not permitted; it holds items, milestones", id="a wrong section"
        ),
        pytest.param("teams: {a: b, a: c}", "is given twice", id="a name twice"),
    ],
)
def test_a_wrong_mapping_is_named(text: str, said: str, capsys: Out) -> None:
    Path("mapping.yaml").write_text(text, encoding="utf-8")
    assert imported("--map", "mapping.yaml") == 1
    assert said in capsys.readouterr().err


def test_thousands_of_rows_are_taken_in_one_go(capsys: Out) -> None:
    rows = [
        issue(f"WEB-{n}", **{"Outward issue link (Blocks)": f"WEB-{n + 1}" if n < 1900 else ""}) for n in range(1901)
    ]
    Path("jira.csv").write_text(table(rows), encoding="utf-8")
    assert imported("--map", "mapping.yaml", "--strict", "--write", "new.yaml") == 0
    assert run(["apply", "new.yaml", "--dry-run"]) == 0
    assert "with 1905 items" in capsys.readouterr().out
