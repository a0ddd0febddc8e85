"""What people send: who they are, and why; as JSON, and with no field that does not exist."""

from typing import Annotated

from fastapi import Depends, Request
from pydantic import AfterValidator, BaseModel, ConfigDict, StringConstraints

from web.problems import problem


def _printable(text: str) -> str:
    if any(not char.isprintable() and char not in "\n\t" for char in text):
        raise ValueError("must not hold control characters")
    return text


Actor = Annotated[
    str, StringConstraints(min_length=1, max_length=200, strip_whitespace=True), AfterValidator(_printable)
]
Reason = Annotated[
    str, StringConstraints(min_length=1, max_length=500, strip_whitespace=True), AfterValidator(_printable)
]


class Asked(BaseModel):
    """A body that a person sends; fields that do not exist are refused."""

    model_config = ConfigDict(extra="forbid")


def _json_only(request: Request) -> None:
    """Refuse other content types: a form of another site can send those without being asked."""
    given = request.headers.get("content-type", "")
    if given.partition(";")[0].strip().lower() != "application/json":
        detail = f"{given or 'no content type'} is not accepted; send application/json"
        raise problem("unsupported-media-type", detail)


JSON_ONLY = [Depends(_json_only)]
