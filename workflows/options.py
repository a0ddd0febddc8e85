"""Activity and workflow options by kind of work."""

from datetime import timedelta
from typing import TypedDict

from temporalio.common import RetryPolicy, SearchAttributeKey

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
