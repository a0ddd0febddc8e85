"""A dependency that a quarterly team cannot meet reaches the owner at once, with what can be done."""

from datetime import timedelta

from domain.horizon_mismatch import Option
from domain.periods import period_of, shift
from events.model import DependencyDeclared
from tests.builders import make
from tests.integration.company import Company, web_shop


async def test_a_quarterly_team_that_is_needed_sooner_escalates_at_once_with_the_options(company: Company) -> None:
    now = await company.env.get_current_time()
    teams = {name: team.model_dump(mode="json") for name, team in web_shop().teams.items()}
    gate = shift(period_of(now + timedelta(days=30), "UTC"), 1)  # the next release is a month away at least
    teams["ads"]["cadence"] = {"every": 3, "gate": gate}
    await company.declare(teams=teams, policy={"review_every_days": 1000, "watch": ["dependency_horizon"]})
    needed = f"{now + timedelta(days=10):%Y-%m-%d}"
    declared = make(
        DependencyDeclared,
        product=company.product,
        time=now,
        dependency="banner",
        needs="item-8",
        provider="ads",
        needed_by=needed,
    )
    await company.send(declared)
    started = await company.recorded("escalation.started")
    assert started.data["because"].startswith(
        f"item-8 needs banner by {needed}, which cannot be met: ads releases next on "
    )
    assert "insufficient data" in started.data["because"]
    await company.until(lambda: len(company.told("product_owner")) >= 2, "both owners told")
    assert set(company.told("product_owner")) >= {"olga", "omar"}
    row = await company.row("escalation", f"{company.product}/banner/1")
    options = [Option.model_validate(one) for one in row.data["options"]]
    assert [one.kind for one in options] == ["reserve_capacity", "interim_workaround", "move_date", "escalate"]
    (text,) = {message.text for message in company.channel.sent if message.to == "olga"}
    assert all(f"- {one.text}" in text.splitlines() for one in options)

    await company.send(declared.model_copy(update={"id": "said-again"}))
    await company.quiet()
    assert len(company.entries("escalation.started")) == 1
    await company.reply("accept_delay", subject="banner", until=options[2].dates[0].isoformat())
    await company.recorded("escalation.concluded")
    assert (await company.row("escalation", f"{company.product}/banner/1")).state == "answered"
