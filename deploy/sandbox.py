"""One sandbox for worker, tests and replay: raises on what workflow code must not do."""

import dataclasses

from temporalio import workflow
from temporalio.worker.workflow_sandbox import SandboxedWorkflowRunner, SandboxRestrictions

OURS = ("activities", "domain", "events")  # deterministic, and slow to load again for every run
HELPERS = tuple(  # what the workflow files share; the files with the workflows themselves stay inside
    f"workflows.{name}"
    for name in (
        *("approval_record", "asking", "data", "desk", "escalation_record", "intake", "messages"),
        *("messages_operating", "opening", "operated", "options", "performing", "recording", "reporting", "steering"),
        "waiting",
    )
)
LIBRARIES = (
    *("structlog", "yaml", "annotated_types", "pydantic_core", "typing_inspection", "highspy", "numpy"),
    *("temporalio.contrib.pydantic", "rich", "holidays", "dateutil"),
)


def workflow_runner() -> SandboxedWorkflowRunner:
    """Return the sandbox that every workflow of ours runs in."""
    restrictions = SandboxRestrictions.default.with_passthrough_modules(*OURS, *HELPERS, *LIBRARIES)
    return SandboxedWorkflowRunner(
        restrictions=dataclasses.replace(
            restrictions,
            import_notification_policy=workflow.SandboxImportNotificationPolicy.RAISE_ON_UNINTENTIONAL_PASSTHROUGH,
        )
    )
