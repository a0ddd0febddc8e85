"""Histories of released versions still replay; a build that drops or swaps a step does not."""

from pathlib import Path
from typing import Any

import pytest
from temporalio.client import WorkflowHistory
from temporalio.worker import Replayer, UnsandboxedWorkflowRunner
from temporalio.workflow import NondeterminismError

from deploy.sandbox import workflow_runner
from deploy.wiring import WORKFLOWS
from tests.replay.builds import ForgetfulProduct, HastyEscalation, MuteApproval, SwappedReprioritization
from workflows.data import DATA_CONVERTER

FILES = sorted((Path(__file__).parent / "histories").glob("*.json"))
OUTCOMES = (
    *("adopted", "rejected", "expired", "superseded", "stood-down", "answered", "unanswered"),
    *("continued-as-new", "worker-killed", "past-due"),
    *("quorum", "changes", "reversed", "steered", "held"),
)


def history(path: Path) -> WorkflowHistory:
    return WorkflowHistory.from_json(path.stem, path.read_text())


def replayer(**over: Any) -> Replayer:
    settings: dict[str, Any] = {"workflows": list(WORKFLOWS), "workflow_runner": workflow_runner()} | over
    return Replayer(data_converter=DATA_CONVERTER, **settings)


def test_every_outcome_has_a_history() -> None:
    recorded = {path.stem.split("-", 1)[1].rsplit("-v", 1)[0] for path in FILES}
    assert recorded == set(OUTCOMES)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
async def test_a_released_history_still_replays(path: Path) -> None:
    await replayer().replay_workflow(history(path))


@pytest.mark.parametrize(
    ("name", "build"),
    [
        pytest.param("reprioritization-adopted", SwappedReprioritization, id="two steps swapped"),
        pytest.param("product-adopted", ForgetfulProduct, id="the record dropped"),
        pytest.param("product-worker-killed", ForgetfulProduct, id="the record dropped, worker killed"),
        pytest.param("approval-expired", MuteApproval, id="the question dropped"),
        pytest.param("escalation-unanswered", HastyEscalation, id="the first rung dropped"),
    ],
)
async def test_a_build_with_a_step_dropped_or_swapped_fails(name: str, build: type[Any]) -> None:
    path = next(path for path in FILES if path.stem.startswith(name))
    broken = replayer(workflows=[build], workflow_runner=UnsandboxedWorkflowRunner())
    with pytest.raises(NondeterminismError):
        await broken.replay_workflow(history(path))
