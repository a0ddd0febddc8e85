"""What follows from an event and why, in words: the figures of the rule that judged it. Pure."""

from domain.narrative_parts import Data, in_plain_words, plain, subject_name


def follows(data: Data) -> str:
    """Return what follows from an event, and why; a reason that several reactions share is said once."""
    because = plain(str(data.get("because") or "")).replace("a newer signal for ", "a newer statement about ")
    outcome = data.get("outcome", "applied")
    if outcome == "refused":
        return f"nothing changed, because {because}" if because else "nothing changed"
    if outcome == "superseded":
        return f"nothing changed: {because}" if because else "nothing changed, because a newer fact is known"
    given = plain(str((data.get("event") or {}).get("reason") or ""))
    found: list[str] = []
    said: list[str] = [given] if given else []
    for reaction in data.get("reactions") or ():
        whole = plain(str(reaction.get("because") or ""))
        own, title = whole, ""
        if str(reaction.get("kind", "")).startswith("tell "):
            title, _, own = own.partition(": ")
        for earlier in said:
            own = "" if own == earlier else own.removeprefix(f"{earlier}; ").removesuffix(f": {earlier}")
            if own.startswith("reconfirmed, because ") and earlier.endswith(own.removeprefix("reconfirmed, because ")):
                own = "reconfirmed"
        said.append(whole)
        if clause := _clause(reaction, in_failure(own), title):
            found.append(clause)
    return "; ".join(dict.fromkeys(found))


def _clause(reaction: Data, because: str, title: str) -> str:
    kind, number = str(reaction.get("kind", "")), reaction.get("number")
    why = f", because {because}" if because else ""
    if kind == "no reaction":
        return _quiet(because)
    if kind.startswith("look at the priorities"):
        return f"the priorities are looked at again{' at once' if kind.endswith('at once') else ''}{why}"
    if kind == "bring to the product owner":
        return f"{subject_name(reaction.get('subject', 'it'))} is brought to the product owner{why}"
    if kind == "stand down":
        return f"escalation {number} of {subject_name(reaction.get('subject', 'it'))} stands down{why}"
    if kind == "replace the request":
        ends = "gives way to a new proposal" if reaction.get("asked_anew") else "is no longer needed"
        return f"decision {number} {ends}{why}"
    if kind.startswith("ask the "):
        return f"{kind.removeprefix('ask ')} is asked{why}"
    if kind.startswith("adopt on "):
        return f"the plan is put in force {kind.removeprefix('adopt ')}{why}"
    if kind == "answer refused":
        subject = reaction.get("subject")
        asked = f"decision {number}" if subject is None else f"escalation {number} of {subject_name(subject)}"
        return f"the answer to {asked} does not count{why}"
    if kind.startswith("answer "):
        return because
    if kind.startswith("tell "):
        whom = kind.removeprefix("tell ")
        are = "are" if " and " in whom else "is"
        return f"{whom} {are} told “{title}”" + (f": {because}" if because else "")
    return f"{kind}{why}"


def _quiet(because: str) -> str:
    if because == "reconfirmed" or because.startswith("reconfirmed, because "):
        return f"the plan in force is {because}"
    if because.startswith("refused, because "):
        return f"the answer is {because}"
    if because == "the plan is in force":
        return "nothing else follows"
    if because in ("", "recorded"):
        return "it is recorded, and nothing follows"
    if because.endswith("is already due for this"):
        return f"nothing more follows: {because}"
    return f"nothing follows: {because}"


def in_failure(text: str) -> str:
    """Return a text with what the machinery said of a failure put into plain words."""
    head, mark, failure = text.partition("the planner failed: ")
    return f"{head}{mark}{in_plain_words(failure)}" if mark else text
