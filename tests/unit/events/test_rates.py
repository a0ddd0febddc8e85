"""How much passes through: counted by second and kind, bounded, and never lost while it cannot be written."""

from events.rates import MOST_KEYS, MOST_OF_A_NAME, OTHERS, Kind, Rate, Rates

KIND = Kind("kafka", "web", "/crm", "feedback.received", "accepted")


def test_counts_add_up_by_second_and_kind_and_are_taken_once() -> None:
    rates = Rates()
    rates.add(1, {KIND: 2})
    rates.add(1, {KIND: 3, KIND._replace(status="duplicate"): 1})
    rates.add(2, {KIND: 4})
    assert set(rates.take()) == {Rate(1, KIND, 5), Rate(1, KIND._replace(status="duplicate"), 1), Rate(2, KIND, 4)}
    assert rates.take() == []


def test_beyond_the_bound_everything_is_counted_together_and_nothing_is_lost() -> None:
    rates = Rates()
    for number in range(MOST_KEYS + 7):
        rates.add(1, {KIND._replace(source=f"/crm/{number}"): 1})
    found = {rate.kind: rate.events for rate in rates.take()}
    assert found[Kind("kafka", OTHERS, OTHERS, OTHERS, "accepted")] == 7
    assert sum(found.values()) == MOST_KEYS + 7
    assert len(found) == MOST_KEYS + 1


def test_a_name_without_end_is_cut() -> None:
    rates = Rates()
    rates.add(1, {KIND._replace(product="x" * 10_000): 1})
    assert rates.take()[0].kind.product == "x" * MOST_OF_A_NAME


def test_what_could_not_be_written_is_counted_again_unless_it_is_too_old() -> None:
    rates = Rates()
    rates.add(1, {KIND: 1})
    rates.add(9, {KIND: 2})
    taken = rates.take()
    rates.add(9, {KIND: 3})
    rates.put_back(taken, oldest=5)
    assert rates.take() == [Rate(9, KIND, 5)]
