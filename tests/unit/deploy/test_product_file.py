"""A product file names what is wrong with it: file, line, column, field."""

from pathlib import Path

import pytest

from deploy.product_file import MOST_SHOWN, ProductFileError, load_product_file, read_product_file

FILE = Path("product.yaml")
VALID = """\
product: web
title: Web site
currency: EUR
people: {product_manager: [maria], product_owner: [olga], executive_board: [bernd]}
teams:
  it: {function: it, lead: ines, person_days: 50, allotment: 40}
budget:
  per_period: 3000000
  periods: {2026-04: 1000000}
milestones:
  spring: {due: 2026-04-30}
items:
  search:
    cost: 600000
    efforts: {it: 5}
  a.b:
    after: [search]
    values: {marketplace: 3}
"""


def refusal(content: bytes | str) -> str:
    """Return what is said about a file."""
    with pytest.raises(ProductFileError) as refused:
        read_product_file(FILE, content if isinstance(content, bytes) else content.encode()).definition()
    return str(refused.value)


def test_dates_and_periods_are_what_they_look_like() -> None:
    definition = read_product_file(FILE, VALID.encode()).definition()
    assert definition.milestones["spring"].due.isoformat() == "2026-04-30"
    assert definition.budget.periods == {"2026-04": 1000000}


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        pytest.param(
            "title: Web", "titel: Web", "product.yaml:2:1: titel: unknown field; did you mean title", id="field"
        ),
        pytest.param(
            "{marketplace: 3}",
            "{market: 3}",
            "product.yaml:18:14: items.a.b.values.market: unknown field",
            id="in values",
        ),
        pytest.param(
            "{it: 5}",
            "{itt: 5}",
            "product.yaml:15:15: items.search.efforts.itt: there is no team 'itt'; did you mean it?",
            id="an unknown team",
        ),
        pytest.param(
            "cost: 600000",
            "after: [a.b]",
            "the items wait for each other in a circle: a.b → search → a.b",
            id="a cycle of items",
        ),
        pytest.param(
            "[search]", "[serch]", "product.yaml:17:13: items.a.b.after.0: there is no item", id="unknown item"
        ),
        pytest.param(
            "600000", "6000.5", "product.yaml:14:5: items.search.cost: must be a valid integer", id="half cents"
        ),
        pytest.param("600000", "yes", "product.yaml:14:5: items.search.cost: must be a valid integer", id="a yes"),
        pytest.param("2026-04-30", "2026-04-31", "milestones.spring.due: there is no such day", id="no such day"),
        pytest.param(
            "2026-04-30", "2026-04-30 10:00:00", "an instant needs its offset", id="an instant without offset"
        ),
        pytest.param(
            "    cost: 6",
            "    cost: 1\n    cost: 6",
            "product.yaml:15:5: items.search.cost: is given twice",
            id="twice",
        ),
        pytest.param("title: Web", "title: [Web", "product.yaml:3:", id="YAML syntax"),
        pytest.param("title: Web site", "title: !!python/name:os.system", "is not YAML", id="a Python object"),
        pytest.param("title: Web site", "title: !!binary aGk=", "product.yaml:2:8: title: is not a value", id="bytes"),
        pytest.param("title: Web site", "title: &x [*x]", "is nested too deeply", id="an alias of itself"),
        pytest.param("title: Web site", "", "product.yaml:1:1: title: is required", id="missing"),
        pytest.param("{due", "{<<: {}, due", "merge keys", id="a merge key"),
    ],
)
def test_what_is_wrong_is_named_with_its_place(old: str, new: str, said: str) -> None:
    assert old in VALID
    assert said in refusal(VALID.replace(old, new, 1))


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("", "product.yaml:1:1: is empty"),
        ("- web", "must be an object"),
        (b"title: \xff", "product.yaml:1:1: is not UTF-8"),
        ("2026-01-01: x", "put 2026-01-01 into quotes"),
        ("\ttitle: x", "product.yaml:1:1: is not YAML"),
    ],
)
def test_what_is_no_product_file_is_refused(content: bytes | str, said: str) -> None:
    assert said in refusal(content)


def test_aliases_cannot_fill_the_memory() -> None:
    bomb = "a0: &a0 [x,x,x,x,x,x,x,x,x,x]\n"
    bomb += "".join(f"a{n}: &a{n} [{','.join([f'*a{n - 1}'] * 10)}]\n" for n in range(1, 9))
    assert "holds more than" in refusal(bomb)


def test_only_the_first_of_many_findings_are_shown() -> None:
    lines = refusal(VALID + "".join(f"x{n}: 1\n" for n in range(MOST_SHOWN + 5))).splitlines()
    assert len(lines) == MOST_SHOWN + 1
    assert lines[-1] == "and 5 more"


def test_a_file_that_is_not_there_says_how_to_write_one(tmp_path: Path) -> None:
    with pytest.raises(ProductFileError, match="No such file or directory; `tandem init"):
        load_product_file(tmp_path / "nothing.yaml")
