"""Mail over SMTP: plain text and HTML, one connection per message."""

import hashlib
import smtplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from functools import partial
from typing import Literal, NamedTuple

from activities.channels.threads import in_thread
from activities.messages.words import shortened
from activities.ports import ChannelUnavailableError, Message, NoSuchRecipientError
from domain.narrative_parts import plain

WAIT_S = 8.0  # for each answer of the server
LONGEST_NAME = 100  # characters of a name in a header
LONGEST_ANSWER = 200  # characters of what a server said
PERMANENT = 500  # SMTP replies from here on mean: do not try again (RFC 5321, 4.2.1)


class Server(NamedTuple):
    """A mail server, and how it is spoken to."""

    host: str
    port: int
    tls: Literal["starttls", "implicit", "none"] = "starttls"
    user: str = ""
    password: str = ""


class SmtpChannel:
    """Sends mail. The Message-ID follows from the key, so that a repetition can be recognised."""

    def __init__(
        self,
        name: str,
        server: Server,
        sender: Address,
        to: str | None = None,
        tls: ssl.SSLContext | None = None,
        wait_s: float = WAIT_S,
    ) -> None:
        """``to``: the mailbox of messages that are for the channel itself. ``tls``: the authorities of this machine."""
        self.name = name
        self._server, self._sender, self._to = server, sender, to
        self._tls, self._wait_s = tls, wait_s

    async def send(self, message: Message) -> None:
        """Send one mail. Raises NoSuchRecipientError, ChannelUnavailableError."""
        address = message.address or self._to
        if address is None:
            raise NoSuchRecipientError(f"{message.to} has no mail address")
        mail = mail_of(message, address, self._sender)
        await in_thread(partial(self._deliver, mail, address))

    def _deliver(self, mail: EmailMessage, address: str) -> None:
        with _translated(), self._connected() as server:
            server.send_message(mail, self._sender.addr_spec, [address])

    @contextmanager
    def _connected(self) -> Iterator[smtplib.SMTP]:
        """Yield a session; what is not encrypted although it should be is never spoken to."""
        host, port, tls, user, password = self._server
        context = self._tls or ssl.create_default_context()
        opened: smtplib.SMTP = (
            smtplib.SMTP_SSL(host, port, timeout=self._wait_s, context=context)
            if tls == "implicit"
            else smtplib.SMTP(host, port, timeout=self._wait_s)
        )
        try:
            if tls == "starttls":
                opened.starttls(context=context)  # raises when the server cannot
            if user:
                opened.login(user, password)
            yield opened
        except BaseException:
            opened.close()
            raise
        _quit(opened)


def mail_of(message: Message, address: str, sender: Address) -> EmailMessage:
    """Return a message as mail; no line break in it can make a header. Raises NoSuchRecipientError."""
    mail = EmailMessage(policy=SMTP)
    try:
        recipient = Address(_one_line(message.to), addr_spec=address)
        mail["From"], mail["To"] = sender, recipient
    except (
        MessageError,
        ValueError,
        IndexError,
        AttributeError,
    ):  # what the library raises, of addresses it cannot take
        raise NoSuchRecipientError(f"the mail address of {message.to} is not usable") from None
    mail["Subject"] = shortened(plain(message.subject))
    mail["Date"] = format_datetime(datetime.now(UTC))
    mail["Message-ID"] = message_id(message.key, sender.domain)
    mail["Auto-Submitted"] = "auto-generated"  # RFC 3834: nobody's absence note answers it
    mail.set_content(message.text)
    if message.html:
        mail.add_alternative(message.html, subtype="html")
    return mail


def message_id(key: str, domain: str) -> str:
    """Return the Message-ID of a key, always the same."""
    return f"<{hashlib.sha256(key.encode()).hexdigest()[:40]}.tandem@{domain}>"


def _one_line(name: str) -> str:
    return shortened(plain(name), LONGEST_NAME)


def _quit(opened: smtplib.SMTP) -> None:
    """Leave politely; the mail is taken, whatever comes of it."""
    try:
        opened.quit()
    except (smtplib.SMTPException, OSError):
        opened.close()


@contextmanager
def _translated() -> Iterator[None]:
    """Turn what the library raises into the errors of the port."""
    try:
        yield
    except smtplib.SMTPRecipientsRefused as exc:
        code, said = next(iter(exc.recipients.values()))
        raise _answered(code, said) from None
    except smtplib.SMTPResponseException as exc:
        raise _answered(exc.smtp_code, exc.smtp_error) from None
    except smtplib.SMTPNotSupportedError as exc:  # no STARTTLS, no such login, no international addresses
        raise NoSuchRecipientError(f"the mail server cannot do what is needed: {_told(str(exc))}") from None
    except ssl.SSLCertVerificationError as exc:
        raise NoSuchRecipientError(f"the mail server's certificate does not hold: {exc.verify_message}") from None
    except smtplib.SMTPException as exc:
        raise ChannelUnavailableError(f"the mail server broke off: {_told(str(exc))}") from None
    except TimeoutError:
        raise ChannelUnavailableError("the mail server does not answer in time") from None
    except OSError as exc:
        raise ChannelUnavailableError(f"the mail server cannot be reached: {exc.strerror or exc}") from None


def _answered(code: int, said: bytes | str) -> NoSuchRecipientError | ChannelUnavailableError:
    text = (
        f"the mail server answered {code}: {_told(said.decode(errors='replace') if isinstance(said, bytes) else said)}"
    )
    return NoSuchRecipientError(text) if code >= PERMANENT else ChannelUnavailableError(text)


def _told(said: str) -> str:
    return shortened(plain(said), LONGEST_ANSWER)
