"""All pictures: readable whatever the number of things, in black and white, and nothing but a picture."""

import re
from collections.abc import Callable
from itertools import combinations
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from tests.unit.web.pictures.forecasts import forecast
from tests.unit.web.pictures.roadmaps import NOON, roadmap
from tests.unit.web.pictures.themes import themes
from web.pictures.canvas import HIGHEST, WIDTH, Canvas
from web.pictures.demand import demand_picture
from web.pictures.forecast import forecast_picture
from web.pictures.roadmap import roadmap_picture

SVG = "{http://www.w3.org/2000/svg}"
DRAWN = {"svg", "title", "defs", "pattern", "path", "rect", "line", "text", "circle", "polygon"}


def of_demand(number: int, **_: Any) -> Canvas:
    return demand_picture("Corporate web site", NOON, "Europe/Berlin", themes(number))


def of_roadmap(items: int, milestones: int = 3, periods: int = 6, **over: Any) -> Canvas:
    return roadmap_picture(roadmap(items, milestones, periods, **over))


def of_forecast(milestones: int, periods: int = 6, **over: Any) -> Canvas:
    return forecast_picture(forecast(milestones, periods, **over))


def of_long_words() -> Canvas:
    """Draw the longest title and the largest amounts that there may be, and time that runs over years."""
    found = roadmap(3, 2, title="W" * 500, currency="JPY")
    months = found["data"]["periods"]
    found["data"] |= {"budgets": dict.fromkeys(months, 10**15), "spent": dict.fromkeys(months, -(10**15))}
    found["data"]["items"][0] |= {"title": "W" * 500, "value": 1e15}
    return roadmap_picture(found)


def of_far_dates() -> Canvas:
    """Draw milestones of the past and of the far future."""
    found = forecast(3)
    for one, date in zip(found["milestones"], ("1999-01-01", "2026-05-01", "2998-12-31"), strict=True):
        one |= {"due": f"{date}T00:00:00+00:00", "p50": None, "p85": None}
    return forecast_picture(found)


PICTURES = [
    pytest.param(lambda draw=draw, sizes=sizes: draw(*sizes), id=f"{draw.__name__[3:]} {sizes}")
    for draw, sizes in (
        *((of_roadmap, (items, milestones, 6)) for items, milestones in ((0, 0), (1, 1), (40, 6), (500, 40))),
        *((of_roadmap, (60, 12, periods)) for periods in (1, 12, 24)),
        *((of_demand, (number,)) for number in (0, 1, 40, 500)),
        (of_long_words, ()),
        (of_far_dates, ()),
        *((of_forecast, (milestones, periods)) for milestones in (0, 1, 16, 500) for periods in (1, 6, 24, 30)),
    )
]
Draw = Callable[[], Canvas]


@pytest.mark.parametrize("draw", PICTURES)
def test_no_text_touches_another_or_leaves_the_sheet(draw: Draw) -> None:
    canvas = draw()
    assert canvas.height <= HIGHEST
    assert canvas.boxes
    for box in canvas.boxes:
        assert 0 <= box.left < box.right <= WIDTH, box
        assert 0 <= box.top < box.bottom <= canvas.height, box
    assert [(one.text, other.text) for one, other in combinations(canvas.boxes, 2) if one.meets(other)] == []


@pytest.mark.parametrize("draw", PICTURES)
def test_letters_are_large_enough_to_read(draw: Draw) -> None:
    sizes = [float(text.attrib["font-size"]) for text in ET.fromstring(draw().svg()).iter(f"{SVG}text")]
    assert min(sizes) >= 9  # CSS pixels: 6.75 points


@pytest.mark.parametrize("draw", PICTURES)
def test_a_picture_is_black_white_and_nothing_but_a_picture(draw: Draw) -> None:
    drawn = draw().svg()
    root = ET.fromstring(drawn)
    assert {element.tag.removeprefix(SVG) for element in root.iter()} <= DRAWN
    attributes = {(name, value) for element in root.iter() for name, value in element.attrib.items()}
    assert not [name for name, _ in attributes if name.startswith(("on", "style")) or "href" in name]
    looks = {value for name, value in attributes if name in ("fill", "stroke")}
    assert looks <= {"none", "url(#hatched)"} | {look for look in looks if re.fullmatch(r"#(.)\1\1", look)}
    assert not re.search(rb"https?:(?!//www\.w3\.org/2000/svg)", drawn)


@pytest.mark.parametrize("draw", PICTURES)
def test_the_same_data_gives_the_same_bytes(draw: Draw) -> None:
    assert draw().svg() == draw().svg()


@pytest.mark.parametrize("draw", PICTURES)
def test_everything_stands_inside_the_sheet(draw: Draw) -> None:
    canvas = draw()
    root = ET.fromstring(canvas.svg())
    for mark in root.iter(f"{SVG}polygon"):
        for across, down in (pair.split(",") for pair in mark.attrib["points"].split()):
            assert 0 <= float(across) <= WIDTH
            assert 0 <= float(down) <= canvas.height
    for rect in list(root.iter(f"{SVG}rect"))[1:]:
        x, y, width, height = (float(rect.attrib.get(name, 0)) for name in ("x", "y", "width", "height"))
        assert x >= 0
        assert y >= 0
        assert x + width <= WIDTH
        assert y + height <= canvas.height


def texts(canvas: Canvas) -> list[str]:
    return [box.text for box in canvas.boxes]


def whole(canvas: Canvas) -> str:
    """Return all that can be read, what is shown by pointing included."""
    return " ".join("".join(element.itertext()) for element in ET.fromstring(canvas.svg()).iter(f"{SVG}text"))


def test_what_there_is_no_room_for_is_counted() -> None:
    assert any(
        re.fullmatch(r"and 460 items more, not shown \(\d+ funded, \d+ not funded\).*", text)
        for text in texts(of_roadmap(500))
    )
    assert any(text.startswith("and 460 themes more, not shown") for text in texts(of_demand(500)))
    assert any(text.startswith("and 484 milestones more, not shown") for text in texts(of_forecast(500)))
    assert any("and 6 months more, not shown" in text for text in texts(of_forecast(1, 30)))
    assert any(
        re.match(r"not shown: \d+ more milestones that there is no room for", text) for text in texts(of_roadmap(1, 80))
    )


def test_forty_items_are_all_shown() -> None:
    assert not any("not shown (" in text for text in texts(of_roadmap(40)))
    assert len([text for text in texts(of_demand(40)) if "not shown" in text]) == 0


def test_nothing_is_said_to_be_nothing() -> None:
    assert "no open items" in texts(of_roadmap(0))
    assert "no themes" in texts(of_demand(0))
    assert {"no planned milestones", "no team is short of people for the plan in force"} <= set(texts(of_forecast(0)))


def test_a_cut_title_can_be_read_by_pointing_at_it_and_markup_is_text() -> None:
    drawn = of_roadmap(40)
    assert "in every country that we sell to" in whole(drawn)
    assert "in every country that we sell to" not in "".join(texts(drawn))
    assert "Newsletter <b>& friends</b>" in texts(drawn)
    assert b"<b>" not in drawn.svg()


def test_started_funded_and_not_funded_are_told_apart_by_pattern_and_word() -> None:
    drawn = of_roadmap(40, 0)
    fills = [rect.attrib["fill"] for rect in ET.fromstring(drawn.svg()).iter(f"{SVG}rect")]
    assert {"#111", "url(#hatched)"} <= set(fills)
    assert "not funded" in texts(drawn)


def test_a_simulated_clock_is_on_the_picture() -> None:
    assert any(text.endswith("simulated clock") for text in texts(of_roadmap(1, simulated_clock=True)))
    assert any(text.endswith("simulated clock") for text in texts(of_forecast(1, simulated_clock=True)))
    assert any(text.endswith("simulated clock") for text in texts(demand_picture("x", NOON, "UTC", [], simulated=True)))


def test_what_is_unknown_is_not_drawn_as_nothing() -> None:
    assert "unknown" in texts(of_forecast(16))
    assert "–" in texts(of_demand(40))
