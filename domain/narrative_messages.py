"""One sentence for what becomes of a message to a person: told, held back, not reached. Pure."""

from domain.narrative_parts import Data, Told, in_plain_words, instant, plain, template
from domain.record import Entry
from domain.wording import count


def _who(data: Data) -> str:
    name = plain(str(data.get("to", "")))
    return f"The channel {name}" if data.get("is_channel") else name


def _subject(data: Data) -> str:
    return plain(str(data.get("subject") or "")) or "a message"


def _why(data: Data) -> str:
    return in_plain_words(plain(str(data.get("why") or "")))


@template("message.delivered")
def _delivered(entry: Entry) -> Told:
    data = entry.data
    over = "" if data.get("is_channel") else f" over {plain(str(data.get('channel', '')))}"
    failures = int(data.get("failures") or 0)
    why = f"{count(failures, 'other way')} had failed before" if failures else ""
    return Told(f"{_who(data)} was told{over}: {_subject(data)}", why)


@template("message.failed")
def _failed(entry: Entry) -> Told:
    data = entry.data
    over = "" if data.get("is_channel") else f" over {plain(str(data.get('channel', '')))}"
    then = "trying it again could not help" if data.get("permanent") else "it is tried again"
    return Told(f"{_who(data)} could not be told{over}: {_subject(data)}", f"{_why(data)}; {then}")


@template("message.undelivered")
def _undelivered(entry: Entry) -> Told:
    data = entry.data
    return Told(f"{_who(data)} was not told, because no way worked: {_subject(data)}", _why(data))


@template("message.gathered")
def _gathered(entry: Entry) -> Told:
    data = entry.data
    most, minutes = int(data.get("most") or 0), int(data.get("within_minutes") or 0)
    why = f"{count(most, 'message')} went out to them within {count(minutes, 'minute')}"
    return Told(f"A message to {_who(data)} waits to go out with others: {_subject(data)}", why)


@template("digest.started")
def _started(entry: Entry) -> Told:
    data = entry.data
    what = f"Messages to {_who(data)} are gathered, to go out as one"
    return Told(what, "so many at once would be a flood", "more of them", instant(data.get("until")))


@template("digest.sent")
def _sent(entry: Entry) -> Told:
    data = entry.data
    return Told(f"{count(int(data.get('count') or 0), 'gathered message')} for {_who(data)} go out as one")
