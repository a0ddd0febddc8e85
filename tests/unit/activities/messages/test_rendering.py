"""Every kind of message reads well, with all of its facts and without any, in both forms."""

import re
from datetime import UTC, datetime
from html.parser import HTMLParser
from typing import Any

import pytest
from pydantic import ValidationError
from structlog.testing import capture_logs

from activities.links import LinkTo
from activities.messages.facts import MOST_LISTED
from activities.messages.rendering import KINDS, Rendered, render
from domain.directory import Recipient

OLGA = Recipient(
    name="olga", role="product_owner", time_zone="Europe/Berlin", words={"sso": "the login", "it": "IT", "ads": "Ads"}
)
HASH = "0123456789abcdef" * 4
LINK = LinkTo(thing="approval/web/7", hash=HASH, until=datetime(2026, 4, 1, 10, tzinfo=UTC))
FACTS: dict[str, Any] = {
    "because": "sso is late",
    "gain": "20.0 points",
    "cost": "6,000 EUR",
    "moved": 3,
    "needed": "2 people have to approve",
    "changes": [{"who": "it", "what": "sso starts in 2026-04"}, {"who": "ads", "what": "nothing"}],
    "if_nothing": "it goes to the next higher role",
    "deadline": "2026-03-31T12:05:00Z",
    "alternatives": [{"purpose": "cheaper", "text": "without sso", "value": 12.5, "hash": "b" * 64}],
    "hash": HASH,
    "options": ["wait for sso", "work around"],
    "until": "2026-03-30T12:05:00Z",
    "messages": [{"subject": "one", "at": "2026-03-02T12:00:00Z", "url": "http://x/open/1"}, {"subject": "two"}],
    "more": 3,
    "what_is_not_known_here": 1,
}


def rendered(kind: str, facts: dict[str, Any] | None = None, **over: Any) -> Rendered:
    given: dict[str, Any] = {"recipient": OLGA, "subject": "Decision 7", "text": "sso is blocked", "link": None}
    given |= over
    return render(kind, "web", given.pop("recipient"), given.pop("subject"), given.pop("text"), facts or {}, **given)


class Page(HTMLParser):
    """Checks that every element is closed, and gathers the text."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.text = ""
        self.feed(html)
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: object) -> None:
        if tag not in ("meta", "hr"):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if "style" not in self.open:
            self.text += data


@pytest.mark.parametrize("facts", [{}, FACTS], ids=["without facts", "with all of them"])
@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_reads_well_in_both_forms(kind: str, facts: dict[str, Any]) -> None:
    for link, url in ((None, ""), (LINK, "http://x/open/token")):
        message = rendered(kind, facts, link=link, url=url)
        page = Page(message.html)
        assert "the login is blocked" in message.text
        assert "the login is blocked" in page.text
        for text in (message.text, page.text):
            assert "None" not in text
            assert "{" not in text
            assert ("changes nothing, however often" in text) is bool(url or (kind == "digest" and facts))
        assert "\n\n\n" not in message.text
        assert not re.search(r"<p>\s*</p>|<ul>\s*</ul>", message.html)
        loaded = re.findall(r'(?:src|href)="([^"]+)"', message.html)
        assert set(loaded) <= {url, "http://x/open/1"}  # nothing is loaded; links are only links
        assert "url(" not in message.html


def test_what_a_decision_needs_is_there_in_the_readers_words_and_time_zone() -> None:
    message = rendered("decision_asked", FACTS, link=LINK, url="http://x/open/token")
    for said in (
        "Because: the login is late",
        "- IT: the login starts in 2026-04",
        "- Ads: nothing",
        "Time to decide: until 2026-03-31 14:05 (Europe/Berlin)",
        "If nobody answers: it goes to the next higher role",
        "- cheaper: without the login (value 12.5), hash bbbbbbbbbbbb",
        "Needed: 2 people have to approve",
        f"Hash of what is asked: {HASH}",
        "it opens until 2026-04-01 12:00 (Europe/Berlin)",
        "tandem approvals approve web 7 --hash 0123456789ab --as PERSON --reason WHY",
        "to olga, as product owner of web",
    ):
        assert said in message.text
        words = said.removeprefix("- ").partition(": ")[2] or said
        assert words.partition(", hash")[0] in Page(message.html).text
    assert "Look at it: http://x/open/token\n" in message.text
    assert '<a class="look" href="http://x/open/token">Look at it</a>' in message.html
    assert message.text.startswith("A decision waits for you.\n\nthe login is blocked\n\nBecause:")


def test_what_people_typed_is_no_markup() -> None:
    hostile = "<script>alert(1)</script><img src=http://evil/x>"
    facts = {
        **FACTS,
        "because": hostile,
        "options": [hostile],
        "changes": [{"who": hostile, "what": hostile}],
        "messages": [{"subject": hostile, "url": 'http://x/"onclick="x'}],
    }
    recipient = OLGA.model_copy(update={"name": hostile, "words": {"sso": hostile}})
    for kind in KINDS:
        html = rendered(kind, facts, recipient=recipient, subject=hostile, text=f"{hostile} sso").html
        assert "<script" not in html
        assert "<img" not in html
        assert 'onclick="' not in html


def test_a_subject_is_one_line_and_not_endless() -> None:
    subject = rendered("news", subject="a\r\nBcc: eve\x00" + "b" * 900).subject
    assert subject.startswith("a Bcc: eve b")
    assert len(subject) == 200


def test_lists_without_end_are_cut_and_counted() -> None:
    message = rendered("decision_asked", {"changes": [{"who": str(n), "what": "x"} for n in range(MOST_LISTED + 7)]})
    assert "and 7 more" in message.text
    assert "and 7 more" in message.html


def test_a_simulated_clock_is_named() -> None:
    message = rendered("news", simulated=True)
    assert "simulated clock" in message.text
    assert "simulated clock" in message.html
    assert "simulated clock" not in rendered("news").text


def test_a_channel_is_told_as_a_channel() -> None:
    assert "Sent by Tandem for web." in rendered("news", recipient=Recipient(name="ops-chat", is_channel=True)).text


def test_a_kind_of_a_newer_version_reads_as_news_and_the_log_says_so() -> None:
    with capture_logs() as logged:
        assert "the login is blocked" in rendered("nudge").text
    assert logged == [{"event": "template_missing", "kind": "nudge", "log_level": "warning"}]


def test_malformed_facts_are_refused() -> None:
    with pytest.raises(ValidationError):
        rendered("news", {"changes": 3})
