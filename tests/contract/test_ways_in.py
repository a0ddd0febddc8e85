"""All ways in: an event counts once whichever way it came, and what is wrong is told or kept, never lost."""

import zlib
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from temporalio.client import Client

from activities.ledger.envelope import PREFIX
from deploy.local import LocalStack, local_stack
from events.codec import MAX_BODY, encode
from events.letters import MOST_KEPT
from tests.brokers.apache import apache_kafka
from tests.builders import feedback
from tests.contract.ways_case import (
    BASE,
    SOURCE,
    accept,
    adjusted,
    budget,
    changed,
    copies_of,
    definition,
    entry_of,
    letter_once,
    letters_of,
    number,
    recorded,
    troubles_of,
)
from tests.harness import stack_settings
from tests.ways import HOOK, BatchWay, CloudEvent, HttpWay, KafkaWay, Way, WebhookWay, binary, structured
from tests.ways_in import LedgerFile, Sender, until
from tests.ways_kafka import KafkaSender
from workflows.data import ENCODING

SECRET = "the basket lost my grandmother's ring"
WAYS = ("http", "http-batch", "http-binary", "kafka", "kafka-binary", "webhook")
HOOK_SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"


@pytest.fixture(scope="module", params=["tansu", pytest.param("apache", marks=pytest.mark.check)])
async def stack(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[LocalStack]:
    folder = tmp_path_factory.mktemp(request.param)
    async with AsyncExitStack() as held:
        changes: dict[str, Any] = {}
        if request.param == "apache":
            broker = await held.enter_async_context(apache_kafka(folder / "kafka"))
            changes["kafka_url"] = broker.address
        yield await held.enter_async_context(local_stack(stack_settings(folder / "home", **changes)))


@pytest.fixture(scope="module")
async def http(stack: LocalStack) -> AsyncIterator[httpx.AsyncClient]:
    base = f"{stack.settings.web_url}/api/v1"
    async with httpx.AsyncClient(base_url=base, trust_env=False, timeout=20) as client:
        yield client


@pytest.fixture(scope="module")
async def ways(stack: LocalStack, http: httpx.AsyncClient) -> AsyncIterator[dict[str, Way]]:
    hook = {"name": HOOK, "kind": "standard", "actor": "mara", "secret": HOOK_SECRET}
    assert (await http.post("/sources", json=hook)).status_code == 201
    async with KafkaSender(stack.settings.kafka_brokers[0]) as producer:
        found: list[Way] = [
            HttpWay("http", http, structured),
            BatchWay("http-batch", http),
            HttpWay("http-binary", http, binary("ce-", percent=True)),
            KafkaWay("kafka", producer, structured),
            KafkaWay("kafka-binary", producer, binary("ce_", percent=False)),
            WebhookWay(http, HOOK_SECRET),
        ]
        yield {way.name: way for way in found}


@pytest.fixture(params=WAYS)
def way(request: pytest.FixtureRequest, ways: dict[str, Way]) -> Way:
    return ways[request.param]


@pytest.fixture
def ledger(stack: LocalStack) -> LedgerFile:
    return LedgerFile(stack.settings.home)


@pytest.fixture
async def product(stack: LocalStack) -> str:
    """A product of the test's own."""
    name = f"product-{next(number)}"
    async with Sender(stack.settings.web_url) as sender:
        await sender.apply(definition(name), "mara")
    return name


async def test_an_event_is_recorded_with_its_outcome(way: Way, product: str, ledger: LedgerFile) -> None:
    event = adjusted(product, delta=7)
    await accept(way, event)
    await recorded(ledger, product, event)
    found = entry_of(ledger, event)
    assert found["outcome"] == "applied"
    (reaction,) = found["reactions"]
    assert reaction["kind"] == "no reaction"
    assert "changed by 0.07 EUR, below the threshold" in reaction["because"]
    assert (found["event"]["delta"], found["event"]["product"]) == (7, product)
    assert budget(ledger, product) == BASE + 7


async def test_the_same_event_counts_once_whichever_way_it_comes_again(
    way: Way, ways: dict[str, Way], product: str, ledger: LedgerFile
) -> None:
    event = adjusted(product, delta=1_000)
    await accept(way, event)
    await recorded(ledger, product, event)
    marks = []
    for other in (way, *ways.values()):
        mark = adjusted(product)  # comes after the repetition the same way: when it is recorded, that was looked at
        await accept(other, event, mark)
        marks.append(mark)
    await recorded(ledger, product, *marks)
    assert sorted(ledger.event_ids(product, SOURCE)) == sorted(one["id"] for one in (event, *marks))
    assert budget(ledger, product) == BASE + 1_000 + len(marks)
    assert troubles_of(ledger, product) == []


async def test_the_events_of_a_product_keep_their_order(way: Way, product: str, ledger: LedgerFile) -> None:
    events = [adjusted(product) for _ in range(20)]
    for start in range(0, len(events), 5):
        await accept(way, *events[start : start + 5])
    await recorded(ledger, product, *events)
    assert ledger.event_ids(product, SOURCE) == [event["id"] for event in events]


async def test_extensions_that_nobody_knows_are_kept(way: Way, product: str, ledger: LedgerFile) -> None:
    given: dict[str, Any] = {"comtenant": "Zürich, 50 %", "comtries": 3, "comurgent": True}
    event = adjusted(product, **given)
    await accept(way, event)
    await recorded(ledger, product, event)
    kept = entry_of(ledger, event)["event"]["extensions"]
    as_text = {"comtenant": "Zürich, 50 %", "comtries": "3", "comurgent": "true"}  # headers know no other types
    assert {name: kept[name] for name in given} == (as_text if way.name.endswith("binary") else given)


@dataclass(frozen=True)
class Wrong:
    """One thing that no way in takes."""

    change: dict[str, Any]  # of the attributes; of the data under `data`
    status: int
    reasons: tuple[str, ...]  # of a letter: what is a type or a product to one way is a field or a name to another
    named: str  # the field, or the name that is not known


WRONGS = {
    "an invalid value": Wrong({"data": {"delta": "much"}}, 400, ("invalid",), "data.delta"),
    "an unknown field": Wrong({"data": {"dleta": 4}}, 400, ("invalid",), "data.dleta"),
    "an invalid attribute": Wrong({"time": "yesterday"}, 400, ("invalid",), "time"),
    "an unknown type": Wrong({"type": "budget.adjustedd"}, 400, ("unknown-type",), "type"),
    "an event of Tandem's own": Wrong({"type": "plan.solved"}, 400, ("invalid",), "type"),
    "an unknown product": Wrong({"subject": "nowhere"}, 404, ("unknown-product", "unmapped"), "nowhere"),
}


async def test_what_is_wrong_is_named_and_holds_up_nothing(
    way: Way, product: str, stack: LocalStack, ledger: LedgerFile
) -> None:
    sent = {name: changed(adjusted(product), wrong.change) for name, wrong in WRONGS.items()}
    good = adjusted(product)
    *heard, nothing = await way.send([*sent.values(), good])
    assert nothing is None
    await recorded(ledger, product, good)
    kept = dict[str, CloudEvent]()  # letter -> what it keeps
    for (name, wrong), refusal in zip(WRONGS.items(), heard, strict=True):
        event = sent[name]
        if way.hears:
            assert refusal is not None, name
            assert refusal.status == wrong.status, name
            assert wrong.named in (refusal.fields if wrong.status == 400 else refusal.text), name
            assert letters_of(ledger, way, event) == [], name
        else:
            assert refusal is None, name
            letter = await letter_once(ledger, way, event)
            assert letter["reason"] in wrong.reasons, name
            assert letter["state"] == "open", name
            assert wrong.named in letter["detail"], name
            assert (letter["source"], letter["event_id"], letter["size"]) == (SOURCE, event["id"], len(way.body(event)))
            kept[letter["id"]] = event
    if way.copies:
        copies = await copies_of(stack)
        for name, one in kept.items():  # of a type that is not ours nobody knows whether a customer wrote it
            assert copies[name] == (way.body(one) if one["type"] == "budget.adjusted" else b"")
    assert ledger.event_ids(product, SOURCE) == [good["id"]]


async def test_more_than_a_mebibyte_is_not_taken(way: Way, product: str, stack: LocalStack, ledger: LedgerFile) -> None:
    good = adjusted(product)
    event = {**adjusted(product), "data": {"note": "n" * MAX_BODY}}
    (heard,) = await way.send([event])
    await accept(way, good)
    await recorded(ledger, product, good)
    if not way.copies:
        assert heard is not None
        assert heard.status == 413
        assert letters_of(ledger, way, event) == []
        return
    letter = await letter_once(ledger, way, event)
    assert (letter["reason"], letter["size"]) == ("too-large", len(way.body(event)))
    copy = (await copies_of(stack))[letter["id"]]  # without its beginning where nobody can tell the type of so much
    assert copy == (way.body(event)[:MOST_KEPT] if letter["type"] else b"")


async def test_what_a_customer_wrote_is_sealed(
    way: Way, product: str, stack: LocalStack, http: httpx.AsyncClient, ledger: LedgerFile
) -> None:
    said = feedback(id=f"said-{next(number)}", source=SOURCE, product=product, time=datetime.now(UTC), text=SECRET)
    event = encode(said)
    broken = {**event, "id": f"{said.id}-broken", "data": {**event["data"], "sentiment": "angry"}}
    (heard,) = await way.send([broken])
    await accept(way, event)
    await recorded(ledger, product, event)
    assert entry_of(ledger, event)["event"]["text"].startswith(PREFIX)
    read = await http.get(f"/events/%2Fcontract/{said.id}", params={"text": "true"})
    assert read.json()["products"][0]["text"] == SECRET
    if heard is None:
        await letter_once(ledger, way, broken)
    for path in (one for one in stack.home.path.rglob("*") if one.is_file()):
        assert b"grandmother" not in path.read_bytes(), path
    if way.copies:
        assert all(b"grandmother" not in copy for copy in (await copies_of(stack)).values())
    client = await Client.connect(stack.settings.temporal_target)  # without our codec: what the server has
    handle, signals = client.get_workflow_handle(f"product/{product}"), 0
    async for one in handle.fetch_history_events():
        for payload in one.workflow_execution_signaled_event_attributes.input.payloads:
            data = zlib.decompress(payload.data) if payload.metadata.get("encoding") == ENCODING else payload.data
            assert b"grandmother" not in data
            signals += data.count(PREFIX.encode())
    assert signals == 1


async def test_events_for_a_product_that_is_declared_later_are_not_lost(
    way: Way, stack: LocalStack, http: httpx.AsyncClient, ledger: LedgerFile
) -> None:
    later = f"later-{next(number)}"
    event = adjusted(later)
    (heard,) = await way.send([event])
    if heard is None:
        letter = await letter_once(ledger, way, event)
    async with Sender(stack.settings.web_url) as sender:
        await sender.apply(definition(later), "mara")
    if heard is None:
        asked = {"actor": "olga", "reason": "the product is there now", "ids": [letter["id"]]}
        answer = await http.post("/dead-letters/redrive", json=asked)
        assert answer.status_code == 200, answer.text
    else:
        assert heard.status == 404
        await accept(way, event)
    await recorded(ledger, later, event)
    if heard is None:
        await until(lambda: letters_of(ledger, way, event)[0]["state"] == "closed", "closed", timedelta(seconds=5))
    assert ledger.event_ids(later, SOURCE) == [event["id"]]
