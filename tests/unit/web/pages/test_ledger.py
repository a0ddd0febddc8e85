"""What somebody filters by on the ledger page becomes what the API is asked; things have titles and pages."""

from zoneinfo import ZoneInfo

import pytest
from babel import Locale

from domain.record import SYSTEM_STREAM
from web.pages.ledger import Asked, Place, api_path
from web.pages.ledger_things import Names
from web.pages.reader import Reader
from web.pages.rendering import rendered

BERLIN = Reader(ZoneInfo("Europe/Berlin"), True, Locale("en", "GB"), "auto")
NAMES = Names(
    "web", "Web site", inspects=False, titles={"item:sso": "Single sign-on", "milestone:spring": "Spring campaign"}
)


def test_days_begin_and_end_where_the_reader_is() -> None:
    query = Asked(since="2026-03-28", until="2026-03-29").query(BERLIN, NAMES)
    assert query == {"since": "2026-03-28T00:00:00+01:00", "until": "2026-03-30T00:00:00+02:00"}, "the clocks change"


def test_a_day_that_is_none_is_left_to_the_api_to_refuse() -> None:
    assert Asked(since="yesterday").query(BERLIN, NAMES) == {"since": "yesterday"}


@pytest.mark.parametrize(
    ("typed", "thing"),
    [
        ("Single sign-on", "item:sso"),
        ("single sign-on ", "item:sso"),
        ("sso", "item:sso"),
        ("spring", "milestone:spring"),
        ("item:sso", "item:sso"),
        ("decision 7", "approval:7"),
        ("Approval #7", "approval:7"),
        ("theme:loans", "theme:loans"),
        ("nothing like it", "nothing like it"),
    ],
)
def test_a_thing_is_meant_by_its_title_its_id_or_as_the_ledger_writes_it(typed: str, thing: str) -> None:
    assert NAMES.named(typed) == thing


@pytest.mark.parametrize(
    ("about", "text", "href"),
    [
        ("item:sso", "Single sign-on", "/products/web/items/sso"),
        ("item:a/b", "a/b", "/products/web/items/a%2Fb"),
        ("milestone:spring", "Milestone Spring campaign", "/products/web"),
        ("approval:7", "Decision 7", "/approvals/web/7"),
        ("escalation:sso/2", "Escalation 2 of Single sign-on", "/escalations/web/sso/2"),
        ("period:2026-03", "Mar 2026", "/products/web/money"),
        ("dependency:bank-api", "Dependency bank api", "/products/web/dependencies"),
        ("goal:growth", "Goal growth", "/ledger/web?about=goal%3Agrowth"),
        ("run:3", "Run 3", "/ledger/web?about=run%3A3"),
    ],
)
def test_a_thing_leads_to_its_page_or_to_what_happened_to_it(about: str, text: str, href: str) -> None:
    (thing,) = NAMES.things([about, "cause:event/x", "person:olga"])
    assert (thing.text, thing.href) == (text, href)


def test_who_looks_into_what_runs_is_led_there() -> None:
    looking = Names("web", "Web site", inspects=True)
    assert looking.thing("run:3").href == "/workflows/reprioritization/web/3"
    assert looking.thing("letter:kafka/e1").href == "/dead-letters/kafka%2Fe1"


def test_filters_stay_in_the_address_of_every_page() -> None:
    place = Place(NAMES, Asked(kind="plan.solved", about="Single sign-on"))
    assert place.address(before=51) == "/ledger/web?kind=plan.solved&about=Single+sign-on&before=51"
    assert Place(NAMES).address() == "/ledger/web"
    assert place.export("csv", {"kind": "plan.solved"}) == (
        "/api/v1/products/web/ledger/export?format=csv&kind=plan.solved"
    )
    assert api_path(SYSTEM_STREAM) == ("system", "ledger")


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        pytest.param({}, "12,345 entries, unbroken", id="whole"),
        pytest.param({"next": 2000, "entries": 2000}, "2,000 of 12,345 entries hold so far", id="under way"),
        pytest.param(
            {"ok": False, "broken_at": 7, "why": "entry 7 is missing", "entries": 6},
            "The chain breaks at entry 7: entry 7 is missing",
            id="broken",
        ),
        pytest.param({"entries": 0, "of": 0}, "There are no entries", id="empty"),
    ],
)
def test_a_verification_says_in_words_what_it_found(changes: dict[str, object], said: str) -> None:
    report = {"ok": True, "entries": 12_345, "of": 12_345, "next": None, "head": "a" * 64, "broken_at": None, "why": ""}
    assert said in rendered("ledger_verified.html.j2", BERLIN, report=report | changes, refused="")


def test_what_somebody_wrote_is_escaped() -> None:
    hostile = Names("web", "<script>alert(1)</script>", inspects=False)
    shown = rendered("ledger_heading.html.j2", BERLIN, place=Place(hostile), query={}, simulated=False)
    assert "<script>" not in shown
    assert "&lt;script&gt;" in shown
