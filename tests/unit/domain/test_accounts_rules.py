"""What a person may be called, and which passwords are good enough: the rules at their bounds."""

import pytest

from domain.accounts_rules import name_flaw, password_flaw


@pytest.mark.parametrize(
    ("name", "flaw"),
    [
        pytest.param("olga", None, id="a short name"),
        pytest.param("Zoë O'Neill-Ünal (IT)", None, id="a whole name"),
        pytest.param("o" * 200, None, id="the longest"),
        pytest.param("o" * 201, "1 to 200", id="longer"),
        pytest.param("", "1 to 200", id="nothing"),
        pytest.param(" olga", "spaces", id="a space before"),
        pytest.param("olga ", "spaces", id="a space after"),
        pytest.param("ol\nga", "line breaks", id="two lines"),
        pytest.param("ol\0ga", "control", id="what PostgreSQL cannot keep"),
        pytest.param("ol\u202ega", "control", id="what turns the writing round"),
        pytest.param("\ud800", "control", id="half a character"),
        pytest.param("Tandem", "Tandem itself", id="the engine"),
        pytest.param("token/ci", "a system", id="a system"),
        pytest.param("tokens", None, id="what only begins like one"),
    ],
)
def test_name_flaw(name: str, flaw: str | None) -> None:
    found = name_flaw(name)
    assert found is None if flaw is None else found is not None and flaw in found


@pytest.mark.parametrize(
    ("password", "flaw"),
    [
        pytest.param("x" * 11, "at least 12", id="one too short"),
        pytest.param("x" * 12, None, id="the shortest"),
        pytest.param("x" * 256, None, id="the longest"),
        pytest.param("x" * 257, "at most 256", id="one too long"),
        pytest.param("Olga Ostermann", "not the name", id="the name"),
        pytest.param(" OLGA OSTERMANN ", "not the name", id="the name in other letters"),
        pytest.param("olga ostermann 7", None, id="more than the name"),
    ],
)
def test_password_flaw(password: str, flaw: str | None) -> None:
    found = password_flaw(password, "olga ostermann")
    assert found is None if flaw is None else found is not None and flaw in found
    assert found is None or password not in found, "what is said may be logged"
