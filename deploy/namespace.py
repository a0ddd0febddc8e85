"""What Tandem needs of a Temporal namespace: how long closed runs are kept, and what they can be found by."""

import asyncio
import time
from datetime import timedelta

from google.protobuf.duration_pb2 import Duration
from pydantic import BaseModel, ConfigDict
from temporalio.api.enums.v1 import IndexedValueType
from temporalio.api.namespace.v1 import NamespaceConfig
from temporalio.api.operatorservice.v1 import AddSearchAttributesRequest, ListSearchAttributesRequest
from temporalio.api.workflowservice.v1 import (
    CountWorkflowExecutionsRequest,
    DescribeNamespaceRequest,
    RegisterNamespaceRequest,
    UpdateNamespaceRequest,
)
from temporalio.client import Client
from temporalio.service import RPCError, RPCStatusCode

from deploy.errors import TemporalUnreachableError

RETENTION = timedelta(days=30)  # of closed runs; the ledger keeps what people read
USABLE_AFTER = timedelta(seconds=30)  # a server takes a while to notice new attributes (its cache: about 10 s)
SEARCH_ATTRIBUTES = {
    "TandemProduct": "Keyword",
    "TandemKind": "Keyword",
    "TandemState": "Keyword",
    "TandemRole": "Keyword",
    "TandemDue": "Datetime",
}
_TYPES = {
    "Keyword": IndexedValueType.INDEXED_VALUE_TYPE_KEYWORD,
    "Datetime": IndexedValueType.INDEXED_VALUE_TYPE_DATETIME,
}


class NamespaceState(BaseModel):
    """What a namespace has of what Tandem needs."""

    model_config = ConfigDict(frozen=True)

    namespace: str
    exists: bool
    retention: timedelta = timedelta(0)
    missing_attributes: tuple[str, ...] = ()
    wrong_attributes: tuple[str, ...] = ()  # registered with another type, which no server can change

    @property
    def complete(self) -> bool:
        enough = self.retention >= RETENTION
        return self.exists and enough and not self.missing_attributes and not self.wrong_attributes


async def describe_namespace(client: Client, namespace: str | None = None) -> NamespaceState:
    """Look without changing anything. ``namespace``: the client's own by default."""
    name = namespace or client.namespace
    try:
        found = await client.workflow_service.describe_namespace(DescribeNamespaceRequest(namespace=name))
    except RPCError as exc:
        if exc.status == RPCStatusCode.NOT_FOUND:
            return NamespaceState(namespace=name, exists=False, missing_attributes=tuple(SEARCH_ATTRIBUTES))
        raise
    listed = await client.operator_service.list_search_attributes(ListSearchAttributesRequest(namespace=name))
    custom = dict(listed.custom_attributes)
    return NamespaceState(
        namespace=name,
        exists=True,
        retention=found.config.workflow_execution_retention_ttl.ToTimedelta(),
        missing_attributes=tuple(a for a in SEARCH_ATTRIBUTES if a not in custom),
        wrong_attributes=tuple(
            a for a, kind in SEARCH_ATTRIBUTES.items() if custom.get(a, _TYPES[kind]) != _TYPES[kind]
        ),
    )


async def ensure_namespace(client: Client, namespace: str | None = None) -> NamespaceState:
    """Create what is missing and wait until it is usable; return what was found before.

    A longer retention is left alone. Raises TemporalUnreachableError when the server refuses.
    """
    before = await describe_namespace(client, namespace)
    name = before.namespace
    if before.wrong_attributes:
        raise TemporalUnreachableError(
            f"the namespace {name} has {', '.join(before.wrong_attributes)} with another type; "
            "set TANDEM_TEMPORAL_NAMESPACE to another namespace"
        )
    if before.complete:
        return before
    ttl = Duration()
    ttl.FromTimedelta(RETENTION)
    if not before.exists:
        try:
            await client.workflow_service.register_namespace(
                RegisterNamespaceRequest(namespace=name, workflow_execution_retention_period=ttl)
            )
        except RPCError as exc:
            if exc.status != RPCStatusCode.ALREADY_EXISTS:  # made by somebody else since we looked
                raise
        await _until_usable(client, name, query="")  # other calls fail until the server has noticed it
    elif before.retention < RETENTION:
        await client.workflow_service.update_namespace(
            UpdateNamespaceRequest(namespace=name, config=NamespaceConfig(workflow_execution_retention_ttl=ttl))
        )
    if before.missing_attributes:
        wanted = {attribute: _TYPES[SEARCH_ATTRIBUTES[attribute]] for attribute in before.missing_attributes}
        await client.operator_service.add_search_attributes(
            AddSearchAttributesRequest(namespace=name, search_attributes=wanted)
        )
        await _until_usable(client, name, query=" OR ".join(f"{a} IS NOT NULL" for a in wanted))
    return before


async def _until_usable(client: Client, namespace: str, query: str) -> None:
    deadline = time.monotonic() + USABLE_AFTER.total_seconds()
    while True:
        try:
            await client.workflow_service.count_workflow_executions(
                CountWorkflowExecutionsRequest(namespace=namespace, query=query)
            )
            return
        except RPCError as exc:
            if time.monotonic() > deadline:
                raise TemporalUnreachableError(
                    f"the namespace {namespace} was prepared but is not usable after "
                    f"{USABLE_AFTER.total_seconds():.0f} s: {exc.message}"
                ) from exc
            await asyncio.sleep(0.2)
