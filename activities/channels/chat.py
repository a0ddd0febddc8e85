"""Chats, pagers and all else that Apprise knows an address for."""

import logging
import re
from functools import partial

from apprise import Apprise, AppriseAsset, NotifyFormat

from activities.channels.threads import in_thread
from activities.ports import ChannelUnavailableError, Message, NoSuchRecipientError

WAIT_S = 9.0  # for the whole message
PERMANENT = re.compile(r"\berror=(4\d\d)\b")  # how its plugins say which HTTP status they were answered
AGAIN_LATER = frozenset({"408", "425", "429"})
_asset = AppriseAsset(
    app_id="Tandem",
    app_desc="Tandem",
    app_url="",
    image_url_mask="",  # its pictures would be loaded from elsewhere
    image_url_logo="",
    async_mode=False,
)
logging.getLogger("apprise").setLevel(logging.WARNING)  # below that it logs what messages say


class UnknownAddressError(ValueError):
    """Apprise does not know this kind of address, or something in it is missing."""


class ChatChannel:
    """Sends the plain text to one address of Apprise. It has no ids: a repetition cannot be told from the first."""

    def __init__(self, name: str, url: str, wait_s: float = WAIT_S) -> None:
        """Raises UnknownAddressError; the message never repeats the address, which holds a secret."""
        self.name, self._wait_s = name, wait_s
        self._apprise = Apprise(asset=_asset)
        if not self._apprise.add(url) or len(self._apprise) != 1:
            raise UnknownAddressError(UnknownAddressError.__doc__)

    async def send(self, message: Message) -> None:
        """Send one message. Raises NoSuchRecipientError, ChannelUnavailableError."""
        await in_thread(partial(self._notify, message))

    def _notify(self, message: Message) -> None:
        result = self._apprise.notify(
            body=message.text, title=message.subject, body_format=NotifyFormat.TEXT, timeout=self._wait_s
        )
        if result:
            return
        told = " ".join(entry.message for entry in result.logs())
        refused = PERMANENT.search(told)
        if refused is not None and refused[1] not in AGAIN_LATER:
            raise NoSuchRecipientError(f"the service answered {refused[1]}")
        status = re.search(r"\berror=(\d{3})\b", told)
        why = f"the service answered {status[1]}" if status else "the service could not be reached, or did not take it"
        raise ChannelUnavailableError(why)
