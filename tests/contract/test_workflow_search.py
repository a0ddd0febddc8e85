"""The contract of the port ``WorkflowSearch``: what the database and the fake both keep."""

from datetime import timedelta
from time import perf_counter
from typing import Any

import pytest

from activities.ports_workflows import WorkflowQuery
from domain.record import ViewRow
from tests.contract.ledger_case import NINE, WholeLedger, an_entry

LATER = NINE + timedelta(days=1)


def a_workflow(row_id: str, state: str = "open", **fields: Any) -> ViewRow:
    data = {"purpose": fields.pop("purpose", "decision"), "waits_for": fields.pop("waits_for", ""), "kind": ""}
    known = {"kind": "workflow", "id": row_id, "product": row_id.split("/")[1], "state": state, "data": data}
    return ViewRow.model_validate(known | fields)


async def written(ledger: WholeLedger, *rows: ViewRow) -> None:
    """Write the rows one after the other, a minute apart, each with an entry of its workflow."""
    for minutes, row in enumerate(rows):
        entry = an_entry(f"e/{row.id}/{minutes}", minutes, product=row.product, workflow=row.id, rows=(row,))
        await ledger.append([entry])


async def ids(ledger: WholeLedger, **query: Any) -> list[str]:
    return [one.row.id for one in (await ledger.workflows(WorkflowQuery(**query))).found]


async def test_what_is_open_comes_first_and_the_last_changed_before_the_others(ledger: WholeLedger) -> None:
    await written(
        ledger,
        a_workflow("product/web", "running"),
        a_workflow("approval/web/1"),
        a_workflow("approval/web/2", "adopted"),
        a_workflow("approval/app/1"),
    )
    assert await ids(ledger) == ["approval/app/1", "approval/web/1", "product/web", "approval/web/2"]
    page = await ledger.workflows(WorkflowQuery(limit=1, skip=1))
    assert [one.row.id for one in page.found] == ["approval/web/1"]
    assert (page.total, page.open) == (4, 3)


async def test_the_begin_and_the_last_change_come_with_it(ledger: WholeLedger) -> None:
    await written(ledger, a_workflow("approval/web/1"), a_workflow("approval/web/1", "adopted"))
    found = await ledger.workflow("approval/web/1")
    assert found is not None
    assert (found.row.state, found.started_at, found.changed_at) == ("adopted", NINE, NINE + timedelta(minutes=1))
    assert await ledger.workflow("approval/web") is None


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        pytest.param({"products": ("app",)}, ["approval/app/1"], id="of some products"),
        pytest.param({"products": ()}, [], id="of no product"),
        pytest.param({"kind": "escalation"}, ["escalation/web/sso/1"], id="of a kind"),
        pytest.param({"kind": "appr_val"}, [], id="a kind is no pattern"),
        pytest.param({"state": "adopted"}, ["approval/web/2"], id="in a state"),
        pytest.param({"is_open": False}, ["approval/web/2"], id="what is over"),
        pytest.param({"role": "product_owner"}, ["approval/app/1"], id="that waits for a role"),
        pytest.param({"due_after": LATER}, ["escalation/web/sso/1"], id="due from then on, which is included"),
        pytest.param({"due_before": LATER}, ["approval/app/1"], id="due before then, which is not included"),
        pytest.param({"since": NINE + timedelta(minutes=2)}, ["approval/web/2"], id="changed since, included"),
        pytest.param({"until": NINE + timedelta(minutes=1)}, ["approval/app/1"], id="changed before, not included"),
        pytest.param({"text": "SSO"}, ["escalation/web/sso/1"], id="by a text in its id"),
        pytest.param({"text": "Ägypten"}, ["approval/web/2"], id="by a text in its purpose"),
        pytest.param({"text": "olga"}, ["approval/app/1"], id="by whom it waits for"),
        pytest.param({"text": "waits_for"}, [], id="not by what the fields are called"),
        pytest.param({"text": "%"}, [], id="a text is no pattern"),
    ],
)
async def test_workflows_are_found(ledger: WholeLedger, query: dict[str, Any], expected: list[str]) -> None:
    due: dict[str, Any] = {
        "due": LATER - timedelta(seconds=1),
        "role": "product_owner",
        "waits_for": "the owner (Olga)",
    }
    await written(
        ledger,
        a_workflow("approval/app/1", **due),
        a_workflow("escalation/web/sso/1", due=LATER),
        a_workflow("approval/web/2", "adopted", purpose="decision about Ägypten"),
    )
    assert await ids(ledger, **query) == expected


async def test_what_is_due_soonest_can_come_first(ledger: WholeLedger) -> None:
    await written(
        ledger,
        a_workflow("approval/web/1", due=LATER),
        a_workflow("approval/web/2", "adopted", due=NINE),
        a_workflow("approval/web/3", due=NINE),
        a_workflow("product/web", "running"),
    )
    assert await ids(ledger, order="due") == ["approval/web/3", "approval/web/1", "product/web", "approval/web/2"]


async def test_ten_thousand_rows_are_searched_in_a_moment(ledger: WholeLedger) -> None:
    rows = [a_workflow(f"approval/web/{n}", "open" if n % 100 == 0 else "adopted") for n in range(10_000)]
    batches = [an_entry(f"b/{n}", n, rows=tuple(rows[n * 500 : (n + 1) * 500])) for n in range(20)]
    await ledger.append(batches)
    begun = perf_counter()
    page = await ledger.workflows(WorkflowQuery(products=("web",), text="/99", limit=50))
    assert (len(page.found), page.total) == (50, 111)
    assert perf_counter() - begun < 2.0
