"""Bytes to rows: whatever a spreadsheet or Jira writes as CSV; anything else is named."""

import re
from pathlib import Path

import pytest

from deploy.importing import table as tables
from deploy.importing.records import UnreadableExportError
from deploy.importing.table import Table, read_bytes, read_table, read_text

CSV = "Issue key,Summary,Labels,Labels\nWEB-1,Поиск,a,b\n"


def rows(content: bytes, encoding: str | None = None) -> Table:
    return read_table("x.csv", read_text("x.csv", content, encoding))


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(CSV.encode(), id="UTF-8"),
        pytest.param(CSV.encode("utf-8-sig"), id="UTF-8 with a mark"),
        pytest.param(CSV.encode("utf-16"), id="UTF-16 with a mark"),
        pytest.param(CSV.encode("utf-16-le"), id="UTF-16, little end first"),
        pytest.param(CSV.encode("utf-16-be"), id="UTF-16, big end first"),
        pytest.param(CSV.replace(",", ";").encode(), id="semicolons"),
        pytest.param(CSV.replace(",", "\t").encode(), id="tabs"),
        pytest.param(b"sep=;\n" + CSV.replace(",", ";").encode(), id="a separator that Excel names"),
        pytest.param(CSV.replace("\n", "\r\n").encode(), id="line ends of Windows"),
        pytest.param(CSV.replace("\n", "\r").encode(), id="line ends of old Macs"),
        pytest.param(b"\n,,,\n" + CSV.encode() + b"\n,,,\n", id="empty rows around it"),
        pytest.param(CSV.encode() + CSV.encode().splitlines(keepends=True)[0], id="the header once more below"),
    ],
)
def test_rows_are_read_however_they_are_written(content: bytes) -> None:
    read = rows(content)
    assert read.header == ["Issue key", "Summary", "Labels", "Labels"]
    assert [row for _, row in read.rows] == [["WEB-1", "Поиск", "a", "b"]]


def test_another_encoding_is_taken_when_it_is_named() -> None:
    content = CSV.encode("cp1251")
    assert rows(content, "cp1251").rows[0][1][1] == "Поиск"
    with pytest.raises(UnreadableExportError, match=r"line 2 is not UTF-8.*--encoding"):
        rows(content)
    with pytest.raises(UnreadableExportError, match="there is no encoding 'klingon'"):
        rows(content, "klingon")


def test_the_separator_is_the_one_that_names_what_we_know() -> None:
    read = rows(b"Issue key;Summary, short, for people;Status\nWEB-1;a;b\n")
    assert read.header == ["Issue key", "Summary, short, for people", "Status"]


def test_rows_are_numbered_as_a_spreadsheet_does() -> None:
    read = rows(b'id,title\na,"two\nlines"\n\nb,x\n')
    assert read.rows == [(2, ["a", "two\nlines"]), (4, ["b", "x"])]


@pytest.mark.parametrize(
    ("content", "why"),
    [
        pytest.param(b"PK\x03\x04...", "is an Excel workbook (xlsx)", id="xlsx"),
        pytest.param(b"\xd0\xcf\x11\xe0...", "is an old Excel workbook (xls)", id="xls"),
        pytest.param(b" <HTML><table>", "is HTML, which Jira calls .xls", id="HTML"),
        pytest.param(b"<?xml version='1.0'?><rss>", "is XML; export it as CSV", id="XML"),
        pytest.param(b"%PDF-1.7", "is a PDF", id="PDF"),
        pytest.param(b"\x1f\x8b\x08", "is compressed", id="gzip"),
        pytest.param(b"id,title\na,\0\n", "is not text", id="zero bytes"),
        pytest.param(b'id,title\na,"open\nb,c\n', "row 2 cannot be read: a quotation mark", id="an open quote"),
    ],
)
def test_a_file_of_another_kind_is_named(content: bytes, why: str) -> None:
    with pytest.raises(UnreadableExportError, match=re.escape(why)):
        rows(content)


def test_files_beyond_the_bounds_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tables, "MAX_BYTES", 1 << 20)
    monkeypatch.setattr(tables, "MAX_ROWS", 2)
    path = tmp_path / "x.csv"
    path.write_bytes(b"x" * (1 << 20))
    assert len(read_bytes(path)) == 1 << 20
    path.write_bytes(b"x" * ((1 << 20) + 1))
    with pytest.raises(UnreadableExportError, match="is larger than 1 MB"):
        read_bytes(path)
    assert len(rows(b"id\na\nb\n").rows) == 2
    with pytest.raises(UnreadableExportError, match="has more than 2 rows"):
        rows(b"id\na\nb\nc\n")
