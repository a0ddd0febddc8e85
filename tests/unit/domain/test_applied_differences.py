"""What a product file changes is told before and after it is applied: what ends first, then each field."""

from typing import Any

import pytest

from domain.applied import merged
from domain.applied_differences import (
    DROPPED,
    MOST_DIFFERENCES,
    WAIVED,
    differences,
    drops_of,
    unasked_drops,
)
from domain.product import ProductState
from tests.builders import NOON, dependency_delivered, item_changed, item_completed, milestone_reached
from tests.unit.domain.states import DAY, FILE, definition, fresh, happen

SOURCES: dict[str, Any] = {"sources": {"hub": {}}, "aliases": {"hub": {"milestones": {"Spring fair": "spring"}}}}


def without(part: str, *names: str) -> dict[str, Any]:
    return {part: {name: thing for name, thing in FILE[part].items() if name not in names}}


def changed(part: str, name: str, **fields: Any) -> dict[str, Any]:
    return {part: FILE[part] | {name: FILE[part].get(name, {}) | fields}}


def told(state: ProductState, **over: Any) -> list[str]:
    return [f"{one.change} {one.place}: {one.text}" for one in differences(state, definition(**over)).listed]


@pytest.mark.parametrize(
    ("over", "expected"),
    [
        pytest.param({}, [], id="the same file"),
        pytest.param({"title": "Shop"}, ["changed title: Web site → Shop"], id="the title"),
        pytest.param(
            {"people": FILE["people"] | {"product_owner": ["zoe"]}},
            ["changed people.product_owner: otto, olga → zoe"],
            id="people",
        ),
        pytest.param(
            {"budget": {"per_period": 900_000, "periods": {"2026-05": 50}}},
            [
                "changed budget.per_period: 10,000 EUR → 9,000 EUR",
                "changed budget.periods.2026-05: not set → 0.50 EUR",
            ],
            id="the budget",
        ),
        pytest.param({"goals": {}}, ["changed goals.retention: 50 → not set"], id="a goal that is gone"),
        pytest.param(
            changed("items", "search", cost=400_000, efforts={"it": 8}, milestone=None),
            [
                "changed items.search.cost: 3,000 EUR → 4,000 EUR",
                "changed items.search.efforts.it: 5 → 8",
                "changed items.search.milestone: spring → not set",
            ],
            id="an item's fields",
        ),
        pytest.param(changed("items", "faq", cost=1), ["added items.faq: new"], id="a new item"),
        pytest.param(
            changed("milestones", "spring", due="2026-05-01", committed=False),
            [
                "changed milestones.spring.committed: yes → no",
                "changed milestones.spring.due: 2026-04-30 → 2026-05-01",
            ],
            id="a milestone's fields",
        ),
        pytest.param(
            changed("dependencies", "fonts", reason="licence"),
            ["changed dependencies.fonts.reason: not set → licence"],
            id="a dependency's fields",
        ),
        pytest.param(changed("teams", "it", allotment=12.5), ["changed teams.it.allotment: 20 → 12.5"], id="a share"),
        pytest.param(
            {"policy": {"budget_change": 100_000, "dwell_hours": 24}},
            ["changed policy.budget_change: 5,000 EUR → 1,000 EUR", "changed policy.dwell_hours: 72 → 24"],
            id="thresholds",
        ),
        pytest.param(
            changed(
                *("teams", "it"),
                cadence={"every": 3, "gate": "2026-03", "freezes": [{"first": "2026-12-15", "last": "2027-01-06"}]},
            ),
            [
                "changed teams.it.cadence.every: not set → 3",
                "changed teams.it.cadence.freezes: not set → 2026-12-15 to 2027-01-06",
                "changed teams.it.cadence.gate: not set → 2026-03",
            ],
            id="a cadence",
        ),
        pytest.param(
            changed("items", "search", must="in", profile={"by": "2026-05-01", "then": 0.25}),
            [
                "changed items.search.must: free → in",
                "changed items.search.profile.by: not set → 2026-05-01",
                "changed items.search.profile.then: 0 → 0.25",
            ],
            id="whether an item must be in, and by when",
        ),
        pytest.param(
            {"policy": {"carry_over": "year", "year_begins": 4, "point_price": 10_000}},
            [
                "changed policy.carry_over: none → year",
                "changed policy.point_price: not set → 100 EUR",
                "changed policy.year_begins: 1 → 4",
            ],
            id="what happens to unspent money",
        ),
        pytest.param(
            SOURCES,
            [
                "changed aliases.hub.milestones.Spring fair: not set → spring",
                "added sources.hub: new; its events reach this product from now on",
            ],
            id="a source that is bound",
        ),
        pytest.param(without("items", "banner"), [f"dropped items.banner: {DROPPED}"], id="an item that is gone"),
        pytest.param(
            without("milestones", "release") | without("dependencies", "fonts") | {"title": "Shop"},
            [
                f"dropped dependencies.fonts: {WAIVED}",
                f"dropped milestones.release: {DROPPED}",
                "changed title: Web site → Shop",
            ],
            id="what ends comes first",
        ),
        pytest.param(
            {"teams": {"it": FILE["teams"]["it"]}, "items": {"search": FILE["items"]["search"]}, "dependencies": {}},
            [
                f"dropped dependencies.fonts: {WAIVED}",
                f"dropped dependencies.sso-api: {WAIVED}",
                f"dropped items.banner: {DROPPED}",
                f"dropped items.landing: {DROPPED}",
                "removed teams.marketing: not in the file: gives nothing from now on",
            ],
            id="a team that is gone",
        ),
    ],
)
def test_each_difference_is_told_with_its_place(over: dict[str, Any], expected: list[str]) -> None:
    assert told(fresh(), **over) == expected


def test_a_source_that_is_gone_is_told() -> None:
    assert told(fresh(**SOURCES)) == [
        "removed sources.hub: not in the file: its events no longer reach this product",
        "changed aliases.hub.milestones.Spring fair: spring → not set",
    ]


def test_what_events_set_is_no_difference() -> None:
    assert told(happen(fresh(), item_changed(cost=7)).state) == []


def test_what_ended_already_is_not_dropped() -> None:
    events = (
        item_completed(item="banner"),
        milestone_reached(milestone="release"),
        dependency_delivered(dependency="fonts"),
    )
    over = without("items", "banner") | without("milestones", "release") | without("dependencies", "fonts")
    state = happen(fresh(), *events).state
    assert drops_of(state, definition(**over)) == []
    assert told(state, **over) == [
        f"removed {place}: not in the file: had ended already"
        for place in ("dependencies.fonts", "items.banner", "milestones.release")
    ]


@pytest.mark.parametrize(("part", "name"), [("items", "banner"), ("milestones", "spring"), ("dependencies", "sso-api")])
def test_drops_are_exactly_what_applying_ends(part: str, name: str) -> None:
    over = {part: FILE[part]} | without(part, name)
    if part == "milestones":
        over |= changed("items", "search", milestone=None)
    state, file = fresh(), definition(**over)
    after = merged(state, file, NOON + DAY, NOON + DAY)
    ended = [
        f"{kind}.{one}"
        for kind in ("items", "milestones", "dependencies")
        for one, thing in getattr(after, kind).items()
        if thing.status in ("dropped", "waived")
    ]
    assert [one.place for one in drops_of(state, file)] == ended == [f"{part}.{name}"]


def test_many_differences_are_counted_and_long_values_cut() -> None:
    many = {f"i{n:03}": {"cost": n} for n in range(200)}
    state = fresh(items=FILE["items"] | many)
    found = differences(state, definition())
    assert (len(found.listed), found.more) == (MOST_DIFFERENCES, 150)
    long = "a very long title " * 20
    (one,) = differences(fresh(title=long), definition(title=long + "!")).listed
    assert one.text.startswith("changed; it starts as before: a very long title")
    assert len(one.text) < 200
    said = unasked_drops(drops_of(state, definition()))
    assert "items.i000, items.i001" in said
    assert "and 180 more" in said
