"""The doctor's judgements about the way in over Kafka."""

from pathlib import Path

import pytest

from deploy.broker import BrokerMissingError, find_broker
from deploy.checks import FAIL, NOTE, OK
from deploy.doctor_kafka import broker_program, kafka, stream
from tests.harness import free_port, stack_settings


def test_the_broker_of_the_package_is_found(tmp_path: Path) -> None:
    check = broker_program(stack_settings(tmp_path))
    assert (check.state, check.found) == (OK, str(find_broker()))


def test_a_missing_broker_is_named_with_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def missing() -> Path:
        raise BrokerMissingError

    monkeypatch.setattr("deploy.doctor_kafka.find_broker", missing)
    check = broker_program(stack_settings(tmp_path))
    assert check.state == FAIL
    assert "TANDEM_KAFKA_URL" in check.fix


def test_a_configured_kafka_needs_no_program(tmp_path: Path) -> None:
    settings = stack_settings(tmp_path, kafka_url="kafka.example:9092")
    assert "not needed: kafka.example:9092" in broker_program(settings).found


async def test_a_stack_that_does_not_run_lacks_nothing(tmp_path: Path) -> None:
    settings = stack_settings(tmp_path)
    assert [check.state for check in await kafka(settings, running=False)] == [NOTE]
    assert [check.state for check in await stream(settings, running=False)] == [NOTE]


async def test_a_configured_kafka_that_does_not_answer_is_named(tmp_path: Path) -> None:
    settings = stack_settings(tmp_path, kafka_url=f"127.0.0.1:{free_port()}")
    (check,) = await kafka(settings, running=False)
    assert check.state == FAIL
    assert settings.kafka_brokers[0] in check.found
    assert "TANDEM_KAFKA_" in check.fix


async def test_a_running_stack_without_its_stream_is_not_well(tmp_path: Path) -> None:
    (check,) = await stream(stack_settings(tmp_path), running=True)
    assert check.state == FAIL
