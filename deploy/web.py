"""The web process: ``python -m deploy.web``."""

from deploy.process import Ready, run_process
from deploy.settings import Settings


async def _work(settings: Settings, ready: Ready) -> None:
    from deploy.logs import keep_temporal_ids_out_of_messages
    from deploy.wiring_web import run_web  # heavy, and only after the logs are set up

    keep_temporal_ids_out_of_messages()
    await run_web(settings, ready)


def main() -> None:
    run_process("web", _work)


if __name__ == "__main__":
    main()
