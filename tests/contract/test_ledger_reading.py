"""The reader of a ledger: who is behind entries, what there is to filter by, verified part by part."""

import pytest

from activities.ledger.choices import MOST
from activities.ports import LedgerQuery
from tests.contract.ledger_case import WholeLedger, an_entry, entries


async def test_entries_are_found_by_who_is_behind_them(ledger: WholeLedger) -> None:
    await ledger.append([an_entry("a", actor="olga"), an_entry("b", actor="maria"), an_entry("c", actor="olga")])
    found = await ledger.entries(LedgerQuery(product="web", actor="olga", newest_first=True))
    assert [kept.entry.key for kept in found] == ["c", "a"]
    assert await ledger.entries(LedgerQuery(product="web", actor="olg")) == [], "the whole name"


async def test_what_there_is_to_filter_by_is_that_of_one_stream_in_order(ledger: WholeLedger) -> None:
    await ledger.append(
        [
            an_entry("a", kind="plan.solved", actor="tandem"),
            an_entry("b", kind="budget.spent", actor="/finance"),
            an_entry("c", kind="plan.solved", actor="olga"),
            an_entry("d", product="app", kind="item.added", actor="/jira"),
        ]
    )
    found = await ledger.choices("web")
    assert found.kinds == ("budget.spent", "plan.solved")
    assert found.actors == ("/finance", "olga", "tandem")
    assert (await ledger.choices("nobody")).kinds == ()


async def test_more_people_than_anybody_chooses_from_are_cut_off(ledger: WholeLedger) -> None:
    await ledger.append([an_entry(f"k{number}", actor=f"p{number:04}") for number in range(MOST + 5)])
    found = (await ledger.choices("web")).actors
    assert (len(found), found[-1]) == (MOST, f"p{MOST - 1:04}")


async def test_a_chain_is_verified_part_by_part_up_to_its_head(ledger: WholeLedger) -> None:
    kept = await ledger.append(entries(*(f"k{number}" for number in range(1_200))))
    first = await ledger.verify("web", most=600)
    assert first.next is not None
    assert 600 <= first.next < 1_200
    assert (first.entries, first.of, first.head) == (first.next, 1_200, kept[first.next - 1].hash)
    rest = await ledger.verify("web", (first.entries, first.head), most=5_000)
    assert (rest.entries, rest.next, rest.head, rest.broken_at) == (1_200, None, kept[-1].hash, None)


async def test_a_part_that_does_not_follow_from_the_one_before_is_broken(ledger: WholeLedger) -> None:
    await ledger.append(entries("a", "b", "c"))
    report = await ledger.verify("web", (2, "f" * 64))
    assert (report.broken_at, report.why) == (3, "entry 3 does not follow from entry 2")


@pytest.mark.parametrize("most", [1, None])
async def test_an_empty_stream_has_nothing_to_verify(ledger: WholeLedger, most: int | None) -> None:
    report = await ledger.verify("web", most=most)
    assert (report.entries, report.of, report.next, report.broken_at) == (0, 0, None, None)
