"""One sentence for what somebody does with a webhook source."""

from domain.narrative_parts import Told, instant, plain, template
from domain.record import Entry
from domain.wording import when


@template("source.added")
def _added(entry: Entry) -> Told:
    data = entry.data
    return Told(f"{plain(entry.actor)} registered the webhook source {data['source']} ({data['kind']})")


@template("source.rotated")
def _rotated(entry: Entry) -> Told:
    ends = instant(entry.data.get("ends_at"))
    until = f"; the old one is valid until {when(ends, 'UTC')} UTC" if ends else ""
    return Told(f"{plain(entry.actor)} gave the webhook source {entry.data['source']} a new secret{until}")


@template("source.retired")
def _retired(entry: Entry) -> Told:
    return Told(f"{plain(entry.actor)} ended the old secret of the webhook source {entry.data['source']}")


@template("source.removed")
def _removed(entry: Entry) -> Told:
    return Told(f"{plain(entry.actor)} removed the webhook source {entry.data['source']}, with its secrets")
