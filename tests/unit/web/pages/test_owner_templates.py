"""What the owner's pages say."""

from typing import Any
from zoneinfo import ZoneInfo

import pytest
from babel import Locale

from web.pages.escalations import steps_of
from web.pages.inbox import seen
from web.pages.reader import Reader
from web.pages.rendering import rendered

READER = Reader(ZoneInfo("Europe/Berlin"), True, Locale("en", "GB"), "auto")


class Page:
    """Who looks: they may do what is given."""

    person = "olga"

    def __init__(self, *acts: str, places: int = 1, roles: tuple[str, ...] = ("product_owner",)) -> None:
        self._acts = acts
        self.me: dict[str, Any] = {"places": [{"roles": roles}] * places}

    def may(self, act: str, product: str | None = None) -> bool:
        return act in self._acts


def waiting(**changes: Any) -> dict[str, Any]:
    return {
        "kind": "decision",
        "product": "web",
        "title": "Web site",
        "number": 7,
        "subject": "",
        "headline": "Fund “Search”",
        "because": "the plan is <b>better</b>",
        "points": 12.5,
        "money_moved": 600000,
        "currency": "EUR",
        "until": "2026-03-02T14:00:00Z",
        "at": "2026-03-02T12:00:00Z",
        "voices": [{"role": "product_owner", "acting_for": None}],
        "asked": True,
        "asked_role": "product_owner",
        "acknowledged": False,
        "simulated_clock": False,
    } | changes


def inbox(*things: dict[str, Any], page: Page | None = None, **changes: Any) -> str:
    given = {"mine": [seen(one) for one in things], "others": [], "lent": [], "names": {}} | changes
    return rendered("inbox.html.j2", READER, page=page or Page("decide"), **given)


def test_what_waits_says_what_why_what_is_at_stake_and_until_when() -> None:
    text = inbox(waiting())
    for said in ("One thing waits", 'href="/approvals/web/7"', "Fund “Search”", "12.5", "€6,000", "2 Mar 2026, 15:00"):
        assert said in text
    assert '<span class="tag bad">2 hours left</span>' in text
    assert "<b>better</b>" not in text


def test_an_escalation_leads_to_its_page_and_says_for_whom_one_may_answer_it() -> None:
    voices = [{"role": "product_owner", "acting_for": "maria"}]
    text = inbox(waiting(kind="escalation", subject="sso", number=1, money_moved=None, voices=voices))
    assert 'href="/escalations/web/sso/1"' in text
    assert "for maria" in text
    assert "Holds up" in text


def test_an_empty_inbox_says_what_to_do() -> None:
    assert "appears here by itself" in inbox()
    assert "/stuck" in inbox(page=Page("inspect"))
    assert "No product names you" in inbox(page=Page(places=0))


def test_whoever_gave_a_name_that_no_product_knows_hears_that() -> None:
    text = inbox(page=Page("decide", roles=()))
    assert "No product knows anybody called “olga”" in text
    assert "appears here by itself" not in text


def test_a_ledger_without_entries_is_no_link() -> None:
    text = rendered("ledgers.html.j2", READER, page=Page(), names={}, found=[("_system", "The installation", None)])
    assert "no entries yet" in text
    assert "href" not in text


def told(**problem: Any) -> str:
    return rendered("told.html.j2", READER, problem={"product": "web", "detail": "refused", **problem}, names=None)


def test_who_decides_second_hears_who_was_first_and_what_they_said() -> None:
    text = told(kind="not-open", state="rejected", decided_by="maria", decided_as="product_owner", reason="Not now")
    for said in ("maria was first and rejected it, as product owner", "Not now", "Your answer was not taken"):
        assert said in text


def test_what_has_changed_is_listed_with_the_way_to_what_is_open_now() -> None:
    text = told(kind="changed-since-you-looked", differences=["is worth 2 points"], successor=8)
    for said in ("It has changed since you looked", "is worth 2 points", 'href="/approvals/web/8"'):
        assert said in text


def test_an_adopted_decision_names_everybody_who_approved_it() -> None:
    votes = [
        {"by": "olga", "acting_for": None, "role": "product_owner", "at": "2026-03-02T12:00:00Z", "reason": "Good"},
        {
            "by": "petra",
            "acting_for": "bernd",
            "role": "executive_board",
            "at": "2026-03-02T13:00:00Z",
            "reason": "Yes",
        },
    ]
    it = {"state": "adopted", "votes_given": votes, "data": {"said": "the plan of run 3 is in force"}, "product": "web"}
    text = rendered("decision_ended.html.j2", READER, it=it, shown="", instead=None, names=None)
    for said in (
        "olga, as product owner",
        "petra, for bernd, as executive board",
        "Effect: the plan of run 3 is in force.",
    ):
        assert said in text


NEXT = {"address": "/approvals/web/8", "name": "Decision 8", "headline": "Fund “Chat”"}


@pytest.mark.parametrize(
    ("shown", "state", "instead", "expected"),
    [
        pytest.param("a" * 64, "open", None, "", id="it is what was sent"),
        pytest.param("", "superseded", NEXT, "", id="no message led here"),
        pytest.param("b" * 64, "open", None, "It has changed since the message was sent", id="it has changed"),
        pytest.param("a" * 64, "superseded", NEXT, '<a href="/approvals/web/8">Decision 8: Fund “Chat”</a>', id="next"),
        pytest.param("a" * 64, "rejected", None, "Nothing of it waits for an answer any more", id="over"),
    ],
)
def test_whoever_comes_from_a_message_hears_at_the_top_what_is_open_now(
    shown: str, state: str, instead: dict[str, str] | None, expected: str
) -> None:
    it = {"product": "web", "title": "Web site", "number": 7, "headline": "Fund “Search”", "because": "it is better"}
    it |= {"state": state, "hash": "a" * 64, "requester": None}
    text = rendered("decision.html.j2", READER, it=it, names=None, shown=shown, instead=instead)
    assert expected in text
    assert ('role="status"' in text) == bool(expected)
    assert "Fund “Search”" in text


def test_messages_that_say_the_same_are_one_step_of_the_ladder() -> None:
    told = [
        {"subject": text, "at": "2026-03-02T12:00:00Z", "to": who} for text, who in (("a", "x"), ("a", "y"), ("b", "x"))
    ]
    assert [(step["subject"], len(step["to"])) for step in steps_of(told)] == [("a", 2), ("b", 1)]
