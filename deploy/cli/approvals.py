"""`tandem approvals`: look at a request, and decide exactly what was looked at."""

import sys
from typing import Annotated, Any

import typer

from deploy.cli.api import Api, ApiError, UsageError, acting, connect
from deploy.cli.explanations_shown import show_alternatives, show_why_nots
from deploy.cli.output import Column, JsonOption, print_json, print_line, print_rows, progress
from deploy.cli.shown import AsOption, at, clock_of, facts, heading, instant_of, labelled, with_clock
from deploy.errors import PlainError
from domain.authority import roles_of
from domain.definition import People
from domain.policy import ROLES
from domain.wording import listing, money, percent, points, role_name

SHORTEST_HASH = 8  # characters
Product = Annotated[str, typer.Argument(help="The product's id.")]
Number = Annotated[int, typer.Argument(help="The request's number.")]
RoleOption = Annotated[str | None, typer.Option(help="The role you decide in; else the lowest of yours that may.")]
ReasonOption = Annotated[str, typer.Option(help="Why; everybody can read it.")]
HashOption = Annotated[
    str | None, typer.Option("--hash", help=f"What you looked at, as `show` prints it; {SHORTEST_HASH} characters do.")
]


def register(app: typer.Typer) -> None:
    """Add these commands."""
    approvals = typer.Typer(no_args_is_help=True, help="Decisions: list, show, approve, reject, keep.")
    approvals.command("list")(listed)
    approvals.command("show")(show)
    approvals.command("approve")(approve)
    approvals.command("reject")(reject)
    approvals.command("keep")(keep)
    app.add_typer(approvals, name="approvals")


def listed(
    product: Annotated[str | None, typer.Option(help="Only of this product.")] = None,
    state: Annotated[str, typer.Option(help="open, adopted, rejected, kept, superseded, expired, or all.")] = "open",
    role: Annotated[str | None, typer.Option(help="Only what waits for this role.")] = None,
    person: Annotated[
        str | None, typer.Option("--as", metavar="PERSON", help="Only what this person may decide.")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """List requests for decisions, the newest first."""
    wanted = None if state == "all" else state
    found = connect().get("approvals", product=product, state=wanted, role=role, as_=person)
    if as_json:
        print_json(found["items"])
        return
    rows = [
        {
            "request": f"{one['product']} {one['number']}",
            "state": one["state"],
            "who": f"{role_name(one['role'])} ({listing(one['people'])})",
            "until": at(one["deadline"], one["time_zone"]),
            "because": one["because"],
            "clock": clock_of(one),
        }
        for one in found["items"]
    ]
    columns = [
        Column("request", "request"),
        Column("state", "state"),
        Column("who", "who"),
        Column("until", "until"),
        Column("because", "because"),
    ]
    print_rows(rows, with_clock(columns, rows), empty="nothing waits for a decision")
    if found["total"] > len(rows):
        print_line(f"{found['total'] - len(rows)} more; narrow it with --product, --state or --role")


def show(product: Product, number: Number, as_json: JsonOption = False) -> None:
    """Show a request: what would change, why, what it costs, and how to decide it."""
    one = connect().get("approvals", product, number)
    if as_json:
        print_json(one)
        return
    _print(one)


def approve(
    product: Product,
    number: Number,
    reason: ReasonOption,
    person: AsOption = None,
    role: RoleOption = None,
    seen: HashOption = None,
    as_json: JsonOption = False,
) -> None:
    """Approve: the proposed plan comes into force."""
    _decide(product, number, "approve", reason, person, role, seen, None, as_json=as_json)


def reject(
    product: Product,
    number: Number,
    reason: ReasonOption,
    person: AsOption = None,
    role: RoleOption = None,
    seen: HashOption = None,
    as_json: JsonOption = False,
) -> None:
    """Reject: the plan in force stays."""
    _decide(product, number, "reject", reason, person, role, seen, None, as_json=as_json)


def keep(
    product: Product,
    number: Number,
    reason: ReasonOption,
    until: Annotated[str, typer.Option(help="A date by the product's clock; then the question is asked again.")],
    person: AsOption = None,
    role: RoleOption = None,
    seen: HashOption = None,
    as_json: JsonOption = False,
) -> None:
    """Keep the plan in force as it is, until a date."""
    _decide(product, number, "keep", reason, person, role, seen, until, as_json=as_json)


def _decide(
    product: str,
    number: int,
    verdict: str,
    reason: str,
    person: str | None,
    role: str | None,
    seen: str | None,
    until: str | None,
    *,
    as_json: bool,
) -> None:
    api = connect()
    actor = acting(person)
    one = api.get("approvals", product, number)
    proposal = _looked_at(one, seen, verdict)
    body = {
        "verdict": verdict,
        "actor": actor,
        "role": role or _role(api, product, actor, one["role"]),
        "reason": reason,
        "proposal": proposal,
        "until": instant_of(until, one["time_zone"], "--until"),
    }
    try:
        with progress(f"deciding request {number} of {product}"):
            done = api.post("approvals", product, number, "decision", body=body)
    except ApiError as error:
        raise _changed(product, error) from error
    if as_json:
        print_json(done)
        return
    print_line(
        labelled(f"{product} {number}: {done['effect']} by {actor} ({done['identity']}): {done['because']}", done)
    )


def _looked_at(one: dict[str, Any], seen: str | None, verdict: str) -> str:
    """Return the hash that the decision is bound to: of what the person says to have seen, or sees now."""
    digest: str = one["hash"]
    if seen is None:
        if not (sys.stdin.isatty() and sys.stdout.isatty()):
            where = f"tandem approvals show {one['product']} {one['number']}"
            raise UsageError(f"say what you looked at: --hash, as `{where}` prints it")
        _print(one)
        if not typer.confirm(f"{verdict} this?"):
            raise PlainError("nothing was decided")
        return digest
    wanted = seen.lower().removesuffix("…")
    if len(wanted) < SHORTEST_HASH:
        raise UsageError(f"--hash needs at least {SHORTEST_HASH} characters")
    if not digest.startswith(wanted):
        raise PlainError(
            f"changed since you looked: request {one['number']} of {one['product']} now asks about {digest[:12]}, "
            f"not {wanted[:12]}; look again with `tandem approvals show {one['product']} {one['number']}`"
        )
    return digest


def _role(api: Api, product: str, actor: str, asked: str) -> str:
    """Return the lowest role of a person that may decide; when there is none, the refusal says so."""
    people = People.model_validate(api.get("products", product)["data"]["people"])
    held = [str(role) for role in roles_of(people, actor)]
    order = [str(role) for role in ROLES]
    able = [role for role in held if order.index(role) >= order.index(asked)]
    return (able or held[-1:] or [asked])[0]


def _changed(product: str, error: ApiError) -> PlainError:
    """Return a refusal with the differences, and the request that is open now."""
    problem = error.problem
    lines = [str(error), *(f"  {difference}" for difference in problem.get("differences", ()))]
    successor = problem.get("successor")
    if successor is not None:
        lines.append(f"open now: `tandem approvals show {product} {successor}`")
    return PlainError("\n".join(lines))


def _print(one: dict[str, Any]) -> None:
    zone, currency, proposal = one["time_zone"], one["currency"], one["proposal"]
    change = proposal["change"]
    heading(f"Decision {one['number']} for {one['title']} ({one['product']}): {one['state']}", one)
    gain = proposal["value"] - proposal["value_in_force"]
    facts(
        [
            ("asked of", f"{role_name(one['role'])} ({listing(one['people'])})"),
            ("asked at", at(one["asked_at"], zone)),
            ("until", at(one["deadline"], zone) if one["state"] == "open" else ""),
            ("because", one["because"]),
            ("what happened", "; ".join(proposal["reasons"])),
            ("better by", points(gain) if proposal["in_force_feasible"] else "the plan in force is no longer possible"),
            ("proven within", percent(proposal["gap"]) if proposal["gap"] else "it is the best plan"),
            ("moves", money(change["money_moved"], currency)),
            ("would miss", listing(change["slipped"]) if change["slipped"] else ""),
        ]
    )
    touched = {*change["entered"], *change["displaced"], *change["moved"]}
    rows = [
        {
            "item": item["item"],
            "before": item["before"] or "-",
            "after": item["after"] or "-",
            "why": item["why"],
        }
        for item in sorted(proposal["items"], key=lambda item: (item["item"] not in touched, item["item"]))
    ]
    columns = [Column("item", "item"), Column("before", "now"), Column("after", "then"), Column("why", "why")]
    print_rows(rows, columns, empty="no item changes its place")
    show_why_nots(proposal["why_not"], currency)
    show_alternatives(proposal["alternatives"], currency)
    if proposal["cut"]:
        print_line(f"the time was up for {listing(proposal['cut'])}: the figures may be rougher than they need be")
    print_line(f"hash {one['hash']}")
    if one["state"] == "open":
        rest = f"{one['product']} {one['number']} --hash {one['hash'][:12]} --as PERSON --reason WHY"
        print_line(f"tandem approvals approve {rest}")
        print_line(f"tandem approvals reject {rest}")
        print_line(f"tandem approvals keep {rest} --until DATE")
