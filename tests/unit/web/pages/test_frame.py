"""A page is for the browser in which it was opened."""

import pytest

from web.pages.frame import is_same_session

MINE = ("tandem", "abc")


@pytest.mark.parametrize(
    ("sent", "same"),
    [
        pytest.param("tandem=abc", True, id="the session of the page"),
        pytest.param("tandem=abd", False, id="another one"),
        pytest.param("", False, id="none"),
        pytest.param('a={"b": 1}; x=hello world; tandem=abc', True, id="beside what other applications keep"),
        pytest.param("a@b=1; tandem=abd", False, id="another one, beside a name that is not allowed"),
        pytest.param("tandem_known=abc", False, id="another cookie"),
    ],
)
def test_a_socket_comes_with_the_session_of_its_page(sent: str, same: bool) -> None:
    assert is_same_session(sent, MINE) is same


def test_a_page_of_nobody_has_no_session() -> None:
    assert not is_same_session("tandem=abc", None)
