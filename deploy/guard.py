"""Become another program that does not outlive the process that started it.

``python -I -S guard.py PARENT_PID FD MODE PROGRAM …``: standard library only, because it runs before every start.
``kernel`` (Linux) asks the kernel to kill us when the parent's thread ends. ``watch`` (elsewhere) leaves a small
process behind that waits for the end of the pipe ``FD``, whose other end the parent alone holds.
"""

import os
import select
import signal
import sys

PR_SET_PDEATHSIG = 1  # linux/prctl.h
LOOK_AGAIN_S = 1.0  # how often the watcher checks that there is still something to watch


def _ask_kernel(parent: int) -> None:
    import ctypes

    ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != parent:  # it died before we had asked
        sys.exit(1)


def _watch(fd: int) -> None:
    guarded = os.getpid()
    if os.fork():
        os.close(fd)
        return
    for ignored in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(ignored, signal.SIG_IGN)
    while os.getppid() == guarded:
        readable, _, _ = select.select([fd], [], [], LOOK_AGAIN_S)
        if readable and os.getppid() == guarded:
            os.kill(guarded, signal.SIGKILL)
            break
    os._exit(0)


def main() -> None:
    parent, fd, mode, program = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3], sys.argv[4:]
    if mode == "kernel":
        _ask_kernel(parent)
        os.close(fd)
    else:
        _watch(fd)
    os.execv(program[0], program)  # noqa: S606


if __name__ == "__main__":
    main()
