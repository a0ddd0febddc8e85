"""`tandem erase`: make what a customer wrote unreadable for ever."""

from typing import Annotated

import typer

from deploy.cli.api import acting, connect
from deploy.cli.output import JsonOption, print_json, print_line
from deploy.cli.shown import AsOption, labelled
from domain.wording import count


def register(app: typer.Typer) -> None:
    """Add this command."""
    app.command()(erase)


def erase(
    product: Annotated[str, typer.Argument(help="The product's id.")],
    source: Annotated[str, typer.Argument(help="The source of the feedback.")],
    event: Annotated[str, typer.Argument(metavar="ID", help="The feedback's id.")],
    reason: Annotated[str, typer.Option(help="Why; everybody can read it.")],
    person: AsOption = None,
    as_json: JsonOption = False,
) -> None:
    """Erase what a customer wrote. Theme and sentiment stay; the text can never be read again."""
    api = connect()
    body = {"source": source, "id": event, "actor": acting(person), "reason": reason}
    done = api.post("products", product, "erasures", body=body)
    if as_json:
        print_json(done)
        return
    said = f"the text of feedback {done['id']} from {done['source']} is erased"
    print_line(labelled(f"{said}: by {done['by']} ({done['identity']}), {done['reason']} (#{done['seq']})", done))
    if done["redriven"]:
        print_line(f"what was redriven of it is erased too: {', '.join(done['redriven'])}")
    if done["dead_letters"]:
        print_line(f"so is the text in {count(done['dead_letters'], 'dead letter')}")
