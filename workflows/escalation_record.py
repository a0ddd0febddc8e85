"""What the history of an escalation says."""

from collections.abc import Mapping
from datetime import datetime

from domain.entries import workflow_id, workflow_row
from domain.horizon_mismatch import options_data
from domain.record import Entry, ViewRow
from workflows.messages import EscalationCase
from workflows.recording import Recorder


class EscalationRecord(Recorder):
    """Writes the history of one escalation."""

    def __init__(self, case: EscalationCase) -> None:
        number = workflow_id("escalation", case.product, case.subject, case.number)
        super().__init__(case.product, number, case.clock, case.policy_hash)
        self.case = case

    def of(
        self,
        kind: str,
        key: str,
        cause: str,
        data: Mapping[str, object],
        state: str | None = None,
        waits_for: str = "",
        until: datetime | None = None,
    ) -> Entry:
        """Return an entry; with a ``state`` it also says where the escalation stands and for whom it waits."""
        case = self.case
        all_data = {"number": case.number, "subject": case.subject, "because": case.because, **data}
        about = [f"escalation:{case.subject}/{case.number}"]
        if case.subject != "plan-debt":
            about.append(f"dependency:{case.subject}")
        rows = () if state is None else self._rows(state, all_data, waits_for, until)
        key = f"escalation/{case.subject}/{case.number}/{key}"
        return self.entry(kind, key, cause, all_data, about=tuple(about), rows=rows)

    def _rows(self, state: str, data: dict[str, object], waits_for: str, until: datetime | None) -> tuple[ViewRow, ...]:
        case = self.case
        role = str(data["role"]) if state == "open" and "role" in data else None
        if case.options:
            data = {**data, "options": options_data(case.options)}
        return (
            ViewRow(
                kind="escalation",
                id=f"{case.product}/{case.subject}/{case.number}",
                product=case.product,
                state=state,
                role=role,
                due=until,
                data={**data, "started_at": case.started_at.isoformat()},
            ),
            workflow_row(
                self.workflow_id, case.product, state, f"escalation of {case.subject}", waits_for, until, role
            ),
        )
