"""What stands where on a roadmap."""

from datetime import UTC, datetime
from typing import Any

import pytest

from tests.unit.web.pictures.roadmaps import roadmap
from web.pictures.timeline import chosen, flags_of, place_of, rows_of


def one_item(**fields: Any) -> dict[str, Any]:
    item = {"id": "search", "title": "", "status": "planned", "start": None, "duration": 1, "cost": 1, "value": 2.0}
    found: dict[str, Any] = roadmap(0)["data"] | {"items": [item | fields]}
    return found


@pytest.mark.parametrize(
    ("fields", "standing", "first", "end"),
    [
        pytest.param({}, "not funded", 0, 0, id="not funded"),
        pytest.param({"start": "2026-04", "duration": 2}, "funded", 1, 3, id="funded"),
        pytest.param({"start": "2026-01", "duration": 2}, "funded", 0, 2, id="should have started: starts now"),
        pytest.param({"start": "2026-01", "duration": 4, "status": "started"}, "started", -2, 2, id="under way"),
        pytest.param({"start": "2026-01", "duration": 1, "status": "started"}, "started", -2, 1, id="runs late"),
        pytest.param({"start": "2026-12"}, "funded", 9, 10, id="after the horizon"),
        pytest.param({"start": "2026-03", "duration": 0}, "funded", 0, 1, id="takes no time"),
    ],
)
def test_rows(fields: dict[str, Any], standing: str, first: int, end: int) -> None:
    (row,) = rows_of(one_item(**fields))
    assert (row.standing, row.first, row.end) == (standing, first, end)
    assert row.title == "search"


def test_what_waits_for_a_blocked_dependency_says_so() -> None:
    waits = [{"id": f"d{n}", "needs": "search", "status": status} for n, status in enumerate(("blocked", "declared"))]
    assert rows_of(one_item() | {"dependencies": waits})[0].waits == "d0 is blocked"


@pytest.mark.parametrize("most", [1, 10, 40, 499])
def test_of_every_kind_the_most_valuable_are_kept_and_the_rest_is_counted(most: int) -> None:
    rows = rows_of(roadmap(500)["data"])
    shown = chosen(rows, most)
    assert len(shown.rows) == most
    assert shown.more_funded + shown.more_not_funded == 500 - most
    assert list(shown.rows) == [row for row in rows if row in shown.rows]
    for kind in ("started", "funded", "not funded"):
        kept = [row.value for row in shown.rows if row.standing == kind]
        left = [row.value for row in rows if row.standing == kind and row not in shown.rows]
        assert not kept or not left or min(kept) >= max(left)


def test_with_room_for_all_nothing_is_left_out() -> None:
    rows = rows_of(roadmap(40)["data"])
    assert chosen(rows, 40) == (tuple(rows), 0, 0)
    assert chosen(rows, 40).more == ""


@pytest.mark.parametrize(
    ("at", "place"),
    [
        pytest.param(datetime(2026, 2, 28, 23, tzinfo=UTC), 0.0, id="midnight in Berlin"),
        pytest.param(datetime(2026, 4, 15, 22, tzinfo=UTC), 1.5, id="the middle of a month"),
        pytest.param(datetime(2026, 1, 31, 23, tzinfo=UTC), -1.0, id="past"),
    ],
)
def test_places_on_the_time_axis(at: datetime, place: float) -> None:
    assert place_of(at, "2026-03", "Europe/Berlin") == pytest.approx(place, abs=0.01)


def test_milestones_come_by_date() -> None:
    flags = flags_of(roadmap(0, 9)["data"], "UTC")
    assert [flag.due for flag in flags] == sorted(flag.due for flag in flags)
    assert len(flags) == 9
