"""All that the outside may ask of a workflow: deliver, apply, measure, list; what people decide is beside it."""

from temporalio.client import (
    Client,
    WithStartWorkflowOperation,
    WorkflowQueryFailedError,
    WorkflowQueryRejectedError,
)
from temporalio.common import QueryRejectCondition, WorkflowIDConflictPolicy
from temporalio.service import RPCError, RPCStatusCode

from domain.core import RULES
from domain.definition import ProductDefinition
from domain.entries import workflow_id
from domain.product import ProductState
from events.fields import Proof
from events.ports import DeliveryUnavailableError, ProductHeldError, RunSize, UnknownProductError
from events.union import EventBatch
from workflows.client_errors import NoAnswerError as NoAnswerError
from workflows.client_errors import NotOpenError as NotOpenError
from workflows.client_errors import RefusedError as RefusedError
from workflows.client_errors import Translated
from workflows.client_operating import OperatingClient
from workflows.client_people import RPC_TIMEOUT, UPDATE_TIMEOUT
from workflows.engine_views import Running as Running
from workflows.messages import Applied, ApplyRequest, ArchiveRequest, ProductRun
from workflows.options import TASK_TIMEOUT, attributes
from workflows.product import ProductWorkflow


class Engine(OperatingClient):
    """The workflows, from outside. Implements `events.ports.Deliver`."""

    def __init__(self, client: Client, task_queue: str) -> None:
        super().__init__(client)
        self._queue = task_queue

    async def deliver(self, product: str, batch: EventBatch) -> None:
        """Hand a batch to a product; returns once Temporal has stored it."""
        handle = self._client.get_workflow_handle(workflow_id("product", product))
        try:
            await handle.signal("observe", batch, rpc_timeout=RPC_TIMEOUT)
        except RPCError as exc:
            if _gone(exc):
                raise UnknownProductError(f"there is no product {product!r}") from exc
            if exc.status == RPCStatusCode.INVALID_ARGUMENT or "limit" in exc.message.lower():
                raise ProductHeldError(exc.message) from exc
            raise DeliveryUnavailableError(exc.message) from exc

    async def measure(self, product: str) -> RunSize:
        """Return how long the product's present run is."""
        handle = self._client.get_workflow_handle(workflow_id("product", product))
        try:
            found = await handle.describe(rpc_timeout=RPC_TIMEOUT)
        except RPCError as exc:
            if _gone(exc):
                raise UnknownProductError(f"there is no product {product!r}") from exc
            raise DeliveryUnavailableError(exc.message) from exc
        info = found.raw_description.workflow_execution_info
        return RunSize(found.run_id, info.history_size_bytes, found.history_length)

    async def apply(
        self,
        definition: ProductDefinition,
        actor: str,
        *,
        drop: bool = False,
        dry_run: bool = False,
        identity: Proof = "asserted",
    ) -> Applied:
        """Declare a product, or change one; with ``dry_run`` only tell what that would come to.

        Raises RefusedError with the place that cannot be applied; its kind is ``WouldDropError``, with the
        differences and how many there are besides as details, when the file ends what it no longer lists and ``drop``
        was not given.
        """
        product = definition.product
        request = ApplyRequest(definition=definition, actor=actor, drop=drop, identity=identity)
        if dry_run:
            return await self._compare(request)
        start = WithStartWorkflowOperation(
            ProductWorkflow.run,
            ProductRun(product=product, rules=RULES, definition=definition, actor=actor, identity=identity),
            id=workflow_id("product", product),
            task_queue=self._queue,
            task_timeout=TASK_TIMEOUT,
            id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
            search_attributes=attributes(product, "product", "active"),
            static_summary=f"product {product}",
        )
        with Translated(workflow_id("product", product)):
            applied: Applied = await self._client.execute_update_with_start_workflow(
                "apply", request, result_type=Applied, start_workflow_operation=start, rpc_timeout=UPDATE_TIMEOUT
            )
            return applied

    async def _compare(self, request: ApplyRequest) -> Applied:
        handle = self._client.get_workflow_handle_for(
            ProductWorkflow.run, workflow_id("product", request.definition.product)
        )
        try:
            with Translated(handle.id):
                return await handle.query(
                    ProductWorkflow.compare,
                    request,
                    reject_condition=QueryRejectCondition.NOT_OPEN,
                    rpc_timeout=UPDATE_TIMEOUT,
                )
        except (NotOpenError, WorkflowQueryRejectedError):  # nothing runs under this id: applying would start it
            return Applied(changed=True, created=True)
        except WorkflowQueryFailedError as exc:
            raise RefusedError(exc.message, "ProductRefusedError") from exc

    async def state(self, product: str) -> ProductState:
        """Return the present state of a product, for what-if questions. Raises NotOpenError, NoAnswerError."""
        handle = self._client.get_workflow_handle_for(ProductWorkflow.run, workflow_id("product", product))
        try:
            with Translated(handle.id):
                return await handle.query(
                    ProductWorkflow.whole_state,
                    reject_condition=QueryRejectCondition.NOT_OPEN,
                    rpc_timeout=UPDATE_TIMEOUT,
                )
        except WorkflowQueryRejectedError as exc:
            raise NotOpenError(f"{handle.id} is not open") from exc

    async def archive(self, product: str, actor: str, reason: str, identity: Proof = "asserted") -> None:
        """End a product. Raises RefusedError, NotOpenError."""
        handle = self._client.get_workflow_handle_for(ProductWorkflow.run, workflow_id("product", product))
        with Translated(handle.id):
            await handle.execute_update(
                "archive",
                ArchiveRequest(actor=actor, reason=reason, identity=identity),
                rpc_timeout=UPDATE_TIMEOUT,
            )

    async def refresh(self, product: str) -> None:
        """Make a product continue as a fresh run. Raises NotOpenError."""
        handle = self._client.get_workflow_handle_for(ProductWorkflow.run, workflow_id("product", product))
        with Translated(handle.id):
            await handle.signal(ProductWorkflow.refresh, rpc_timeout=RPC_TIMEOUT)

    async def healthy(self) -> bool:
        """Tell whether Temporal answers."""
        try:
            return await self._client.service_client.check_health(timeout=RPC_TIMEOUT)
        except RPCError:
            return False


def _gone(error: RPCError) -> bool:
    """Tell whether there is no such workflow; a missing namespace is the installation's fault, not the event's."""
    return error.status == RPCStatusCode.NOT_FOUND and not error.message.lower().startswith("namespace")
