"""The command group, and its exit statuses: every error has one, and none prints a traceback."""

from __future__ import annotations

import importlib
import io
import os
import warnings
from typing import Any

import click

import snapformat
from snapformat.cli import INTERRUPTED
from snapformat.cli._command import FAILED, DocumentedGroup
from snapformat.cli._failure import Failure, print_error
from snapformat.cli._output import discard_output
from snapformat.cli._same_file import FileName
from snapformat.errors import SchemaError, SnapshotError
from snapformat.model.checks import describe_exception
from snapformat.printable import printable

#: Environment variable that makes a bug in snapformat print its traceback.
TRACEBACK = "SNAPFORMAT_TRACEBACK"

_COMMANDS = (
    *("info", "verify", "dump", "build"),
    *("get", "set", "append", "remove", "diff", "annotate", "view"),
    *("migrate", "compat", "memory", "scan", "apply", "schemas", "docs"),
)


class LazyGroup(DocumentedGroup):
    """A group that imports the module of a command when the command is called.

    Most of the time of a call is start-up: `info` must not pay for modules that only `build` needs.
    """

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the commands, the most common first."""
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import the module of a command."""
        if cmd_name not in _COMMANDS:
            return None
        command = importlib.import_module(f"snapformat.cli.{cmd_name}").command
        assert isinstance(command, click.Command)
        return command

    def invoke(self, ctx: click.Context) -> Any:
        """Run a command, and turn an error of the library into one paragraph and status 1."""
        try:
            return super().invoke(ctx)
        except (SnapshotError, SchemaError) as error:
            raise Failure(error) from error


@click.group(
    cls=LazyGroup,
    context_settings={"help_option_names": ["-h", "--help"]},
    examples=(
        "snapformat info vm.vmstate",
        "snapformat get vm.vmstate drives.rootfs.path 'vcpus[0].rip'",
        "snapformat set vm.vmstate drives.rootfs.path=/srv/new.ext4 -o moved.vmstate",
        "snapformat diff vm.vmstate new.vmstate",
        "snapformat view vm.vmstate -o vm.html",
        "snapformat memory rebase vm.mem vm.diff",
    ),
)
@click.version_option(snapformat.__version__, prog_name="snapformat", message="%(prog)s %(version)s")
@click.option(
    "--project",
    metavar="FILE",
    envvar="SNAPFORMAT_PROJECT",
    type=FileName(),
    help="Know the formats of this project file, too. It names modules whose code is run: only name a file"
    " that you trust. No project file is looked for. [env: SNAPFORMAT_PROJECT]",
)
@click.pass_context
def cli(ctx: click.Context, project: str | None) -> None:
    """Inspect and check binary snapshot files, change them, and convert them to JSON and back.

    As the FILE of a command that reads one, - is standard input.
    """
    if project:
        # Imported here, as most runs have no project.
        from snapformat.snapshot.catalogue import add_formats
        from snapformat.snapshot.project import load_project

        try:
            add_formats(load_project(project))
        except (SnapshotError, SchemaError) as error:
            raise click.BadParameter(str(error), ctx, param_hint="--project") from error


def _show(error: click.ClickException) -> None:
    """Print an error; click's messages repeat arguments, which may contain any characters."""
    if isinstance(error, Failure):
        error.show()
    else:
        text = io.StringIO()
        error.show(text)
        print_error("\n".join(map(printable, text.getvalue().rstrip("\n").split("\n"))))


def _show_warning(message: Warning | str, *_: Any, **__: Any) -> None:
    print_error(f"warning: {printable(str(message))}")


def run() -> int:
    """Run the command line with the arguments of the process.

    Returns:
        The exit status; see `_command.MEANINGS`.
    """
    try:
        with warnings.catch_warnings():
            # Without the place in this library's source that Python adds.
            warnings.showwarning = _show_warning
            status = cli.main(prog_name="snapformat", standalone_mode=False)
    except click.ClickException as error:
        _show(error)
        return error.exit_code
    except (click.Abort, KeyboardInterrupt):
        return INTERRUPTED
    except OSError as error:
        # The library raises its own errors for files, so this is click failing to print its help.
        discard_output()
        print_error(printable(f"error: cannot write: {error.strerror or error}"))
        return FAILED
    except MemoryError:
        print_error("error: out of memory")
        return FAILED
    except Exception as error:
        if os.environ.get(TRACEBACK):
            raise
        print_error(
            f"error: {printable(describe_exception(error))} - this is a bug in snapformat; please report it"
            f" with the output of {TRACEBACK}=1"
        )
        return FAILED
    return status if isinstance(status, int) else 0
