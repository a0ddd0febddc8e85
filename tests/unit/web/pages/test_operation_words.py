"""Whatever the API may say of operation has words on the pages."""

from typing import get_args

import pytest

from domain.letters import State
from domain.operating import ACTIONS, Standing
from events.letters import Reason, Way
from web.pages import operation_words as words
from web.pages.intake_chart import parts, spoken
from web.pages.rendering import code
from web.redriven import Came


@pytest.mark.parametrize(
    ("known", "told"),
    [
        pytest.param(ACTIONS, words.ACTIONS, id="actions"),
        pytest.param(get_args(Standing), words.STANDINGS, id="how pending work stands"),
        pytest.param(get_args(Reason), words.REASONS, id="why something is a dead letter"),
        pytest.param(get_args(Reason), words.MEANINGS, id="what to do about a dead letter"),
        pytest.param(get_args(Way), words.WAYS, id="ways in"),
        pytest.param(get_args(State), words.LETTER_STATES, id="states of dead letters"),
    ],
)
def test_everything_has_words(known: tuple[str, ...], told: dict[str, str]) -> None:
    assert set(known) == set(told)


def test_what_may_become_of_a_letter_has_words() -> None:
    foreseen = {"would-send", "would-refuse"}  # of dry runs, which no page asks for
    assert set(get_args(Came)) - foreseen == set(words.CAME)


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        pytest.param("item.started", "Item started", id="an event of ours"),
        pytest.param("com.github.milestone.closed", "Github milestone closed", id="a delivery"),
        pytest.param(None, "Something that could not be read", id="nothing was readable"),
    ],
)
def test_types_are_read_as_words(kind: str | None, said: str) -> None:
    assert words.event_name(kind) == said


@pytest.mark.parametrize(
    ("process", "said"),
    [("web/vm/4711", "Web process"), ("stream/vm-3/4711", "Reader of the topic"), ("reader", "Reader")],
)
def test_a_process_is_called_by_what_it_does(process: str, said: str) -> None:
    assert words.process_name(process) == said


def test_code_is_marked_and_nothing_else_gets_through() -> None:
    assert code("mend `aliases` <b>") == "mend <code>aliases</code> &lt;b&gt;"
    assert code("`<i>`") == "<code>&lt;i&gt;</code>"


def one(source: str, *events: int) -> dict[str, object]:
    return {"source": source, "type": "item.started", "events": list(events), "total": sum(events)}


def test_all_beyond_seven_kinds_are_shown_together() -> None:
    series = {"at": ["", ""], "series": [one(f"/{number}", number, 1) for number in range(1, 10)]}
    shown = parts(series)
    assert [name for name, *_ in shown][:1] == ["/9: Item started"]
    assert shown[-1][:2] == ("2 more", [3, 2])
    assert len(shown) == 8


def test_one_source_over_two_ways_is_one_kind() -> None:
    series = {"at": ["", ""], "series": [one("/a", 1, 0), one("/a", 2, 5)]}
    assert [(name, events) for name, events, _ in parts(series)] == [("/a: Item started", [3, 5])]
    assert spoken(series) == "8 events came in; the most: 8 /a: Item started"
