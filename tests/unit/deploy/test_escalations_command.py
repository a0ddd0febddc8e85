"""Escalations by command: where they stand, every answer, and steering the climb."""

import json
from typing import Any

import pytest

from deploy.cli.main import run
from tests.unit.deploy.served import Out, Served, dated, product, served
from workflows.client import RefusedError
from workflows.messages import EscalationReply

__all__ = ["dated", "product", "served"]  # fixtures

LATER, LATEST = "2026-03-04T12:00:00+00:00", "2026-03-09T08:00:00+00:00"
AHEAD = [
    {"at": LATER, "role": "product_owner", "reminder": True, "to": [{"name": "olga", "at": LATER}]},
    {
        "at": LATER,
        "role": "executive_board",
        "reminder": False,
        "to": [{"name": "bernd", "at": LATEST}, {"name": "beate", "at": None}],
    },
]


def escalate(product: Served, subject: str = "sso", **data: Any) -> None:
    product.do(product.engine.escalate("web", subject, **data))


def answer(reply: str, *more: str, subject: str = "sso", person: str = "olga") -> int:
    return run(["escalations", "answer", "web", subject, "1", reply, "--reason", "we must", "--as", person, *more])


def steer(kind: str, *more: str, person: str = "olga") -> int:
    return run(["escalations", kind, "web", "sso", "1", "--as", person, *more])


def given(product: Served) -> EscalationReply:
    reply = product.engine.answers[-1]
    assert isinstance(reply, EscalationReply)
    return reply


def test_show_prints_where_it_stands_what_lies_ahead_and_who_was_told(product: Served, capsys: Out) -> None:
    standing: dict[str, Any] = {"standing": "acknowledged by olga", "acknowledged": ["olga"], "ahead": AHEAD}
    escalate(product, **standing, at_least="product_owner", ends_at=LATEST)
    note, about = product.engine.note, "escalation:sso/1"
    product.do(note("web", about, "message.delivered", "told/1", to="olga", channel="mail", subject="sso needs you"))
    product.do(
        note("web", about, "message.failed", "told/2", to="max", channel="chat", subject="sso needs you", why="gone")
    )
    assert run(["escalations", "show", "web", "sso", "1", "--as", "olga"]) == 0
    shown = " ".join(capsys.readouterr().out.split())
    for said in (
        "stands acknowledged by olga",
        "may be answered by product owner or above",
        "seen by olga",
        "ends, unanswered 2026-03-09 09:00",
        "2026-03-04 13:00 reminds product owner olga",
        "bernd (on duty from 2026-03-09 09:00), beate (cannot be reached)",
        "olga delivered over mail sso needs you",
        "max failed over chat sso needs you gone",
        "tandem escalations acknowledge web sso 1 --as olga",
        "tandem escalations answer web sso 1 give-capacity --period MONTH --days DAYS --as olga --reason WHY",
        "tandem escalations answer web sso 1 hand-to-board --as olga --reason WHY",
    ):
        assert said in shown


def test_only_answers_that_there_are_get_a_command(product: Served, capsys: Out) -> None:
    escalate(product, at_least="executive_board")
    escalate(product, "plan-debt")
    assert run(["escalations", "show", "web", "sso", "1"]) == 0
    board = capsys.readouterr().out
    assert run(["escalations", "show", "web", "plan-debt", "1"]) == 0
    debt = capsys.readouterr().out
    assert "hand-to-board" not in board
    assert "waive" in board
    assert "hand-to-board" in debt
    assert "waive" not in debt
    assert run(["escalations", "list", "--as", "bernd", "--json"]) == 0
    assert len(json.loads(capsys.readouterr().out)) == 2
    assert run(["escalations", "list", "--as", "olga"]) == 0
    listed = capsys.readouterr().out
    assert "plan-debt" in listed
    assert "sso" not in listed


@pytest.mark.parametrize(
    ("reply", "more", "expected"),
    [
        pytest.param(
            "give-capacity",
            ["--period", "2026-12", "--days", "2.5", "--team", "it"],
            {"answer": "give_capacity", "period": "2026-12", "person_days": 2.5, "team": "it"},
            id="days",
        ),
        pytest.param(
            "give-capacity",
            ["--period", "2026-12", "--days", "3"],
            {"answer": "give_capacity", "person_days": 3.0, "team": None},
            id="days of the team that does not deliver",
        ),
        pytest.param(
            "give-money",
            ["--period", "2026-12", "--amount", "5000.50"],
            {"answer": "give_money", "money": 500050, "period": "2026-12"},
            id="money, in the currency itself",
        ),
        pytest.param(
            "resequence", ["--period", "2027-01"], {"answer": "resequence", "period": "2027-01"}, id="put back"
        ),
        pytest.param("accept-delay", ["--until", "2030-01-31"], {"answer": "accept_delay"}, id="later"),
        pytest.param("waive", [], {"answer": "waive"}, id="not needed"),
        pytest.param("handled", [], {"answer": "handled", "role": "product_owner", "acting_for": None}, id="handled"),
    ],
)
def test_every_answer_can_be_typed(product: Served, reply: str, more: list[str], expected: dict[str, Any]) -> None:
    escalate(product)
    assert answer(reply, *more) == 0
    assert given(product).model_dump(include=set(expected)) == expected


def test_handing_it_to_the_board_says_that_it_stays_open(product: Served, capsys: Out) -> None:
    escalate(product)
    assert answer("hand-to-board") == 0
    assert "handed to the executive board, for whom it stays open, by olga (asserted)" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("reply", "more", "said"),
    [
        pytest.param("give-capacity", ["--days", "3"], "give-capacity needs --period", id="in no month"),
        pytest.param("give-money", [], "give-money needs --period and --amount", id="how much, and when"),
        pytest.param("accept-delay", [], "accept-delay needs --until", id="until when"),
        pytest.param("waive", ["--until", "2030-01-31"], "--until does not go with waive", id="a date for nothing"),
        pytest.param("handled", ["--team", "it", "--days", "1"], "do not go with handled", id="days for nothing"),
        pytest.param(
            "give-money", ["--period", "2026-12", "--amount", "5,000"], "--amount: '5,000' is no amount", id="a comma"
        ),
        pytest.param("give-money", ["--period", "2026-12", "--amount", "0.001"], "smallest unit", id="part of a cent"),
        pytest.param("give-money", ["--period", "2026-12", "--amount", "-5"], "", id="money taken away"),
        pytest.param("give-capacity", ["--period", "2026-12", "--days", "two"], "--days: 'two'", id="days in words"),
        pytest.param("accept-delay", ["--until", "soon"], "--until: 'soon'", id="no date"),
        pytest.param("perhaps", [], "", id="no answer"),
    ],
)
def test_an_answer_that_is_typed_wrongly_is_not_sent(
    product: Served, capsys: Out, reply: str, more: list[str], said: str
) -> None:
    escalate(product)
    assert answer(reply, *more) == 2
    assert said in capsys.readouterr().err
    assert product.engine.answers == []


def test_what_is_refused_has_status_1_and_says_why(product: Served, capsys: Out) -> None:
    escalate(product)
    assert answer("give-money", "--period", "never", "--amount", "5") == 1
    assert "period" in capsys.readouterr().err
    product.engine.refuse("answer", RefusedError("zed does not hold the role product owner", "DecisionRefusedError"))
    assert answer("handled", person="zed") == 1
    assert "zed does not hold the role product owner" in capsys.readouterr().err


def test_a_stand_in_answers_in_the_stead_of_the_holder(dated: Served, capsys: Out) -> None:
    escalate(dated)
    grant = ["delegations", "grant", "web", "petra", "--until", "2026-03-03", "--reason", "away", "--as", "olga"]
    assert run(grant) == 0
    assert answer("handled", person="petra") == 0
    assert "answered by petra for olga as product owner (asserted)" in capsys.readouterr().out
    assert given(dated).acting_for == "olga"


@pytest.mark.parametrize(
    ("kind", "more", "expected"),
    [
        pytest.param("acknowledge", [], {"reason": ""}, id="seen"),
        pytest.param("acknowledge", ["--reason", "I call them"], {"reason": "I call them"}, id="seen, and said"),
        pytest.param(
            "pause",
            ["--waiting-on", "the authority", "--until", "2030-01-31", "--reason", "they answer in January"],
            {"waiting_on": "the authority", "reason": "they answer in January"},
            id="waits for a party",
        ),
        pytest.param("resume", ["--reason", "they answered"], {"reason": "they answered"}, id="goes on"),
        pytest.param("force", ["--reason", "it burns"], {"reason": "it burns"}, id="the next step now"),
        pytest.param("skip", ["--reason", "she knows"], {"reason": "she knows"}, id="the next step left out"),
        pytest.param("reassign", ["--to", "bernd", "--reason", "his"], {"to": "bernd", "reason": "his"}, id="to one"),
    ],
)
def test_a_climb_is_steered(product: Served, capsys: Out, kind: str, more: list[str], expected: dict[str, str]) -> None:
    escalate(product)
    assert steer(kind, *more) == 0
    assert f"web sso 1: {kind} by olga (olga, asserted)" in capsys.readouterr().out
    [done] = product.engine.steered
    assert done.model_dump(include={"kind", *expected}) == {"kind": kind, **expected}


@pytest.mark.parametrize(
    ("command", "status"),
    [
        pytest.param(["force"], 2, id="no reason to force"),
        pytest.param(["pause", "--until", "2030-01-31", "--reason", "x"], 2, id="waits for nobody"),
        pytest.param(["pause", "--waiting-on", "x", "--until", "soon", "--reason", "x"], 2, id="no date"),
        pytest.param(["reassign", "--reason", "x"], 2, id="to nobody"),
        pytest.param(["acknowledge", "--json"], 0, id="for programs"),
    ],
)
def test_steering_that_is_typed_wrongly_is_not_sent(
    product: Served, capsys: Out, command: list[str], status: int
) -> None:
    escalate(product)
    assert steer(*command) == status
    assert len(product.engine.steered) == (status == 0)
    if status == 0:
        assert json.loads(capsys.readouterr().out)["standing"] == "acknowledge by olga"


def test_steering_that_is_refused_says_why(product: Served, capsys: Out) -> None:
    escalate(product)
    product.engine.refuse("steer", RefusedError("no step is left on this ladder; it only ends", "DecisionRefusedError"))
    assert steer("skip", "--reason", "x") == 1
    assert "no step is left" in capsys.readouterr().err
    assert steer("acknowledge", person="") == 2
