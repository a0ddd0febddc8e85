"""How approvals are counted: distinct people, on one hash, each with authority at the moment that it counts. Pure."""

from datetime import datetime

from domain.delegations import Given, Mandates, Matter, chain_of
from domain.limits import beyond_role, required_role
from domain.policy import ROLES, Authority
from domain.product import ProductState, Request, Vote, change_of
from domain.wording import count, listing, role_name
from events.internal import Change, DecisionGiven, Role

FOUR_EYES = 2


def quorum_of(authority: Authority, role: Role, change: Change) -> int:
    """Return how many distinct people have to approve a change that a role is asked about."""
    eyes = authority.four_eyes_money
    return max(authority.of(role).quorum, FOUR_EYES if eyes is not None and change.money_moved >= eyes else 1)


def able(mandates: Mandates, role: Role, requester: str | None) -> set[str]:
    """Return the people who may approve what a role is asked about: its holders, those above, not who asked for it."""
    above = ROLES[ROLES.index(role) :]
    return {person for one in above for person in mandates.people.holders(one)} - {requester or ""}


def vote_of(request: Request, actor: str) -> Vote | None:
    """Return the approval that somebody gave, themselves or through somebody else."""
    return next((vote for vote in request.votes if actor in (vote.actor, vote.chain[0])), None)


def voted(request: Request, chain: tuple[str, ...]) -> str:
    """Say who of a chain has approved already: a quorum counts distinct people; empty when nobody has."""
    for person in (chain[0], chain[-1]):
        vote = vote_of(request, person)
        if vote is not None:
            also = "" if vote.actor == person else f" through {vote.actor}"
            return f"{person} has approved this already{also}; a quorum counts distinct people"
    return ""


def signed(vote: Vote) -> str:
    """Return who approved, and in whose stead: both names are on the record."""
    return vote.actor if vote.chain[0] == vote.actor else f"{vote.actor} for {vote.chain[0]}"


def names_of(request: Request) -> tuple[str, ...]:
    """Return who has approved so far, in order."""
    return tuple(signed(vote) for vote in request.votes)


def with_vote(request: Request, decision: DecisionGiven, chain: tuple[str, ...], at: datetime) -> Request:
    """Return a request with one more approval; what one of its people gave before counts no longer."""
    vote = Vote(actor=decision.actor, chain=chain, role=decision.role, proposal=decision.proposal, at=at)
    people = {chain[0], chain[-1]}
    others = tuple(one for one in request.votes if not people & {one.actor, one.chain[0]})
    return request.model_copy(update={"votes": (*others, vote)})


def without_vote(request: Request, actor: str) -> Request:
    """Return a request without what somebody approved."""
    vote = vote_of(request, actor)
    return request.model_copy(update={"votes": tuple(one for one in request.votes if one != vote)})


def standing(state: ProductState, request: Request, at: datetime) -> Request:
    """Return a request with the approvals that count now: whose voice or limit is gone counts no longer."""
    mandates = Mandates(people=state.people, delegations=state.delegations)

    def counts(vote: Vote) -> bool:
        change = change_of(request.outcome, vote.proposal)
        if change is None or beyond_role(state, vote.role, change, at):
            return False
        given = Given(actor=vote.actor, role=vote.role, acting_for=vote.chain[0])
        chain = chain_of(mandates, given, Matter(scope="decisions", money=change.money_moved), at)
        return bool(chain) and request.requester not in chain

    return request.model_copy(update={"votes": tuple(vote for vote in request.votes if counts(vote))})


def counting(state: ProductState, request: Request, proposal: str, at: datetime) -> tuple[Vote, ...]:
    """Return the approvals of a proposal that count now."""
    return tuple(vote for vote in standing(state, request, at).votes if vote.proposal == proposal)


def still_needed(state: ProductState, request: Request, proposal: str, at: datetime) -> int:
    """Return how many approvals of a proposal are missing (≥ 0).

    An alternative may need a higher role than the proposal: then it needs as many people as that role does, too.
    """
    change = change_of(request.outcome, proposal) or request.outcome.change
    needed = required_role(state, change, at, request.role)[0] or request.role
    quorum = max(quorum_of(state.policy.authority, role, change) for role in (request.role, needed))
    return max(0, quorum - len(counting(state, request, proposal, at)))


def counted_said(state: ProductState, request: Request, proposal: str, at: datetime) -> str:
    """Say how many approvals there are and how many are missing."""
    missing = still_needed(state, request, proposal, at)
    names = [vote.actor for vote in counting(state, request, proposal, at)]
    return f"approved by {listing(names)}; {count(missing, 'more approval')} of the {role_name(request.role)} needed"
