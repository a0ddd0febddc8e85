"""What people do to a climb, and how it holds, repeats, goes on and ends."""

from datetime import timedelta
from typing import Any

import pytest

from domain.climbing import Steering
from events.model import DependencyDelivered
from tests.builders import make
from tests.integration.company import Company, web_shop
from tests.integration.test_escalation import block
from workflows.client import RefusedError

WATCH = {"review_every_days": 1000, "watch": ["dependency_blocked", "dependency_late"]}


async def blocked(company: Company, ladder: dict[str, Any] | None = None, **over: Any) -> None:
    """Declare a product with a ladder, and block what one of its items needs."""
    policy = WATCH | ({} if ladder is None else {"ladder": ladder})
    await company.declare(policy=policy, **over)
    await block(company)


async def steer(company: Company, kind: str, actor: str = "olga", **over: Any) -> str:
    given = {"kind": kind, "actor": actor, "reason": "because I say so"} | over
    done = await company.engine.steer(company.product, "sso", 1, Steering.model_validate(given))
    return done.said


def kinds(company: Company) -> list[str]:
    """Return what happened to the escalation, in order, without the log of deliveries."""
    found = (entry.kind for entry in company.entries() if entry.workflow.startswith("escalation/"))
    return [kind.removeprefix("escalation.") for kind in found if not kind.startswith("message.")]


async def test_who_has_seen_it_stops_the_climb_and_silence_lets_it_go_on(company: Company) -> None:
    await blocked(company)
    await company.pass_time(hours=40)
    assert await steer(company, "acknowledge") == "acknowledged by olga"
    await company.pass_time(hours=23)
    assert kinds(company) == ["started", "acknowledged"]
    await company.pass_time(hours=2)  # 64 hours after the start, and not after 48
    await company.recorded("escalation.reminded")
    assert kinds(company) == ["started", "acknowledged", "rearmed", "reminded"]
    await company.pass_time(hours=118)  # the board comes as long after the reminder as it would have
    assert "climbed" not in kinds(company)
    await company.pass_time(hours=2)
    await company.recorded("escalation.climbed")


async def test_all_must_acknowledge_where_the_ladder_says_so(company: Company) -> None:
    rungs = [
        {"after": "0 hours", "role": "product_owner", "all_must_acknowledge": True},
        {"after": "4 hours", "role": "product_owner", "reminder": True},
    ]
    await blocked(company, {"rungs": rungs, "ends_after": "100 hours", "acknowledged_for": "12 hours"})
    assert await steer(company, "acknowledge") == "acknowledged by olga; omar still to come"
    await company.pass_time(hours=5)
    reminded = await company.recorded("escalation.reminded")
    assert reminded.data["to"] == ["omar"]  # olga has seen it
    assert await steer(company, "acknowledge", actor="omar") == "acknowledged by olga and omar"


async def test_a_pause_waits_for_a_named_party_and_can_end_early(company: Company) -> None:
    await blocked(company)
    now = await company.env.get_current_time()
    with pytest.raises(RefusedError, match="pause needs the party"):
        await steer(company, "pause", until=now + timedelta(days=5))
    until = now + timedelta(days=5)
    assert await steer(company, "pause", waiting_on="the vendor", until=until) == "paused: waits for the vendor"
    row = await company.row("workflow", f"escalation/{company.product}/sso/1")
    assert row.data["waits_for"] == "the vendor"
    await company.pass_time(days=4)
    assert kinds(company) == ["started", "paused"]
    await steer(company, "resume")
    await company.recorded("escalation.reminded")
    with pytest.raises(RefusedError, match="is not stopped"):
        await steer(company, "resume")


async def test_a_step_can_be_forced_or_left_out_with_a_reason(company: Company) -> None:
    await blocked(company)
    with pytest.raises(RefusedError, match="skip needs a reason"):
        await steer(company, "skip", reason=" ")
    with pytest.raises(RefusedError, match="ivan holds no role"):
        await steer(company, "skip", actor="ivan")
    with pytest.raises(RefusedError, match="to skip this needs the product owner"):
        await steer(company, "skip", actor="mara")
    await steer(company, "skip")  # the reminder
    await steer(company, "force", actor="mara")
    climbed = await company.recorded("escalation.climbed")
    assert climbed.data["to"] == ["bea"]
    with pytest.raises(RefusedError, match="no step is left"):
        await steer(company, "force", actor="mara")
    assert kinds(company) == ["started", "skipped", "forced", "climbed"]


async def test_what_is_given_to_somebody_else_reminds_them_from_then_on(company: Company) -> None:
    await blocked(company)
    with pytest.raises(RefusedError, match="ivan may not answer this"):
        await steer(company, "reassign", to="ivan")
    await steer(company, "reassign", to="omar")
    await company.until(lambda: company.told().count("omar") == 2, "omar told again")
    await company.pass_time(hours=49)
    assert (await company.recorded("escalation.reminded")).data["to"] == ["omar"]


async def test_handed_to_the_board_only_the_board_answers(company: Company) -> None:
    await blocked(company)
    assert (await company.reply("hand_to_board")).ended == "handed"
    climbed = await company.recorded("escalation.climbed")
    assert climbed.data["to"] == ["bea"]
    with pytest.raises(RefusedError, match="needs the executive board"):
        await company.reply("handled")
    with pytest.raises(RefusedError, match="with the executive board already"):
        await company.reply("hand_to_board", actor="bea", role="executive_board")
    assert (await company.reply("waive", actor="bea", role="executive_board")).ended == "answered"
    await company.recorded("escalation.concluded")


async def test_nobody_is_told_while_away_and_everybody_at_their_return(company: Company) -> None:
    today = (await company.env.get_current_time()).date()
    away = [{"first": f"{today}", "last": f"{today + timedelta(days=2)}"}]
    await company.declare(policy=WATCH, contacts={"olga": {"away": away}})
    await block(company)
    await company.until(lambda: len(company.told()) >= 3, "those on duty told")
    assert company.told() == ["omar", "ivan", "mia"]
    started = await company.recorded("escalation.started")
    assert started.data["held"] == ["olga"]
    await company.pass_time(days=3)
    returned = await company.recorded("escalation.told_at_return")
    assert returned.data["to"] == ["olga"]
    assert f"{returned.clock_at:%H:%M}" == "00:00"
    await company.until(lambda: "olga" in company.told(), "olga told")


async def test_the_ladder_begins_anew_as_often_as_it_says_and_ends_as_an_incident(company: Company) -> None:
    ladder = {
        "rungs": [
            {"after": "0 hours", "role": "product_owner"},
            {"after": "4 hours", "people": ["mara"], "channels": ["log"]},
        ],
        "repeat": {"rung": 2, "times": 2, "every": "6 hours"},
        "ends_after": "30 hours",
    }
    await blocked(company, ladder)
    await company.pass_time(hours=31)
    await company.recorded("escalation.unanswered", 2)
    assert kinds(company) == ["started", "climbed", "climbed", "climbed", "unanswered"]
    steps = company.entries("escalation.climbed")
    began = company.entries("escalation.started")[0].clock_at
    assert [round((one.clock_at - began) / timedelta(hours=1)) for one in steps] == [4, 10, 16]
    assert [row.data["subject"] for row in await company.ledger.rows("incident", product=company.product)] == [
        "An escalation ended unanswered"
    ]


async def test_a_later_policy_does_not_move_a_running_climb(company: Company) -> None:
    await blocked(company)
    policy = WATCH | {"ladder": {"rungs": [{"after": "0 hours", "role": "executive_board"}], "ends_after": "1 hours"}}
    await company.engine.apply(web_shop(company.product, policy=policy), "mara")
    await company.pass_time(hours=49)
    assert (await company.recorded("escalation.reminded")).data["role"] == "product_owner"


async def test_what_clears_tells_only_those_who_were_told(company: Company) -> None:
    today = (await company.env.get_current_time()).date()
    away = [{"first": f"{today}", "last": f"{today + timedelta(days=2)}"}]
    await company.declare(policy=WATCH, contacts={"omar": {"away": away}})
    await block(company)
    await company.until(lambda: len(company.told()) >= 3, "those on duty told")
    now = await company.env.get_current_time()
    await company.send(make(DependencyDelivered, product=company.product, time=now, dependency="sso"))
    assert (await company.recorded("escalation.stood_down")).data["to"] == ["ivan", "mia", "olga"]
    await company.pass_time(days=4)
    assert "omar" not in company.told()


@pytest.mark.parametrize(
    ("answer", "over", "shows"),
    [
        pytest.param("give_capacity", {"person_days": 12}, {"capacity": 52.0}, id="gives people"),
        pytest.param("give_money", {"money": 500_000}, {"budget": 3_500_000}, id="gives money"),
    ],
)
async def test_an_answer_is_a_measure_and_the_plan_is_looked_at_again(
    company: Company, answer: str, over: dict[str, Any], shows: dict[str, Any]
) -> None:
    teams = {
        "it": {"function": "it", "lead": "ivan", "person_days": 60, "allotment": 40},
        "ads": {"function": "marketing", "lead": "mia", "person_days": 60, "allotment": 40},
    }
    await blocked(company, teams=teams)
    now = await company.env.get_current_time()
    period = f"{now:%Y-%m}"
    runs = len(company.entries("reprioritization.started"))
    assert (await company.reply(answer, period=period, **over)).ended == "answered"
    await company.recorded("reprioritization.started", runs + 1)
    await company.recorded("escalation.concluded")
    await company.quiet()
    data = (await company.row("roadmap", company.product)).data
    found = {"capacity": data["capacity"]["ads"][period], "budget": data["budgets"][period]}
    assert shows.items() <= found.items()
