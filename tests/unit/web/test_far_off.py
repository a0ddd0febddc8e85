"""Numbers and instants beyond what the ledger can hold are the asker's mistake, not an error inside."""

import pytest

from tests.unit.web.site import Site

BEYOND = 10**30
FIRST, LAST = "0001-01-01T00:00:00%2B14:00", "9999-12-31T23:59:59-14:00"  # they have no instant in UTC
LEDGER = "/products/web/ledger"


@pytest.mark.parametrize(
    "asked",
    [
        f"{LEDGER}?after={BEYOND}",
        f"{LEDGER}/{BEYOND}",
        f"{LEDGER}/verify?after={BEYOND}",
        f"{LEDGER}/verify?most={BEYOND}",
        f"{LEDGER}?since={FIRST}",
        f"{LEDGER}?until={LAST}",
        f"{LEDGER}/export?since={FIRST}",
        f"/system/ledger?after={BEYOND}",
        f"/system/ledger/{BEYOND}",
        f"/workflows?after={BEYOND}",
        f"/workflows?since={FIRST}",
        f"/workflows?until={LAST}",
        f"/workflows?due_after={FIRST}",
        f"/workflows?due_before={LAST}",
        f"/workflows/product/web/history?after={BEYOND}",
        f"/dead-letters?since={FIRST}",
        f"/dead-letters?until={LAST}",
        f"/dead-letters?after={FIRST}%20x",
        "/dead-letters?after=2026-03-02T12:00:00%20x",
    ],
)
async def test_what_lies_beyond_is_refused_by_name(asked: str, site: Site) -> None:
    answer = await site.http.get(f"/api/v1{asked}")
    assert (answer.status_code, answer.json()["type"]) == (422, "urn:tandem:problem:invalid-request"), answer.text
