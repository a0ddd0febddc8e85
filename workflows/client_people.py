"""What people ask of the workflows: to decide, to answer, to stand in, to go back."""

from datetime import timedelta

from temporalio.client import Client, WorkflowHandle

from domain.climbing import Steering
from domain.entries import workflow_id
from workflows.approval import ApprovalWorkflow
from workflows.client_errors import Translated
from workflows.escalation import EscalationWorkflow
from workflows.messages import (
    Answer,
    DelegationRequest,
    Effect,
    Ended,
    EscalationReply,
    Remark,
    ReversalRequest,
    RevocationRequest,
    Steered,
)
from workflows.product import ProductWorkflow

RPC_TIMEOUT = timedelta(seconds=5)
UPDATE_TIMEOUT = timedelta(seconds=20)  # longer than a worker's restart


class PeopleClient:
    """The workflows, for people. Every call raises RefusedError, NotOpenError, NoAnswerError."""

    def __init__(self, client: Client) -> None:
        self._client = client

    async def decide(self, product: str, number: int, answer: Answer) -> Effect:
        """Answer a request for a decision."""
        handle = self._approval(product, number)
        with Translated(handle.id):
            effect: Effect = await handle.execute_update(
                "decide", answer, result_type=Effect, rpc_timeout=UPDATE_TIMEOUT
            )
            return effect

    async def comment(self, product: str, number: int, remark: Remark) -> None:
        """Say something about a request; it decides nothing."""
        handle = self._approval(product, number)
        with Translated(handle.id):
            await handle.execute_update("comment", remark, rpc_timeout=UPDATE_TIMEOUT)

    async def answer(self, product: str, subject: str, number: int, reply: EscalationReply) -> Ended:
        """Answer an escalation."""
        handle = self._escalation(product, subject, number)
        with Translated(handle.id):
            ended: Ended = await handle.execute_update("answer", reply, result_type=Ended, rpc_timeout=UPDATE_TIMEOUT)
            return ended

    async def steer(self, product: str, subject: str, number: int, steering: Steering) -> Steered:
        """Do something to the climb of an escalation without answering it."""
        handle = self._escalation(product, subject, number)
        with Translated(handle.id):
            steered: Steered = await handle.execute_update(
                "steer", Steered(steering=steering), result_type=Steered, rpc_timeout=UPDATE_TIMEOUT
            )
            return steered

    async def delegate(self, product: str, request: DelegationRequest) -> int:
        """Let somebody stand in for somebody else; return the delegation's number."""
        handle = self._product(product)
        with Translated(handle.id):
            number: int = await handle.execute_update("delegate", request, result_type=int, rpc_timeout=UPDATE_TIMEOUT)
            return number

    async def revoke(self, product: str, request: RevocationRequest) -> None:
        """End a delegation before its time."""
        handle = self._product(product)
        with Translated(handle.id):
            await handle.execute_update("revoke", request, rpc_timeout=UPDATE_TIMEOUT)

    async def reverse(self, product: str, request: ReversalRequest) -> None:
        """Ask to go back to the plan before a decision; it is proposed again, for somebody else to decide."""
        handle = self._product(product)
        with Translated(handle.id):
            await handle.execute_update("reverse", request, rpc_timeout=UPDATE_TIMEOUT)

    def _approval(self, product: str, number: int) -> WorkflowHandle[ApprovalWorkflow, Ended]:
        return self._client.get_workflow_handle_for(ApprovalWorkflow.run, workflow_id("approval", product, number))

    def _escalation(self, product: str, subject: str, number: int) -> WorkflowHandle[EscalationWorkflow, Ended]:
        target = workflow_id("escalation", product, subject, number)
        return self._client.get_workflow_handle_for(EscalationWorkflow.run, target)

    def _product(self, product: str) -> WorkflowHandle[ProductWorkflow, None]:
        return self._client.get_workflow_handle_for(ProductWorkflow.run, workflow_id("product", product))
