"""What answers say about being kept and being taken for something else."""

import pytest

from tests.unit.web.site import Site


@pytest.mark.parametrize(
    "path",
    [
        pytest.param("/api/v1/me", id="who somebody is"),
        pytest.param("/api/v1/products/web/roadmap", id="a roadmap"),
        pytest.param("/api/v1/products/web/roadmap.svg", id="a picture, which some caches keep by its name"),
        pytest.param("/api/v1/products/web/ledger/export", id="a file"),
        pytest.param("/api/v1/products/none", id="a problem"),
        pytest.param("/metrics", id="figures"),
    ],
)
async def test_no_cache_keeps_an_answer_and_no_browser_guesses_what_it_is(path: str, site: Site) -> None:
    headers = (await site.http.get(path)).headers
    assert (headers.get("cache-control"), headers.get("x-content-type-options")) == ("no-store", "nosniff")
    assert "default-src 'none'" in headers.get("content-security-policy", "")


async def test_a_refusal_at_the_edge_is_not_kept_either(site: Site) -> None:
    answer = await site.http.get("/api/v1/me", headers={"host": "elsewhere.example"})
    assert (answer.status_code, answer.headers.get("cache-control")) == (421, "no-store")
