"""The worker process: ``python -m deploy.worker``."""

import gc

from deploy.process import Ready, run_process
from deploy.settings import Settings


async def _work(settings: Settings, ready: Ready) -> None:
    from deploy.logs import keep_temporal_ids_out_of_messages
    from deploy.wiring import run_worker  # heavy, and only after the logs are set up

    keep_temporal_ids_out_of_messages()
    gc.collect()
    gc.freeze()  # what is loaded by now stays for ever: not looking at it again saves a fifth of the work on events
    gc.set_threshold(50_000, 20, 50)
    await run_worker(settings, ready)


def main() -> None:
    run_process("worker", _work)


if __name__ == "__main__":
    main()
