"""Who may use which route: one line for each, and none without a line (a test compares it with the application)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from domain.access import Act
from web.callers import Caller

NOBODY = Caller()
Where = Literal["product", "some", "all", "route"]


@dataclass(frozen=True)
class Rule:
    """What a route needs."""

    act: Act | None = None  # None: no role
    where: Where = "product"  # in the product of the path, in some product, in all of them; or the route asks by itself
    signed_in: bool = True  # with no ``act``: somebody, whoever it is
    signed_by: str = ""  # the field that names who acts: that must be who signed in; empty: it names nobody

    def product_of(self, path: Mapping[str, Any]) -> str | None:
        """Return the product that a path is about; ids of workflows begin with their kind and their product."""
        if "product" in path:
            return str(path["product"])
        if "incident" in path:
            return str(path["incident"]).partition("/")[0]
        kind, _, rest = str(path.get("workflow", "")).partition("/")
        return rest.partition("/")[0] or None if kind in OF_PRODUCTS else None


OF_PRODUCTS = frozenset({"product", "reprioritization", "approval", "escalation", "digest"})
OPEN = Rule(signed_in=False)
SIGNED_IN = Rule()


def _reads(*paths: str) -> dict[tuple[str, str], Rule]:
    return {("GET", path): Rule("read") for path in paths}


def _acts(act: Act, *routes: str, where: Where = "product", signed_by: str = "actor") -> dict[tuple[str, str], Rule]:
    found = {}
    for route in routes:
        method, _, path = route.partition(" ")
        found[(method, path)] = Rule(act, where, signed_by="" if method == "GET" else signed_by)
    return found


RULES: Mapping[tuple[str, str], Rule] = {  # paths as their routers spell them, without what stands before all
    # -- who asks is not looked at
    ("GET", "/"): OPEN,
    ("GET", "/healthz"): OPEN,
    ("GET", "/readyz"): OPEN,
    ("GET", "/sign-in"): OPEN,
    ("POST", "/sign-in"): OPEN,
    ("POST", "/sign-out"): OPEN,
    ("GET", "/sign-in/provider"): OPEN,
    ("GET", "/sign-in/provider/callback"): OPEN,
    ("GET", "/set-up/{secret}"): OPEN,  # whoever has the link may choose the password
    ("POST", "/set-up/{secret}"): OPEN,
    ("GET", "/open/{token}"): OPEN,  # it asks by itself: the addressee has to sign in
    ("POST", "/webhooks/{source}"): OPEN,  # a signature proves who sends
    ("GET", "/asyncapi.json"): OPEN,
    # -- anybody who is known here
    ("GET", "/me"): SIGNED_IN,
    ("GET", "/inbox"): Rule(where="route"),
    # -- a product
    **_reads(
        "/products/{product}",
        "/products/{product}/roadmap",
        "/products/{product}/roadmap.svg",
        "/products/{product}/demand",
        "/products/{product}/demand.svg",
        "/products/{product}/demand/series",
        "/products/{product}/movement",
        "/products/{product}/burn",
        "/products/{product}/load",
        "/products/{product}/timeline",
        "/products/{product}/dependency-graph",
        "/products/{product}/forecast",
        "/products/{product}/forecast.svg",
        "/products/{product}/why/{thing:path}",
        "/products/{product}/why-not/{item:path}",
        "/products/{product}/alternatives",
        "/products/{product}/stability",
        "/products/{product}/value/{item}",
        "/products/{product}/ranking",
        "/products/{product}/authority",
        "/products/{product}/calendar",
        "/products/{product}/chart",
        "/products/{product}/ladder",
        "/products/{product}/latency",
        "/products/{product}/delegations",
        "/products/{product}/ledger",
        "/products/{product}/ledger/newest",
        "/products/{product}/ledger/choices",
        "/products/{product}/ledger/verify",
        "/products/{product}/ledger/export",
        "/products/{product}/ledger/{seq}",
        "/products/{product}/ledger/{seq}/documents/{digest}",
        "/products/{product}/feedback/models",
        "/approvals/{product}/{number}",
        "/escalations/{product}/{subject}/{number}",
    ),
    **_acts("read", "POST /products/{product}/scenarios"),
    **_acts("read", "GET /products", "GET /approvals", "GET /escalations", where="some"),
    **_acts("read", "GET /documents/{digest}", "GET /events/{source_and_id:path}", where="route"),
    **_acts("read", "GET /products/{product}/feedback/explanation"),  # without the customer's words, unless allowed
    **_acts(
        "decide",
        "POST /approvals/{product}/{number}/decision",
        "POST /approvals/{product}/{number}/reversal",
        "POST /products/{product}/delegations/{number}/revocation",
        "POST /escalations/{product}/{subject}/{number}/answer",
    ),
    **_acts("decide", "POST /products/{product}/delegations", signed_by="person"),  # whoever lends their role
    **_acts("comment", "POST /approvals/{product}/{number}/comments"),
    **_acts("steer", "POST /escalations/{product}/{subject}/{number}/steering", where="route"),
    **_acts("declare", "PUT /products/{product}", where="route"),
    **_acts("declare", "POST /products/{product}/archive"),
    **_acts("erase", "POST /products/{product}/erasures"),
    **_acts("train", "PUT /products/{product}/feedback/model"),
    **_acts("send", "POST /events", where="route", signed_by=""),  # an event has a source
    # -- operation
    **_acts("read", "GET /workflows", "GET /incidents", where="some"),
    **_acts("read", "GET /workflows/{workflow:path}", "GET /workflows/{workflow:path}/history"),
    **_acts("inspect", "GET /workflows/{workflow:path}/technical"),
    **_acts("operate", "POST /workflows/{workflow:path}/actions", "POST /incidents/{incident:path}/closing"),
    **_acts("inspect", "GET /stuck", "GET /intake/series", where="some"),
    **_acts("inspect", "GET /intake", "GET /dead-letters", where="some"),
    **_acts("inspect", "GET /dead-letters/{letter:path}", where="route"),
    **_acts("inspect", "GET /sources", where="all"),
    **_acts(
        "inspect",
        "GET /system/ledger",
        "GET /system/ledger/choices",
        "GET /system/ledger/verify",
        "GET /system/ledger/export",
        "GET /system/ledger/{seq}",
        where="all",
    ),
    ("GET", "/metrics"): Rule("inspect", "all"),
    **_acts("operate", "POST /products/{product}/refresh"),
    **_acts(
        "operate",
        "POST /products/refresh",
        "POST /sources",
        "POST /sources/{name}/rotate",
        "POST /sources/{name}/retire-secret",
        "DELETE /sources/{name}",
        where="all",
    ),
    **_acts(
        "operate",
        "POST /dead-letters/redrive",
        "POST /dead-letters/{letter:path}/redrive",
        "POST /dead-letters/{letter:path}/discard",
        where="route",
    ),
}
