"""The file of the channels: what is wrong is named with its place, and no secret is ever repeated."""

from pathlib import Path

import pytest

from activities.channels.smtp import Server
from deploy.channels_file import ChannelsFileError, SmtpEntry, read_channels
from deploy.wiring_channels import channels_of
from tests.contract.test_channels import SECRET

GOOD = f"""
mail: {{smtp: "smtp://us%40er:p%2Fw@mail.example.com", from: "Tändem <tandem@example.com>", to: ops@example.com}}
ops-chat: {{apprise: "json://localhost:9/SECRET"}}
finance: {{webhook: "https://example.com/SECRET", secret: {SECRET}}}
"""


def written(folder: Path, text: str, mode: int = 0o600) -> Path:
    path = folder / "channels.yaml"
    path.write_text(text)
    path.chmod(mode)
    return path


def test_without_a_file_there_is_the_log(tmp_path: Path) -> None:
    assert list(channels_of(tmp_path / "channels.yaml")) == ["log"]
    assert list(channels_of(written(tmp_path, "# nothing yet\n"))) == ["log"]


def test_every_kind_of_channel_is_read(tmp_path: Path) -> None:
    path = written(tmp_path, GOOD)
    assert list(channels_of(path)) == ["log", "mail", "ops-chat", "finance"]
    found = read_channels(path)
    mail = found["mail"]
    assert isinstance(mail, SmtpEntry)
    assert mail.server == Server("mail.example.com", 587, "starttls", "us@er", "p/w")
    assert (mail.address.display_name, mail.address.addr_spec) == ("Tändem", "tandem@example.com")
    shown = " ".join(one.shown() + repr(one) for one in found.values())
    for secret in ("SECRET", SECRET, "p%2Fw", "p/w", "us@er"):
        assert secret not in shown


@pytest.mark.parametrize(
    ("tls", "port"), [pytest.param("implicit", 465, id="encrypted from the start"), pytest.param("none", 25, id="not")]
)
def test_the_port_follows_from_the_encryption(tmp_path: Path, tls: str, port: int) -> None:
    mail = read_channels(written(tmp_path, f"m: {{smtp: 'smtp://h', from: a@b.example, tls: {tls}}}"))["m"]
    assert isinstance(mail, SmtpEntry)
    assert mail.server.port == port


@pytest.mark.parametrize(
    ("text", "says"),
    [
        pytest.param("m: {smtp: 'smtp://h', from: a@b.c, tls: ssl}", "m.tls: Input should be 'starttls'", id="tls"),
        pytest.param("m: {smtp: 'SECRET', from: a@b.c}", "m: smtp: must be smtp://", id="no address of a server"),
        pytest.param("m: {smtp: 'smtp://h:SECRET', from: a@b.c}", "m: smtp: must be smtp://", id="a port in words"),
        pytest.param("m: {smtp: 'smtp://h'}", "m.from: Field required", id="a field is missing"),
        pytest.param("m: {smtp: 'smtp://h', from: SECRET}", "m.from: must be an address", id="no sender"),
        pytest.param('m: {smtp: "smtp://h", from: "a\\r\\nBcc: SECRET@x.y"}', "m.from: must be", id="two headers"),
        pytest.param(
            "m: {smtp: 'smtp://u:SECRET@h', from: a@b.c, tls: none}", "m: tls: none would send", id="in the clear"
        ),
        pytest.param("f: {webhook: 'http://h/SECRET', secret: x}", "f.webhook: must be https", id="http elsewhere"),
        pytest.param("f: {webhook: 'https://h', secret: SECRET}", "f.secret: must be whsec_", id="no secret"),
        pytest.param("f: {webhook: 'https://h', secret: whsec_U0VDUkVU}", "at least 24 random bytes", id="too short"),
        pytest.param(f"f: {{webhook: 'https://h', secret: {SECRET}, to: x}}", "f.to: Extra", id="a field too many"),
        pytest.param("f: {}", "f: must have exactly one of smtp, apprise and webhook", id="none of the kinds"),
        pytest.param("f: {apprise: 'x://', webhook: 'SECRET'}", "f: must have exactly one of", id="two of them"),
        pytest.param("f: SECRET", "f: must have exactly one of", id="a text"),
        pytest.param("f: {apprise: 'nosuch://SECRET'}", "f.apprise: apprise does not know", id="an unknown service"),
        pytest.param("a/b: {apprise: 'json://h'}", ": a/b: String should match", id="no name"),
        pytest.param("log: {apprise: 'json://h'}", "log: this channel is always there", id="the log"),
        pytest.param("[SECRET]", "must map the names", id="a list"),
        pytest.param("f: {apprise: *SECRET}", "channels.yaml:1:14: is not YAML", id="no YAML"),
        pytest.param("f: !!python/object:SECRET {}", "is not YAML", id="code"),
        pytest.param("x" * 300_000, "is larger than 262,144 bytes", id="endless"),
    ],
)
def test_what_is_wrong_is_named_with_file_and_field_and_no_secret(tmp_path: Path, text: str, says: str) -> None:
    path = written(tmp_path, text)
    with pytest.raises(ChannelsFileError) as refused:
        channels_of(path)
    assert str(path) in str(refused.value)
    assert says in str(refused.value)
    assert "SECRET" not in str(refused.value)
    assert "U0VDUkVU" not in str(refused.value)


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620, 0o666])
def test_a_file_that_others_may_read_or_change_is_refused(tmp_path: Path, mode: int) -> None:
    with pytest.raises(ChannelsFileError, match="run `chmod 600"):
        read_channels(written(tmp_path, GOOD, mode))


def test_what_cannot_be_read_is_named(tmp_path: Path) -> None:
    with pytest.raises(ChannelsFileError, match="Is a directory"):
        read_channels(tmp_path)
    path = tmp_path / "channels.yaml"
    path.write_bytes(b"\xff\xfe")
    path.chmod(0o600)
    with pytest.raises(ChannelsFileError, match="is not UTF-8"):
        read_channels(path)
