import pytest

from activities.messages.words import in_words, shortened

WORDS = {"sso": "the login", "sso-api": "the login's door", "crm": "sso", "it": "IT", "v1.2": "the second"}


@pytest.mark.parametrize(
    ("text", "read"),
    [
        pytest.param("sso is late", "the login is late", id="a whole id"),
        pytest.param("waits for sso.", "waits for the login.", id="at the end of a sentence"),
        pytest.param("(sso), 'sso': sso!", "(the login), 'the login': the login!", id="between marks"),
        pytest.param("sso-api waits", "the login's door waits", id="the longest id that fits"),
        pytest.param("sso-apis sso_x xsso", "sso-apis sso_x xsso", id="not inside a longer id"),
        pytest.param("web/sso/1 sso/1", "web/sso/1 sso/1", id="not inside a path"),
        pytest.param("sso.example.com a.sso", "sso.example.com a.sso", id="not inside a name with dots"),
        pytest.param("item:sso @sso #sso", "item:sso @sso #sso", id="not behind a mark that makes it a name"),
        pytest.param("SSO", "SSO", id="ids are spelled exactly"),
        pytest.param("crm", "sso", id="no word is replaced again"),
        pytest.param("v1.2 and v1x2", "the second and v1x2", id="a dot is a dot"),
        pytest.param("it is late", "it is late", id="an id that is an everyday word stays"),
        pytest.param("größesso ssoß", "größesso ssoß", id="letters of all scripts make longer words"),
    ],
)
def test_whole_ids_become_the_words_of_who_reads(text: str, read: str) -> None:
    assert in_words(text, WORDS) == read


def test_without_words_a_text_stays() -> None:
    assert in_words("sso", {}) == in_words("sso", {"sso": "sso", "": "x"}) == "sso"


@pytest.mark.parametrize(("most", "cut"), [(5, "abcde"), (4, "abc…"), (1, "…")])
def test_a_long_text_ends_with_an_ellipsis(most: int, cut: str) -> None:
    assert shortened("abcde", most) == cut
