"""The cases of the CloudEvents conformance suite, as events and as messages."""

import json
import re
from dataclasses import dataclass
from typing import Any

from tests.realdata import realdata

_EXAMPLE = re.compile(r"Scenario.*?(?=\n\s*Scenario|\Z)", re.DOTALL)
_TEXT = re.compile(r'"""\n(.*?)\n\s*"""', re.DOTALL)


@dataclass(frozen=True)
class Message:
    """One message of a feature file, and what it has to be read as."""

    headers: list[tuple[str, str]]
    body: bytes
    attributes: dict[str, str]
    data: object


def events() -> list[dict[str, Any]]:
    """Return the valid events: of the format, of its batches, and of what the bindings' messages mean."""
    tests = json.loads((realdata("cloudevents/conformance-format-json") / "valid-events.json").read_text())["tests"]
    alone = [test["event"] for test in tests]
    batched = [event for batch in batches() for event in batch]
    bound = [{**one.attributes, "data": one.data} for kind in ("http", "kafka") for one in messages(kind)]
    return [*alone, *batched, *bound]


def batches() -> list[list[dict[str, Any]]]:
    """Return the valid batches."""
    tests = json.loads((realdata("cloudevents/conformance-format-json") / "valid-batches.json").read_text())["tests"]
    return [test["batch"] for test in tests]


def messages(binding: str) -> list[Message]:
    """Return the messages of the feature file of a binding, one for each example."""
    text = (realdata("cloudevents/features") / f"{binding}-protocol-binding.feature").read_text()
    found = []
    for scenario in _EXAMPLE.findall(text):
        steps, _, examples = scenario.partition("Examples:")
        for content_type in [one.strip("| ") for one in examples.strip().splitlines()[1:]] or [""]:
            found.append(_message(steps.replace("<contentType>", content_type)))
    return found


def _message(steps: str) -> Message:
    texts = [one.group(1) for one in _TEXT.finditer(steps)]
    tables = [_rows(part) for part in re.split(r"headers:|attributes are:", steps)[1:]]
    headers, _, body = texts[0].partition("\n\n")
    if "HTTP/1.1" in headers:  # the length it names is not that of the body
        lines = [line.strip().partition(": ") for line in headers.splitlines()[1:]]
        return Message([(name, value) for name, _, value in lines], body.encode(), tables[0], json.loads(texts[-1]))
    return Message(list(tables[0].items()), texts[0].encode(), tables[1], json.loads(texts[-1]))


def _rows(text: str) -> dict[str, str]:
    rows = re.findall(r"^\s*\|\s*(\S+)\s*\|\s*(.*?)\s*\|$", text.split('"""')[0], re.MULTILINE)
    return {name: value for name, value in rows if name != "key"}
