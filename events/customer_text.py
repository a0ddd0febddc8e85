"""What a customer wrote: short as it arrives, longer inside, where it is sealed."""

from typing import Annotated

from pydantic import AfterValidator, Field, ValidationInfo
from pydantic_core import PydanticKnownError

MAX_TEXT = 20_000  # characters, as it arrives
MAX_SEALED = 107_000  # the same, sealed: 80,000 bytes of UTF-8, a nonce and a tag in base64, a prefix
FROM_OUTSIDE = {"from_outside": True}  # the validation context of whatever arrives


def _as_it_arrives(text: str, info: ValidationInfo) -> str:
    """Hold a text from outside to its own limit."""
    if info.context and info.context.get("from_outside") and len(text) > MAX_TEXT:
        raise PydanticKnownError("string_too_long", {"max_length": MAX_TEXT})
    return text


CustomerText = Annotated[
    str, AfterValidator(_as_it_arrives), Field(max_length=MAX_SEALED, json_schema_extra={"maxLength": MAX_TEXT})
]
