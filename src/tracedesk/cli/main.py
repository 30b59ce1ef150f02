"""The entry point: finds the verbs, hands out the store path, turns our errors into a sentence and an exit code.

Exit codes: 0 done, 1 the input or the question was wrong, 2 usage, 3 this machine said no, 130 cancelled.
A verb's module is imported only when that verb is asked for, so that `tracedesk engine` starts fast.
"""

from __future__ import annotations

import importlib
import sys
from pathlib import Path

import click

from tracedesk import __version__
from tracedesk.base.errors import Cancelled, TraceDeskError
from tracedesk.base.paths import STORE_ENV
from tracedesk.base.registry import part_modules
from tracedesk.cli import verbs

DEFAULT_VERB = "open"


class Verbs(click.Group):
    """The group of verbs in `cli/verbs`; a first word that is no verb is a file to open."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Names of the verbs: the names of their modules."""
        return [name.rsplit(".", 1)[1].rstrip("_") for name in part_modules(verbs)]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The verb of that name, imported now."""
        for module in part_modules(verbs):
            if module.rsplit(".", 1)[1].rstrip("_") == cmd_name:
                command: click.Command = importlib.import_module(module).PART
                return command
        return None

    def resolve_command(self, ctx: click.Context, args: list[str]) -> tuple[str | None, click.Command | None, list[str]]:
        """`tracedesk FILE` means `tracedesk open FILE`."""
        if args and args[0] not in self.list_commands(ctx) and Path(args[0]).exists():
            args = [DEFAULT_VERB, *args]
        return super().resolve_command(ctx, args)


@click.group(cls=Verbs, invoke_without_command=True, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="tracedesk")
@click.pass_context
def tracedesk(ctx: click.Context) -> None:
    """TraceDesk reads the traces of LLM programs. Without a verb it opens the desk."""
    if ctx.invoked_subcommand is None:
        command = tracedesk.get_command(ctx, DEFAULT_VERB)
        if command is None:
            raise click.UsageError("this installation has no desk")
        ctx.invoke(command)


def store_option(function):
    """`--store PATH`, on every verb; gives the parameter `store: Path | None` (None: the default store)."""
    return click.option("--store", type=click.Path(path_type=Path, dir_okay=False), envvar=STORE_ENV,
                        help="The store file (default: in the user's data folder).")(function)


def main(argv: list[str] | None = None) -> None:
    """Run the command line and exit with its code."""
    sys.exit(run(argv))


def run(argv: list[str] | None = None) -> int:
    """Run the command line and give back its exit code; our own errors become a sentence and a hint."""
    try:
        result = tracedesk.main(args=argv, prog_name="tracedesk", standalone_mode=False)
        return result if isinstance(result, int) else 0
    except click.exceptions.Abort:
        return Cancelled.exit_code
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except Cancelled as error:
        return error.exit_code
    except TraceDeskError as error:
        click.echo(error.message, err=True)
        if error.hint:
            click.echo(error.hint, err=True)
        return error.exit_code


def desk() -> None:
    """The GUI script: the desk, with the files given as arguments."""
    main([DEFAULT_VERB, *sys.argv[1:]])
