"""How the stream process says that it is: ready only while it moves, and everything that it needs answers."""

from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest

from deploy.stream_site import stream_app
from deploy.streaming import described
from events.outcome import Stats
from events.stream_ports import Reading

STATS = Stats(
    counts={"accepted": 7, "batches": 2}, waiting_events=1, waiting_bytes=2, busy_products=1, held_products={}
)
STALLED_AFTER = 30.0


@dataclass
class FakeReader:
    away: str = ""
    reading: Reading = field(default_factory=lambda: Reading(assigned=True, answered=True, lag={0: 3, 2: 0}))

    def look(self) -> Reading:
        return self.reading


def site(reader: Any, temporal: bool = True, ledger: bool = True) -> httpx.AsyncClient:
    async def answer(good: bool) -> bool:
        if not good:
            raise ConnectionError
        return True

    app = stream_app(reader, lambda: STATS, lambda: answer(temporal), lambda: answer(ledger), STALLED_AFTER)
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://localhost")


async def test_it_is_ready_and_alive() -> None:
    async with site(FakeReader()) as http:
        answer = await http.get("/readyz")
        assert answer.status_code == 200
        assert set(answer.json().values()) == {"ready", True}
        assert (await http.get("/healthz")).json() == {"status": "ok"}


@pytest.mark.parametrize(
    ("reader", "others", "lacks"),
    [
        pytest.param(FakeReader(away="refused"), {}, "broker", id="no broker at the start"),
        pytest.param(FakeReader(reading=Reading(assigned=True)), {}, "broker", id="the broker is gone"),
        pytest.param(FakeReader(reading=Reading(answered=True)), {}, "assigned", id="not in the group yet"),
        pytest.param(FakeReader(), {"temporal": False}, "temporal", id="no Temporal"),
        pytest.param(FakeReader(), {"ledger": False}, "ledger", id="no database"),
        pytest.param(
            FakeReader(reading=Reading(assigned=True, answered=True, in_hand=1, waits_s=STALLED_AFTER)),
            {},
            "moving",
            id="stalled",
        ),
    ],
)
async def test_it_is_not_ready(reader: FakeReader, others: dict[str, bool], lacks: str) -> None:
    async with site(reader, **others) as http:
        answer = await http.get("/readyz")
    assert answer.status_code == 503
    assert [name for name, good in answer.json().items() if good is False] == [lacks]


async def test_slow_is_not_stalled() -> None:
    reading = Reading(assigned=True, answered=True, in_hand=1, paused=True, waits_s=STALLED_AFTER - 0.1)
    async with site(FakeReader(reading=reading)) as http:
        assert (await http.get("/readyz")).status_code == 200


async def test_metrics_have_the_lag_by_partition() -> None:
    async with site(FakeReader()) as http:
        text = (await http.get("/metrics")).text
    assert 'tandem_stream_lag{partition="0"} 3\ntandem_stream_lag{partition="2"} 0\n' in text
    assert "# HELP tandem_stream_lag Events that are not stored yet." in text
    assert [line for line in text.splitlines() if line.startswith("tandem_dispatch_total")] == [
        'tandem_dispatch_total{what="accepted"} 7'
    ]
    assert "\ntandem_dispatch_batches_total 2\n" in text
    assert "\ntandem_dispatch_retries_total 0\n" in text


async def test_a_lag_that_nobody_can_know_is_no_figure() -> None:
    frozen = Reading(assigned=True, lag={0: 3, 2: 0})  # as the broker said before it fell silent
    async with site(FakeReader(reading=frozen)) as http:
        text = (await http.get("/metrics")).text
    assert "tandem_stream_lag{" not in text
    assert "\ntandem_stream_broker 0\n" in text
    said = described(frozen)
    assert (said["lag"], said["partitions"]) == (None, {"0": None, "2": None})


@pytest.mark.parametrize(
    ("reading", "lacks"),
    [
        pytest.param(Reading(assigned=True, answered=True, waits_s=29.9), "", id="nothing"),
        pytest.param(Reading(assigned=True, answered=True, waits_s=STALLED_AFTER), "stalled", id="progress"),
        pytest.param(Reading(answered=True), "not in the group yet", id="partitions"),
        pytest.param(Reading(assigned=True, waits_s=STALLED_AFTER), "broker", id="the broker, before what follows"),
    ],
)
def test_a_beat_says_what_it_lacks(reading: Reading, lacks: str) -> None:
    assert described(reading, STALLED_AFTER)["lacks"] == lacks
