"""What somebody hears who answers what is no longer open: what changed, who was first, what is open instead."""

from typing import Any

from domain.materiality import differences
from domain.product import Outcome
from domain.proposals import Proposal
from domain.record import ViewRow
from web.problems import Problem, problem
from web.products import Product
from web.services import Services


async def closed_approval(svc: Services, known: Product, row: ViewRow, looked_at: str, verdict: str = "") -> Problem:
    """Return the problem of a decision on a request that is closed; ``looked_at`` is the hash it names."""
    data = row.data
    if row.state == "superseded":
        why = f"changed since you looked: {data.get('because', 'it was replaced')}"
        return await changed(svc, known, row, looked_at, why, list(data.get("differences", ())))
    if row.state == "expired":
        detail = f"the time to answer request {data['number']} has passed"
    elif row.state == "terminated":
        detail = f"an operator has ended request {data['number']}; what is still needed is asked anew"
    else:
        how = "changes were asked for" if row.state == "changes" else row.state
        detail = f"{data.get('by', 'somebody')} already decided request {data['number']}: {how}"
    offer = _offer(known, data["number"]) if verdict == "withdraw" and row.state == "adopted" else {}
    if offer:
        detail = f"{detail}; what has taken effect is not withdrawn, but it can be reversed"
    return problem(
        "not-open",
        detail,
        **offer,
        state=row.state,
        decided_by=data.get("by"),
        decided_as=data.get("role") if data.get("by") else None,
        reason=data.get("reason"),
        successor=await _successor(svc, known, data["number"]),
        simulated_clock=known.simulated,
    )


def _offer(known: Product, number: int) -> dict[str, Any]:
    """Return what is left to do about a decision that has taken effect."""
    text = "ask to go back to the plan before it; it is proposed again, and somebody else decides"
    address = f"/api/v1/approvals/{known.id}/{number}/reversal"
    command = f"tandem approvals reverse {known.id} {number} --as PERSON --reason WHY"
    return {"offer": {"what": "reversal", "text": text, "address": address, "command": command}}


async def changed(svc: Services, known: Product, row: ViewRow, looked_at: str, why: str, told: list[str]) -> Problem:
    """Return the problem "changed since you looked", with the differences and the request that is open now."""
    successor = await _successor(svc, known, row.data["number"])
    now = row
    if successor is not None:
        now = await svc.reader.row("approval", f"{known.id}/{successor}") or row
    return problem(
        "changed-since-you-looked",
        why,
        differences=await _between(svc, looked_at, now.data["proposal"]) or told,
        successor=successor if successor is not None else (row.data["number"] if row.state == "open" else None),
        simulated_clock=known.simulated,
    )


async def _successor(svc: Services, known: Product, number: int) -> int | None:
    """Return the number of the request that is open now, if it is another one."""
    present = await svc.products.get(known.id)
    return present.open_request if present.open_request != number else None


async def _between(svc: Services, before: str, after: str) -> list[str]:
    """Return the differences between what somebody looked at and what is asked now; none if either is not kept."""
    documents = [await svc.reader.document(digest) for digest in (before, after)]
    if before == after or not all(_is_proposal(one) for one in documents):
        return []
    one, other = (_outcome(Proposal.model_validate(document)) for document in documents)
    return list(differences(one, other))


def _is_proposal(document: object) -> bool:
    return isinstance(document, dict) and "in_force_feasible" in document and "starts" in document


def _outcome(proposal: Proposal) -> Outcome:
    fields = {name: getattr(proposal, name) for name in Outcome.model_fields if name in Proposal.model_fields}
    return Outcome(**fields, proposal=proposal.digest())
