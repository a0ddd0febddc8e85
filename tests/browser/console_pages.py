"""Every page of the console, and an address to open it at; a page that is not here fails a test."""

import re
from collections.abc import Mapping
from urllib.parse import quote

from tests.browser.console_people import OPERATOR, OWNER

PAGES = (  # as they are registered
    "/dead-letters/{letter:path}",
    "/delegations",
    "/inbox",
    "/approvals/{product}/{number}",
    "/escalations/{product}/{subject}/{number}",
    "/intake",
    "/ledger",
    "/ledger/{product}",
    "/ledger/{product}/{seq}",
    "/products",
    "/products/{product}",
    "/products/{product}/demand",
    "/products/{product}/dependencies",
    "/products/{product}/items/{item}",
    "/products/{product}/money",
    "/products/{product}/movement",
    "/products/{product}/people",
    "/stuck",
    "/workflows",
    "/workflows/{workflow:path}",
)
PLAIN = {  # without scripts of the console, who opens them, and how they are answered
    "/sign-in": ("", 200),
    "/set-up/of-nobody": ("", 410),
    "/open/made-up": (OWNER, 404),
    "/no-such-page": (OWNER, 404),
    "/approvals/web/not-a-number": (OWNER, 404),
}
REFUSED = {  # what is there, of something that is not; whoever has no role there does not learn that
    "/products/no-such-product": (OWNER, 403),
    "/workflows/product/no-such-product": (OPERATOR, 404),
    "/approvals/web/999": (OWNER, 404),
}
OPERATED = ("/dead-letters", "/intake", "/stuck", "/workflows")  # what nobody sees who only decides
PARAMETER = re.compile(r"\{(\w+)(:path)?\}")


def address(path: str, examples: Mapping[str, str]) -> str:
    """Return where a page is opened, with something of the stack for each parameter."""
    return PARAMETER.sub(lambda found: quote(examples[found[1]], safe="/" if found[2] else ""), path)


def looked_at_by(path: str) -> str:
    """Return who opens a page."""
    return OPERATOR if path.startswith(OPERATED) else OWNER
