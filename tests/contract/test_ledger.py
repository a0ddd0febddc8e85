"""The contract of the ports ``Ledger`` and ``LedgerReader``: what the database and the fake both keep."""

import asyncio
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from activities.ports import AllotmentExceededError, LedgerConflictError, LedgerQuery
from domain.record import FIRST_PREV_HASH, SYSTEM_STREAM, Entry, Recorded, canonical, chain_hash, content_hash, spell
from tests.contract.ledger_case import NINE, WholeLedger, a_row, an_entry, entries


def keys(found: list[Recorded]) -> list[str]:
    return [kept.entry.key for kept in found]


async def test_entries_are_numbered_and_chained_per_product(ledger: WholeLedger) -> None:
    first, other, second = await ledger.append([an_entry("a"), an_entry("a", product="app"), an_entry("b", minutes=1)])
    assert (first.seq, other.seq, second.seq) == (1, 1, 2)
    assert first.prev_hash == other.prev_hash == FIRST_PREV_HASH
    assert second.prev_hash == first.hash
    assert second.hash == chain_hash(first.hash, 2, an_entry("b", minutes=1).content())
    (third,) = await ledger.append([an_entry("c")])
    assert (third.seq, third.prev_hash) == (3, second.hash)


async def test_an_entry_is_read_back_as_it_was_answered(ledger: WholeLedger) -> None:
    entry = an_entry(
        cause="event/0", actor="mira", identity="asserted", workflow="approval/web/7", policy_hash="p" * 64,
        about=("item:sso", "approval:7", "item:sso"), event=("crm", "e1"), rows=(a_row(),),
        data={"amount": 3000, "rate": 0.1, "when": NINE, "who": ("a", "b"), "text": "Grüße \u2028 \x00 🎉"},
    )  # fmt: skip
    (answered,) = await ledger.append([entry])
    assert await ledger.entry("web", "event/1") == answered
    assert await ledger.entries(LedgerQuery(product="web")) == [answered]
    assert answered.entry.content() == entry.content()
    assert await ledger.entry("web", "event/2") is None


async def test_a_repeated_write_changes_nothing(ledger: WholeLedger) -> None:
    first = await ledger.append(entries("a", "b"))
    again = await ledger.append(entries("a", "b"))
    mixed = await ledger.append([*entries("a", "b"), an_entry("c"), an_entry("c")])
    assert again == first
    assert mixed[:2] == first
    assert mixed[2] == mixed[3]
    assert keys(await ledger.entries(LedgerQuery(product="web"))) == ["a", "b", "c"]
    assert await ledger.append([]) == []


async def test_other_content_under_a_known_key_is_a_conflict_and_nothing_is_written(ledger: WholeLedger) -> None:
    await ledger.append([an_entry("a", data={"amount": 1, "note": "x"})])
    batch = [an_entry("b", rows=(a_row(),)), an_entry("a", actor="mira", data={"amount": 1.0, "note": "x", "new": 0})]
    with pytest.raises(LedgerConflictError, match=r"'web', key 'a': .* different: actor, data.amount, data.new$"):
        await ledger.append(batch)
    with pytest.raises(LedgerConflictError, match="different: kind"):
        await ledger.append([an_entry("c"), an_entry("c", kind="other")])
    assert keys(await ledger.entries(LedgerQuery())) == ["a"]
    assert await ledger.row("approval", "web/7") is None
    await ledger.append([an_entry("a", product="app", actor="mira")])  # keys belong to a product


async def test_an_event_is_recorded_once_per_product(ledger: WholeLedger) -> None:
    event = ("crm", "e1")
    await ledger.append([an_entry("a", event=event)])
    for batch in ([an_entry("b", event=event)], [an_entry(key, event=("crm", "e2")) for key in "cd"]):
        with pytest.raises(LedgerConflictError, match=r"event 'e.' of source 'crm' is already recorded under key '.'"):
            await ledger.append(batch)
    await ledger.append([an_entry("a", event=event), an_entry("a", product="app", event=event)])
    await ledger.append([an_entry("e"), an_entry("f"), an_entry("g", event=("jira", "e1"))])
    assert [kept.entry.product for kept in await ledger.event("crm", "e1")] == ["app", "web"]
    asked = [event, ("crm", "e2"), ("jira", "e1"), ("jira", "e2")]
    assert await ledger.applied_events("web", asked) == {event, ("jira", "e1")}
    assert await ledger.applied_events("app", asked) == {event}
    assert await ledger.applied_events("app", []) == set()


async def test_more_keys_and_events_than_one_statement_takes(ledger: WholeLedger) -> None:
    batch = [an_entry(f"k{number}", event=("crm", f"e{number}")) for number in range(1_100)]
    first = await ledger.append(batch)
    assert await ledger.append(batch) == first
    asked = [("crm", f"e{number}") for number in range(-5, 1_100)]
    assert len(await ledger.applied_events("web", asked)) == 1_100
    exported = [kept async for kept in ledger.export("web")]
    assert exported == first
    assert (await ledger.verify("web")).entries == 1_100
    assert len(await ledger.entries(LedgerQuery(limit=5_000))) == 1_000
    assert len(await ledger.entries(LedgerQuery(limit=0))) == 1


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        pytest.param({"product": "web"}, "abcd", id="one product"),
        pytest.param({"product": "web", "newest_first": True}, "dcba", id="newest first"),
        pytest.param({"product": "web", "limit": 2}, "ab", id="first page"),
        pytest.param({"product": "web", "limit": 2, "after_seq": 2}, "cd", id="next page"),
        pytest.param({"product": "web", "limit": 2, "after_seq": 3, "newest_first": True}, "ba", id="next page back"),
        pytest.param({}, "aebcd", id="all products, by time"),
        pytest.param({"newest_first": True, "limit": 2}, "dc", id="the newest of all products"),
        pytest.param({"kind": "plan.adopted"}, "eb", id="kind"),
        pytest.param({"about": "item:sso"}, "aed", id="about, of all products"),
        pytest.param({"product": "web", "about": "item:sso"}, "ad", id="about"),
        pytest.param({"about": "item:sso", "product": "web", "newest_first": True, "after_seq": 4}, "a", id="and back"),
        pytest.param({"about": "item:s"}, "", id="about is the whole name"),
        pytest.param({"workflow": "approval/web/7"}, "c", id="workflow"),
        pytest.param({"product": "web", "cause": "a"}, "bc", id="what followed from it"),
        pytest.param({"since": NINE + timedelta(minutes=2)}, "bcd", id="since is included"),
        pytest.param({"until": NINE + timedelta(minutes=2)}, "ae", id="until is not"),
        pytest.param({"product": "web", "cause": "a", "kind": "plan.adopted", "about": "item:x"}, "b", id="together"),
    ],
)  # fmt: skip
async def test_queries(ledger: WholeLedger, query: dict[str, Any], expected: str) -> None:
    await ledger.append(
        [
            an_entry("a", about=("item:sso",)),
            an_entry("b", minutes=2, cause="a", kind="plan.adopted", about=("item:x", "item:y")),
            an_entry("c", minutes=3, cause="a", workflow="approval/web/7"),
            an_entry("d", minutes=4, about=("milestone:spring", "item:sso")),
            an_entry("e", minutes=1, product="app", kind="plan.adopted", about=("item:sso",)),
        ]
    )
    assert "".join(keys(await ledger.entries(LedgerQuery(**query)))) == expected


async def test_rows_are_replaced_with_the_entry_they_came_with(ledger: WholeLedger) -> None:
    due = datetime(2026, 3, 4, 12, tzinfo=timezone(timedelta(hours=2)))
    asked = a_row(role="product_owner", due=due, data={"title": "Grüße", "amount": 1.5})
    await ledger.append([an_entry("a", rows=(a_row(state="draft"), asked))])
    assert await ledger.row("approval", "web/7") == asked
    decided = a_row(state="approved")
    await ledger.append([an_entry("b", rows=(asked,)), an_entry("c", rows=(decided,))])
    await ledger.append([an_entry("a", rows=(asked,))])  # a late retry of an old entry
    assert await ledger.row("approval", "web/7") == decided
    assert await ledger.row("escalation", "web/7") is None


async def test_rows_are_listed_by_id_in_pages(ledger: WholeLedger) -> None:
    rows = [a_row(f"r{number}", state="open" if number % 2 else "done") for number in range(6)]
    others = [a_row("s", product="app"), a_row("r0", kind="incident")]
    await ledger.append([an_entry("a", rows=(*reversed(rows), *others))])
    assert await ledger.rows("approval") == [*rows, others[0]]
    assert await ledger.rows("approval", product="web", state="open") == rows[1::2]
    assert await ledger.rows("approval", limit=2, after="r1") == rows[2:4]
    assert await ledger.rows("approval", limit=0) == rows[:1]
    assert await ledger.rows("roadmap") == []


async def test_documents_are_stored_once_under_their_hash(ledger: WholeLedger) -> None:
    plan = {"items": ["sso", "Grüße"], "gap": 0.0}
    digest = await ledger.put_document(plan)
    assert digest == content_hash(plan) == await ledger.put_document(dict(reversed(plan.items())))
    assert await asyncio.gather(*(ledger.put_document([1]) for _ in range(3))) == [content_hash([1])] * 3
    assert await ledger.document(digest) == plan
    assert await ledger.document("0" * 64) is None
    assert await ledger.document(await ledger.put_document(None)) is None


async def test_reserving_returns_what_was_reserved_before(ledger: WholeLedger) -> None:
    first = {"it": (12.0, 20.0), "design": (5.0, 5.0)}
    assert await ledger.reserve_allotments("web", first) == {}
    assert await ledger.reserve_allotments("web", {"it": (1.0, 20.0)}) == first
    assert await ledger.reserve_allotments("web", {}) == {"it": (1.0, 20.0)}


async def test_allotments_of_all_products_fit_the_team(ledger: WholeLedger) -> None:
    await ledger.reserve_allotments("web", {"it": (12.1, 20), "design": (5, 5)})
    await ledger.reserve_allotments("app", {"it": (7.9, 20)})
    with pytest.raises(AllotmentExceededError, match=r"team 'it' has 20 .* 20.5 .*: 'cms' 0.5, 'app' 7.9, 'web' 12.1"):
        await ledger.reserve_allotments("cms", {"data": (1, 1), "it": (0.5, 20)})
    with pytest.raises(AllotmentExceededError, match=r"team 'it' has 30 .* product 'cms', but 20 .* product 'app'"):
        await ledger.reserve_allotments("cms", {"it": (0.5, 30)})
    await ledger.reserve_allotments("cms", {"data": (1, 2)})  # nothing of the refused ones was kept
    with pytest.raises(AllotmentExceededError, match="'web' 6"):
        await ledger.reserve_allotments("web", {"design": (6, 5)})
    await ledger.reserve_allotments("web", {"it": (12, 20)})  # replaces its own
    await ledger.reserve_allotments("app", {"design": (5, 5)})
    await ledger.reserve_allotments("web", {})
    await ledger.reserve_allotments("cms", {"it": (30, 30)})  # nobody else states a size any more


async def test_streams_and_empty_ones(ledger: WholeLedger) -> None:
    assert await ledger.streams() == []
    report = await ledger.verify("web")
    assert (report.entries, report.head, report.broken_at) == (0, FIRST_PREV_HASH, None)
    assert [kept async for kept in ledger.export("web")] == []
    await ledger.append([an_entry("a"), an_entry("a", product=SYSTEM_STREAM)])
    assert await ledger.streams() == [SYSTEM_STREAM, "web"]
    report = await ledger.verify("web")
    assert (report.entries, report.broken_at, report.why) == (1, None, "")


async def test_tasks_that_append_at_once_leave_one_chain(ledger: WholeLedger) -> None:
    async def write(name: str) -> None:
        for number in range(5):
            await ledger.append(entries(f"{name}{number}a", f"{name}{number}b", f"{name}{number}c"))

    await asyncio.gather(*(write(name) for name in "wxyz"))
    exported = [kept async for kept in ledger.export("web")]
    assert [kept.seq for kept in exported] == list(range(1, 61))
    assert (await ledger.verify("web")).broken_at is None


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text()
    | st.datetimes(timezones=st.timezones() | st.just(UTC)),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)  # fmt: skip
offsets = st.integers(-1439, 1439).map(lambda minutes: timezone(timedelta(minutes=minutes)))
instants = st.datetimes(datetime(1, 1, 3), datetime(9999, 12, 29), timezones=offsets)  # noqa: DTZ001 - a bound


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.dictionaries(st.text(), anything, max_size=4), at=instants, clock_at=instants, word=st.text(min_size=1))
async def test_whatever_is_recorded_reads_back_to_the_same_content(
    ledger: WholeLedger, data: dict[str, Any], at: datetime, clock_at: datetime, word: str
) -> None:
    product = f"p{len(await ledger.streams())}"
    entry = an_entry(word, product=product, at=at, clock_at=clock_at, data=data, about=(word,), event=(word, word))
    (answered,) = await ledger.append([entry])
    (read,) = await ledger.entries(LedgerQuery(product=product))
    assert read == answered
    assert read.entry.content() == entry.content()
    assert (read.entry.at, read.entry.clock_at) == (at, clock_at)
    assert await ledger.append([entry]) == [answered]
    report = await ledger.verify(product)
    assert (report.entries, report.broken_at, report.why) == (1, None, "")


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.dictionaries(st.text(), anything, max_size=4), at=instants, clock_at=instants, word=st.text(min_size=1))
async def test_what_was_spelled_before_is_recorded_as_the_same(
    ledger: WholeLedger, data: dict[str, Any], at: datetime, clock_at: datetime, word: str
) -> None:
    product = f"p{len(await ledger.streams())}"
    entry = an_entry(
        word, product=product, at=at, clock_at=clock_at, data=data, about=(word, word), event=(word, word), cause=word
    )
    other = an_entry(f"{word}/2", product=product, at=at, clock_at=clock_at)
    assert spell(entry).content().encode() == canonical(entry.content())
    assert await ledger.append_spelled([spell(entry), spell(other)]) == [1, 2]
    assert [kept.entry.content() for kept in await ledger.entries(LedgerQuery(product=product))] == [
        entry.content(),
        other.content(),
    ]
    assert [kept.seq for kept in await ledger.append([other, entry])] == [2, 1]
    report = await ledger.verify(product)
    assert (report.entries, report.broken_at, report.why) == (2, None, "")


async def test_spelled_entries_that_are_there_already_are_not_written_again(ledger: WholeLedger) -> None:
    one, two, three = (spell(entry) for entry in entries("a", "b", "c", rows=(a_row(state="open"),)))
    assert await ledger.append_spelled([one, two]) == [1, 2]
    await ledger.append([an_entry("d", rows=(a_row(state="ended"),))])
    assert await ledger.append_spelled([one, two]) == [1, 2]
    row = await ledger.row("approval", "web/7")
    assert row is not None
    assert row.state == "ended", "a late repetition does not bring the old row back"
    assert await ledger.append_spelled([two, three, three]) == [2, 4, 4]
    assert await ledger.append_spelled([]) == []
    assert (await ledger.verify("web")).entries == 4


@pytest.mark.parametrize(
    "wrong",
    [
        pytest.param(an_entry("a", data={"amount": 2}), id="a known key with other content"),
        pytest.param(an_entry("c", event=("jira", "7")), id="a known event under another key"),
    ],
)
async def test_a_spelled_entry_that_contradicts_the_ledger_is_refused_with_its_batch(
    ledger: WholeLedger, wrong: Entry
) -> None:
    await ledger.append_spelled([spell(an_entry("a", data={"amount": 1}, event=("jira", "7")))])
    with pytest.raises(LedgerConflictError):
        await ledger.append_spelled([spell(an_entry("b")), spell(wrong)])
    assert (await ledger.verify("web")).entries == 1


async def test_what_has_no_spelling_is_refused(ledger: WholeLedger) -> None:
    with pytest.raises(ValueError, match="surrogates not allowed"):
        await ledger.append([an_entry("a"), an_entry("b", data={"text": "\ud800"})])
    assert await ledger.streams() == []
