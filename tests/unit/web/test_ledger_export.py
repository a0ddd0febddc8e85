"""The ledger as a file: filtered, as lines of JSON or as CSV that no spreadsheet runs."""

import csv
import io
import json
from typing import Any

import httpx
import pytest

from domain.record import Entry
from tests.builders import NOON
from tests.unit.web.site import BATCH, Site, event
from web.ledger_export import FORMULA, HEADER, defused

EXPORT = "/api/v1/products/web/ledger/export"


async def export(site: Site, **params: Any) -> httpx.Response:
    answer = await site.http.get(EXPORT, params=params)
    assert answer.status_code == 200, answer.text
    return answer


def rows(answer: httpx.Response) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(answer.text, newline="")))


async def test_csv_has_a_header_and_a_row_for_each_entry(site: Site) -> None:
    await site.send(event())
    answer = await export(site, format="csv")
    assert answer.headers["content-type"].startswith("text/csv; charset=utf-8")
    assert 'filename="ledger-web.csv"' in answer.headers["content-disposition"]
    assert answer.text.splitlines()[0] == ",".join(HEADER)
    assert answer.text.count("\r\n") == len(site.entries()) + 1
    found = rows(answer)
    kept = site.ledger.by_product["web"]
    assert [int(row["seq"]) for row in found] == [one.seq for one in kept]
    assert (found[-1]["event_source"], found[-1]["event_id"]) == ("/crm/survey", "e1")
    assert (found[-1]["hash"], found[-1]["what"]) == (kept[-1].hash, "The goal growth now weighs 50 of 100")
    assert found[0]["identity"] == "asserted"
    assert found[-1]["at"].endswith("+00:00")


@pytest.mark.parametrize("start", FORMULA)
def test_a_cell_that_a_spreadsheet_would_run_is_defused(start: str) -> None:
    assert defused(f"{start}HYPERLINK(A1)") == f"'{start}HYPERLINK(A1)"
    assert defused(f"x{start}") == f"x{start}"


async def test_what_somebody_wrote_cannot_run_or_break_a_row(site: Site) -> None:
    for number, actor in enumerate(("=cmd|'/c calc'!A1", 'say "hi", please\nnow', "@SUM(1)")):
        written = Entry(
            product="web",
            key=f"k{number}",
            at=NOON,
            clock_at=NOON,
            kind="product.archived",
            actor=actor,
            identity="asserted",
            event=("-1+1", f"=e{number}"),
            data={"event": {"actor": actor, "reason": "over"}},
        )
        await site.ledger.append([written])
    found = rows(await export(site, format="csv", kind="product.archived"))
    assert [row["who"] for row in found] == ["'=cmd|'/c calc'!A1", 'say "hi", please now', "'@SUM(1)"]
    assert {row["event_source"] for row in found} == {"'-1+1"}
    assert all(len(row) == len(HEADER) and row["hash"] for row in found)


@pytest.mark.parametrize("form", ["csv", "jsonl"])
async def test_an_export_holds_what_is_filtered(site: Site, form: str) -> None:
    await site.send([event(f"e{n}", source="/crm" if n % 2 else "/erp") for n in range(6)], BATCH)
    answer = await export(site, format=form, actor="/crm")
    found = rows(answer) if form == "csv" else [json.loads(line) for line in answer.text.splitlines()]
    assert len(found) == 3
    assert (await export(site, format=form, about="goal:other")).text.count("\n") == (1 if form == "csv" else 0)


async def test_more_than_a_page_is_exported_whole(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("web.ledger_views.PART", 2)
    monkeypatch.setattr("web.ledger_export.TOGETHER", 2)
    for number in range(5):
        await site.send(event(f"e{number}"))
    assert [row["event_id"] for row in rows(await export(site, format="csv", kind="goal.changed"))] == [
        f"e{number}" for number in range(5)
    ]


async def test_an_unknown_format_is_refused(site: Site) -> None:
    answer = await site.http.get(EXPORT, params={"format": "xml"})
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "format")


async def test_entries_are_found_by_who_is_behind_them_and_choices_say_who_there_is(site: Site) -> None:
    await site.send(event())
    page = (await site.http.get("/api/v1/products/web/ledger", params={"actor": "maria"})).json()
    assert {one["line"]["actor"] for one in page["items"]} == {"maria"}
    choices = (await site.http.get("/api/v1/products/web/ledger/choices")).json()
    assert {"kind": "goal.changed", "words": "Goal changed"} in choices["kinds"]
    assert {"maria", "/crm/survey"} <= set(choices["actors"])


async def test_a_chain_is_verified_part_by_part(site: Site) -> None:
    for number in range(4):
        await site.send(event(f"e{number}"))
    address = "/api/v1/products/web/ledger/verify"
    first = (await site.http.get(address, params={"most": 2})).json()
    assert (first["ok"], first["entries"], first["next"], first["of"]) == (True, 2, 2, 5)
    rest = (await site.http.get(address, params={"after": 2, "most": 100})).json()
    assert (rest["ok"], rest["entries"], rest["next"]) == (True, 5, None)
    wrong = await site.http.get(address, params={"after": 99})
    assert (wrong.status_code, wrong.json()["errors"][0]["field"]) == (422, "after")
