"""Roles and rights that people were given, in the ledger's database."""

from collections import defaultdict
from functools import partial

from sqlalchemy import delete, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

from activities.ledger.account_base import AccountTables
from activities.ledger.tables_accounts import person_grant
from domain.access import Grant


class AccountGrants(AccountTables):
    """The part of the port ``Accounts`` about roles and rights."""

    async def grant(self, name: str, grant: Grant) -> bool:
        async def work(connection: AsyncConnection) -> bool:
            postgres = connection.dialect.name == "postgresql"
            statement = postgresql.insert(person_grant) if postgres else sqlite.insert(person_grant)
            row = {"person": name, "role": grant.role, "product": grant.product}
            return (await connection.execute(statement.values(**row).on_conflict_do_nothing())).rowcount > 0

        return await self._write(work)

    async def withdraw(self, name: str, grant: Grant) -> bool:
        async def work(connection: AsyncConnection) -> bool:
            table = person_grant.c
            this = (table.person == name) & (table.role == grant.role) & (table.product == grant.product)
            return (await connection.execute(delete(person_grant).where(this))).rowcount > 0

        return await self._write(work)

    async def grants_of(self, name: str) -> tuple[Grant, ...]:
        return await self._read(partial(grants_of, name=name))

    async def all_grants(self) -> dict[str, tuple[Grant, ...]]:
        return await self._read(all_grants)


async def grants_of(connection: AsyncConnection, name: str) -> tuple[Grant, ...]:
    """Return what somebody was given, by role and product."""
    table = person_grant.c
    query = select(table.role, table.product).where(table.person == name).order_by(table.role, table.product)
    return tuple(Grant(role=row.role, product=row.product) for row in await connection.execute(query))


async def all_grants(connection: AsyncConnection) -> dict[str, tuple[Grant, ...]]:
    """Return what everybody was given, by name, role and product."""
    given: defaultdict[str, list[Grant]] = defaultdict(list)
    table = person_grant.c
    for row in await connection.execute(select(person_grant).order_by(table.person, table.role, table.product)):
        given[row.person].append(Grant(role=row.role, product=row.product))
    return {name: tuple(grants) for name, grants in given.items()}
