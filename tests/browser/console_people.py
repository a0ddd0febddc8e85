"""Who signs in on the stack of the console: one for each role, and how each gets in for the first time."""

from collections.abc import Mapping, Sequence

from activities.accounts_desk import AccountsDesk
from deploy.settings import Settings
from deploy.wiring_accounts import open_office
from domain.access import EVERY, Grant
from domain.accounts_record import Acting

PASSWORD = "seven quiet ferries cross the bay"
MANAGER, OWNER, BOARD, LEAD = "maria", "olga", "bernd", "ines"  # whom the product file of `tandem init` names
OPERATOR, AUDITOR, READER, STRANGER = "ada", "audrey", "rita", "nina"
SECOND_OWNER, STAND_IN = "otto", "sam"  # of products of the stories
GRANTS: Mapping[str, Sequence[Grant]] = {
    OPERATOR: (Grant(role="operator"),),
    AUDITOR: (Grant(role="auditor"),),
    READER: (Grant(role="auditor", product="web"), Grant(role="customer_text", product=EVERY)),
}
PEOPLE = (MANAGER, OWNER, BOARD, LEAD, OPERATOR, AUDITOR, READER, STRANGER, SECOND_OWNER, STAND_IN)
BY = Acting("root")


async def invited(
    settings: Settings, people: Sequence[str] = PEOPLE, grants: Mapping[str, Sequence[Grant]] = GRANTS
) -> dict[str, str]:
    """Make an account for each with what is granted to them, and return the path of the link that each is sent."""
    async with open_office(settings, may_create=True) as office:
        return {name: await _invited(office.desk, name, grants.get(name, ())) for name in people}


async def _invited(desk: AccountsDesk, name: str, grants: Sequence[Grant]) -> str:
    link = await desk.add(name, BY)
    for grant in grants:
        await desk.grant(name, grant, BY)
    return f"/set-up/{link.secret}"
