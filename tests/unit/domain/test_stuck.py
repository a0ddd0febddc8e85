"""What counts as stuck: each rule at its threshold, and just below."""

from datetime import timedelta
from typing import Any

import pytest

from domain.operating import Pending
from domain.stuck import (
    Asked,
    Finding,
    Waiting,
    in_order,
    not_looked_at,
    queue_findings,
    span,
    usual_limit,
    waiting_findings,
)
from domain.stuck_around import Reader, incident_findings, letter_finding, process_name, reader_findings, todo_of
from tests.builders import NOON

SECOND, MINUTE, HOUR = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1)
FIVE_HOURS = (HOUR.total_seconds(),) * 4 + (5 * HOUR.total_seconds(),)


def waiting(**over: Any) -> Waiting:
    fields = {"workflow": "approval/web/7", "product": "web", "kind": "approval", "now": NOON, "engine": "running"}
    return Waiting.model_validate(fields | over)


def work(**over: Any) -> Pending:
    fields: dict[str, Any] = {"id": "3", "activity": "tell", "does": "tells people", "standing": "backing off"}
    return Pending.model_validate({**fields, "attempt": 2, "since": NOON, "last_failure": "refused", **over})


def kinds(one: Waiting) -> list[str]:
    return [finding.kind for finding in waiting_findings([one], NOON)]


@pytest.mark.parametrize(
    ("one", "found"),
    [
        pytest.param(waiting(), [], id="nothing is known against it"),
        pytest.param(waiting(pending=(work(attempt=4),)), [], id="four attempts within five minutes"),
        pytest.param(waiting(pending=(work(attempt=5),)), ["failing"], id="five attempts"),
        pytest.param(waiting(pending=(work(since=NOON - 5 * MINUTE),)), [], id="failing for five minutes"),
        pytest.param(waiting(pending=(work(since=NOON - 5 * MINUTE - SECOND),)), ["failing"], id="and a second longer"),
        pytest.param(
            waiting(pending=(work(attempt=1, last_failure="", since=NOON - HOUR),)), [], id="long, but it never failed"
        ),
        pytest.param(waiting(pending=(work(attempt=9, standing="paused"),)), [], id="somebody has paused it"),
        pytest.param(waiting(decided=1, deciding_since=NOON), [], id="it decides for the first time"),
        pytest.param(waiting(decided=2, deciding_since=NOON), ["deciding-fails"], id="the step failed once"),
        pytest.param(waiting(engine="forgotten"), ["ended-unheard"], id="the engine has forgotten what is open"),
        pytest.param(waiting(engine="ended", decided=4), ["ended-unheard"], id="what has ended is nothing else"),
        pytest.param(waiting(due=NOON - 5 * MINUTE), [], id="due five minutes ago"),
        pytest.param(waiting(due=NOON - 5 * MINUTE - SECOND), ["overdue"], id="due a second before that"),
        pytest.param(waiting(since=NOON - 5 * HOUR, usual=FIVE_HOURS), [], id="as long as the longest of five"),
        pytest.param(waiting(since=NOON - 5 * HOUR - SECOND, usual=FIVE_HOURS), ["waiting-long"], id="a second longer"),
        pytest.param(waiting(since=NOON - 900 * HOUR, usual=FIVE_HOURS[1:]), [], id="four are too few to know"),
        pytest.param(
            waiting(kind="reprioritization", began=NOON - 15 * MINUTE), [], id="a look that takes fifteen minutes"
        ),
        pytest.param(
            waiting(kind="reprioritization", began=NOON - 15 * MINUTE - SECOND), ["waiting-long"], id="and longer"
        ),
        pytest.param(waiting(kind="product", due=NOON - HOUR), [], id="a product waits for nobody"),
    ],
)
def test_what_is_stuck_among_workflows(one: Waiting, found: list[str]) -> None:
    assert kinds(one) == found


def test_nine_of_ten_is_nine_of_ten() -> None:
    assert usual_limit([float(n) for n in range(1, 21)]) == timedelta(seconds=19)
    assert usual_limit([1.0] * 4) is None


def test_a_finding_says_who_what_and_since_when() -> None:
    long = waiting(since=NOON - 6 * HOUR, usual=FIVE_HOURS, role="product_owner", waits_for="the product owner (olga)")
    (found,) = waiting_findings([long], NOON)
    assert found.text == (
        "decision 7 has waited for the product owner (olga) for 6 hours; "
        "nine of ten for the product owner took at most 5 hours"
    )
    assert (found.product, found.workflow, found.since) == ("web", "approval/web/7", NOON - 6 * HOUR)


@pytest.mark.parametrize(
    ("asked", "inside", "found"),
    [
        pytest.param((NOON - MINUTE, NOON), {"deciding_since": NOON}, False, id="asked a minute ago"),
        pytest.param((NOON - MINUTE - SECOND, NOON), {"deciding_since": NOON}, True, id="a second longer ago"),
        pytest.param((NOON, None), {"deciding_since": NOON}, True, id="nobody asks for the other kind of work"),
        pytest.param((None, None), {}, False, id="nobody asks, and nothing waits"),
        pytest.param((None, None), {"pending": (work(),)}, False, id="what backs off is not in the queue"),
        pytest.param((None, None), {"pending": (work(standing="queued"),)}, True, id="what is queued is"),
        pytest.param((None, None), {"deciding_since": NOON, "queue": "other"}, False, id="it waits in another queue"),
    ],
)
def test_a_queue_without_workers_is_found_while_something_waits_in_it(
    asked: tuple[Any, Any], inside: dict[str, Any], found: bool
) -> None:
    one = waiting(**{"queue": "tandem"} | inside)
    assert bool(queue_findings([Asked(queue="tandem", decides_at=asked[0], works_at=asked[1])], [one], NOON)) is found


EARLIER, LATER = NOON - timedelta(minutes=1), NOON + timedelta(minutes=1)


def reader(**over: Any) -> Reader:
    fields = {"name": "stream/a/1", "state": "working", "alive": True, "beat_at": NOON, "lag": 0}
    return Reader.model_validate(fields | over)


@pytest.mark.parametrize(
    ("one", "found"),
    [
        pytest.param(reader(), [], id="it works"),
        pytest.param(reader(state="stopped", alive=False, lag=None), [], id="it said that it stops"),
        pytest.param(reader(state="silent", alive=False, lag=None), ["process-silent"], id="it fell silent"),
        pytest.param(reader(state="not ready: broker"), ["process-silent"], id="it lacks something"),
        pytest.param(reader(lag=1_000), [], id="a thousand behind"),
        pytest.param(reader(lag=1_001), ["lag"], id="one more"),
        pytest.param(reader(lag=30, before=(10, 20)), ["lag"], id="further behind at each of three looks"),
        pytest.param(reader(lag=30, before=(20,)), [], id="two looks are too few"),
        pytest.param(reader(lag=20, before=(10, 20)), [], id="it did not grow since the last look"),
        pytest.param(reader(lag=None), [], id="it reads nothing"),
    ],
)
def test_what_is_wrong_with_those_who_take_events_in(one: Reader, found: list[str]) -> None:
    assert [finding.kind for finding in reader_findings([one])] == found


@pytest.mark.parametrize(
    ("over", "found"),
    [
        pytest.param({"way": "http", "started_at": LATER}, [], id="one that was started since"),
        pytest.param({"way": "kafka", "started_at": LATER}, ["process-silent"], id="one of another way"),
        pytest.param({"way": "http", "started_at": EARLIER}, ["process-silent"], id="one that ran beside it"),
        pytest.param(
            {"way": "http", "started_at": LATER, "alive": False, "state": "stopped"}, ["process-silent"], id="gone"
        ),
    ],
)
def test_who_was_replaced_is_not_missed(over: dict[str, Any], found: list[str]) -> None:
    silent = reader(way="http", state="silent", alive=False, lag=None)
    assert [finding.kind for finding in reader_findings([silent, reader(**over)])] == found


def test_who_takes_events_in_is_called_by_what_it_is_and_where_it_runs() -> None:
    assert process_name("stream/vm-3/4711") == "the stream process 4711 on vm-3"
    assert process_name("reader") == "reader"


def test_what_is_done_about_an_incident_depends_on_what_it_is() -> None:
    assert todo_of("A message could not be sent").startswith("correct how they are reached")
    assert todo_of("something new") == "see to it, then close the incident with what came of it"


def test_dead_letters_are_counted_by_reason_the_most_first() -> None:
    assert letter_finding({}, None, None) == []
    (found,) = letter_finding({"unmapped": 1, "invalid": 3}, NOON, "web")
    assert found.text == "4 events could not be taken and wait to be looked at: 3 invalid, 1 unmapped"
    assert (found.number, found.since, found.product) == (4, NOON, "web")


def test_each_open_incident_is_a_finding() -> None:
    (found,) = incident_findings([("web", "No plan was found", NOON, "the limits were reached")])
    assert found.text == "No plan was found: the limits were reached"


def test_the_gravest_comes_first_and_then_what_has_lasted_longest() -> None:
    late = Finding(kind="overdue", since=NOON, text="b", todo="")
    later = Finding(kind="overdue", since=NOON + HOUR, text="a", todo="")
    found = in_order([not_looked_at("incidents", "no answer"), later, Finding(kind="lag", text="", todo=""), late])
    assert [(one.kind, one.text) for one in found][:3] == [("overdue", "b"), ("overdue", "a"), ("lag", "")]
    assert found[3].text == "incidents could not be looked at: no answer"


@pytest.mark.parametrize(
    ("lasted", "said"),
    [
        pytest.param(-SECOND, "0 seconds", id="never less than nothing"),
        pytest.param(119 * SECOND, "119 seconds", id="seconds below two minutes"),
        pytest.param(2 * MINUTE, "2 minutes", id="minutes from there"),
        pytest.param(2 * HOUR, "2 hours", id="hours from two of them"),
        pytest.param(48 * HOUR, "2 days", id="days from two of them"),
    ],
)
def test_how_long_something_lasted(lasted: timedelta, said: str) -> None:
    assert span(lasted) == said
