"""`tandem calendar`, over HTTP to the real application with ports in memory."""

import json

from deploy.cli.main import run
from tests.unit.deploy.organised import organised
from tests.unit.deploy.served import Out, Served, product, served

__all__ = ["organised", "product", "served"]  # fixtures


def test_it_shows_hours_holidays_and_when_a_wait_is_over(organised: Served, capsys: Out) -> None:
    asked = ["calendar", "web", "--from", "2098-12-24", "--to", "2098-12-27", "--after", "3 business days"]
    assert run(asked) == 0
    out = capsys.readouterr().out
    assert "Calendar of web (the product): berlin, times in Europe/Berlin" in out
    assert "mon to fri, 09:00 to 12:30 and 13:30 to 17:00" in out
    assert "wed 2098-12-24" in out
    assert "09:00 to 12:30, 13:30 to 17:00" in out
    assert "Second Day of Christmas" in out
    assert "3 business days from now: over on " in out


def test_it_shows_when_a_person_may_be_told(organised: Served, capsys: Out) -> None:
    assert run(["calendar", "web", "--as", "olga"]) == 0
    out = capsys.readouterr().out
    assert "Calendar of olga: berlin (the product's)" in out
    assert "quiet hours  from 20:00 to 08:00" in out
    assert "may be told" in out


def test_without_a_calendar_every_hour_counts(product: Served, capsys: Out) -> None:
    state = product.engine.states["web"]
    bare = state.declared.model_copy(update={"calendar": None})
    product.engine.states["web"] = state.model_copy(update={"declared": bare})
    assert run(["calendar", "web", "--from", "2098-12-24", "--to", "2098-12-24"]) == 0
    out = capsys.readouterr().out
    assert "none, every hour counts" in out
    assert "every hour" in out


def test_as_json_it_is_what_the_api_says(organised: Served, capsys: Out) -> None:
    assert run(["calendar", "web", "--team", "it", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["kind"], found["name"], found["own"], len(found["days"])) == ("team", "it", False, 14)


def test_what_cannot_be_shown_is_refused(organised: Served, capsys: Out) -> None:
    assert run(["calendar", "web", "--as", "olg"]) == 1
    assert "did you mean olga" in capsys.readouterr().err
    assert run(["calendar", "web", "--after", "soon"]) == 1
    assert "must be a time such as" in capsys.readouterr().err
