"""The stream process: ``python -m deploy.stream``."""

import logging

from deploy.process import Ready, run_process
from deploy.settings import Settings

# Faust tells every step of a rebalance, and aiokafka writes 75 errors a second while the broker is away, which
# `/readyz`, the beat and a line of our own say once.
TALKATIVE = {"faust": logging.ERROR, "mode": logging.ERROR, "aiokafka": logging.CRITICAL}


async def _work(settings: Settings, ready: Ready) -> None:
    from deploy.logs import keep_temporal_ids_out_of_messages
    from deploy.wiring_stream import run_stream  # heavy, and only after the logs are set up

    keep_temporal_ids_out_of_messages()
    if settings.log_level != "debug":
        for name, level in TALKATIVE.items():
            logging.getLogger(name).setLevel(level)
    await run_stream(settings, ready)


def main() -> None:
    run_process("stream", _work)


if __name__ == "__main__":
    main()
