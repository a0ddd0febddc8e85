"""Every page of the console, and an address to open it at; a page that is not here fails a test."""

import re
from collections.abc import Mapping
from urllib.parse import quote

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
PLAIN = {"/sign-in": 200, "/no-such-page": 404}  # without scripts of the console, and how they are answered
REFUSED = {"/products/no-such-product": 404, "/approvals/web/999": 404}  # what is there, of something that is not
PARAMETER = re.compile(r"\{(\w+)(:path)?\}")


def address(path: str, examples: Mapping[str, str]) -> str:
    """Return where a page is opened, with something of the stack for each parameter."""
    return PARAMETER.sub(lambda found: quote(examples[found[1]], safe="/" if found[2] else ""), path)
