import pytest

from events.room import FullError, Limits, Load, Room, TooManyError

LIMITS = Limits(events=10, bytes=1_000, product_events=4, product_bytes=400)


@pytest.mark.parametrize(
    ("events", "size", "fits"),
    [
        pytest.param(2, 200, True, id="exactly the product's share"),
        pytest.param(3, 1, False, id="one event more"),
        pytest.param(1, 201, False, id="one byte more"),
    ],
)
def test_the_share_of_a_product(events: int, size: int, fits: bool) -> None:
    room = Room(LIMITS)
    room.take({"web": Load(2, 200)})
    if fits:
        room.take({"web": Load(events, size)})
    else:
        with pytest.raises(FullError, match="web"):
            room.take({"app": Load(1, 1), "web": Load(events, size)})
        assert (room.total, len(room)) == (Load(2, 200), 1)


def test_a_request_above_the_share_is_taken_when_nothing_waits_for_its_product() -> None:
    room = Room(LIMITS)
    room.take({"web": Load(9, 900)})
    assert room.total == Load(9, 900)


@pytest.mark.parametrize("load", [Load(11, 1), Load(1, 1_001)], ids=["events", "bytes"])
def test_what_never_fits_is_told_apart(load: Load) -> None:
    with pytest.raises(TooManyError):
        Room(LIMITS).take({"web": load})


def test_a_product_without_anything_costs_nothing() -> None:
    room = Room(LIMITS)
    room.take({"web": Load(2, 30)})
    room.give_back("web", 10)
    assert (room.total, len(room)) == (Load(1, 20), 1)
    room.give_back("web", 20)
    assert (room.total, len(room)) == (Load(), 0)
