"""Stopped and started again, everything is still there; and the logs say whose work it was."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx

from deploy.local import local_stack
from events.model import BudgetAdjusted
from tests.builders import make
from tests.harness import stack_settings
from tests.integration.company import web_shop
from tests.ways_in import LedgerFile, Sender, until


def decide(url: str, request: dict[str, Any], actor: str) -> httpx.Response:
    answer = {
        "verdict": "approve",
        "actor": actor,
        "role": "product_owner",
        "reason": "yes",
        "proposal": request["hash"],
    }
    with httpx.Client(base_url=f"{url}/api/v1", trust_env=False, timeout=30) as http:
        return http.post("/approvals/shop/1/decision", json=answer)


def log_lines(home: Path, process: str) -> list[dict[str, Any]]:
    text = (home / "logs" / f"{process}.log").read_text()
    return [json.loads(line) for line in text.splitlines() if line.startswith("{")]


async def test_a_stopped_stack_goes_on_where_it_was(tmp_path: Path) -> None:
    settings, ledger, now = stack_settings(tmp_path), LedgerFile(tmp_path), datetime.now(UTC)
    async with local_stack(settings), Sender(settings.web_url) as sender:
        await sender.apply(web_shop("shop"), "mara")
        await until(lambda: len(ledger.entries("shop", "plan.adopted")) == 1, "the first plan")
        cut = make(
            BudgetAdjusted, id="cut", source="/finance", product="shop", time=now, period=f"{now:%Y-%m}",
            delta=-2_500_000, reason="cut",
        )  # fmt: skip
        await sender.one(cut)
        await until(lambda: len(ledger.entries("shop", "approval.asked")) == 1, "the request")
    async with local_stack(settings), Sender(settings.web_url) as sender:
        request = await sender.get("/approvals/shop/1")
        assert request["state"] == "open"
        assert decide(settings.web_url, request, actor="mara").status_code == 403
        assert decide(settings.web_url, request, actor="olga").json()["effect"] == "adopted"
        await until(lambda: len(ledger.entries("shop", "plan.adopted")) == 2, "the decision takes effect")
        assert (await sender.get("/products/shop/ledger/verify"))["broken_at"] is None
        for thing in ("approval/1", "/finance/cut", "item-9"):
            why = await sender.get(f"/products/shop/why/{thing}")
            assert "olga" in json.dumps(why)  # by whose authority
        told = await sender.get("/workflows/approval/shop/1/history")
        assert len(told["lines"]) >= 3
        assert all(line["what"] and "{" not in line["what"] + line["why"] for line in told["lines"])
    recorded = [line for line in log_lines(tmp_path, "worker") if line["event"] == "entries_recorded"]
    of_the_cut = next(line for line in recorded if "/finance/cut" in line["event_ids"])
    assert (of_the_cut["product"], of_the_cut["workflow"]) == ("shop", "product/shop")
    assert {"level", "timestamp", "activity", "run"} <= set(of_the_cut)
