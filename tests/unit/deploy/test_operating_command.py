"""Workflows by command: what an operator finds, sees and does."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from deploy.cli.main import run
from domain.operating import Pending
from tests.fakes.engine import NOON
from tests.unit.deploy.served import Out, Served, product, served
from tests.unit.web.site import proposal
from workflows.engine_views import Point, Polled, Running

__all__ = ["product", "served"]  # fixtures

ASKS = "approval/web/1"


@pytest.fixture
def asking(product: Served) -> Served:
    """Have an open request that runs, with work that backs off."""
    work = Pending(
        id="3",
        activity="tell",
        does="tells people",
        standing="backing off",
        attempt=6,
        last_failure="x",
        said="refused",
    )
    fields: dict[str, Any] = {"run_id": "r", "status": "running", "queue": "q", "history_events": 1, "history_bytes": 1}
    product.do(product.engine.ask("web", 1, proposal()))
    product.engine.running = {
        ASKS: Running(id=ASKS, pending=(work,), **fields),
        "product/web": Running(id="product/web", **fields),
    }
    product.engine.points_of[ASKS] = [Point(point=4, at=NOON, said="after people were told")]
    now = datetime.now(UTC)
    product.engine.polls["q"] = Polled(queue="q", decides_at=now, works_at=now)
    return product


def act(action: str, *more: str, workflow: str = ASKS) -> int:
    return run(["workflows", action, workflow, "--as", "otto", "--reason", "it hangs", *more])


def test_show_says_what_is_pending_and_what_may_be_done(asking: Served, capsys: Out) -> None:
    assert run(["workflows", "show", ASKS]) == 0
    shown = " ".join(capsys.readouterr().out.split())
    assert "[3] it tells people: backing off, attempt 6, after: refused" in shown
    assert "may be retry, pause, cancel, terminate, reset, resend" in shown
    assert "4: after people were told (2026-03-02 13:00)" in shown


def test_list_finds_by_text(asking: Served, capsys: Out) -> None:
    assert run(["workflows", "list", "--text", "decision", "--open", "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == []
    assert run(["workflows", "list", "--text", "APPROVAL/", "--json"]) == 0
    assert [one["id"] for one in json.loads(capsys.readouterr().out)] == [ASKS]


@pytest.mark.parametrize(
    ("action", "more", "said"),
    [
        pytest.param("retry", (), "tried again at once: it tells people", id="retry"),
        pytest.param("pause", ("--work", "3"), "not tried again until it is resumed: it tells people", id="pause"),
        pytest.param("terminate", (), "it is ended, and its product is told", id="terminate"),
        pytest.param("reset", ("--point", "4"), "it goes on from where it was after people were told", id="reset"),
        pytest.param("resend", ("--to", "olga"), "sent again to olga", id="resend"),
    ],
)
def test_each_action_says_what_came_of_it(
    asking: Served, capsys: Out, action: str, more: tuple[str, ...], said: str
) -> None:
    assert act(action, *more) == 0
    assert f"{ASKS}: {said}" in " ".join(capsys.readouterr().out.split())
    kinds = [kept.entry.kind for kept in asking.ledger.by_product["web"] if kept.entry.actor == "otto"]
    assert kinds[0] == "workflow.action_asked"
    assert len(kinds) == 2


def test_cancel_and_refresh_reach_the_product(asking: Served, capsys: Out) -> None:
    assert act("cancel") == 0
    assert [one.how for one in asking.engine.told] == ["cancelled"]
    assert act("refresh", workflow="product/web") == 0
    assert asking.engine.refreshed == ["web"]
    assert "it goes on in a fresh run" in " ".join(capsys.readouterr().out.split())


def test_a_climb_is_paused_resumed_and_forced_by_an_operator(asking: Served, capsys: Out) -> None:
    climbs = "escalation/web/sso/1"
    asking.do(asking.engine.escalate("web", "sso", stopped=True, steps_left=True))
    fields: dict[str, Any] = {"run_id": "r", "status": "running", "history_events": 1, "history_bytes": 1}
    asking.engine.running[climbs] = Running(id=climbs, **fields)
    assert act("pause", "--waiting-on", "the supplier", "--until", "2026-03-05", workflow=climbs) == 0
    assert act("resume", workflow=climbs) == 0
    assert act("force", workflow=climbs) == 0
    assert [(one.kind, one.operator) for one in asking.engine.steered] == [
        *(("pause", True), ("resume", True), ("force", True))
    ]


def test_what_is_refused_is_said_with_the_way_out(asking: Served, capsys: Out) -> None:
    assert act("terminate", workflow="product/web") == 1
    assert "archive it to end it, or refresh it" in " ".join(capsys.readouterr().err.split())
    assert run(["workflows", "retry", ASKS, "--reason", "r"]) == 2
    assert "--as PERSON" in capsys.readouterr().err


def test_stuck_work_is_listed_and_is_a_status(asking: Served, capsys: Out) -> None:
    assert run(["workflows", "stuck"]) == 1
    shown = " ".join(capsys.readouterr().out.split())
    assert "failing: decision 1 tells people, and that fails; attempt 6: refused (web approval/web/1)" in shown
    asking.engine.running[ASKS] = asking.engine.running[ASKS].model_copy(update={"pending": ()})
    assert run(["workflows", "stuck", "--product", "web"]) == 0
    assert capsys.readouterr().out.strip() == "nothing is stuck"
