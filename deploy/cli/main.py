"""The command `tandem`. Every file in this folder that has a ``register(app)`` adds its commands."""

import importlib
import pkgutil
import sys
import traceback
from collections.abc import Sequence
from importlib.metadata import version

import typer

import deploy.cli
from deploy.cli.exit import DONE, FAILED, INTERRUPTED, leave, status_of
from deploy.cli.output import print_error, print_line
from deploy.errors import PlainError
from deploy.settings import DEBUG, debug_wanted

DISTRIBUTION = "tandem-roadmap"


def _print_version(wanted: bool) -> None:
    if wanted:
        print_line(f"tandem {version(DISTRIBUTION)}")
        raise typer.Exit


def build_app() -> typer.Typer:
    """Return the command with all its subcommands."""
    built = typer.Typer(
        name="tandem",
        help="Keeps marketing and IT on one roadmap.",
        no_args_is_help=True,
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["-h", "--help"]},
    )

    @built.callback()
    def options(
        version: bool = typer.Option(
            False, "--version", callback=_print_version, is_eager=True, help="Print the version and exit."
        ),
    ) -> None:
        """Keeps marketing and IT on one roadmap."""

    for found in sorted(pkgutil.iter_modules(deploy.cli.__path__), key=lambda module: module.name):
        if found.name != "main":
            register = getattr(importlib.import_module(f"deploy.cli.{found.name}"), "register", None)
            if register is not None:
                register(built)
    return built


app = build_app()


def run(arguments: Sequence[str]) -> int:
    """Run a command and return its exit status: 0 done, 1 refused or failed, 2 wrong usage."""
    try:
        app(args=list(arguments), prog_name="tandem")
    except SystemExit as exc:
        return status_of(exc.code)
    except KeyboardInterrupt:
        return INTERRUPTED
    except Exception as exc:
        if debug_wanted():
            traceback.print_exc()
        if isinstance(exc, PlainError):
            print_error(str(exc))
            return exc.status
        hint = "" if debug_wanted() else f"; set {DEBUG}=1 to see where"
        print_error(f"this should not happen: {type(exc).__name__}: {exc}{hint}")
        return FAILED
    return DONE


def main() -> None:
    """Run `tandem` and leave the process."""
    leave(run(sys.argv[1:]))
