"""What a feedback says: about which theme and in which mood, given by its sender or inferred from the text."""

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationInfo
from pydantic.config import JsonDict
from pydantic.json_schema import SkipJsonSchema
from pydantic_core import PydanticKnownError

from events.customer_text import CustomerText

UNSORTED = "unsorted"  # the theme of what could not be told apart
MAX_THEME = 100  # characters
Share = Annotated[float, Field(ge=0, le=1)]
Inferable = Literal["theme", "sentiment"]


class Inferred(BaseModel):
    """How theme and sentiment were found. It holds figures and themes only: the ledger keeps it unencrypted."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    fields: tuple[Inferable, ...]  # which of both; the others are the sender's
    model: str | None = None  # content hash of the model of the theme; None: there was none that could be used
    likeliest: str | None = None  # the theme it would have been, and
    confidence: Share = 0  # how likely that was; below the model's threshold the theme is `unsorted`
    runner_up: str | None = None
    runner_up_confidence: Share = 0
    because: str = Field(default="", max_length=200)  # why the theme is `unsorted`
    sentiment_model: str | None = None  # name and version


def _both_or_text(value: Any, info: ValidationInfo) -> Any:
    """Hold a sender who gave no text to giving both; a text or a theme that is itself refused is another error."""
    if info.data.get("text") == "":
        if info.data.get("theme", "") is None:
            raise ValueError("needs theme and sentiment, or a text")
        if value is None:
            raise PydanticKnownError("missing")
    return value


def _from_inside(value: Any, info: ValidationInfo) -> Any:
    if info.context and info.context.get("from_outside"):
        raise ValueError("is set only by Tandem itself")
    return value


_GIVEN: JsonDict = {"not": {"type": "null"}}
_BOTH_OR_TEXT: JsonDict = {
    "anyOf": [
        {"required": ["theme", "sentiment"], "properties": {"theme": _GIVEN, "sentiment": _GIVEN}},
        {"required": ["text"], "properties": {"text": {"minLength": 1}}},
    ]
}


class Statement(BaseModel):
    """Theme and sentiment may be missing when there is a text; they are inferred before it is sealed."""

    model_config = ConfigDict(json_schema_extra=_BOTH_OR_TEXT)

    text: CustomerText = ""  # first: what may be missing depends on it
    theme: Annotated[str, Field(min_length=1, max_length=MAX_THEME)] | None = None
    sentiment: Annotated[Annotated[float, Field(ge=-1, le=1)] | None, AfterValidator(_both_or_text)] = Field(
        default=None, validate_default=True
    )  # after both: it is here that what is missing is known
    inferred: SkipJsonSchema[Annotated[Inferred | None, BeforeValidator(_from_inside)]] = None

    @property
    def about(self) -> str:
        """Return the theme, whatever is missing."""
        return self.theme or UNSORTED

    @property
    def mood(self) -> float:
        """Return the sentiment, -1 to 1; 0 when it is not known."""
        return self.sentiment or 0.0
