"""One sentence for what somebody does with dead letters."""

from domain.narrative_parts import Data, Told, capital, plain, reason_of, template
from domain.record import Entry
from domain.wording import count

REASONS = {
    "invalid": "not readable",
    "unknown-type": "of a type that is not known",
    "unknown-product": "for a product that is not known",
    "unmapped": "with a name that no product knows",
    "too-large": "too large",
    "refused": "refused",
}
NAMED = 3  # letters that the line about those that had to go names; the entry has all


def _letter(data: Data) -> str:
    event = f"event {data['id']}" if data.get("id") else "an event"
    source = f" from {data['source']}" if data.get("source") else ""
    was = REASONS.get(str(data.get("reason")), str(data.get("reason")))
    edited = "an edited copy of " if data.get("copy_of") else ""
    return f"{edited}the dead letter with {event}{source}, which was {was}"


@template("dead_letter.redriven")
def _redriven(entry: Entry) -> Told:
    data = entry.data
    came = plain(str(data.get("came") or ""))
    if data.get("late"):
        return Told(f"What came of redriving {_letter(data)}: {came}")
    why = plain(str(data.get("why") or ""))
    return Told(f"{plain(entry.actor)} redrove {_letter(data)}: {came}", f"because {why}" if why else "")


@template("dead_letter.resent")
def _resent(entry: Entry) -> Told:
    return Told(f"{capital(_letter(entry.data))}, came by itself: {plain(str(entry.data.get('came') or ''))}")


@template("dead_letter.discarded")
def _discarded(entry: Entry) -> Told:
    return Told(f"{plain(entry.actor)} discarded {_letter(entry.data)}{reason_of(entry.data, 'why')}")


@template("dead_letters.pruned")
def _pruned(entry: Entry) -> Told:
    data = entry.data
    waited, letters = int(data.get("waited") or 0), list(data.get("letters") or ())
    shown = ", ".join(plain(str(one["id"])) for one in letters[:NAMED])
    more = f" and {len(letters) - NAMED} more" if len(letters) > NAMED else ""
    nobody = f"{count(waited, 'letter')} of them had not been looked at" if waited else "all of them had ended"
    return Told(f"{count(int(data.get('count') or 0), 'dead letter')} had to make room: {shown}{more}", nobody)
