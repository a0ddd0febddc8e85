"""Who fails again and again waits, longer each time, and never for ever."""

import pytest

from web.rate import FORGOTTEN_S, LONGEST_WAIT_S, OF_ADDRESS, OF_NAME, Tries, network_of


class Clock:
    def __init__(self) -> None:
        self.now = 1_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def tries(clock: Clock) -> Tries:
    return Tries(clock)


def fail(tries: Tries, times: int, name: str = "olga") -> list[float]:
    """Fail from another address each time."""
    return [tries.begin(name, f"10.0.{number // 250}.{number % 250}") for number in range(times)]


def test_the_first_failures_cost_nothing(tries: Tries) -> None:
    assert fail(tries, OF_NAME) == [0.0] * OF_NAME
    assert tries.begin("olga", "10.9.9.9") == 15.0
    assert tries.begin("bernd", "10.9.9.9") == 0.0


def test_waits_double_up_to_a_quarter_of_an_hour(tries: Tries, clock: Clock) -> None:
    fail(tries, OF_NAME)
    waits = []
    for number in range(10):
        waits.append(tries.begin("olga", f"10.1.0.{number}"))
        clock.now += waits[-1]
        assert tries.begin("olga", f"10.1.0.{number}") == 0.0
    assert waits == [15, 30, 60, 120, 240, 480, 900, 900, 900, 900]
    assert LONGEST_WAIT_S == 900


def test_attempts_while_waiting_neither_count_nor_prolong(tries: Tries, clock: Clock) -> None:
    fail(tries, OF_NAME)
    assert {tries.begin("olga", "10.9.9.9") for _ in range(100)} == {15.0}
    clock.now += 15
    assert tries.begin("olga", "10.9.9.9") == 0.0
    assert tries.begin("olga", "10.9.9.9") == 30.0


def test_a_success_clears_the_name_and_one_failure_of_the_address(tries: Tries) -> None:
    for _ in range(OF_ADDRESS * 3):  # a busy office that mistypes nothing
        assert tries.begin("olga", "10.0.0.1") == 0.0
        tries.succeeded("olga", "10.0.0.1")


def test_a_success_does_not_clear_what_the_address_failed_with_before(tries: Tries, clock: Clock) -> None:
    for number in range(OF_ADDRESS):
        tries.begin(f"name-{number}", "10.0.0.1")
    clock.now += 15
    assert tries.begin("mine", "10.0.0.1") == 0.0
    tries.succeeded("mine", "10.0.0.1")
    assert tries.begin("olga", "10.0.0.1") == 0.0
    assert tries.begin("olga", "10.0.0.1") > 0


def test_many_attempts_at_once_do_not_pass_before_the_first_is_answered(tries: Tries) -> None:
    assert sum(tries.begin("olga", "10.0.0.1") == 0 for _ in range(50)) == OF_NAME


def test_failures_are_forgotten_after_an_hour_of_quiet(tries: Tries, clock: Clock) -> None:
    fail(tries, OF_NAME)
    clock.now += FORGOTTEN_S + 1
    assert fail(tries, OF_NAME) == [0.0] * OF_NAME


def test_memory_is_bounded_and_names_do_not_push_addresses_out(clock: Clock) -> None:
    tries = Tries(clock, most=50)
    for number in range(OF_ADDRESS):
        tries.begin(f"first-{number}", "10.0.0.1")
    for number in range(500):
        tries.begin(f"name-{number}", "10.0.0.2")
        clock.now += LONGEST_WAIT_S
    assert len(tries._names._found) == 50
    clock.now -= 500 * LONGEST_WAIT_S
    assert tries.begin("olga", "10.0.0.1") > 0


@pytest.mark.parametrize(
    ("address", "network"),
    [
        pytest.param("10.0.0.1", "10.0.0.1", id="IPv4"),
        pytest.param("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64", id="IPv6: the network of a household"),
        pytest.param("::ffff:10.0.0.1", "10.0.0.1", id="IPv4 written as IPv6"),
        pytest.param("unix socket", "unix socket", id="no address"),
    ],
)
def test_network_of(address: str, network: str) -> None:
    assert network_of(address) == network
