"""The one place that leaves the process.

A process that used the Temporal client can abort while the interpreter is torn down ("PyGILState_Release …
finalizing", status 134; temporalio/sdk-python issue 300) and so end with a status that it did not mean. We flush and
leave without teardown. This can go when that issue is closed.
"""

import atexit
import contextlib
import logging
import os
import sys
from collections.abc import Callable
from typing import NoReturn

DONE = 0
FAILED = 1
WRONG_USAGE = 2
INTERRUPTED = 130  # 128 + SIGINT, as shells count


def status_of(code: object) -> int:
    """Return the exit status that ``sys.exit(code)`` means."""
    if code is None:
        return DONE
    return code & 0xFF if isinstance(code, int) else FAILED


def leave(status: int) -> NoReturn:
    """Flush everything and end the process with this status."""
    with contextlib.suppress(Exception):
        logging.shutdown()
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(Exception):  # `tandem … | head` closes the pipe; a daemon may have no stream at all
            stream.flush()
    os._exit(status)


def leave_at_exit(status: Callable[[], int | None]) -> None:
    """Leave after every exit handler registered from now on, with the status known by then; None: leave as usual."""
    owner = os.getpid()

    def last() -> None:
        known = status()
        if known is not None and os.getpid() == owner:
            leave(known)

    atexit.register(last)
