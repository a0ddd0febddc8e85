"""What an open page waits for: news of the products that whoever looks may see."""

from typing import Any, cast

import pytest
from nicegui import Client

from domain.record import SYSTEM_STREAM
from tests.unit.web.pages.test_owner_templates import READER
from web.pages.asking import Api
from web.pages.frame import Page


class Asked:
    """Keeps which ledgers were looked at."""

    def __init__(self) -> None:
        self.products: list[str] = []

    async def get(self, *path: str | int, **_: Any) -> Any:
        self.products.append(str(path[1]))
        return {"seq": 1}


@pytest.mark.parametrize(
    ("given", "watched"),
    [
        pytest.param({}, ["web", "app"], id="all that they see, when the address names none"),
        pytest.param({"product": "app"}, ["app"], id="the one that the address names"),
        pytest.param({"product": SYSTEM_STREAM}, [], id="none, when it is the ledger of the installation"),
        pytest.param({"product": "bank"}, [], id="none, when they do not see it"),
    ],
)
async def test_a_page_looks_for_news_of_products_that_are_seen(given: dict[str, str], watched: list[str]) -> None:
    asked = Asked()
    me = {"places": [{"product": "web"}, {"product": "app"}]}
    page = Page(cast(Api, asked), READER, me, "/", cast(Client, None))
    await page.begin_watch(given)
    assert asked.products == watched
