"""Links lead to the question as it stands. Opening one shows it, proves nothing and changes nothing."""

import re
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from activities.links import Links, LinkTo
from tests.unit.web.site import Site, proposal
from web.opened import HEADERS

LINKS = Links(b"k" * 32, "http://localhost:8080")
JSON = {"accept": "application/json"}


@pytest.fixture
def linked(site: Site) -> Site:
    """Serve with links."""
    site.services.links = LINKS
    return site


def address(thing: str = "approval/web/1", digest: str = "", hours: float = 1, links: Links = LINKS) -> str:
    until = datetime.now(UTC) + timedelta(hours=hours)
    return links.url(LinkTo(thing=thing, hash=digest, until=until), "olga")


def kept(site: Site) -> tuple[object, ...]:
    """Return all that the ledger has: entries, rows and documents."""
    entries = {product: list(found) for product, found in site.ledger.by_product.items()}
    return entries, dict(site.ledger.views), dict(site.ledger.documents), list(site.engine.answers)


def stand(site: Site, **data: object) -> None:
    """Change what the ledger says of the product."""
    row = site.ledger.views["product", "web"]
    site.ledger.views["product", "web"] = row.model_copy(update={"data": row.data | data})


async def test_a_link_shows_the_question_as_it_stands(linked: Site) -> None:
    digest = await linked.engine.ask("web", 1, proposal())
    page = await linked.http.get(address(digest=digest))
    assert (page.status_code, page.headers["content-type"]) == (200, "text/html; charset=utf-8")
    for said in (
        "Decision 1 for Web site",
        "the best plan is 20.0 % better",
        "search: is planned now",
        "6,000 EUR are moved",
        "2026-03-05 12:00 (UTC)",
        digest,
        f"tandem approvals approve web 1 --hash {digest[:12]} --as PERSON --reason WHY",
        "Opening this page changed nothing",
    ):
        assert said in page.text
    assert "has changed since" not in page.text
    assert "olga" not in page.text  # whom it was sent to is nobody's business


async def test_a_program_gets_json(linked: Site) -> None:
    digest = await linked.engine.ask("web", 1, proposal())
    found = (await linked.http.get(address(digest=digest), headers=JSON)).json()
    assert (found["state"], found["hash"], found["hash_sent"], found["changed"]) == ("open", digest, digest, False)
    assert found["simulated_clock"] is False
    page = await linked.http.get(address(digest=digest), headers={"accept": "text/html, application/json;q=0.9"})
    assert page.headers["content-type"].startswith("text/html")


@pytest.mark.parametrize("method", ["GET", "HEAD"])
async def test_opening_fifty_times_changes_nothing(linked: Site, method: str) -> None:
    digest = await linked.engine.ask("web", 1, proposal())
    await linked.engine.escalate("web", "sso")
    before = kept(linked)
    links = (address(digest=digest), address("escalation/web/sso/1"), address(digest="f" * 64), address(hours=-1))
    for _ in range(50):
        for link in links:
            for headers in ({}, JSON):
                answer = await linked.http.request(method, link, headers=headers)
                assert answer.status_code == (410 if link == links[-1] else 200)
    assert kept(linked) == before


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH"])
async def test_a_link_takes_nothing(linked: Site, method: str) -> None:
    digest = await linked.engine.ask("web", 1, proposal())
    before = kept(linked)
    answer = await linked.http.request(method, address(digest=digest), json={"verdict": "approve"})
    assert answer.status_code == 405
    assert kept(linked) == before


async def test_what_has_changed_since_says_so_and_shows_what_is_open_now(linked: Site) -> None:
    sent = await linked.engine.ask("web", 1, proposal())
    now = await linked.engine.ask("web", 2, proposal(run=3))
    await linked.engine.ask("web", 1, proposal(), "superseded")
    stand(linked, open_request=2)
    page = await linked.http.get(address(digest=sent))
    assert "This has changed since the message was sent. Decision 2 is open now" in page.text
    assert now in page.text
    assert f"tandem approvals approve web 2 --hash {now[:12]}" in page.text
    assert "tandem approvals approve web 1" not in page.text
    found = (await linked.http.get(address(digest=sent), headers=JSON)).json()
    assert (found["changed"], found["open_now"]) == (True, {"number": 2, "hash": now})


async def test_the_same_request_with_another_hash_has_changed(linked: Site) -> None:
    digest = await linked.engine.ask("web", 1, proposal())
    page = await linked.http.get(address(digest="f" * 64))
    assert "This has changed since the message was sent. What is below is what is open now." in page.text
    assert f"--hash {digest[:12]}" in page.text


async def test_what_is_decided_is_shown_without_a_way_to_decide_it_again(linked: Site) -> None:
    digest = await linked.engine.ask("web", 1, proposal(), "adopted", by="olga")
    page = await linked.http.get(address(digest=digest))
    assert "<dd>adopted</dd>" in page.text
    assert "tandem approvals" not in page.text


async def test_an_escalation_is_shown_with_what_can_be_done(linked: Site) -> None:
    await linked.engine.escalate("web", "sso", options=[{"kind": "escalate", "text": "ask for more people"}])
    page = await linked.http.get(address("escalation/web/sso/1"))
    for said in ("Escalation 1 of sso for Web site", "blocked", "ask for more people", "escalations answer web sso 1"):
        assert said in page.text
    await linked.engine.escalate("web", "sso", "answered")
    assert "escalations answer" not in (await linked.http.get(address("escalation/web/sso/1"))).text


async def test_a_simulated_clock_is_named(linked: Site) -> None:
    digest = await linked.engine.ask("web", 1, proposal())
    assert "simulated clock" not in (await linked.http.get(address(digest=digest))).text
    stand(linked, simulated_clock=True)
    assert "simulated clock" in (await linked.http.get(address(digest=digest))).text


@pytest.mark.parametrize(
    ("link", "status", "says"),
    [
        pytest.param(address(hours=-1), 410, "the time of this link is over", id="expired"),
        pytest.param(address()[:-3], 404, "this is no link of this installation", id="cut off"),
        pytest.param(address(links=Links(b"x" * 32, "http://localhost:8080")), 404, "no link of", id="forged"),
        pytest.param("/open/x", 404, "no link of", id="made up"),
        pytest.param(address("approval/web/99"), 404, "is not in the ledger", id="unknown here"),
        pytest.param(address("product/web/1"), 404, "is not in the ledger", id="nothing that is asked"),
    ],
)
async def test_a_link_that_does_not_hold_says_what_to_do_and_nothing_of_the_thing(
    linked: Site, link: str, status: int, says: str
) -> None:
    await linked.engine.ask("web", 1, proposal())
    page = await linked.http.get(link)
    assert page.status_code == status
    assert re.search(says, page.text, re.IGNORECASE)
    assert "tandem approvals list" in page.text
    for secret in ("Web site", "20.0 %", "Decision 1", "search", "approval/web"):
        assert secret not in page.text
    found = await linked.http.get(link, headers=JSON)
    assert (found.status_code, found.headers["content-type"]) == (status, "application/problem+json")
    assert says in found.json()["detail"]


async def test_without_a_key_there_are_no_links(site: Site) -> None:
    assert site.services.links is None
    page = await site.http.get(address())
    assert page.status_code == 404
    assert "This installation signs no links" in page.text


async def test_nothing_runs_nothing_is_loaded_and_nothing_is_kept_in_a_browser(linked: Site) -> None:
    hostile = "<script>alert(1)</script>"
    digest = await linked.engine.ask("web", 1, proposal(), because=hostile)
    answers: list[httpx.Response] = [
        await linked.http.get(link, headers=headers)
        for link in (address(digest=digest), address(hours=-1), "/open/x")
        for headers in ({}, JSON)
    ]
    for answer in answers:
        assert {name: answer.headers[name] for name in HEADERS} == HEADERS
    policy = HEADERS["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    page = answers[0].text
    assert "<script" not in page
    assert not re.search(r"(src|href|action)=", page)
    assert "style=" not in page  # the policy knows one style only, by its hash
