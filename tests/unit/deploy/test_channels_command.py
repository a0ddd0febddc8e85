"""`tandem channels`, with a real mail server and a real receiver."""

import json
from pathlib import Path

import pytest

from deploy.cli.main import run
from events.webhooks.signatures import STANDARD_PREFIX
from tests.contract.test_channels import SECRET
from tests.receivers import Mailbox, Receiver, http_receiver, mail_server
from tests.unit.deploy.served import Out


@pytest.fixture
def ends(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Mailbox, Receiver]:
    """Configure a mail server and a receiver."""
    box, receiver = Mailbox(), Receiver()
    path = tmp_path / "channels.yaml"
    path.write_text(
        f"mail: {{smtp: 'smtp://127.0.0.1:{box.port}', from: 'Tandem <t@example.com>', tls: none}}\n"
        f"finance: {{webhook: '{receiver.url}', secret: {SECRET}}}\n"
    )
    path.chmod(0o600)
    monkeypatch.setenv("TANDEM_CHANNELS_FILE", str(path))
    return box, receiver


def test_channels_are_listed_without_their_secrets(ends: tuple[Mailbox, Receiver], capsys: Out) -> None:
    assert run(["channels", "list"]) == 0
    shown = capsys.readouterr().out
    assert f"127.0.0.1:{ends[0].port} (none), from t@example.com" in shown
    assert STANDARD_PREFIX not in shown
    assert run(["channels", "list", "--json"]) == 0
    text = capsys.readouterr().out
    assert [one["kind"] for one in json.loads(text)] == ["log", "smtp", "webhook"]
    assert STANDARD_PREFIX not in text


def test_without_a_file_it_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Out) -> None:
    monkeypatch.setenv("TANDEM_HOME", str(tmp_path))
    assert run(["channels", "list"]) == 0
    assert "channels.yaml: people are told in the log only" in capsys.readouterr().out.replace("\n", "")


def test_a_test_message_goes_out(ends: tuple[Mailbox, Receiver], capsys: Out) -> None:
    box, receiver = ends
    with mail_server(box), http_receiver(receiver):
        assert run(["channels", "test", "mail", "--to", "olga@example.com"]) == 0
        assert run(["channels", "test", "finance", "--json"]) == 0
    assert "mail: took a test message to olga@example.com" in capsys.readouterr().out
    assert "the channel mail works" in box.parts()["text/plain"]
    assert receiver.body()["data"]["subject"] == "A test of Tandem"


def test_when_it_fails_it_says_why(ends: tuple[Mailbox, Receiver], capsys: Out) -> None:
    box, receiver = ends
    assert run(["channels", "test", "mail", "--to", "olga@example.com"]) == 1
    assert "mail: the mail server cannot be reached" in capsys.readouterr().err
    assert run(["channels", "test", "mail"]) == 1
    assert "has no mail address" in capsys.readouterr().err
    receiver.statuses = [401]
    with http_receiver(receiver):
        assert run(["channels", "test", "finance"]) == 1
    assert "finance: the receiver answered 401" in capsys.readouterr().err
    assert run(["channels", "test", "finence"]) == 2
    assert "there is no channel 'finence'; did you mean finance?" in capsys.readouterr().err
    assert not box.mails
