"""What stands at the door when people sign in: who sets passwords, who vouches for them, who has to wait."""

from dataclasses import dataclass, field

from activities.accounts_desk import AccountsDesk
from web.oidc import Provider
from web.rate import Tries


@dataclass(frozen=True)
class Front:
    """The parts of signing in; without sign-in there are none."""

    desk: AccountsDesk | None = None  # for passwords of this installation
    provider: Provider | None = None  # the sign-in service
    tries: Tries = field(default_factory=Tries)
