"""The command group, and how a run ends: every way out has its status, and none shows a traceback."""

from __future__ import annotations

import importlib
import io
import os
from typing import Any

import click

from snapformat.cli import INTERRUPTED
from snapformat.cli._failure import Failure, tell
from snapformat.cli._output import discard_output
from snapformat.errors import SchemaError, SnapshotError
from snapformat.model.checks import told
from snapformat.printable import printable

#: With this variable set, an error in snapformat itself shows its traceback.
TRACEBACK = "SNAPFORMAT_TRACEBACK"

_COMMANDS = ("info", "verify", "dump", "build", "schemas", "docs")


class LazyGroup(click.Group):
    """A group that imports a command's module when the command is called.

    A cold start is most of the time of most calls: `info` must not pay for what only `build` needs.
    """

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The commands, in the order in which one gets to know them."""
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import the module of a command."""
        if cmd_name not in _COMMANDS:
            return None
        command = importlib.import_module(f"snapformat.cli.{cmd_name}").command
        assert isinstance(command, click.Command)
        return command

    def invoke(self, ctx: click.Context) -> Any:
        """Run a command; an error of the library becomes one paragraph and status 1."""
        try:
            return super().invoke(ctx)
        except (SnapshotError, SchemaError) as error:
            raise Failure(error) from error


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="snapformat", prog_name="snapformat", message="%(prog)s %(version)s")
def cli() -> None:
    """Look at binary snapshot files, check them, and take them to JSON and back."""


def _show(error: click.ClickException) -> None:
    """Print an error: click's own repeat arguments, which are any text."""
    if isinstance(error, Failure):
        error.show()
    else:
        shown = io.StringIO()
        error.show(shown)
        tell("\n".join(map(printable, shown.getvalue().rstrip("\n").split("\n"))))


def run() -> int:
    """Run the command line with the process's arguments.

    Returns:
        The exit status: 0 for good, 1 for a bad file or a failure, 2 for a wrong call, 130 after Ctrl-C,
        141 where the reader of standard output went away.
    """
    try:
        status = cli.main(prog_name="snapformat", standalone_mode=False)
    except click.ClickException as error:
        _show(error)
        return error.exit_code
    except (click.Abort, KeyboardInterrupt):
        return INTERRUPTED
    except OSError as error:
        # Files are the library's, with its own errors: this is click's help on its way out.
        discard_output()
        tell(printable(f"error: cannot write: {error.strerror or error}"))
        return 1
    except MemoryError:
        tell("error: out of memory")
        return 1
    except Exception as error:
        if os.environ.get(TRACEBACK):
            raise
        tell(
            f"error: {printable(told(error))} - this is a fault of snapformat itself; please report it"
            f" with what {TRACEBACK}=1 shows"
        )
        return 1
    return status if isinstance(status, int) else 0
