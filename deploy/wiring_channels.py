"""The composition root of messages: which adapter stands behind which channel."""

from pathlib import Path

from activities.channels.chat import ChatChannel, UnknownAddressError
from activities.channels.log import LogChannel
from activities.channels.smtp import SmtpChannel
from activities.channels.webhook import WebhookChannel
from activities.messages.delivery import LOG
from activities.ports import Channel
from deploy.channels_file import ChannelsFileError, ChatEntry, SmtpEntry, WebhookEntry, read_channels


def channels_of(path: Path) -> dict[str, Channel]:
    """Return every channel of this installation by its name, the log included. Raises ChannelsFileError."""
    return {LOG: LogChannel()} | {name: channel_of(path, name, entry) for name, entry in read_channels(path).items()}


def channel_of(path: Path, name: str, entry: SmtpEntry | ChatEntry | WebhookEntry) -> Channel:
    """Return one channel. Raises ChannelsFileError."""
    if isinstance(entry, SmtpEntry):
        return SmtpChannel(name, entry.server, entry.address, entry.to)
    if isinstance(entry, WebhookEntry):
        return WebhookChannel(name, entry.webhook, entry.secret)
    try:
        return ChatChannel(name, entry.apprise)
    except UnknownAddressError as exc:
        raise ChannelsFileError(f"{path}: {name}.apprise: {str(exc)[0].lower()}{str(exc)[1:]}") from None
