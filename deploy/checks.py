"""One thing that `tandem doctor` looked at."""

from pydantic import BaseModel, ConfigDict

OK, NOTE, FAIL = "ok", "note", "missing"  # a note does not stop anything
START = "start it with `tandem up`"


class Check(BaseModel):
    """One thing that was looked at."""

    model_config = ConfigDict(frozen=True)

    name: str
    state: str
    found: str
    fix: str = ""
