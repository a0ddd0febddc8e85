"""`tandem chart`: the organisation around a product, and what waits for whom, as a tree."""

from collections.abc import Mapping
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.text import Text
from rich.tree import Tree

from deploy.cli.api import connect
from deploy.cli.authority_words import limits_said, stand_in_said
from deploy.cli.output import JsonOption, print_json, stdout
from deploy.cli.shown import at, labelled
from domain.wording import days, listing, money, role_name

UNBOUNDED = 10_000  # columns


def register(app: typer.Typer) -> None:
    """Add this command."""
    app.command()(chart)


def chart(product: Annotated[str, typer.Argument(help="The product's id.")], as_json: JsonOption = False) -> None:
    """Show who decides what, with which money and people, who stands in for whom, and what waits for whom."""
    found = connect().get("products", product, "chart")
    if as_json:
        print_json(found)
        return
    _show(tree_of(found))


def _show(tree: Tree) -> None:
    """Print the tree; a file or a pipe has no width to fit into."""
    console = stdout()
    if not console.is_terminal:
        console = Console(highlight=False, markup=False, width=UNBOUNDED)
        console.width = console.measure(tree).maximum
    console.print(tree)


def tree_of(found: Mapping[str, Any]) -> Tree:
    """Return the chart as a tree that needs no colour to be read."""
    zone = found["time_zone"]
    title = f"{found['title']} ({found['product']}), {at(found['at'], zone)}"
    tree = Tree(Text(labelled(title, found), style="bold"), guide_style="")
    for post in found["posts"]:
        branch = _branch(tree, f"{role_name(post['role'])}: {listing(post['holders'])}")
        _post(branch, post, found)
        if post["role"] == "product_manager":
            _money(branch, found)
            _people(branch, found)
    return tree


def _post(branch: Tree, post: Mapping[str, Any], found: Mapping[str, Any]) -> None:
    zone, currency = found["time_zone"], found["currency"]
    branch.add(Text(limits_said(post["allowances"], currency)))
    for one in post["stand_ins"]:
        branch.add(Text(f"stands in: {stand_in_said(one, zone, currency)}"))
    for one in post["waiting"]:
        _waiting(branch, one, zone)


def _waiting(branch: Tree, one: Mapping[str, Any], zone: str) -> None:
    decision = one["kind"] == "decision"
    what = f"decision {one['number']}" if decision else f"escalation {one['number']} of {one['subject']}"
    leaf = _branch(branch, f"waits for {listing(one['people'])}: {what}")
    since = f"since {at(one['since'], zone)}" if one["since"] else "not on record yet"
    until = f"{', until' if decision else '; climbs on or ends'} {at(one['until'], zone)}" if one["until"] else ""
    leaf.add(Text(f"{since}{until}"))
    if one["needed"] > 1:
        have = f"approved by {listing(one['approved'])}" if one["approved"] else "nobody has approved yet"
        leaf.add(Text(f"{one['needed']} people have to approve; {have}"))
    for said in (one["because"], one["standing"]):
        if said:
            leaf.add(Text(said))


def _money(branch: Tree, found: Mapping[str, Any]) -> None:
    purse, currency = found["money"], found["currency"]
    carried = purse["carried"]
    before = f", {money(carried, currency)} carried over" if carried else ""
    leaf = _branch(branch, f"money in {found['period']}: {money(purse['envelope'], currency)}{before}")
    said = f"{money(purse['spent'], currency)} spent, {money(purse['committed'], currency)} committed by the plan"
    free = purse["free"]
    rest = f"{money(free, currency)} free" if free >= 0 else f"{money(-free, currency)} too little"
    leaf.add(Text(f"{said if found['plan'] else said.removesuffix(' by the plan')}, {rest}"))


def _people(branch: Tree, found: Mapping[str, Any]) -> None:
    teams = found["teams"]
    allotted = round(sum(one["allotted"] for one in teams), 6)
    leaf = _branch(branch, f"people in {found['period']}: {allotted:g} person-days allotted")
    for one in teams:
        title = f"{one['team']}: {one['title']}" if one["title"] else one["team"]
        free = one["free"]
        rest = f"{free:g} free" if free >= 0 else f"{-free:g} too few"
        figures = f"{days(one['allotted'])}, {one['committed']:g} committed, {rest}"
        leaf.add(Text(f"{title} ({one['function']}, led by {one['lead']}): {figures}"))


def _branch(tree: Tree, text: str) -> Tree:
    return tree.add(Text(text, style="bold"))
