"""Sentences on pages: titles in the place of ids, months and times as people write them, and nothing guessed."""

from zoneinfo import ZoneInfo

import pytest
from babel import Locale
from markupsafe import Markup

from web.pages.reader import Reader
from web.pages.sentences import Titles, engines, month_or_day, said, titles_in

BERLIN = Reader(ZoneInfo("Europe/Berlin"), True, Locale("en", "GB"), "auto")
WEB = Titles(
    "web-site",
    "Corporate web site",
    {
        "item:sso-api": "Single sign-on",
        "item:chat": "Chat with a person",
        "item:evil": "<b>bold</b>",
        "item:spring": "Spring cleaning",
        "milestone:spring": "Spring campaign",
        "dependency:bank-gateway": "bank gateway",
        "dependency:certificate": "certificate of the bank",
        "team:it": "Web engineering",
        "team:shop-it": "Shop engineering",
    },
    "America/New_York",
)
SSO = '<a href="/products/web-site/items/sso-api">Single sign-on</a>'
CHAT = '<a href="/products/web-site/items/chat">Chat with a person</a>'


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        pytest.param("fits without sso-api, or chat", f"fits without {SSO}, or {CHAT}", id="items lead to their pages"),
        pytest.param("Work on chat began", f"Work on {CHAT} began", id="the word before says that it is an item"),
        pytest.param("Milestone spring was moved", "Milestone Spring campaign was moved", id="a milestone by its word"),
        pytest.param("shop-it has no days left", "Shop engineering has no days left", id="a team"),
        pytest.param("it has no days left", "it has no days left", id="a team that is called as a word is"),
        pytest.param("bank-gateway needs you", "bank gateway needs you", id="a dependency in words"),
        pytest.param("the certificate came", "the certificate came", id="a dependency that is a word"),
        pytest.param(
            "Escalation 2 of certificate", "Escalation 2 of certificate of the bank", id="what an escalation is of"
        ),
        pytest.param("Decision 2 for web-site", "Decision 2 for Corporate web site", id="the product"),
        pytest.param("demand for chat went up", "demand for chat went up", id="a theme"),
        pytest.param("Feedback about sso-api", "Feedback about sso-api", id="a theme that is called like an item"),
        pytest.param("chatter", "chatter", id="a longer word"),
        pytest.param("see approval/web-site/2", "see approval/web-site/2", id="a part of an address"),
        pytest.param("“Chat with chat” waits", "“Chat with chat” waits", id="a word of a title"),
        pytest.param("run `tandem why sso-api`", "run <code>tandem why sso-api</code>", id="a command"),
        pytest.param("the budget of 2026-05: 3 EUR", "the budget of May 2026: 3 EUR", id="a month"),
        pytest.param("moved to 2026-04-17", "moved to Fri 17 Apr 2026", id="a day"),
        pytest.param("2026-13 and 2026-02-30", "2026-13 and 2026-02-30", id="no month, and no day"),
        pytest.param("release-2026-05 is out", "release-2026-05 is out", id="a month within a name"),
        pytest.param("<i>", "&lt;i&gt;", id="what somebody wrote is escaped"),
    ],
)
def test_a_sentence_is_read_out_and_nothing_is_guessed(text: str, shown: str) -> None:
    assert said(text, WEB, BERLIN) == shown


def test_words_of_people_are_left_alone_unless_they_can_only_be_an_id() -> None:
    text = said("we had a chat about it in spring; sso-api waits", WEB, BERLIN, every=False)
    assert text == f"we had a chat about it in spring; {SSO} waits"


def test_times_are_written_in_the_products_zone_and_shown_in_the_readers() -> None:
    text = said("on 2026-03-04 07:39 it goes on", WEB, BERLIN)
    assert ">Wed 4 Mar 2026, 13:39</time> it goes on" in text
    assert ">Wed 4 Mar 2026, 08:39</time>" in said("until 2026-03-04 07:39 UTC", WEB, BERLIN)
    assert said("2026-02-30 07:39", WEB, BERLIN) == "2026-02-30 07:39", "there is no such day"


def test_a_field_that_is_nothing_but_an_id_is_that_thing() -> None:
    assert said("chat", WEB, BERLIN, every=False) == CHAT
    assert said("it", WEB, BERLIN, every=False) == "Web engineering"


def test_within_a_link_there_is_no_other_and_a_page_does_not_link_to_itself() -> None:
    assert said("chat gives way", WEB, BERLIN, links=False) == "Chat with a person gives way"
    assert said("chat gives way", WEB, BERLIN, here="chat") == "<em>Chat with a person</em> gives way"


def test_titles_are_escaped() -> None:
    assert said("evil", WEB, BERLIN) == '<a href="/products/web-site/items/evil">&lt;b&gt;bold&lt;/b&gt;</a>'
    assert isinstance(said("evil", WEB, BERLIN), Markup)


def test_where_nothing_is_known_months_are_still_months() -> None:
    assert said("sso-api starts in 2026-05", None, BERLIN) == "sso-api starts in May 2026"
    assert said(None, None, BERLIN) == ""


def test_answers_of_the_api_tell_what_things_are_called() -> None:
    timeline = {
        "product": "web",
        "title": "Web site",
        "time_zone": "Europe/Berlin",
        "items": [{"item": "sso", "title": "Single sign-on"}],
        "teams": [{"team": "it", "title": "Web engineering"}],
    }
    roadmap = {"items": [{"id": "chat", "title": ""}], "dependencies": [{"id": "bank_api", "needs": "sso"}]}
    found = titles_in(timeline, None, roadmap)
    assert (found.product, found.title, found.time_zone) == ("web", "Web site", "Europe/Berlin")
    assert found.titles == {
        "item:sso": "Single sign-on",
        "team:it": "Web engineering",
        "item:chat": "Chat",
        "dependency:bank_api": "bank api",
    }


def test_what_an_entry_is_about_has_words_when_the_roadmap_has_forgotten_it() -> None:
    text = "Escalation 2 of bank-feed stands down; bank-feed is delivered"
    assert said(text, WEB, BERLIN) == text
    known = WEB.also(["person:olga", "item:new-thing", "escalation:bank-feed/2", "dependency:bank-gateway"])
    assert said(text, known, BERLIN) == "Escalation 2 of bank feed stands down; bank feed is delivered"
    assert said("new-thing", known, BERLIN) == "new-thing", "its title is not known"


@pytest.mark.parametrize(("kind", "alone"), [("plan.solved", True), ("item.dropped", False), ("decision.given", False)])
def test_entries_that_may_quote_people_are_known_by_their_kind(kind: str, alone: bool) -> None:
    assert engines(kind) is alone


def test_other_words_are_no_month() -> None:
    assert (month_or_day("2026-05"), month_or_day("goal")) == ("May 2026", "goal")
