"""Sends a file of events, line by line one CloudEvent, in batches; what cannot be taken now is sent again."""

import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, Protocol

import httpx

from deploy.cli.api import ApiError, UnreachableError, address
from deploy.cli.output import stderr
from deploy.errors import PlainError
from events.codec import MAX_BODY
from events.errors import EventError
from events.json_text import parse

BATCH = 500  # events: what one message to the engine holds
BATCH_TYPE = "application/cloudevents-batch+json"
LATER = ("held", "unavailable")
SHORTEST_WAIT_S = 0.5


class Caller(Protocol):
    """The part of the API's client that sending needs."""

    def call(self, method: str, url: str, **arguments: Any) -> httpx.Response: ...


@dataclass(frozen=True)
class NumberedLine:
    """One event of the file."""

    number: int  # from 1
    content: bytes


@dataclass
class Report:
    """What became of a file."""

    accepted: int = 0
    duplicate: int = 0
    refused: list[tuple[int, str]] = field(default_factory=list)  # line, why

    @property
    def sent(self) -> int:
        """Return how many events have an answer."""
        return self.accepted + self.duplicate + len(self.refused)


def tell(message: str) -> None:
    """Say on standard error what goes on."""
    stderr().print(message, markup=False, highlight=False, soft_wrap=True)


class ImpatientError(PlainError):
    """What is left could not be sent in time."""


class Sender:
    """Sends lines in order; waits as long as the server asks for, within ``patience`` seconds without progress."""

    def __init__(
        self,
        api: Caller,
        patience: float,
        progress: Callable[[Report], None],
        sleep: Callable[[float], None] = time.sleep,
        say: Callable[[str], None] = tell,
    ) -> None:
        self._api, self._patience, self._progress, self._sleep, self._say = api, patience, progress, sleep, say
        self._waited = 0.0
        self._said = ""  # what this wait is for
        self.report = Report()

    def send(self, lines: Iterable[bytes]) -> Report:
        """Send all lines. Raises ImpatientError, ApiError."""
        for batch in _batches(self._readable(lines)):
            self._batch(batch)
        return self.report

    def _readable(self, lines: Iterable[bytes]) -> Iterator[NumberedLine]:
        for number, line in enumerate(lines, start=1):
            content = line.strip()
            if not content:
                continue
            wrong = _unreadable(content)
            if wrong:
                self._refuse(number, wrong)
            else:
                yield NumberedLine(number, content)

    def _refuse(self, number: int, why: str) -> None:
        self.report.refused.append((number, why))
        self._progress(self.report)

    def _batch(self, batch: list[NumberedLine]) -> None:
        left = batch
        while left:
            before = self.report.sent
            left, why, seconds = self._once(left)
            if self.report.sent > before:
                self._waited, self._said = 0.0, ""
                self._progress(self.report)
            if left:
                self._wait(left[0].number, why, max(seconds, SHORTEST_WAIT_S))

    def _wait(self, number: int, why: str, seconds: float) -> None:
        if self._waited + seconds > self._patience:
            raise ImpatientError(
                f"gave up at line {number} after {self._waited:.0f} s without progress: {why}; "
                f"{self.report.accepted + self.report.duplicate} events were taken; "
                "send the same file again, what was taken counts once"
            )
        if why != self._said:
            left = self._patience - self._waited
            self._say(f"waiting at line {number}, for at most {left:.0f} s without progress: {why}")
            self._said = why
        self._sleep(seconds)
        self._waited += seconds

    def _once(self, lines: list[NumberedLine]) -> tuple[list[NumberedLine], str, float]:
        """Send lines once; return what is left to send, why, and after how many seconds."""
        body = b"[" + b",".join(line.content for line in lines) + b"]"
        try:
            response = self._api.call("POST", address("events"), content=body, headers={"Content-Type": BATCH_TYPE})
        except UnreachableError as exc:
            return lines, str(exc), 1.0
        except ApiError as exc:
            if exc.status_code in (httpx.codes.SERVICE_UNAVAILABLE, httpx.codes.GATEWAY_TIMEOUT):
                return lines, str(exc), exc.retry_after
            if exc.status_code >= httpx.codes.INTERNAL_SERVER_ERROR:
                raise
            return self._divide(lines, exc), "", 0.0
        return self._settle(lines, response)

    def _divide(self, lines: list[NumberedLine], error: ApiError) -> list[NumberedLine]:
        """Find the line for which a whole batch is refused, by halves."""
        if len(lines) == 1:
            self._refuse(lines[0].number, str(error))
            return []
        half = len(lines) // 2
        self._batch(lines[:half])
        return lines[half:]

    def _settle(self, lines: list[NumberedLine], response: httpx.Response) -> tuple[list[NumberedLine], str, float]:
        left: list[NumberedLine] = []
        why, seconds = "", 0.0
        for line, item in zip(lines, response.json()["items"], strict=True):
            status = item["status"]
            if status in LATER:
                left.append(line)
                why, seconds = item.get("reason", status), max(seconds, item.get("retry_after") or 0.0)
            elif status == "accepted":
                self.report.accepted += 1
            elif status == "duplicate":
                self.report.duplicate += 1
            else:
                self.report.refused.append((line.number, item.get("reason", status)))
        return left, why, seconds


def _unreadable(content: bytes) -> str:
    if len(content) + 2 > MAX_BODY:
        return f"is larger than {MAX_BODY:,} bytes"
    try:
        value = parse(content)
    except EventError as wrong:
        return str(wrong)
    return "" if isinstance(value, dict) else "must be one CloudEvent, a JSON object"


def _batches(lines: Iterable[NumberedLine]) -> Iterator[list[NumberedLine]]:
    batch: list[NumberedLine] = []
    size = 2
    for line in lines:
        if batch and (len(batch) == BATCH or size + len(line.content) + 1 > MAX_BODY):
            yield batch
            batch, size = [], 2
        batch.append(line)
        size += len(line.content) + 1
    if batch:
        yield batch
