"""The ledger over HTTP: page by page, verified, exported; why a thing is as it is."""

from tests.unit.web.site import Site, event


async def test_the_ledger_is_read_page_by_page(site: Site) -> None:
    for number in range(4):
        await site.send(event(f"e{number}"))
    address = "/api/v1/products/web/ledger"
    first = (await site.http.get(address, params={"limit": 2})).json()
    assert [entry["seq"] for entry in first["items"]] == [1, 2]
    second = (await site.http.get(address, params={"limit": 3, "after": first["next"]})).json()
    assert ([entry["seq"] for entry in second["items"]], second["next"]) == ([3, 4, 5], 5)
    newest = (await site.http.get(address, params={"newest": True, "limit": 1, "kind": "goal.changed"})).json()
    assert [entry["seq"] for entry in newest["items"]] == [5]
    assert newest["items"][0]["line"]["what"]
    about = (await site.http.get(address, params={"about": "goal:growth", "since": "2026-01-01T00:00:00Z"})).json()
    assert len(about["items"]) == 4
    assert (await site.http.get(address, params={"limit": 0})).json()["errors"][0]["field"] == "limit"


async def test_the_chain_is_verified_and_exported(site: Site) -> None:
    await site.send(event())
    address = "/api/v1/products/web/ledger"
    assert (await site.http.get(f"{address}/verify")).json()["ok"] is True
    exported = (await site.http.get(f"{address}/export")).text.splitlines()
    assert len(exported) == 2
    kept = site.ledger.by_product["web"]
    kept[0] = kept[0].model_copy(update={"hash": "0" * 64})
    broken = (await site.http.get(f"{address}/verify")).json()
    assert (broken["ok"], broken["broken_at"]) == (False, 1)


async def test_why_explains_a_thing_or_says_that_it_is_unknown(site: Site) -> None:
    await site.send(event())
    found = (await site.http.get("/api/v1/products/web/why/%2Fcrm%2Fsurvey%2Fe1")).json()
    assert found["explanation"]["links"]
    assert (await site.http.get("/api/v1/products/web/why/nonsense")).status_code == 404
