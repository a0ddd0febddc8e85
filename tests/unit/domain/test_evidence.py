"""What an entry records reads as fields for people; what customers wrote is not among them."""

from typing import Any

import pytest

from domain.evidence import LONGEST, MOST, Fact, documents_of, facts_of, is_feedback, sealed_text
from domain.record import Entry
from tests.builders import NOON

HASH, OTHER = "a" * 64, "b" * 64


def entry(event: dict[str, Any] | None = None, **data: Any) -> Entry:
    return Entry(
        product="web",
        key="k",
        at=NOON,
        clock_at=NOON,
        kind=(event or {}).get("type", "x.y"),
        data=data if event is None else {"event": event, "currency": "EUR", **data},
    )


@pytest.mark.parametrize(
    ("field", "value", "expected"),
    [
        pytest.param("delta", -300, ("Change of the budget", "money", -300), id="money, in minor units"),
        pytest.param("weight", 2.5, ("Weight", "number", 2.5), id="a number"),
        pytest.param("due", "2026-03-31", ("Due", "text", "2026-03-31"), id="a day stays a day"),
        pytest.param(
            "until", "2026-03-31T18:00:00+02:00", ("Until", "instant", "2026-03-31T18:00:00+02:00"), id="an instant"
        ),
        pytest.param("until", "2026-03-31T18:00:00", ("Until", "text", "2026-03-31T18:00:00"), id="without a zone"),
        pytest.param("committed", False, ("Committed", "text", "no"), id="no is an answer"),
        pytest.param("role", "product_owner", ("Role", "text", "product owner"), id="a role in words"),
        pytest.param("themes", ["login", "search"], ("Themes", "list", ["login", "search"]), id="a list"),
        pytest.param("efforts", {"it": 5.0}, ("Efforts", "pairs", [("it", "5.0")]), id="what each gets"),
        pytest.param("wishes", {"sso": None}, ("Wishes", "pairs", [("sso", "none")]), id="none is a wish"),
        pytest.param("variants", [{"text": "in words", "plan": HASH}], ("Variants", "list", ["in words"]), id="told"),
    ],
)
def test_a_field_is_told_by_what_it_is(field: str, value: Any, expected: tuple[str, str, Any]) -> None:
    (fact,) = facts_of(entry({"type": "x.y", field: value}))
    assert (fact.label, fact.form, fact.value) == expected


@pytest.mark.parametrize("value", [None, "", [], {}, HASH])
def test_what_is_empty_or_a_document_is_no_field(value: Any) -> None:
    assert facts_of(entry({"type": "x.y", "plan": value})) == ()


def test_amounts_without_a_currency_are_numbers() -> None:
    assert facts_of(entry(money=5)) == (Fact(label="Money", form="number", value=5),)


def test_the_parts_of_a_change_stand_beside_the_others() -> None:
    facts = facts_of(entry({"type": "x.y", "change": {"entered": ["sso"], "displaced": [], "money_moved": 100}}))
    assert [(one.label, one.value) for one in facts] == [("Items that enter", ["sso"]), ("Money moved", 100)]


def test_an_outcome_is_told_unless_it_was_applied() -> None:
    assert facts_of(entry({"type": "x.y"}, outcome="applied")) == ()
    (fact,) = facts_of(entry({"type": "x.y"}, outcome="superseded"))
    assert fact.value == "superseded"


def test_a_customers_text_is_no_field_whether_sealed_or_not() -> None:
    for text in ("sealed:v1:AAAA", "the login is slow"):
        heard = entry({"type": "feedback.received", "theme": "login", "text": text})
        assert [one.label for one in facts_of(heard)] == ["Theme"]
        assert (is_feedback(heard), sealed_text(heard)) == (True, text)
    assert facts_of(entry(note="sealed:v1:AAAA"))[0].value == "sealed", "wherever it stands"


def test_the_text_of_a_message_is_a_field() -> None:
    told = entry(text="little is used")
    assert (facts_of(told)[0].value, sealed_text(told)) == ("little is used", "")


def test_long_values_and_long_lists_are_cut_and_say_so() -> None:
    (long,) = facts_of(entry(note="x" * (LONGEST + 1)))
    assert long.value.endswith(" …")
    (many,) = facts_of(entry(names=[str(number) for number in range(MOST + 3)]))
    assert (len(many.value), many.more) == (MOST, 3)


def test_documents_are_named_once_by_what_they_are() -> None:
    found = documents_of(entry({"type": "plan.solved", "plan": HASH, "proposal": OTHER}, plan=HASH, number=1))
    assert [(one.name, one.hash) for one in found] == [("Plan", HASH), ("Proposal", OTHER)]
