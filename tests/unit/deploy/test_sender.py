"""Sending a file of events: batches, waiting, refusals by line."""

import json
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from deploy.cli.api import UnreachableError, checked
from deploy.sender import BATCH, ImpatientError, Report, Sender
from events.codec import MAX_BODY

Answer = Callable[[list[dict[str, Any]]], httpx.Response | Exception]


class FakeApi:
    """Answers every batch with the next line-up, and then accepts."""

    def __init__(self, *answers: Answer) -> None:
        self.answers = list(answers)
        self.batches: list[list[str]] = []

    def call(self, method: str, url: str, **arguments: Any) -> httpx.Response:
        events = json.loads(arguments["content"])
        self.batches.append([one["id"] for one in events])
        answer = self.answers.pop(0)(events) if self.answers else accepted(events)
        if isinstance(answer, Exception):
            raise answer
        answer.request = httpx.Request(method, f"http://x{url}")
        return checked(answer)


def items(*answers: dict[str, Any]) -> httpx.Response:
    return httpx.Response(207, json={"items": list(answers)})


def accepted(events: list[dict[str, Any]]) -> httpx.Response:
    return items(*({"status": "accepted"} for _ in events))


def problem(status: int, **headers: str) -> httpx.Response:
    return httpx.Response(status, json={"detail": "too much waits"}, headers=headers)


def send(api: FakeApi, lines: list[bytes], patience: float = 10.0) -> tuple[Report, list[float]]:
    slept: list[float] = []
    return Sender(api, patience, lambda _: None, slept.append).send(lines), slept


def line(number: int, size: int = 0) -> bytes:
    return json.dumps({"id": f"e{number}", "fill": "x" * size}).encode() + b"\n"


def test_lines_go_in_order_in_batches_that_fit() -> None:
    api = FakeApi()
    report, _ = send(api, [line(n) for n in range(BATCH + 1)])
    assert [len(batch) for batch in api.batches] == [BATCH, 1]
    assert report.accepted == BATCH + 1
    api = FakeApi()
    send(api, [line(n, MAX_BODY // 2) for n in range(3)])
    assert [len(batch) for batch in api.batches] == [1, 1, 1]


def test_what_is_refused_is_named_by_its_line() -> None:
    api = FakeApi(lambda events: items({"status": "accepted"}, {"status": "invalid", "reason": "type: is required"}))
    lines = [line(1), b"\n", b"{\n", b"[]\n", line(5), line(6, MAX_BODY)]
    report, _ = send(api, lines)
    assert report.accepted == 1
    assert sorted(number for number, _ in report.refused) == [3, 4, 5, 6]
    assert dict(report.refused)[5] == "type: is required"


def test_only_what_was_not_stored_is_sent_again_after_the_wait_that_was_asked_for() -> None:
    later = {"status": "held", "reason": "its run is too long", "retry_after": 4.0}
    api = FakeApi(lambda events: items({"status": "duplicate"}, later))
    report, slept = send(api, [line(1), line(2)])
    assert api.batches == [["e1", "e2"], ["e2"]]
    assert slept == [4.0]
    assert (report.accepted, report.duplicate) == (1, 1)


@pytest.mark.parametrize(
    "first", [lambda _: problem(503, **{"retry-after": "2"}), lambda _: UnreachableError("gone")], ids=["full", "gone"]
)
def test_a_server_that_is_full_or_gone_is_waited_for(first: Answer) -> None:
    api = FakeApi(first, first)
    report, slept = send(api, [line(1)])
    assert report.accepted == 1
    assert len(slept) == 2


def test_a_wait_is_said_at_once_and_once_for_each_reason() -> None:
    def gone(_: list[dict[str, Any]]) -> UnreachableError:
        return UnreachableError("gone")

    said: list[str] = []
    slept: list[int] = []
    api = FakeApi(gone, gone, lambda _: problem(503), accepted, gone)
    Sender(api, 60, lambda _: None, lambda seconds: slept.append(len(said)), said.append).send(
        [line(n) for n in range(BATCH + 1)]
    )
    assert slept == [1, 1, 2, 3], "before the wait"
    assert said == [
        "waiting at line 1, for at most 60 s without progress: gone",
        "waiting at line 1, for at most 58 s without progress: too much waits",
        "waiting at line 501, for at most 60 s without progress: gone",
    ]


def test_patience_ends_and_says_how_far_it_came() -> None:
    full = [lambda _: problem(503)] * 100
    api = FakeApi(accepted, *full)
    with pytest.raises(ImpatientError, match=r"line 501 .* too much waits; 500 events were taken"):
        send(api, [line(n) for n in range(BATCH + 1)], patience=3)


def test_a_line_for_which_the_whole_batch_is_refused_is_found() -> None:
    def picky(events: list[dict[str, Any]]) -> httpx.Response:
        return problem(400) if any(one["id"] == "e2" for one in events) else accepted(events)

    api = FakeApi(*[picky] * 20)
    report, _ = send(api, [line(n) for n in range(5)])
    assert report.accepted == 4
    assert report.refused == [(3, "too much waits")]
