"""What `tandem apply` says: what a file changes, what it would end, what is wrong with it."""

from collections.abc import Mapping
from typing import Any

from rich.text import Text

from deploy.cli.api import ApiError, UnreachableError, connect
from deploy.cli.output import print_json, print_line, progress, shown_path, stderr
from deploy.cli.shown import labelled
from deploy.errors import PlainError
from deploy.product_file import ProductFile, ProductFileError
from domain.definition import ProductDefinition
from domain.wording import count
from events.errors import FieldError

NOT_NOW = frozenset({503, 504})  # the API answers, the product does not


def compare(read: ProductFile, definition: ProductDefinition, drop: bool, as_json: bool) -> None:
    """Say what applying a file would change; without an answer, that only the file was checked.

    Raises PlainError for what applying it would refuse.
    """
    path, product = shown_path(read.path), definition.product
    try:
        with progress(f"comparing {path}"):  # without an actor: a server that knows no dry run refuses that
            found = connect().put("products", product, body=read.value, dry_run=True)
    except (ApiError, UnreachableError) as error:
        if isinstance(error, ApiError) and error.status_code not in NOT_NOW:
            raise refusal(read, error) from error
        found = {"product": product, "dry_run": True, "only_the_file": str(error)}
    if as_json:
        print_json(found)
    else:
        items, teams = count(len(definition.items), "item"), count(len(definition.teams), "team")
        print_line(labelled(f"{path} is valid: product {product} with {items} and {teams}", found))
        print_line(_outlook(product, found))
        print_differences(found)
    drops = [one for one in found.get("differences", []) if one["change"] == "dropped"]
    if drops and not drop:
        raise _unlisted(read, drops)


def print_differences(done: Mapping[str, Any]) -> None:
    """Print what an answer lists as changed, and, on standard error, what it warns of."""
    for one in done.get("differences", []):
        print_line(f"  {one['place']}: {one['text']}")
    if more := done.get("more_differences"):
        print_line(f"  and {count(more, 'more difference')}")
    for warning in done.get("warnings", []):
        stderr().print(Text(f"warning: {warning}"))


def refusal(read: ProductFile, error: ApiError) -> PlainError:
    """Return a refusal with the place in the file, when it has one there."""
    if drops := error.problem.get("drops"):
        return _unlisted(read, drops, error.problem.get("more_drops", 0))
    if not str(error.problem.get("type", "")).endswith(":invalid-product"):
        return error
    found = [FieldError(read.path_of(one["pointer"]), one["message"]) for one in error.problem.get("errors", [])]
    return ProductFileError(read.explain(found)) if found else error


def _outlook(product: str, found: Mapping[str, Any]) -> str:
    if "only_the_file" in found:
        return f"only the file was checked, not what it changes: {found['only_the_file']}"
    if found["created"]:
        return f"applying it creates {product}"
    return f"applying it changes {product}:" if found["changed"] else f"applying it changes nothing in {product}"


def _unlisted(read: ProductFile, drops: list[dict[str, str]], more: int = 0) -> PlainError:
    path = shown_path(read.path)
    lines = [f"{path} no longer lists what the product has; applying it would end that:"]
    lines += [f"  {one['place']}: {one['text']}" for one in drops]
    lines += [f"  and {more} more"] if more else []
    lines.append(f"If the file is older than the product, put it back; if you mean it: `tandem apply {path} --drop`")
    return PlainError("\n".join(lines))
