"""Activity and workflow options by kind of work."""

from datetime import datetime, timedelta
from typing import TypedDict

from temporalio.common import RetryPolicy, SearchAttributeKey, SearchAttributePair, TypedSearchAttributes

TASK_TIMEOUT = timedelta(seconds=2)  # of a workflow task: after a worker dies, another one takes over this soon

PRODUCT = SearchAttributeKey.for_keyword("TandemProduct")
KIND = SearchAttributeKey.for_keyword("TandemKind")
STATE = SearchAttributeKey.for_keyword("TandemState")
ROLE = SearchAttributeKey.for_keyword("TandemRole")
DUE = SearchAttributeKey.for_datetime("TandemDue")


class Options(TypedDict):
    """What `workflow.execute_activity` needs beside the activity, its input and a summary."""

    start_to_close_timeout: timedelta
    heartbeat_timeout: timedelta
    retry_policy: RetryPolicy


RECORD = Options(  # the ledger: for ever, because nothing goes on without it
    start_to_close_timeout=timedelta(seconds=30),
    heartbeat_timeout=timedelta(seconds=2),
    retry_policy=RetryPolicy(initial_interval=timedelta(milliseconds=200), maximum_interval=timedelta(seconds=5)),
)
SOLVE = Options(
    start_to_close_timeout=timedelta(minutes=10),
    heartbeat_timeout=timedelta(seconds=5),
    retry_policy=RetryPolicy(initial_interval=timedelta(seconds=1), maximum_attempts=5),
)
REQUEST = Options(  # messages to people
    start_to_close_timeout=timedelta(seconds=60),
    heartbeat_timeout=timedelta(seconds=5),
    retry_policy=RetryPolicy(
        initial_interval=timedelta(seconds=1), maximum_interval=timedelta(minutes=1), maximum_attempts=10
    ),
)
PATIENT = Options(  # messages that nothing waits for: a mail server may be down for hours, here for about five
    start_to_close_timeout=timedelta(seconds=60),
    heartbeat_timeout=timedelta(seconds=5),
    retry_policy=RetryPolicy(
        initial_interval=timedelta(seconds=1), maximum_interval=timedelta(minutes=10), maximum_attempts=40
    ),
)


def attributes(
    product: str, kind: str, state: str = "open", role: str | None = None, due: datetime | None = None
) -> TypedSearchAttributes:
    """Return what a workflow is found by: ids and states only, they are not encrypted."""
    pairs: list[SearchAttributePair[str] | SearchAttributePair[datetime]] = [
        SearchAttributePair(PRODUCT, product),
        SearchAttributePair(KIND, kind),
        SearchAttributePair(STATE, state),
    ]
    if role is not None:
        pairs.append(SearchAttributePair(ROLE, role))
    if due is not None:
        pairs.append(SearchAttributePair(DUE, due))
    return TypedSearchAttributes(pairs)
