"""One or two sentences that answer "why", from the entries of the chain and the proposals that they name."""

import re
from typing import Any

from activities.ports import LedgerReader
from activities.why_chain import latest
from activities.why_found import Found
from domain.narrative import line_of
from domain.narrative_parts import plain
from domain.record import Recorded
from domain.wording import role_name

ENDINGS = (
    *("plan.adopted", "decision.given", "approval.concluded", "approval.superseded", "approval.lapsed"),
    *("escalation.stood_down", "escalation.concluded", "escalation.unanswered", "approval.requested"),
    *("escalation.started", "escalation.climbed", "plan.solved", "reprioritization.started"),
)


async def summary_of(reader: LedgerReader, found: Found, chain: list[Recorded]) -> str:
    """Return the answer in short."""
    if found.kind == "item":
        return await _of_item(reader, found)
    if found.kind in ("approval", "escalation", "run"):
        return _of_life(found.entries)
    if not found.entries:
        return f"{found.kind.capitalize()} {found.name} stands as the product file declares it."
    last = found.entries[-1]
    said = sentence(_told(last))
    later = [recorded for recorded in chain if recorded.seq > last.seq and recorded.entry.kind in ENDINGS]
    adopted = [line_of(recorded).what for recorded in later if recorded.entry.kind == "plan.adopted"]
    if adopted:
        return f"{said} {sentence(adopted[-1])}"
    return f"{said} {sentence(_told(later[-1]))}" if later else said


def _of_life(entries: tuple[Recorded, ...]) -> str:
    first, last = _told(entries[0]), _told(entries[-1])
    return sentence(first) if len(entries) == 1 else f"{sentence(first)} {sentence(last)}"


def _told(recorded: Recorded) -> str:
    line = line_of(recorded)
    if not line.why:
        return line.what
    return f"{line.what}, {line.why}" if line.why.startswith("because ") else f"{line.what}; {line.why}"


def sentence(text: str) -> str:
    """Return text as one sentence."""
    text = text.strip()
    return text if text.endswith((".", "!", "?")) else f"{text}."


# -- items -----------------------------------------------------------------------------------------------


async def _of_item(reader: LedgerReader, found: Found) -> str:
    adopted = await latest(reader, found.product, "plan.adopted", f"item:{found.name}")
    stands = await _never_moved(reader, found) if adopted is None else await _was_moved(reader, found, adopted)
    return f"{stands}{await _asked_about(reader, found)}"


async def _asked_about(reader: LedgerReader, found: Found) -> str:
    """Return what an open decision would do with an item; empty when it would do nothing."""
    for row in await reader.rows("approval", product=found.product, state="open", limit=5):
        reason = _reason(await _proposal(reader, row.data.get("proposal")), found.name)
        before, after = reason.get("before"), reason.get("after")
        if before != after:
            would = "take it out of the plan" if after is None else f"put it into {after}"
            role = role_name(row.role or "product_owner")
            return f" Decision {row.id.rsplit('/', 1)[1]}, which waits for the {role}, would {would}."
    return ""


async def _was_moved(reader: LedgerReader, found: Found, adopted: Recorded) -> str:
    event = adopted.entry.data["event"]
    proposal = await _proposal(reader, event.get("proposal"))
    reason = _reason(proposal, found.name)
    moved = _moved(found.name, event, reason)
    why = plain(str(reason.get("why", "")))
    said = f"{moved}, because {_after_verb(why)}" if why else moved
    asked = [plain(str(one)) for one in (proposal or {}).get("reasons") or ()]
    text = sentence(f"{said}; {await _authority(reader, found.product, event)}")
    if asked:
        more = f" and for {len(asked) - 2} more reasons" if len(asked) > 2 else ""
        because = "; ".join(asked[:2])
        text += " " + sentence(f"The priorities were looked at again, because {because}{more}")
    return text


def _moved(name: str, event: dict[str, Any], reason: dict[str, Any]) -> str:
    change = event.get("change") or {}
    before, after = reason.get("before"), reason.get("after") or (event.get("starts") or {}).get(name)
    if name in change.get("displaced", ()):
        return f"{name} gave way" + (f" and left {before}" if before else "")
    if name in change.get("moved", ()) and before:
        return f"{name} moved from {before} to {after}"
    return f"{name} entered the plan in {after}"


def _after_verb(why: str) -> str:
    """Return a proposal's reason without the verb that the sentence has already: ``moves later: …``."""
    for verb in ("moves later: ", "moves earlier: "):
        if why.startswith(verb):
            return why.removeprefix(verb)
    if out := re.fullmatch(r"(?:gives way|stays out), (worth [^:]*): (.*)", why):
        limit = f"with it {out[2]}" if re.match(r"\d{4}-\d{2} ", out[2]) else out[2]
        limit = re.sub(r"^fits ", "it would fit ", re.sub(r"^fits with ", "it would take ", limit))
        return f"{limit}; it is {out[1]}"
    return f"it is {why.removeprefix('enters, ')}" if why.startswith("enters, ") else why


async def _authority(reader: LedgerReader, product: str, event: dict[str, Any]) -> str:
    role = role_name(str(event["role"]))
    if event.get("approval") is None:
        return f"decided by Tandem within the limits of the {role}"
    decisions = await latest(reader, product, "decision.given", f"approval:{event['approval']}")
    identity = "" if decisions is None else f" ({decisions.entry.identity})"
    return f"decided by {event['by']} as {role}{identity}"


async def _never_moved(reader: LedgerReader, found: Found) -> str:
    ended = [r for r in found.entries if r.entry.kind in ("item.completed", "item.dropped")]
    if ended and found.standing is None:
        return sentence(_told(ended[-1]))
    solved = await latest(reader, found.product, "plan.solved", None)
    if solved is None:
        return f"{found.name} has no place yet: no plan has been found so far."
    event = solved.entry.data["event"]
    reason = _reason(await _proposal(reader, event.get("proposal")), found.name)
    if not reason:
        return f"{found.name} is not funded: no plan so far has a place for it."
    why = plain(str(reason.get("why", "")))
    if reason.get("after"):
        return sentence(f"{found.name} is not in the plan in force; run {event['run']} would fund it: it {why}")
    return sentence(f"{found.name} is not funded, because {_after_verb(why)}")


async def _proposal(reader: LedgerReader, digest: Any) -> dict[str, Any] | None:
    document = await reader.document(digest) if isinstance(digest, str) and digest else None
    return document if isinstance(document, dict) else None


def _reason(proposal: dict[str, Any] | None, item: str) -> dict[str, Any]:
    """Return a proposal's own reason for one item; empty when it has none."""
    reasons = (proposal or {}).get("items") or ()
    return next((dict(one) for one in reasons if one.get("item") == item), {})
