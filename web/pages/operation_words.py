"""How the operator's pages call things: kinds, states, actions, ways in, reasons. Words only, no rule."""

from collections.abc import Mapping

KINDS: Mapping[str, str] = {
    "product": "Product",
    "reprioritization": "Look at the priorities",
    "approval": "Decision",
    "escalation": "Escalation",
    "digest": "Gathered messages",
}
ROLES = ("product_manager", "product_owner", "executive_board")
GOES_ON, IS_OVER = "going-on", "over"  # choices of the filter that stand for several states
STATES: Mapping[str, str] = {
    GOES_ON: "Not over",
    IS_OVER: "Over",
    "adopted": "Adopted",
    "answered": "Answered",
    "rejected": "Rejected",
    "superseded": "Superseded",
    "expired": "Expired",
    "stood_down": "Stood down",
    "unanswered": "Ended unanswered",
    "cancelled": "Cancelled",
    "terminated": "Terminated",
}
SAID = {"open": "waits", "running": "goes on", "ended": "done"}  # states that read better in other words
LOOKS: Mapping[str, str] = {  # colour of the tag of a state; neutral where there is none
    "open": "accent",
    "running": "accent",
    "adopted": "good",
    "answered": "good",
    "unanswered": "bad",
    "terminated": "warn",
    "cancelled": "warn",
    "expired": "warn",
}
STANDINGS: Mapping[str, str] = {
    "queued": "waits to be taken up",
    "under way": "under way",
    "backing off": "waits to be tried again",
    "paused": "paused: not tried until it is resumed",
    "being cancelled": "is being called off",
}
ACTIONS: Mapping[str, str] = {  # what its button says
    "retry": "Try again now",
    "pause": "Pause",
    "resume": "Resume",
    "cancel": "Cancel",
    "terminate": "Terminate",
    "reset": "Go back to a point",
    "refresh": "Refresh",
    "resend": "Send the question again",
    "force": "Force the next step",
}
DANGEROUS = frozenset({"cancel", "terminate", "reset"})
WAYS: Mapping[str, str] = {"http": "HTTP", "kafka": "Kafka", "webhook": "webhook", "product": "refused by its product"}
PROCESSES: Mapping[str, str] = {"web": "Web process", "stream": "Reader of the topic", "worker": "Worker"}
REASONS: Mapping[str, str] = {
    "invalid": "not a valid event",
    "unknown-type": "unknown type",
    "unknown-product": "unknown product",
    "unmapped": "name not known",
    "too-large": "too large",
    "refused": "refused by its product",
}
MEANINGS: Mapping[str, str] = {  # what to do about a reason
    "invalid": "Correct the event here, or have its sender correct it and send it again.",
    "unknown-type": "Correct the type here, or have its sender send one that Tandem knows.",
    "unknown-product": "Apply the product first, then redrive; or correct the product here.",
    "unmapped": "Add the name to `aliases` in the product file, or take the source in under `sources`; apply the file, "
    "then redrive.",
    "too-large": "Only the beginning is kept. Send a shorter copy, or discard it.",
    "refused": "See why the product refused it. Mend the product file or the event, then redrive.",
}
LETTER_STATES: Mapping[str, str] = {
    "open": "waits",
    "redriven": "on its way",
    "closed": "taken",
    "discarded": "discarded",
}
LETTER_LOOKS: Mapping[str, str] = {"open": "warn", "redriven": "accent", "closed": "good"}
CAME: Mapping[str, str] = {  # what became of a letter that was sent again
    "closed": "taken",
    "refused": "refused by its product again",
    "pending": "handed over; what came of it shows in a moment",
    "later": "not possible now",
    "unreadable": "still not readable",
    "not-open": "nothing could be done",
    "unknown": "no longer there",
    "discarded": "discarded",
}


def event_name(kind: str | None) -> str:
    """Return the type of an event, or of what a source delivered, as people read it."""
    words = (kind or "").removeprefix("com.").replace(".", " ").replace("_", " ").strip()
    return words[:1].upper() + words[1:] or "Something that could not be read"


def process_name(process: str) -> str:
    """Return what a process does, in words; where it runs and its number are for the technical view."""
    kind = process.partition("/")[0]
    return PROCESSES.get(kind, kind[:1].upper() + kind[1:])
