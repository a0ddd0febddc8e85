"""How the rows of workflows are searched."""

from typing import Literal, NamedTuple, Protocol

from pydantic import AwareDatetime, BaseModel, ConfigDict

from domain.record import ViewRow

OPEN_STATES = ("open", "running")  # of a workflow that is not over


class WorkflowQuery(BaseModel):
    """Which rows of workflows to read: what is not over first."""

    model_config = ConfigDict(frozen=True)

    products: tuple[str, ...] | None = None  # None: all of them
    kind: str | None = None
    state: str | None = None
    is_open: bool | None = None
    role: str | None = None
    due_after: AwareDatetime | None = None  # included; by the product's clock
    due_before: AwareDatetime | None = None  # not included
    since: AwareDatetime | None = None  # of the last change, included; real time
    until: AwareDatetime | None = None  # not included
    text: str | None = None  # somewhere in the id, the purpose or what it waits for; small and capital alike
    order: Literal["changed", "due"] = (
        "changed"  # the last changed first, or what is due soonest; both: open ones first
    )
    limit: int = 200  # 1 … 1000
    skip: int = 0


class FoundWorkflow(NamedTuple):
    """The row of a workflow, and when it began and last changed, in real time."""

    row: ViewRow
    started_at: AwareDatetime | None  # None: it has no entries of its own
    changed_at: AwareDatetime | None


class WorkflowPage(NamedTuple):
    """Some of the rows that were asked for."""

    found: list[FoundWorkflow]
    total: int  # without limit
    open: int  # of them, not over


class WorkflowSearch(Protocol):
    """Searches the rows of workflows."""

    async def workflows(self, query: WorkflowQuery) -> WorkflowPage:
        """Return rows in order, and how many there are."""
        ...

    async def workflow(self, workflow: str) -> FoundWorkflow | None: ...
