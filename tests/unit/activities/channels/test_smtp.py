"""Mail: what a message becomes, what cannot be smuggled into it, and what the server's answers mean."""

import asyncio
import ssl
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.headerregistry import Address
from email.policy import SMTP, default
from ipaddress import ip_address
from pathlib import Path

import pytest
from aiosmtpd.smtp import AuthResult
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from activities.channels.smtp import Server, SmtpChannel, mail_of, message_id
from activities.ports import ChannelUnavailableError, NoSuchRecipientError
from tests.contract.test_channels import SENDER, message
from tests.receivers import Mailbox, mail_server


def certificate(folder: Path) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """Return the contexts of a server on this machine, and of a client that trusts it."""
    key, name = ec.generate_private_key(ec.SECP256R1()), x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "mail")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(hours=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .sign(key, hashes.SHA256())
    )
    file, pem = folder / "cert.pem", serialization.Encoding.PEM
    plain = serialization.NoEncryption()
    file.write_bytes(
        made.public_bytes(pem) + key.private_bytes(pem, serialization.PrivateFormat.PKCS8, plain),
    )
    server, client = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER), ssl.create_default_context(cafile=str(file))
    server.load_cert_chain(file)
    return server, client


async def test_a_mail_has_both_parts_and_says_that_no_person_wrote_it() -> None:
    box = Mailbox()
    with mail_server(box):
        channel = SmtpChannel("mail", Server("127.0.0.1", box.port, "none"), SENDER)
        await channel.send(message(text="Grüße\n", html="<p>Grüße</p>\n"))
    mail, parts = box.mails[0], box.parts()
    assert (parts["text/plain"].strip(), parts["text/html"].strip()) == ("Grüße", "<p>Grüße</p>")
    assert (mail["to"], mail["from"]) == ("olga <olga@example.com>", "Tandem <tandem@example.com>")
    assert mail["auto-submitted"] == "auto-generated"
    assert mail["message-id"] == message_id(message().key, "example.com")


@pytest.mark.parametrize(
    "over",
    [
        pytest.param({"subject": "Hello\r\nBcc: eve@example.com\r\n\r\nbody"}, id="in the subject"),
        pytest.param({"subject": "Hello\nBcc: eve@example.com"}, id="a bare line feed"),
        pytest.param({"subject": "Hello\x0bBcc:\u2028eve@example.com"}, id="other separators of lines"),
        pytest.param({"to": "olga\r\nBcc: eve@example.com"}, id="in a name"),
        pytest.param({"to": '"olga" <eve@example.com>, '}, id="an address in a name"),
        pytest.param({"key": "a\r\nBcc: eve@example.com"}, id="in a key"),
    ],
)
async def test_no_line_break_makes_a_header(over: dict[str, str]) -> None:
    box = Mailbox()
    with mail_server(box):
        await SmtpChannel("mail", Server("127.0.0.1", box.port, "none"), SENDER).send(message(**over))
    head, _, _ = box.raw[0].partition(b"\r\n\r\n")
    names = [line.partition(b":")[0].lower() for line in head.split(b"\r\n") if not line.startswith((b" ", b"\t"))]
    assert b"bcc" not in names
    assert len(names) == len(set(names))
    to = box.mails[0]["to"]
    assert [one.addr_spec for one in to.addresses] == ["olga@example.com"]


@pytest.mark.parametrize("address", ["olga@example.com\r\nBcc: eve@example.com", "olga", "a b@example.com", ""])
def test_an_address_that_is_none_is_refused(address: str) -> None:
    with pytest.raises(NoSuchRecipientError, match="olga is not usable"):
        mail_of(message(), address, SENDER)


@pytest.mark.parametrize("letter", ["x", "ä", "山", "x ", "ä "])
def test_a_very_long_subject_is_cut_and_folded(letter: str) -> None:
    raw = mail_of(message(subject=letter * 5_000), "olga@example.com", SENDER).as_bytes(policy=SMTP)
    assert max(len(line) for line in raw.split(b"\r\n")) <= 998  # RFC 5322, 2.1.1
    subject = str(message_from_bytes(raw, policy=default)["subject"])
    assert len(subject) <= 200
    assert subject.endswith("…")


async def test_a_mailbox_that_does_not_exist_is_no_recipient() -> None:
    box = Mailbox()
    box.refused = {"olga@example.com"}
    with mail_server(box):
        channel = SmtpChannel("mail", Server("127.0.0.1", box.port, "none"), SENDER)
        with pytest.raises(NoSuchRecipientError, match=r"550: 5\.1\.1 no such mailbox"):
            await channel.send(message())


async def test_without_an_address_nobody_is_reached_but_the_channel_may_have_one_of_its_own() -> None:
    box = Mailbox()
    server = Server("127.0.0.1", box.port, "none")
    with mail_server(box):
        with pytest.raises(NoSuchRecipientError, match="olga has no mail address"):
            await SmtpChannel("mail", server, SENDER).send(message(address=None))
        await SmtpChannel("ops", server, SENDER, to="ops@example.com").send(message(to="ops", address=None))
    assert box.mails[0]["to"] == "ops <ops@example.com>"


async def test_a_silent_server_is_given_up_in_time() -> None:
    async def silent(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(2)
        writer.close()

    server = await asyncio.start_server(silent, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    async with server:
        channel = SmtpChannel("mail", Server("127.0.0.1", port, "none"), SENDER, wait_s=0.2)
        with pytest.raises(ChannelUnavailableError, match="timed out"):
            await channel.send(message())


async def test_a_password_only_goes_over_an_encrypted_connection(tmp_path: Path) -> None:
    ours, theirs = certificate(tmp_path)
    box, seen = Mailbox(), []

    def check(*given: object) -> AuthResult:
        seen.append(given[-1])
        return AuthResult(success=len(seen) == 1, handled=False)

    options = {"tls_context": ours, "require_starttls": True, "authenticator": check, "auth_required": True}
    with mail_server(box, **options):
        server = Server("127.0.0.1", box.port, "starttls", "tandem", "hush")
        await SmtpChannel("mail", server, SENDER, tls=theirs).send(message())
        with pytest.raises(NoSuchRecipientError, match="answered 535") as wrong:
            await SmtpChannel("mail", server, SENDER, tls=theirs).send(message())
        told = len(seen)
        with pytest.raises(NoSuchRecipientError, match="certificate does not hold"):
            await SmtpChannel("mail", server, SENDER).send(message())
    assert "hush" not in str(wrong.value)
    assert len(box.mails) == 1
    assert len(seen) == told  # who does not trust the server never tells it the password


async def test_a_server_without_encryption_is_not_spoken_to_in_the_clear() -> None:
    box = Mailbox()
    with mail_server(box):
        channel = SmtpChannel("mail", Server("127.0.0.1", box.port, "starttls"), SENDER)
        with pytest.raises(NoSuchRecipientError, match="STARTTLS"):
            await channel.send(message())
    assert not box.mails


async def test_implicit_encryption_works(tmp_path: Path) -> None:
    ours, theirs = certificate(tmp_path)
    box = Mailbox()
    with mail_server(box, ssl_context=ours):
        server = Server("127.0.0.1", box.port, "implicit")
        await SmtpChannel("mail", server, Address("Tändem", addr_spec="tandem@example.com"), tls=theirs).send(message())
    assert box.mails[0]["from"] == "Tändem <tandem@example.com>"
