"""One entry over HTTP: its cause, what followed, its evidence, the documents that it names, its place in the chain."""

from typing import Any

import pytest

from activities.ports import BrokenChainError
from domain.record import SYSTEM_STREAM, Entry, content_hash
from tests.builders import NOON
from tests.fakes.ledger import FakeLedger
from tests.unit.web.site import Site, proposal

LEDGER = "/api/v1/products/web/ledger"
ASKED = {"number": 1, "role": "product_owner", "because": "it is better", "deadline": NOON.isoformat()}


async def got(site: Site, *path: Any) -> dict[str, Any]:
    answer = await site.http.get("/".join((LEDGER, *map(str, path))))
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def entry(key: str, kind: str, cause: str | None = None, product: str = "web", **more: Any) -> Entry:
    return Entry(product=product, key=key, at=NOON, clock_at=NOON, kind=kind, cause=cause, **more)


async def seqs(ledger: FakeLedger, *entries: Entry) -> list[int]:
    return [kept.seq for kept in await ledger.append(entries)]


async def test_an_entry_names_its_causes_and_what_followed(site: Site) -> None:
    first, second, run, later = await seqs(
        site.ledger,
        entry("one", "review.due"),
        entry("two", "clock.struck"),
        entry("run", "reprioritization.started", "one", about=("run:9", "cause:one", "cause:two"), data={"run": 9}),
        entry("three", "clock.struck", "run"),
    )
    found = await got(site, run)
    assert [line["seq"] for line in found["causes"]] == [first, second]
    assert [line["seq"] for line in found["followed"]] == [later]
    assert [line["seq"] for line in (await got(site, second))["followed"]] == [run], "by name, not as the first cause"
    assert (found["before"], found["behind"]) == (second, later)


async def test_an_entry_shows_its_fields_and_its_documents_in_words(site: Site) -> None:
    one = proposal()
    digest = await site.ledger.put_document(one.model_dump(mode="json"))
    asked = ASKED | {"proposal": digest, "plan": "b" * 64}
    (seq,) = await seqs(site.ledger, entry("asked", "approval.requested", data=asked))
    found = await got(site, seq)
    assert {"label": "Role", "form": "text", "value": "product owner", "more": 0} in found["facts"]
    documents = {view["name"]: view for view in found["documents"]}
    assert documents["Proposal"]["said"][0].startswith("A plan worth 60.0 points")
    assert (documents["Plan"]["state"], documents["Plan"]["said"]) == ("not kept", [])
    whole = await got(site, seq, "documents", digest)
    assert content_hash(whole["content"]) == digest


async def test_a_document_is_given_by_the_entries_that_name_it_alone(site: Site) -> None:
    digest = await site.ledger.put_document(proposal().model_dump(mode="json"))
    (seq,) = await seqs(site.ledger, entry("other", "clock.struck"))
    assert (await site.http.get(f"{LEDGER}/{seq}/documents/{digest}")).status_code == 404


async def test_a_document_that_is_no_longer_what_was_kept_is_told(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    async def broken(digest: str) -> None:
        raise BrokenChainError(f"document {digest} is not what was stored")

    (seq,) = await seqs(site.ledger, entry("asked", "approval.requested", data=ASKED | {"proposal": "c" * 64}))
    monkeypatch.setattr(site.ledger, "document", broken)
    assert (await got(site, seq))["documents"][0]["state"] == "not what was kept"


async def test_a_link_that_holds_and_one_that_does_not(site: Site) -> None:
    await seqs(site.ledger, entry("one", "clock.struck"), entry("two", "clock.struck"))
    last = len(site.ledger.by_product["web"])
    assert (await got(site, last))["chain"]["holds"] is True
    kept = site.ledger.by_product["web"][-1]
    forged = kept.model_copy(update={"entry": kept.entry.model_copy(update={"actor": "eve"})})
    site.ledger.by_product["web"][-1] = forged
    chain = (await got(site, last))["chain"]
    assert (chain["holds"], chain["why"]) == (False, f"the content of entry {last} is not what was recorded")
    assert chain["recomputed"] != chain["hash"]


async def test_the_first_entry_begins_the_chain(site: Site) -> None:
    found = await got(site, 1)
    assert (found["chain"]["prev_hash"], found["chain"]["holds"], found["before"]) == ("0" * 64, True, None)


async def test_an_entry_that_is_not_there_is_404_and_no_number_422(site: Site) -> None:
    assert (await site.http.get(f"{LEDGER}/999")).status_code == 404
    assert (await site.http.get(f"{LEDGER}/0")).status_code == 422
    assert (await site.http.get("/api/v1/products/nobody/ledger/1")).status_code == 404


async def test_the_installation_has_a_ledger_of_its_own(site: Site) -> None:
    data = {"account": "olga"}
    where = "/api/v1/system/ledger"
    assert (await site.http.get(where)).json()["items"] == []
    await seqs(site.ledger, entry("disabled", "account.disabled", None, SYSTEM_STREAM, actor="mira", data=data))
    page = (await site.http.get(where)).json()
    assert [one["line"]["kind"] for one in page["items"]] == ["account.disabled"]
    assert (await site.http.get(f"{where}/1")).json()["chain"]["holds"] is True
    assert (await site.http.get(f"{where}/verify")).json()["entries"] == 1
    assert (await site.http.get(f"{where}/choices")).json()["actors"] == ["mira"]
    assert len((await site.http.get(f"{where}/export", params={"format": "csv"})).text.splitlines()) == 2
