"""The worker process: ``python -m deploy.worker``."""

from deploy.process import Ready, run_process
from deploy.settings import Settings


async def _work(settings: Settings, ready: Ready) -> None:
    from deploy.logs import keep_temporal_ids_out_of_messages
    from deploy.wiring import run_worker  # heavy, and only after the logs are set up

    keep_temporal_ids_out_of_messages()
    await run_worker(settings, ready)


def main() -> None:
    run_process("worker", _work)


if __name__ == "__main__":
    main()
