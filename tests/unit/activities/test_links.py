"""Links hold for a while, and only as they were signed."""

from datetime import UTC, datetime, timedelta

import pytest

from activities.links import PATH, ExpiredLinkError, ForgedLinkError, Links, LinkTo

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
LINKS = Links(b"k" * 32, "https://tandem.example/")
LINK = LinkTo(thing="approval/web/7", hash="a" * 64, until=NOON + timedelta(hours=1))


def token(links: Links = LINKS, link: LinkTo = LINK, to: str = "olga") -> str:
    address, _, found = links.url(link, to).partition(PATH)
    assert address == "https://tandem.example"
    return found


def test_a_link_names_what_is_asked_its_hash_and_for_whom() -> None:
    assert LINKS.read(token(to="Žofie 山"), NOON) == ("approval/web/7", "a" * 64, "Žofie 山")
    assert token() == token()
    assert token().isascii()


@pytest.mark.parametrize(
    ("seconds", "holds"),
    [
        pytest.param(3599, True, id="before its end"),
        pytest.param(3600, False, id="at its end"),
        pytest.param(-86_400 * 365, True, id="a clock that is behind"),
    ],
)
def test_a_link_holds_for_a_while(seconds: int, holds: bool) -> None:
    now = NOON + timedelta(seconds=seconds)
    if holds:
        assert LINKS.read(token(), now).thing == "approval/web/7"
    else:
        with pytest.raises(ExpiredLinkError):
            LINKS.read(token(), now)


@pytest.mark.parametrize(
    "forged",
    [
        pytest.param("", id="nothing"),
        pytest.param("x", id="something"),
        pytest.param(token()[:-1], id="cut off"),
        pytest.param(token() + "x", id="longer"),
        pytest.param(token()[1:], id="its beginning is missing"),
        pytest.param(token(Links(b"o" * 32, "https://tandem.example")), id="another key"),
        pytest.param("a" * 100_000, id="endless"),
        pytest.param("é.ü", id="other letters"),
    ],
)
def test_what_was_not_signed_here_is_no_link(forged: str) -> None:
    with pytest.raises(ForgedLinkError):
        LINKS.read(forged, NOON)


def test_every_single_changed_letter_is_noticed() -> None:
    good = token()
    for place in range(len(good)):
        other = "A" if good[place] != "A" else "B"
        changed = f"{good[:place]}{other}{good[place + 1 :]}"
        try:
            read = LINKS.read(changed, NOON)
        except ForgedLinkError:
            continue
        assert read == LINKS.read(good, NOON)  # the last letter of base64 has bits to spare
