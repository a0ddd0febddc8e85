"""Bytes to rows of text: encodings, separators, repeated headers; a file of another kind is named."""

import codecs
import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from deploy.importing.records import UnreadableExportError
from deploy.importing.vocabulary import jira_field, link_of, normal, plain_field

MAX_BYTES = 50 * 1024 * 1024
MAX_ROWS = 100_000
MAX_COLUMNS = 5_000  # Jira repeats a column for each label, link and comment
_SEPARATORS = (",", ";", "\t", "|")
_MAGIC = {
    b"PK\x03\x04": "an Excel workbook (xlsx) or another zip archive; save it as CSV UTF-8",
    b"\xd0\xcf\x11\xe0": "an old Excel workbook (xls); save it as CSV UTF-8",
    b"%PDF": "a PDF; export it as CSV",
    b"\x1f\x8b": "compressed (gzip); unpack it first",
}
_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),  # before UTF-16, whose mark it starts with
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


@dataclass(frozen=True)
class Table:
    """A header and the rows below it, each with its number in a spreadsheet; empty rows are left out."""

    name: str
    header: list[str]
    rows: list[tuple[int, list[str]]]


def read_bytes(path: Path) -> bytes:
    """Return what a file holds. Raises UnreadableExportError."""
    try:
        with path.open("rb") as file:
            content = file.read(MAX_BYTES + 1)
    except OSError as exc:
        raise UnreadableExportError(f"{path}: {exc.strerror}") from exc
    if len(content) > MAX_BYTES:
        raise UnreadableExportError(f"{path}: is larger than {MAX_BYTES >> 20} MB; export fewer columns or issues")
    if not content.strip():
        raise UnreadableExportError(f"{path}: is empty")
    return content


def read_text(name: str, content: bytes, encoding: str | None = None) -> str:
    """Return the text of a file. Raises UnreadableExportError with what it is when it is none of ours."""
    for magic, what in _MAGIC.items():
        if content.startswith(magic):
            raise UnreadableExportError(f"{name}: is {what}")
    used = encoding or next((known for mark, known in _BOMS if content.startswith(mark)), None)
    if used is None:  # text in UTF-16 without a mark: every other byte of a header is zero
        used = "utf-16-le" if content[1:2] == b"\0" else "utf-16-be" if content[:1] == b"\0" else "utf-8"
    try:
        text = content.decode(used).removeprefix("\ufeff")
    except UnicodeDecodeError as exc:
        line = content.count(b"\n", 0, exc.start) + 1
        raise UnreadableExportError(
            f"{name}: line {line} is not {used.upper()}; save it as CSV UTF-8, or name its encoding (--encoding cp1252)"
        ) from None
    except (LookupError, UnicodeError):
        raise UnreadableExportError(f"there is no encoding {encoding!r}; for example cp1252 or cp1251") from None
    start = text[:2000].lstrip().lower()
    if start.startswith("<"):
        what = "HTML, which Jira calls .xls, or a sign-in page" if "<html" in start or "<table" in start else "XML"
        raise UnreadableExportError(f"{name}: is {what}; export it as CSV (all fields)")
    if "\0" in text:
        raise UnreadableExportError(f"{name}: is not text")
    return text


def read_table(name: str, text: str, wanted: frozenset[str] = frozenset()) -> Table:
    """Return the rows of a CSV text. ``wanted``: headers that are known besides Jira's and ours.

    The separator is the one under which the header names most of what we know. Raises UnreadableExportError.
    """
    csv.field_size_limit(MAX_BYTES)
    first = text.split("\n", 1)[0].strip()
    skipped = 0
    separators: tuple[str, ...] = _SEPARATORS
    if first.lower().startswith("sep=") and len(first) == 5:  # a line of Excel's
        separators, text, skipped = (first[4],), text.partition("\n")[2], 1
    best: tuple[int, int, str] = (-1, -1, ",")
    for separator in separators:
        header = _header(text, separator)
        best = max(best, (sum(_known(one, wanted) for one in header), len(header), separator))
    return _rows(name, text, best[2], skipped)


def _known(header: str, wanted: frozenset[str]) -> bool:
    return bool(jira_field(header) or plain_field(header) or link_of(header) or normal(header) in wanted)


def _header(text: str, separator: str) -> list[str]:
    try:
        return next((row for row in csv.reader(io.StringIO(text, newline=""), delimiter=separator) if any(row)), [])
    except csv.Error:
        return []


def _rows(name: str, text: str, separator: str, skipped: int) -> Table:
    header: list[str] = []
    rows: list[tuple[int, list[str]]] = []
    for number, row in _numbered(name, text, separator, skipped):
        if not any(cell.strip() for cell in row):
            continue
        if not header:
            header = [cell.strip() for cell in row]
            if len(header) > MAX_COLUMNS:
                raise UnreadableExportError(f"{name}: has more than {MAX_COLUMNS:,} columns")
        elif [cell.strip() for cell in row] != header:  # exports put one below the other repeat their header
            rows.append((number, row))
        if len(rows) > MAX_ROWS:
            raise UnreadableExportError(f"{name}: has more than {MAX_ROWS:,} rows; export fewer issues")
    return Table(name, header, rows)


def _numbered(name: str, text: str, separator: str, skipped: int) -> Iterator[tuple[int, list[str]]]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    number = skipped
    while True:
        number += 1
        try:
            yield number, next(reader)
        except StopIteration:
            return
        except csv.Error as exc:
            hint = "a quotation mark that is opened there is not closed" if "end of data" in str(exc) else str(exc)
            raise UnreadableExportError(f"{name}: row {number} cannot be read: {hint}") from None
