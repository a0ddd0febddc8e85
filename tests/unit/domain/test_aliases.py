"""What a product file says of webhook sources: names that do not exist are refused, and both parts may be absent."""

from typing import Any

import pytest
from pydantic import ValidationError

from domain.views import product_row, roadmap_parts, roadmap_row
from tests.builders import NOON
from tests.unit.domain.states import definition, fresh
from web.definition import DefinitionError, read_definition
from web.sources import bound_of

BOTH: dict[str, Any] = {
    "sources": {"github-web": {"repositories": ["acme/web"], "ignore": ["label"]}},
    "aliases": {
        "github-web": {
            "milestones": {"Spring launch": "spring", "*": None},
            "items": {"acme/web#12": "search", "acme/web#13": None},
            "teams": {"acme/api": "it"},
            "dependencies": {"acme/api#7": "sso-api"},
            "labels": {"blocked": "*", "legal": "fonts"},
            "statuses": {"In review": "started", "Icebox": None},
            "themes": {"Basic Plan": "checkout"},
        }
    },
}


def test_a_file_without_sources_is_as_good_as_before() -> None:
    assert definition().sources == {}
    assert definition().aliases == {}
    state = fresh()
    assert product_row(state, NOON).data["sources"] == []
    assert roadmap_row(state, NOON).data["sources"] == {}


def test_what_a_file_says_of_a_source_is_found_beside_what_the_product_has() -> None:
    state = fresh(**BOTH)
    assert product_row(state, NOON).data["sources"] == ["github-web"]
    bound = bound_of(roadmap_row(state, NOON), "github-web")
    assert bound.product == state.product
    assert bound.binding == state.declared.sources["github-web"]
    assert bound.aliases == state.declared.aliases["github-web"]
    assert bound.items["search"].teams == ("it",)
    assert bound.items["search"].milestone == "spring"
    assert bound.milestones["spring"].due == state.milestones["spring"].due
    assert not bound.milestones["release"].committed
    assert bound.dependencies["sso-api"].needs == "search"


def test_a_source_without_aliases_is_bound_too() -> None:
    row = roadmap_row(fresh(sources={"github-web": {}}), NOON)
    assert bound_of(row, "github-web").aliases.items == {}


def test_other_aliases_are_another_roadmap_row() -> None:
    one, other = fresh(), fresh(**BOTH)
    changed = one.model_copy(update={"declared": other.declared})
    assert any(new is not old for new, old in zip(roadmap_parts(changed), roadmap_parts(one), strict=True))


@pytest.mark.parametrize(
    ("kind", "alias", "said"),
    [
        ("milestones", {"Spring": "sprin"}, "aliases.github-web.milestones.Spring: there is no milestone 'sprin'"),
        ("items", {"acme/web#12": "serch"}, "acme/web#12: there is no item 'serch'; did you mean search?"),
        ("teams", {"acme/api": "marketin"}, "there is no team 'marketin'; did you mean marketing?"),
        ("dependencies", {"API-7": "sso"}, "there is no dependency 'sso'"),
        ("labels", {"legal": "font"}, "there is no dependency 'font'; did you mean fonts?"),
        ("items", {"*": "search"}, "aliases.github-web.items: '*' stands for all other names"),
        ("themes", {"*": "checkout"}, "aliases.github-web.themes: '*' stands for all other names"),
    ],
    ids=["milestone", "item", "team", "dependency", "label", "the rest", "the rest of themes"],
)
def test_an_alias_of_what_does_not_exist_is_refused(kind: str, alias: dict[str, str], said: str) -> None:
    with pytest.raises(ValidationError) as refused:
        definition(sources={"github-web": {}}, aliases={"github-web": {kind: alias}})
    assert said in str(refused.value)


def test_so_many_aliases_that_they_fit_into_no_message_are_refused() -> None:
    names = {f"acme/a-repository-with-a-long-name#{number}": "search" for number in range(5_000)}
    assert definition(sources={"a": {}}, aliases={"a": {"items": names}})
    with pytest.raises(ValidationError, match=r"aliases: with sources they are [0-9,]+ characters long; 400,000"):
        definition(sources={"a": {}, "b": {}}, aliases={"a": {"items": names}, "b": {"items": names}})


def test_aliases_of_a_source_that_is_not_bound_are_refused() -> None:
    with pytest.raises(ValidationError, match="there is no source 'github'; did you mean github-web"):
        definition(sources={"github-web": {}}, aliases={"github": {}})


@pytest.mark.parametrize(
    ("changes", "field", "word"),
    [
        pytest.param({"sources": {"GitHub": {}}}, "sources.GitHub", "lower-case letters", id="a name of a source"),
        pytest.param(
            {"sources": {"github-web": {"repos": []}}}, "sources.github-web.repos", "repositories", id="a field"
        ),
        pytest.param(
            {"sources": {"a": {}}, "aliases": {"a": {"statuses": {"Done": "done"}}}},
            "aliases.a.statuses.Done",
            "'completed'",
            id="a place in the life cycle",
        ),
        pytest.param(
            {"sources": {"a": {}}, "aliases": {"a": {"milestones": {"Spring launch": "x", "acme/web/7": "y"}}}},
            "aliases.a.milestones.acme/web/7",
            "there is no milestone 'y'",
            id="several at once, each at its place",
        ),
    ],
)
def test_the_place_in_the_file_is_named(changes: dict[str, Any], field: str, word: str) -> None:
    values = definition().model_dump(mode="json") | changes
    with pytest.raises(DefinitionError) as refused:
        read_definition(values)
    found = {error.field: error.message for error in refused.value.errors}
    assert word in found[field]
