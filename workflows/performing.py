"""What the product's workflow does for each reaction: start, signal, tell. It decides nothing."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import datetime
from typing import Any

from pydantic import BaseModel
from temporalio import workflow
from temporalio.common import TypedSearchAttributes
from temporalio.exceptions import ApplicationError, WorkflowAlreadyStartedError

from domain.clock import ProductClock
from domain.core import Stamped
from domain.directory import directory_of
from domain.entries import adoption_of, incident_row, told_entry, told_people, workflow_id
from domain.evolve import event_key
from domain.product import ProductState
from domain.reactions import (
    Adopt,
    Conclude,
    ConcludeEscalation,
    Escalate,
    Notify,
    Reaction,
    RequestDecision,
    StandDown,
    Supersede,
)
from workflows.approval import ApprovalWorkflow
from workflows.asking import about_of, approval_case, escalation_case, known_of, named_by
from workflows.escalation import EscalationWorkflow
from workflows.messages import Effect, Replacement, ReplyEffect, ReprioritizationCase, StoodDown
from workflows.options import TASK_TIMEOUT, attributes
from workflows.recording import Recorder
from workflows.reprioritization import ReprioritizationWorkflow

ABANDON = workflow.ParentClosePolicy.ABANDON  # continue-as-new closes the parent; its children must live on


class Performer:
    """Carries out reactions for one product."""

    def __init__(self, recorder: Recorder, clock: ProductClock) -> None:
        self.recorder, self.clock = recorder, clock
        self.errands: set[asyncio.Task[None]] = set()  # messages under way; a run ends without any

    async def perform(self, reaction: Reaction, stamped: Stamped, state: ProductState, number: int) -> None:
        """Carry out one reaction to an event, in the state that it was decided in."""
        product, cause = state.product, stamped.key
        if isinstance(reaction, RequestDecision):
            await self.request(state, reaction, stamped.at, cause)
        elif isinstance(reaction, Escalate):
            await self.escalate(state, reaction, stamped.at, cause)
        elif isinstance(reaction, StandDown):
            target = workflow_id("escalation", product, reaction.subject, reaction.number)
            await self._signal(target, "stand_down", StoodDown(because=reaction.because, cause=cause), cause)
        elif isinstance(reaction, Supersede):
            await self.replace(product, reaction, cause)
        elif isinstance(reaction, Conclude):
            await self.conclude(
                product,
                Effect(
                    approval=reaction.approval,
                    effect=reaction.effect,
                    because=reaction.because,
                    cause=cause,
                    votes=reaction.votes,
                ),
            )
        elif isinstance(reaction, ConcludeEscalation):
            target = workflow_id("escalation", product, reaction.subject, reaction.number)
            word = ReplyEffect(effect=reaction.effect, because=reaction.because)
            await self._signal(target, "conclude", word, cause)
        elif isinstance(reaction, Notify):
            errand = asyncio.create_task(self.tell(state, reaction, cause, number))  # news does not hold up events
            self.errands.add(errand)
            errand.add_done_callback(self.errands.discard)
        elif isinstance(reaction, Adopt) and reaction.approval is not None:
            because = f"the plan of run {reaction.outcome.run} is in force"
            settled = adoption_of(reaction, stamped)
            key = event_key(settled.source, settled.id)
            effect = Effect(approval=reaction.approval, effect="adopted", because=because, cause=key)
            await self.conclude(product, effect)

    async def reprioritize(self, case: ReprioritizationCase) -> None:
        """Start one look at the priorities."""
        target = workflow_id("reprioritization", case.product, case.run)
        found_by = attributes(case.product, "reprioritization")
        await self._start(ReprioritizationWorkflow.run, case, target, found_by, f"run {case.run}")

    async def request(self, state: ProductState, ask: RequestDecision, at: datetime, cause: str) -> None:
        """Ask a role for a decision."""
        request = state.request
        if request is None:
            return
        case = await approval_case(state, request, ask.because, at, cause, self.recorder)
        target = workflow_id("approval", state.product, request.number)
        found_by = attributes(state.product, "approval", "open", ask.role, case.deadline)
        await self._start(ApprovalWorkflow.run, case, target, found_by, f"decision {request.number}")

    async def escalate(self, state: ProductState, escalate: Escalate, at: datetime, cause: str) -> None:
        """Bring a subject to those with authority."""
        number = state.escalations.get(escalate.subject)
        if number is None:
            return
        case = await escalation_case(state, escalate, number, at, cause, self.recorder)
        target = workflow_id("escalation", state.product, escalate.subject, number)
        found_by = attributes(state.product, "escalation", "open", "product_owner", case.climb.ends_at)
        await self._start(EscalationWorkflow.run, case, target, found_by, f"escalation {number}")

    async def replace(self, product: str, reaction: Supersede, cause: str) -> None:
        """Close a request that another one takes the place of."""
        replacement = Replacement(
            because=reaction.because, differences=reaction.differences, successor=reaction.successor, cause=cause
        )
        await self._signal(workflow_id("approval", product, reaction.approval), "replace", replacement, cause)

    async def conclude(self, product: str, effect: Effect) -> None:
        """Tell an approval what its answer came to."""
        await self._signal(workflow_id("approval", product, effect.approval), "conclude", effect, effect.cause)

    async def appoint(self, state: ProductState, cause: str) -> None:
        """Tell open requests and escalations who may speak for whom, and how people are reached now."""
        if state.request is not None:
            target = workflow_id("approval", state.product, state.request.number)
            await self._signal(target, "appoint", known_of(state, named_by(state.request)), cause)
        for subject, number in sorted(state.escalations.items()):
            target = workflow_id("escalation", state.product, subject, number)
            await self._signal(target, "appoint", known_of(state, about_of(state, subject)), cause)

    async def tell(self, state: ProductState, notify: Notify, cause: str, number: int) -> None:
        """Tell those who hold a role, or those whom the news names."""
        entry = told_entry(state, notify, cause, number, self.recorder.times())
        words = {word.strip(".,:;()") for word in f"{notify.subject} {notify.text}".split()}
        people = directory_of(state, words).people(told_people(state, notify), notify.role)
        flood = state.policy.flood
        await self.recorder.tell(entry, notify.role, people, notify.subject, notify.text, flood=flood)

    async def _start(
        self,
        run: Callable[..., Awaitable[Any]],
        case: BaseModel,
        target: str,
        found_by: TypedSearchAttributes,
        summary: str,
    ) -> None:
        """Start a child that outlives this run; the same id is the same child, started before."""
        with suppress(WorkflowAlreadyStartedError):
            await workflow.start_child_workflow(
                run,
                case,
                id=target,
                parent_close_policy=ABANDON,
                task_timeout=TASK_TIMEOUT,
                search_attributes=found_by,
                static_summary=summary,
            )

    async def _signal(self, target: str, name: str, message: object, cause: str) -> None:
        """Signal another workflow; when it is gone, that is an incident, not a reason to stop.

        Who has just ended need not hear who may decide now.
        """
        try:
            await workflow.get_external_workflow_handle(target).signal(name, message)
        except ApplicationError:  # it has ended
            if name == "appoint":
                return
            key = f"{cause}/unheard/{target}"
            text = f"{target} no longer listens, so it did not hear: {name.replace('_', ' ')}"
            data = {"subject": f"{target} is gone", "text": text, "said": text}
            row = incident_row(self.recorder.product, key, f"{target} is gone", text, self.recorder.now())
            await self.recorder.append(self.recorder.entry("incident.raised", key, cause, data, rows=(row,)))
