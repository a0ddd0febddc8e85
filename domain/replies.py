"""Whether an answer to an escalation counts: who gives it, and whether it says all that it needs. Pure."""

from datetime import datetime

from domain.authority import cannot_be_kept, mandates_of, refusal_of_date, speaks_for
from domain.delegations import Given, Mandates, Matter
from domain.limits import beyond_role
from domain.periods import index_of, period_of
from domain.product import DEBT_SUBJECT, FUTURE_PERIODS, ProductState, capacity_of
from domain.votes import quorum_of
from domain.wording import days, role_name
from events.internal import Change, EscalationAnswered, Reply, Role

OF_THE_DEBT: tuple[Reply, ...] = ("accept_delay", "hand_to_board", "handled")


def refusal_of_reply(
    mandates: Mandates,
    subject: str,
    answer: Reply,
    given: Given,
    until: datetime | None,
    at: datetime,
    *,
    at_least: Role = "product_owner",
    money: int = 0,
) -> str:
    """Say why an answer to an escalation does not count, whatever the product's state; empty when nothing does.

    The escalation's workflow asks it before it takes an answer, the product before it follows one: they must agree.
    """
    if wrong := speaks_for(mandates, given, at_least, Matter(scope="escalations", money=money), at):
        return wrong
    if answer == "accept_delay":
        return refusal_of_date("accepting a delay needs", until, at, missing="that is accepted")
    if answer == "hand_to_board" and at_least == "executive_board":
        return "it is with the executive board already"
    if answer == "waive" and subject == DEBT_SUBJECT:
        return "a better plan cannot be waived: keep the plan as it is until a date, or decide the open request"
    if subject == DEBT_SUBJECT and answer not in OF_THE_DEBT:
        return "a better plan that waits needs a decision: decide the open request, or keep the plan until a date"
    return ""


def least_role(state: ProductState, subject: str) -> Role:
    """Return the lowest role that may answer an escalation."""
    return "executive_board" if subject in state.handed else "product_owner"


def refusal_of_answer(state: ProductState, answer: EscalationAnswered, at: datetime) -> str:
    """Say why the answer to an escalation does not count; empty when it does."""
    if state.escalations.get(answer.subject) != answer.escalation:
        return "this escalation is no longer open"
    given = Given(actor=answer.actor, role=answer.role, acting_for=answer.acting_for)
    if wrong := refusal_of_reply(
        mandates_of(state),
        answer.subject,
        answer.answer,
        given,
        answer.until,
        at,
        at_least=least_role(state, answer.subject),
        money=answer.money or 0,
    ):
        return wrong
    if answer.answer in ("give_capacity", "give_money", "resequence"):
        return _measure_refused(state, answer, at)
    if answer.subject == DEBT_SUBJECT and answer.answer == "accept_delay":  # it keeps the plan, as a decision would
        asked = state.request
        matter = Matter(scope="decisions")
        if asked is not None and (wrong := speaks_for(mandates_of(state), given, asked.role, matter, at)):
            return f"decision {asked.number} is open: {wrong}"
        return cannot_be_kept(state, at)
    return ""


def _measure_refused(state: ProductState, answer: EscalationAnswered, at: datetime) -> str:
    """Say why capacity or money cannot be given, or an item not be put back; empty when it can."""
    what = answer.answer.replace("_", " ")
    if answer.period is None:
        return f"{what} needs the period, such as {period_of(at, state.time_zone)}"
    ahead = index_of(answer.period, period_of(at, state.time_zone))
    if not 0 <= ahead <= FUTURE_PERIODS:
        return f"{what} needs a period from now on, and within {FUTURE_PERIODS // 12} years"
    if answer.answer == "resequence":
        return "" if ahead else "resequence needs a later period: the first in which the waiting item may start"
    if answer.answer == "give_money":
        if not answer.money or answer.money < 0:
            return "give money needs the amount, more than 0"
        change = Change(money_moved=answer.money)
        if (people := quorum_of(state.policy.authority, answer.role, change)) > 1:
            return f"it takes {people} people to give this much: let finance send the budget, and decide on the plan"
        exceeded = beyond_role(state, answer.role, change, at)
        return f"beyond the authority of the {role_name(answer.role)}: {exceeded}" if exceeded else ""
    if answer.person_days is None or not answer.person_days > 0:  # what is no number is not either
        return "give capacity needs the person-days, more than 0"
    team = answer.team or provider_of(state, answer.subject)
    if team is None or team not in state.teams:
        return f"give capacity needs a team; there is none called {team!r}"
    declared = state.declared.teams.get(team)
    whole = None if declared is None else declared.person_days
    wanted = capacity_of(state, team, answer.period) + answer.person_days
    if whole is not None and wanted > whole:
        return f"{team} has {days(whole)} a period in all, and would have to give {days(round(wanted, 6))}"
    return ""


def provider_of(state: ProductState, subject: str) -> str | None:
    """Return the team that a dependency waits for."""
    dependency = state.dependencies.get(subject)
    return None if dependency is None else dependency.provider
