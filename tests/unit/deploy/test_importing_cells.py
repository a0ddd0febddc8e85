"""Dates and figures of exports: what could mean two things is refused."""

import re
from collections.abc import Callable
from typing import Any

import pytest

from deploy.importing.cells import read_due, read_flag, read_list, read_number, read_pairs
from deploy.importing.records import BadCellError


@pytest.mark.parametrize(
    ("text", "order", "due"),
    [
        pytest.param("2026-11-25", None, "2026-11-25", id="ISO"),
        pytest.param("25/Nov/26 5:00 PM", None, "2026-11-25", id="Jira, with a time that names no instant"),
        pytest.param("25/Nov/26", None, "2026-11-25", id="Jira"),
        pytest.param("2026-11-25 17:00", None, "2026-11-25", id="ISO with a blank and a time"),
        pytest.param("2026-11-25T17:00:00", None, "2026-11-25", id="no offset: the day counts"),
        pytest.param("2026-11-25T17:00:00+01:00", None, "2026-11-25T16:00:00Z", id="an offset makes it an instant"),
        pytest.param("2018-01-11T13:08:03.317+0300", None, "2018-01-11T10:08:03.317000Z", id="Jira's REST instant"),
        pytest.param("Nov 25, 2026", None, "2026-11-25", id="month first by its name"),
        pytest.param("25 November 2026", None, "2026-11-25", id="a whole name"),
        pytest.param("25.11.2026", None, "2026-11-25", id="no month 25: day first"),
        pytest.param("11/25/26", None, "2026-11-25", id="no month 25: month first"),
        pytest.param("05/05/26", None, "2026-05-05", id="the same either way"),
        pytest.param("01/02/26", "dmy", "2026-02-01", id="day first, as told"),
        pytest.param("01/02/26", "mdy", "2026-01-02", id="month first, as told"),
    ],
)
def test_a_date_is_read(text: str, order: str | None, due: str) -> None:
    assert read_due(text, order)[0] == due


@pytest.mark.parametrize(
    ("text", "order", "why"),
    [
        pytest.param(
            "01/02/26", None, "may be 2026-02-01 or 2026-01-02: say --dates dmy or --dates mdy", id="two ways"
        ),
        pytest.param("01.02.2026", None, "may be 2026-02-01 or 2026-01-02", id="two ways, with dots"),
        pytest.param("25/11/26", "mdy", "there is no month 25", id="against what was told"),
        pytest.param("30/Feb/26", None, "is not a date", id="no such day"),
        pytest.param("25/ноя/26", None, "is not a date", id="a month in another language"),
        pytest.param("46351", None, "is not a date", id="a serial number of a spreadsheet"),
        pytest.param("2026-W48", None, "is not a date", id="a week"),
        pytest.param("next week", None, "is not a date", id="words"),
        pytest.param("1/1/0001", None, "is not a date", id="out of reach"),
    ],
)
def test_a_date_that_is_none_or_two_is_refused(text: str, order: str | None, why: str) -> None:
    with pytest.raises(BadCellError, match=re.escape(why)):
        read_due(text, order)


def test_a_time_that_names_no_instant_is_said_to_be_left_out() -> None:
    assert [read_due(text, None)[1] for text in ("25/Nov/26 5:00 PM", "2026-11-25T17:00:00Z")] == [True, False]


@pytest.mark.parametrize(
    ("read", "text", "value"),
    [
        pytest.param(read_number, "28800", 28800, id="whole"),
        pytest.param(read_number, "3.0", 3, id="whole, as Jira writes it"),
        pytest.param(read_number, "2.125", 2.125, id="a decimal point"),
        pytest.param(read_number, "2,5", 2.5, id="a decimal comma"),
        pytest.param(read_number, "1e-05", 1e-05, id="as Python writes it"),
        pytest.param(read_flag, "No", False, id="no"),
        pytest.param(read_list, "login; search, login\nhome", ["login", "search", "home"], id="a list, each once"),
        pytest.param(read_list, "-", [], id="a list that is emptied"),
        pytest.param(read_pairs, "it=15; ads = 2,5", {"it": 15, "ads": 2.5}, id="efforts"),
        pytest.param(read_pairs, "-", {}, id="efforts that are emptied"),
    ],
)
def test_a_figure_is_read(read: Callable[[str], Any], text: str, value: object) -> None:
    assert read(text) == value


@pytest.mark.parametrize(
    ("read", "text", "why"),
    [
        pytest.param(read_number, "1,250", "may be 1.250 or 1250", id="thousands or decimals"),
        pytest.param(read_number, "2d 4h", "is not a number", id="an estimate in words"),
        pytest.param(read_number, "nan", "is not a number", id="not a number"),
        pytest.param(read_number, "1e999", "is too large", id="infinite"),
        pytest.param(read_number, "=2+3", "is not a number", id="a formula is text"),
        pytest.param(read_flag, "maybe", "is neither yes nor no", id="neither"),
        pytest.param(read_pairs, "15", "must be written as it=15; ads=2.5", id="nobody's effort"),
        pytest.param(read_pairs, "it=1; it=2", "names it twice", id="twice"),
    ],
)
def test_a_figure_that_cannot_be_told_is_refused(read: Callable[[str], Any], text: str, why: str) -> None:
    with pytest.raises(BadCellError, match=re.escape(why)):
        read(text)
