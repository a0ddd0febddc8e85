"""Which letters may be sent again, under which id, what ends them, which must go."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.letters import (
    MOST_ATTEMPTS,
    Bounds,
    Candidate,
    Kept,
    Link,
    Result,
    Try,
    conclusion,
    draft,
    ended,
    mark_of,
    redriven_id,
    refusal_of,
    renamed,
    to_prune,
    without_secrets,
)
from domain.letters_record import discarded_entry, pruned_entry, redriven_entry
from domain.narrative import line_of
from domain.record import SYSTEM_STREAM, Recorded
from events.codec import MAX_BODY, decode, encode
from events.internal import SOURCE
from events.letters import Letter
from tests.builders import item_started
from tests.plain_words import faults

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
DONE = Try(number=2, at=NOON, actor="olga", reason="the item was added", came="web has e1~2 (#7): applied")


def kept(**changes: Any) -> Kept:
    letter: dict[str, Any] = {
        "id": "web//crm/e1",
        "way": "product",
        "at": NOON,
        "reason": "refused",
        "detail": "there is no item 'x'",
        "body": b"",
        "size": 100,
        "digest": "ab" * 32,
        "product": "web",
        "source": "/crm",
        "event_id": "e1",
        "type": "item.started",
    }
    own = {name: changes.pop(name) for name in list(changes) if name in Letter.__dataclass_fields__}
    fields: dict[str, Any] = {
        "letter": Letter(**letter | own),
        "state": "open",
        "changed_at": NOON,
        "attempts": 0,
        "copy_of": None,
        "result": Result(),
    }
    return Kept(**fields | changes)


def link(outcome: str, event_id: str = "e1", **fields: Any) -> Link:
    return Link(product="web", source="/crm", id=event_id, seq=7, outcome=outcome, **fields)


@pytest.mark.parametrize(
    ("letter", "why"),
    [
        pytest.param(kept(), "", id="open"),
        pytest.param(kept(state="redriven"), "", id="on its way"),
        pytest.param(kept(state="closed", result=Result(events=(link("applied"),))), "it is closed: e1", id="closed"),
        pytest.param(kept(state="discarded"), "it was discarded", id="discarded"),
        pytest.param(kept(state="closed", result=Result(of="k/1")), "it came of redriving k/1", id="of another"),
        pytest.param(kept(attempts=MOST_ATTEMPTS - 1), "", id="often in vain"),
        pytest.param(kept(attempts=MOST_ATTEMPTS), "100 times in vain", id="too often in vain"),
        pytest.param(kept(way="kafka", size=MAX_BODY), "", id="the largest"),
        pytest.param(kept(way="kafka", size=MAX_BODY + 1), "only the first 65,536 bytes", id="cut"),
        pytest.param(kept(size=MAX_BODY + 1), "", id="the ledger has all of it"),
        pytest.param(kept(source=SOURCE), "Tandem raised this event itself", id="our own"),
    ],
)
def test_what_may_be_redriven(letter: Kept, why: str) -> None:
    refusal = refusal_of(letter)
    assert refusal.startswith(why) or why in refusal
    assert bool(refusal) == bool(why)


def test_what_cannot_be_sent_as_it_is_may_still_be_edited() -> None:
    assert ended(kept(way="kafka", size=MAX_BODY + 1)) == ""


def test_a_redriven_event_has_an_id_of_its_own_and_names_the_first() -> None:
    event = item_started(id="e1")
    again = renamed(event, redriven_id("e1", "1"))
    assert (again.id, again.extensions["redriveof"], again.time) == ("e1~1", "e1", event.time)
    assert renamed(again, "e1~1~1").extensions["redriveof"] == "e1", "the one that the sender gave"
    assert decode(encode(again)) == again, "it is a CloudEvent"


@given(st.text(min_size=1, max_size=200), st.text(min_size=1, max_size=200), st.integers(1, 200), st.integers(1, 200))
def test_ids_are_as_long_as_ids_may_be_and_never_the_same(one: str, other: str, first: int, second: int) -> None:
    mine, theirs = redriven_id(one, str(first)), redriven_id(other, str(second))
    assert len(mine) <= 200
    assert (mine == theirs) <= ((one, first) == (other, second)) or "~" in one + other
    assert mine == redriven_id(one, str(first))


def test_long_ids_that_begin_alike_stay_apart() -> None:
    assert redriven_id("x" * 199 + "a", "1") != redriven_id("x" * 199 + "b", "1")


def test_a_copy_and_its_original_never_use_the_same_id() -> None:
    original, copy = kept(), kept(copy_of="web//crm/e1", digest="cd" * 32)
    assert mark_of(original, 1) == "1"
    assert mark_of(copy, 1) == "cdcdcdcd-1"


@pytest.mark.parametrize(
    ("letter", "links", "state", "said"),
    [
        pytest.param(kept(), [link("applied")], "closed", "web has e1 (#7): applied", id="applied"),
        pytest.param(kept(), [link("superseded")], "closed", "superseded", id="superseded counts"),
        pytest.param(
            kept(), [link("applied", duplicate=True)], "closed", "applied, before it was redriven", id="known before"
        ),
        pytest.param(kept(), [link("refused", because="no item x")], "open", "web refused e1: no item x", id="refused"),
        pytest.param(
            kept(),
            [link("applied"), link("refused", "e2", because="no")],
            "open",
            "refused e2",
            id="one of two refused",
        ),
        pytest.param(
            kept(copy_of="k"), [link("refused", because="no")], "discarded", "refused", id="a copy that is refused"
        ),
    ],
)
def test_what_ends_a_letter(letter: Kept, links: list[Link], state: str, said: str) -> None:
    found, came = conclusion(letter, links)
    assert (found, said in came) == (state, True)


def test_an_event_to_edit_is_the_letters_own_or_what_could_be_read_of_it() -> None:
    own = b'{"specversion": "1.0", "id": "e1", "type": "item.startd"}'
    assert draft(kept(), own)["type"] == "item.startd"
    made = draft(kept(), b'{"issue": 7}')
    assert (made["id"], made["source"], made["subject"], made["data"]) == ("e1", "/crm", "web", {"issue": 7})
    assert draft(kept(event_id=None), b"\xff")["data"] == {}


def test_headers_that_sign_or_sign_in_are_not_kept() -> None:
    names = ["X-Hub-Signature-256", "webhook-signature", "Authorization", "Set-Cookie", "X-Gitlab-Token"]
    assert without_secrets(dict.fromkeys([*names, "ce_id", "webhook-id"], "x")) == {"ce_id": "x", "webhook-id": "x"}
    assert without_secrets({"a": "x" * 70_000, "b": "y"}) == {}, "nor headers without end"


# -- what must go ----------------------------------------------------------------------------------------


def candidate(name: str, state: Any = "open", days: int = 0, size: int = 10) -> Candidate:
    return Candidate(name, state, NOON - timedelta(days=days), size, "d")


MIXED = [candidate("new", days=1), candidate("old", days=5), candidate("ended", "closed"), candidate("up", "discarded")]


@pytest.mark.parametrize(
    ("bounds", "gone"),
    [
        pytest.param(Bounds(letters=4, bytes=40), [], id="within the bounds"),
        pytest.param(Bounds(letters=3), ["ended"], id="what has ended first"),
        pytest.param(Bounds(letters=1), ["ended", "up", "old"], id="then the oldest"),
        pytest.param(Bounds(bytes=25), ["ended", "up"], id="by their bytes"),
        pytest.param(Bounds(age=timedelta(days=5)), [], id="as old as may be"),
        pytest.param(Bounds(age=timedelta(days=4)), ["old"], id="too old, though there is room"),
    ],
)
def test_what_must_go(bounds: Bounds, gone: list[str]) -> None:
    assert [one.id for one in to_prune(MIXED, 4, 40, bounds, NOON)] == gone


@given(
    st.lists(
        st.builds(
            candidate,
            st.uuids().map(str),
            st.sampled_from(["open", "redriven", "closed", "discarded"]),
            st.integers(0, 200),
            st.integers(0, 50),
        ),
        max_size=30,
    ),
    st.integers(1, 20),
    st.integers(1, 300),
)
def test_what_is_left_keeps_the_bounds_and_nothing_goes_without_need(
    all_of_them: list[Candidate], letters: int, size: int
) -> None:
    bounds = Bounds(letters=letters, age=timedelta(days=100), bytes=size)
    gone = to_prune(all_of_them, len(all_of_them), sum(one.bytes for one in all_of_them), bounds, NOON)
    left = [one for one in all_of_them if one not in gone]
    assert len(left) <= letters
    assert sum(one.bytes for one in left) <= size
    assert all(one.at >= NOON - bounds.age for one in left)
    needed = [one for one in gone if one.at >= NOON - bounds.age]
    if needed:
        more = [*left, needed[-1]]
        assert len(more) > letters or sum(one.bytes for one in more) > size


# -- what the ledger says --------------------------------------------------------------------------------

TIMES = (NOON, NOON)


@pytest.mark.parametrize(
    ("entry", "what", "why"),
    [
        pytest.param(
            redriven_entry(kept(), DONE, [link("applied", "e1~2")], "web", TIMES),
            "olga redrove the dead letter with event e1 from /crm, which was refused: web has e1~2 (#7): applied",
            "because the item was added",
            id="redriven",
        ),
        pytest.param(
            redriven_entry(kept(way="kafka", reason="invalid", event_id=None, source=None), DONE, [], "web", TIMES),
            "olga redrove the dead letter with an event, which was not readable: web has e1~2 (#7): applied",
            "because the item was added",
            id="of which nothing could be read",
        ),
        pytest.param(
            redriven_entry(kept(), DONE, [], "web", TIMES, late=True),
            "What came of redriving the dead letter with event e1 from /crm, which was refused: "
            "web has e1~2 (#7): applied",
            "",
            id="seen later",
        ),
        pytest.param(
            redriven_entry(kept(copy_of="k"), DONE, [], "web", TIMES),
            "olga redrove an edited copy of the dead letter with event e1 from /crm, which was refused: "
            "web has e1~2 (#7): applied",
            "because the item was added",
            id="edited",
        ),
        pytest.param(
            discarded_entry(kept(), DONE, "web", TIMES),
            "olga discarded the dead letter with event e1 from /crm, which was refused: the item was added",
            "",
            id="discarded",
        ),
        pytest.param(
            pruned_entry([candidate("a"), candidate("b", "closed")], NOON),
            "2 dead letters had to make room: a, b",
            "1 letter of them had not been looked at",
            id="made room",
        ),
        pytest.param(
            pruned_entry([candidate(name, "closed") for name in "abcde"], NOON),
            "5 dead letters had to make room: a, b, c and 2 more",
            "all of them had ended",
            id="had ended",
        ),
    ],
)
def test_every_entry_reads_as_a_sentence(entry: Any, what: str, why: str) -> None:
    line = line_of(Recorded(entry=entry, seq=1, prev_hash="", hash=""))
    assert (line.what, line.why) == (what, why)
    assert faults(line) == []


def test_each_try_has_an_entry_of_its_own() -> None:
    first, late = (
        redriven_entry(kept(), DONE, [], "web", TIMES),
        redriven_entry(kept(), DONE, [], "web", TIMES, late=True),
    )
    next_one = redriven_entry(kept(), DONE.model_copy(update={"number": 3}), [], "web", TIMES)
    other = redriven_entry(kept(id="web//crm/e2"), DONE, [], "web", TIMES)
    assert len({first.key, late.key, next_one.key, other.key}) == 4
    assert first.about == ("letter:web//crm/e1", "redriven:/crm/e1")
    assert pruned_entry([candidate("a", "closed")], NOON).rows == ()
    assert pruned_entry([candidate("a")], NOON).rows[0].product == SYSTEM_STREAM
