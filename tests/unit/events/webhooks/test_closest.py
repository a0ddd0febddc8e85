"""What is said of a name without an alias."""

from dataclasses import replace
from typing import Any

import pytest
import yaml

from events.webhooks.bindings import KnownMilestone
from events.webhooks.closest import without_alias
from tests.unit.events.webhooks.cases import DUE, product

BARE = product()
WEB = replace(
    BARE,
    milestones={"spring-launch": KnownMilestone(DUE, title="The launch in spring"), "fair": KnownMilestone(DUE)},
    teams=("it", "marketing"),
)


def line_of(said: str) -> Any:
    """Return what the line to be pasted means as YAML."""
    return yaml.safe_load(said.split("`")[1])


@pytest.mark.parametrize(
    ("kind", "names", "hint", "alias"),
    [
        pytest.param(
            "milestones",
            ("acme/web/7", "7", "Spring launch"),
            "did you mean spring-launch (The launch in spring)?",
            {"Spring launch": "spring-launch"},
            id="like an id, which its title names",
        ),
        pytest.param(
            "milestones",
            ("7", "the launch in Spring"),
            "did you mean spring-launch (",
            {"the launch in Spring": "spring-launch"},
            id="like a title",
        ),
        pytest.param(
            "milestones",
            ("acme/web/7", "Zzz"),
            "known here: spring-launch (The launch in spring), fair.",
            {"acme/web/7": "<id>"},
            id="like nothing",
        ),
        pytest.param("teams", ("IT",), "did you mean it?", {"IT": "it"}, id="a team"),
        pytest.param("statuses", ("Parked",), "it may be added, started,", {"Parked": "<one of these>"}, id="a status"),
        pytest.param(
            "themes", ("7",), "'7'; add to", {"7": "<id>"}, id="a theme, of which none is known, and a number"
        ),
        pytest.param("items", ("no",), "known here: sso, api.", {"no": "<id>"}, id="a word of YAML"),
        pytest.param("items", ("a: b #c\u0007",), "known here", {"a: b #c\u0007": "<id>"}, id="signs of YAML"),
        pytest.param("items", ("acme/web#121",), "known here", {"acme/web#121": "<id>"}, id="an issue"),
    ],
)
def test_the_closest_names_and_the_line_that_would_map_it_are_said(
    kind: str, names: tuple[str, ...], hint: str, alias: dict[str, str]
) -> None:
    said = without_alias(WEB, "github-web", kind, names)
    assert hint in said
    assert line_of(said) == {"aliases": {"github-web": {kind: alias}}}


def test_an_alias_that_is_alike_is_named() -> None:
    said = without_alias(product(items={"acme/web#120": "sso"}), "github-web", "items", ("acme/web#121",))
    assert "did you mean 'acme/web#120', which has one? known here: sso, api. add to" in said


def test_another_spelling_of_a_label_means_the_same() -> None:
    said = without_alias(product(labels={"blocked": "*"}), "github-web", "labels", ("Blocked",))
    assert line_of(said) == {"aliases": {"github-web": {"labels": {"Blocked": "*"}}}}
