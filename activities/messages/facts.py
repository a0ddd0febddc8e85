"""What a message may say beside its text; every part is optional, and what is not known here is left out."""

from typing import Annotated, Any

from pydantic import AwareDatetime, BaseModel, BeforeValidator, ConfigDict

MOST_LISTED = 50  # changes, options and alternatives of one message; more of them nobody reads in a mail


def _said(value: Any) -> Any:
    return "" if value is None else value if isinstance(value, str) else str(value)


Said = Annotated[str, BeforeValidator(_said)]


class _Facts(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class ChangeFact(_Facts):
    """What is different for somebody."""

    who: Said = ""
    what: Said = ""


class AlternativeFact(_Facts):
    """Another good plan, decided about on its own hash."""

    purpose: Said = ""
    text: Said = ""
    value: Said = ""
    hash: Said = ""


class DigestLine(_Facts):
    """One of several messages that go out together."""

    subject: Said = ""
    at: AwareDatetime | None = None
    url: Said = ""


class Facts(_Facts):
    """The facts of a message, of whatever kind."""

    because: Said = ""
    gain: Said = ""
    cost: Said = ""
    moved: Said = ""
    needed: Said = ""  # how many have to approve
    changes: tuple[ChangeFact, ...] = ()
    if_nothing: Said = ""  # what follows when nobody answers
    deadline: AwareDatetime | None = None
    alternatives: tuple[AlternativeFact, ...] = ()
    hash: Said = ""
    options: tuple[Said, ...] = ()
    until: AwareDatetime | None = None
    messages: tuple[DigestLine, ...] = ()
    more: int = 0  # messages beyond those
