"""The channel that every installation has: messages appear in the log; what they say is in the ledger."""

import structlog

from activities.ports import Message

log = structlog.get_logger()


class LogChannel:
    """Writes who was told about what; never the text, which may quote customers."""

    name = "log"

    async def send(self, message: Message) -> None:
        """Log the message."""
        log.info("message_sent", product=message.product, key=message.key, role=message.role, subject=message.subject)
