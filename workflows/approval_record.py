"""What the history of a request for a decision says."""

from collections.abc import Mapping

from domain.entries import workflow_id, workflow_row
from domain.record import Entry, ViewRow
from domain.wording import listing, role_name
from workflows.messages import ApprovalCase
from workflows.recording import Recorder


class ApprovalRecord(Recorder):
    """Writes the history of one request."""

    def __init__(self, case: ApprovalCase) -> None:
        super().__init__(case.product, workflow_id("approval", case.product, case.number), case.clock, case.policy_hash)
        self.case = case
        self.people = case.people  # who hold the roles now

    def of(self, kind: str, key: str, cause: str, data: Mapping[str, object], state: str | None = None) -> Entry:
        """Return an entry; with a ``state`` it also says where the request stands now."""
        case = self.case
        all_data = {
            "number": case.number,
            "role": case.role,
            "because": case.because,
            "proposal": case.proposal,
            "deadline": case.deadline.isoformat(),
            "on_expiry": case.on_expiry,
            "said": f"{role_name(case.role)} ({listing(self.people.holders(case.role))})",
            "holders": list(self.people.holders(case.role)),
            **({} if state is None else {"state": state}),
            **data,
        }
        rows = () if state is None else self._rows(state, all_data)
        key = f"approval/{case.number}/{key}"
        return self.entry(kind, key, cause, all_data, about=(f"approval:{case.number}",), rows=rows)

    def _rows(self, state: str, data: dict[str, object]) -> tuple[ViewRow, ...]:
        case, is_open = self.case, state == "open"
        due = case.deadline if is_open else None
        waits = f"the {role_name(case.role)}" if is_open else ""
        role = case.role if is_open else None
        return (
            ViewRow(
                kind="approval",
                id=f"{case.product}/{case.number}",
                product=case.product,
                state=state,
                role=case.role,
                due=due,
                data={**data, "asked_at": case.asked_at.isoformat()},
            ),
            workflow_row(self.workflow_id, case.product, state, f"decision {case.number}", waits, due, role),
        )
