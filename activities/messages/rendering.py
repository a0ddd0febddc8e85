"""Messages as people read them: plain text and HTML, a template per kind, in the recipient's words and time zone."""

import re
from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal, NamedTuple, get_args

import structlog
from jinja2 import Environment, FileSystemLoader, StrictUndefined, pass_context, select_autoescape
from jinja2.runtime import Context
from pydantic import AwareDatetime, TypeAdapter

from activities.links import LinkTo
from activities.messages.answering import commands
from activities.messages.facts import MOST_LISTED, Facts
from activities.messages.words import in_words, shortened
from domain.directory import Recipient
from domain.narrative_parts import plain
from domain.wording import role_name, when

Kind = Literal[
    "decision_asked",
    "decision_reminded",
    "decision_withdrawn",
    "decision_settled",
    "escalation_asked",
    "escalation_reminded",
    "escalation_over",
    "news",
    "digest",
]
KINDS: tuple[str, ...] = get_args(Kind)
FOLDER = Path(__file__).parent / "templates"
_INSTANT: TypeAdapter[datetime] = TypeAdapter(AwareDatetime)

log = structlog.get_logger()


class Rendered(NamedTuple):
    """A message in its three parts."""

    subject: str  # one line
    text: str
    html: str


def render(
    kind: str,
    product: str,
    recipient: Recipient,
    subject: str,
    text: str,
    facts: Mapping[str, Any],
    link: LinkTo | None = None,
    url: str = "",
    *,
    simulated: bool = False,
) -> Rendered:
    """Return a message for one recipient. Raises ValueError when the facts are malformed.

    A kind that a newer version of the workflows knows reads as news does, and the log says so.
    """
    if kind not in KINDS:
        log.warning("template_missing", kind=kind)
        kind = "news"
    thing, digest = (link.thing, link.hash) if link is not None else ("", "")
    line = shortened(plain(subject))
    given = {
        "product": product,
        "recipient": recipient,
        "subject": line,
        "text": text,
        "facts": Facts.model_validate(facts),
        "url": url,
        "until": link.until if link is not None else None,
        "commands": commands(thing, digest),
        "most": MOST_LISTED,
        "simulated": simulated,
    }
    written = _environment().get_template(f"{kind}.txt.j2").render(given)
    return Rendered(
        subject=line,
        text=re.sub(r"\n{3,}", "\n\n", written).strip() + "\n",
        html=_environment().get_template(f"{kind}.html.j2").render(given),
    )


@lru_cache(maxsize=1)
def _environment() -> Environment:
    found = Environment(
        loader=FileSystemLoader(FOLDER),
        autoescape=select_autoescape(enabled_extensions=("html.j2",), default=False),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    found.filters |= {"called": _called, "local": _local, "worded": _worded, "role": role_name}
    return found


@pass_context
def _called(context: Context, name: str) -> str:
    """Return the recipient's word for an id; the id itself when they have none."""
    words: Mapping[str, str] = context["recipient"].words
    return words.get(name, name)


@pass_context
def _worded(context: Context, text: str) -> str:
    """Return a text in the recipient's words."""
    return in_words(text, context["recipient"].words)


@pass_context
def _local(context: Context, at: datetime | str) -> str:
    """Return an instant in the recipient's time zone, with its name: ``2026-03-31 14:05 (Europe/Berlin)``."""
    name = context["recipient"].time_zone
    return f"{when(_INSTANT.validate_python(at), name)} ({name})"
