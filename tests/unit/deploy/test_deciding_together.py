"""Deciding together by command: alternatives, stand-ins, changes, withdrawing, commenting, going back."""

import io
import json
import sys
from typing import Any

import pytest

from deploy.cli.main import run
from tests.unit.deploy.served import Out, Served, dated, product, served
from tests.unit.web.people import asked_with
from tests.unit.web.site import proposal
from workflows.client import RefusedError
from workflows.messages import Answer, Effect

__all__ = ["dated", "product", "served"]  # fixtures


class Terminal(io.StringIO):
    """A stream that a person sits at."""

    def isatty(self) -> bool:
        return True


def decide(verb: str, *more: str, person: str = "olga") -> int:
    return run(["approvals", verb, "web", "1", "--reason", "good", "--as", person, *more])


def given(product: Served) -> Answer:
    answer = product.engine.answers[-1]
    assert isinstance(answer, Answer)
    return answer


def alternatives(product: Served, **data: Any) -> list[str]:
    return product.do(asked_with(product.engine, product.ledger, **data))


def stand_in(*more: str, person: str = "olga") -> int:
    """Let petra stand in for somebody until the end of tomorrow, by the product's clock."""
    grant = ["delegations", "grant", "web", "petra", "--until", "2026-03-03", "--reason", "away", "--as", person]
    return run([*grant, *more])


def test_show_prints_what_a_person_needs_to_decide(product: Served, capsys: Out) -> None:
    hashes = alternatives(product, needed="2 people have to approve", votes=["omar"])
    event = {"actor": "omar", "role": "product_owner", "proposal": hashes[0], "via": ["omar"]}
    note, about = product.engine.note, "approval:1"
    product.do(note("web", about, "decision.given", "event/1", "omar", event=event))
    vote = {"by": "omar", "effect": "counted", "reason": "it pays", "said": "1 more approval needed"}
    product.do(note("web", about, "approval.counted", "counted/1", cause="event/1", **vote))
    assert run(["approvals", "comment", "web", "1", "in April at the earliest", "--as", "ines"]) == 0
    assert run(["approvals", "show", "web", "1", "--as", "olga"]) == 0
    shown = capsys.readouterr().out
    for line in (
        "because",
        "it (ines): search starts in 2026-03, 5 days",
        "if nothing is done  on 2026-03-05 12:00 it goes to the next higher role; it is never approved by silence",
        "still needed        1 more approval needed",
        "better by           10.0 points",
        "1. cheapest: 58.0 points, 3,000 EUR moved",
        f"tandem approvals approve web 1 --alternative {hashes[1][:12]} --as olga --reason WHY",
        f"tandem approvals approve web 1 --alternative {hashes[2][:12]} --as olga --reason WHY",
        f"omar as product owner, 2026-03-02 13:00, on {hashes[0][:12]}: it pays",
        "ines (asserted), 2026-03-02 13:00: in April at the earliest",
        f"tandem approvals approve web 1 --hash {hashes[0][:12]} --as olga --reason WHY",
        f"tandem approvals changes web 1 --hash {hashes[0][:12]} --as olga --reason WHY --with ITEM --without ITEM",
        f"tandem approvals withdraw web 1 --hash {hashes[0][:12]} --as olga --reason WHY",
    ):
        assert line in shown


@pytest.mark.parametrize(
    ("requester", "value", "said", "unsaid"),
    [
        pytest.param({}, 60.0, "it is the best plan", "asked for by", id="what was searched for is the best"),
        pytest.param({"requester": "maria"}, 40.0, "worse by", "the best plan\n", id="what somebody asked for is not"),
    ],
)
def test_only_what_was_searched_for_is_called_the_best(
    product: Served, capsys: Out, requester: dict[str, str], value: float, said: str, unsaid: str
) -> None:
    product.do(product.engine.ask("web", 1, proposal(value=value, gap=0.0), **requester))
    assert run(["approvals", "show", "web", "1"]) == 0
    shown = capsys.readouterr().out
    assert said in shown
    assert unsaid not in shown


@pytest.mark.parametrize("by_hash", [True, False], ids=["named by its hash", "looked at by its hash"])
def test_an_alternative_is_shown_and_bound_to_its_own_hash(product: Served, capsys: Out, by_hash: bool) -> None:
    hashes = alternatives(product)
    digest = hashes[1]
    assert decide("approve", "--alternative" if by_hash else "--hash", digest[:12]) == 0
    out = capsys.readouterr().out
    assert "Alternative 1 to decision 1 for Corporate web site (web)" in out
    assert f"hash {digest}" in out
    assert given(product).proposal == digest
    assert decide("approve", "--alternative", "2", "--hash", hashes[2]) == 0
    assert given(product).proposal == hashes[2]
    assert decide("approve", "--hash", hashes[0]) == 0
    assert given(product).proposal == hashes[0]


@pytest.mark.parametrize(
    ("more", "status", "said"),
    [
        pytest.param(["--alternative", "1"], 2, "by its own hash", id="a number is not what was looked at"),
        pytest.param(["--alternative", "3"], 1, "has no alternative 3", id="no such number"),
        pytest.param(["--alternative", "0" * 12], 1, "has no alternative", id="no such hash"),
        pytest.param(["--alternative", "abcdef"], 2, "at least 8 characters", id="too short a hash"),
        pytest.param(["--alternative", "1", "--hash", "0" * 12], 1, "look again", id="another hash than its own"),
    ],
)
def test_an_alternative_that_is_not_clear_is_not_approved(
    product: Served, capsys: Out, more: list[str], status: int, said: str
) -> None:
    alternatives(product)
    assert decide("approve", *more) == status
    assert said in capsys.readouterr().err
    assert product.engine.answers == []


@pytest.mark.parametrize(("typed", "status"), [("y\n", 0), ("n\n", 1)], ids=["yes", "no"])
def test_on_a_terminal_an_alternative_is_shown_and_confirmed(
    product: Served, monkeypatch: pytest.MonkeyPatch, typed: str, status: int
) -> None:
    hashes = alternatives(product)
    out = Terminal()
    monkeypatch.setattr(sys, "stdin", Terminal(typed))
    monkeypatch.setattr(sys, "stdout", out)
    assert decide("approve", "--alternative", "1") == status
    assert "Alternative 1 to decision 1" in out.getvalue()
    assert [one.proposal for one in product.engine.answers if isinstance(one, Answer)] == hashes[1:2] * (status == 0)


def test_a_stand_in_decides_in_the_stead_of_the_holder_and_it_is_said(dated: Served, capsys: Out) -> None:
    digest = dated.do(dated.engine.ask("web", 1, proposal()))
    assert stand_in() == 0
    assert decide("approve", "--hash", digest, person="petra") == 0
    assert "adopted by petra for olga as product owner (asserted)" in capsys.readouterr().out
    assert (given(dated).role, given(dated).acting_for) == ("product_owner", "olga")
    assert decide("reject", "--hash", digest, "--for", "bernd", person="petra") == 0  # the refusal is the product's
    assert (given(dated).acting_for, given(dated).actor) == ("bernd", "petra")


def test_a_stand_in_approves_with_a_voice_that_reaches_so_far(dated: Served) -> None:
    digest = dated.do(dated.engine.ask("web", 1, proposal()))
    assert stand_in("--up-to", "100") == 0
    assert stand_in(person="bernd") == 0
    for verb, role, holder in (("approve", "executive_board", "bernd"), ("reject", "product_owner", "olga")):
        assert decide(verb, "--hash", digest, person="petra") == 0
        assert (given(dated).role, given(dated).acting_for) == (role, holder)


def test_changes_name_what_the_plan_must_have_and_leave_out(product: Served, capsys: Out) -> None:
    digest = product.do(product.engine.ask("web", 1, proposal()))
    product.engine.effect = Effect(approval=1, effect="changes", because="olga asks for changes", cause="event/x")
    items = ("--with", "search", "--with", "login", "--without", "fonts")
    assert decide("changes", "--hash", digest, *items) == 0
    assert given(product).wishes == {"search": "in", "login": "in", "fonts": "out"}
    assert "web 1: planned anew by olga" in capsys.readouterr().out
    assert decide("changes", "--hash", digest) == 0
    assert given(product).wishes == {}
    assert decide("changes", "--hash", digest, "--with", "search", "--without", "search") == 2
    assert "both name search" in capsys.readouterr().err
    assert decide("changes", "--hash", digest, "--with", "a b") == 1


def test_an_approval_that_is_not_enough_says_so(product: Served, capsys: Out) -> None:
    digest = product.do(product.engine.ask("web", 1, proposal()))
    because = "approved by olga; 1 more approval of the product owner needed"
    product.engine.effect = Effect(approval=1, effect="counted", because=because, cause="event/x")
    assert decide("approve", "--hash", digest) == 0
    out = capsys.readouterr().out
    assert f"web 1: counted by olga (asserted): {because}" in out
    assert "it stays open" in out


def test_withdrawing_is_about_ones_own_word_and_needs_no_hash(product: Served, capsys: Out) -> None:
    hashes = alternatives(product, votes=["olga"])
    event = {"actor": "olga", "role": "product_owner", "proposal": hashes[1], "via": ["olga"]}
    product.do(product.engine.note("web", "approval:1", "decision.given", "event/1", "olga", event=event))
    vote = {"by": "olga", "effect": "counted", "reason": "good", "said": "1 more"}
    product.do(product.engine.note("web", "approval:1", "approval.counted", "counted/1", cause="event/1", **vote))
    product.engine.effect = Effect(approval=1, effect="uncounted", because="2 approvals needed", cause="event/x")
    assert decide("withdraw") == 0
    assert (given(product).verdict, given(product).proposal) == ("withdraw", hashes[1])
    assert "taken back by olga" in capsys.readouterr().out


def test_what_took_effect_is_offered_to_be_reversed(product: Served, capsys: Out) -> None:
    product.do(product.engine.ask("web", 1, proposal(), "adopted", by="olga"))
    assert decide("withdraw") == 1
    assert "tandem approvals reverse web 1 --as PERSON --reason WHY" in capsys.readouterr().err
    assert decide("reverse") == 0
    assert "olga asks to go back (asserted)" in capsys.readouterr().out
    assert [one.actor for one in product.engine.reversals] == ["olga"]
    product.engine.refuse("reverse", RefusedError("olga has asked for that already", "ProductRefusedError"))
    assert decide("reverse") == 1
    assert "olga has asked for that already" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("command", "status"),
    [
        pytest.param(["comment", "web", "1", "why?"], 2, id="nobody says it"),
        pytest.param(["comment", "web", "1", " ", "--as", "olga"], 1, id="nothing is said"),
        pytest.param(["comment", "web", "1", "--as", "olga"], 2, id="no text"),
        pytest.param(["comment", "web", "2", "why?", "--as", "olga"], 1, id="no such request"),
        pytest.param(["reverse", "web", "1", "--as", "olga"], 2, id="no reason to go back"),
        pytest.param(["approve", "web", "1", "--reason", "x", "--as", "olga", "--role", "king"], 2, id="no such role"),
        pytest.param(["withdraw", "web", "1", "--reason", "x"], 2, id="nobody withdraws"),
    ],
)
def test_wrong_usage_and_refusals_have_a_status_of_their_own(product: Served, command: list[str], status: int) -> None:
    digest = product.do(product.engine.ask("web", 1, proposal()))
    more = ["--hash", digest] if command[0] == "approve" else []
    assert run(["approvals", *command, *more]) == status
    assert product.engine.answers == []


def test_json_is_for_programs(product: Served, capsys: Out) -> None:
    hashes = alternatives(product)
    assert run(["approvals", "comment", "web", "1", "why?", "--as", "olga", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["status"] == "commented"
    assert decide("approve", "--alternative", hashes[1], "--json") == 0
    done = json.loads(capsys.readouterr().out)
    assert (done["effect"], done["hash"], done["role"]) == ("adopted", hashes[1], "product_owner")
    assert run(["approvals", "show", "web", "1", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["comments"][0]["text"] == "why?"
