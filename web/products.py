"""What every answer needs to know about its product: whether it exists, its clock, its time zone, its people."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from activities.ports import LedgerReader
from domain.definition import People, unknown
from domain.delegations import Mandates
from domain.record import ViewRow
from web.problems import Problem, problem

PAGE = 1_000  # rows the ledger gives at once


@dataclass(frozen=True)
class Product:
    """The facts of one product that appear beside others."""

    id: str
    title: str
    currency: str
    time_zone: str
    simulated: bool
    state: str
    mandates: Mandates  # who holds which role, and who stands in for whom
    open_request: int | None
    leads: frozenset[str] = frozenset()  # of its teams
    sign_in_again_money: int | None = None  # minor units: whoever approves as much signs in again first

    @property
    def people(self) -> People:
        """Return who holds which role."""
        return self.mandates.people


class Products:
    """Reads the products from the ledger."""

    def __init__(self, reader: LedgerReader) -> None:
        self._reader = reader
        self._simulated: dict[str, bool] = {}  # a running product keeps its clock

    async def get(self, product: str) -> Product:
        """Return a product. Raises a problem that names the closest ones when there is none."""
        found = await self.find(product)
        if found is None:
            raise await self.missing(product)
        return found

    async def find(self, product: str) -> Product | None:
        """Return a product, or None."""
        row = await self._reader.row("product", product)
        return None if row is None else self._of(row)

    async def all(self) -> dict[str, Product]:
        """Return every product by its id."""
        return {row.id: self._of(row) for row in await all_rows(self._reader, "product")}

    async def simulated(self, product: str) -> bool:
        """Tell whether the product's clock is simulated; False for a product that is not known."""
        known = self._simulated.get(product)
        if known is None:
            found = await self.find(product)
            known = found is not None and found.simulated
        return known

    async def unknown(self, product: str) -> str:
        """Say that there is no such product, with the closest ones."""
        return unknown("product", product, [row.id for row in await all_rows(self._reader, "product")])

    async def missing(self, product: str) -> Problem:
        """Return the problem of a product that does not exist."""
        return problem("unknown-product", await self.unknown(product), product=product)

    def _of(self, row: ViewRow) -> Product:
        data = row.data
        found = Product(
            id=row.id,
            title=data["title"],
            currency=data["currency"],
            time_zone=data["time_zone"],
            simulated=data["simulated_clock"],
            state=row.state,
            mandates=mandates_in(data),
            open_request=data.get("open_request"),
            leads=frozenset(data.get("leads", ())),  # rows of older versions know none
            sign_in_again_money=data.get("sign_in_again_money"),
        )
        self._simulated[row.id] = found.simulated
        return found


def mandates_in(data: Mapping[str, Any]) -> Mandates:
    """Return who may speak for whom, as a product's row holds it; rows of older versions know no delegations."""
    return Mandates.model_validate({"people": data["people"], "delegations": data.get("delegations", ())})


async def all_rows(
    reader: LedgerReader, kind: str, product: str | None = None, states: Iterable[str | None] = (None,)
) -> list[ViewRow]:
    """Return every row of a kind, whatever their number; ``states`` that are wanted, None for all."""
    found: list[ViewRow] = []
    for state in states:
        after = None
        while page := await reader.rows(kind, product, state, PAGE, after):
            found += page
            if len(page) < PAGE:
                break
            after = page[-1].id
    return found
