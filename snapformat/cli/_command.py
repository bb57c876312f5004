"""The classes of commands: their examples and exit statuses are declared with them, and shown by the help."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import click

from snapformat.cli import INTERRUPTED

#: Statuses that all commands end with.
OK, FAILED, USAGE = 0, 1, 2
#: Status when standard output was closed (`| head`), as a shell reports a process that ended by SIGPIPE.
READER_GONE = 141
#: What a status means, where a command declares nothing else.
MEANINGS: Mapping[int, str] = {
    OK: "success",
    FAILED: "a bad file, or a failure",
    USAGE: "a usage error",
    INTERRUPTED: "interrupted by Ctrl-C",
    READER_GONE: "standard output was closed (broken pipe)",
}

#: Maximum number of characters of a command's description in the list of commands.
_LONGEST_SENTENCE = 200

# `textwrap`, which click uses, breaks words after a hyphen, and so the names of options and values.
_HYPHEN, _UNBROKEN = "-", "\N{NON-BREAKING HYPHEN}"


class HelpFormatter(click.HelpFormatter):
    """Breaks lines of the help between words only."""

    def write_text(self, text: str) -> None:
        """Write a paragraph."""
        super().write_text(text.replace(_HYPHEN, _UNBROKEN))

    def write_dl(self, rows: Iterable[tuple[str, str]], *args: Any, **options: Any) -> None:
        """Write a list of options or commands."""
        unbroken = [(name, text.replace(_HYPHEN, _UNBROKEN)) for name, text in rows]
        super().write_dl(unbroken, *args, **options)

    def getvalue(self) -> str:
        """Return the help."""
        return super().getvalue().replace(_UNBROKEN, _HYPHEN)


class _Context(click.Context):
    formatter_class = HelpFormatter


class Documented(click.Command):
    """A command whose help shows examples and exit statuses.

    Args:
        examples: Command lines.
        status: The exit statuses that mean something else than those of most commands.
    """

    context_class = _Context

    def __init__(
        self,
        *args: Any,
        examples: Sequence[str] = (),
        status: Mapping[int, str] | None = None,
        **options: Any,
    ) -> None:
        super().__init__(*args, **options)
        self.examples: tuple[str, ...] = tuple(examples)
        self.status: dict[int, str] = dict(status or {})

    def get_short_help_str(self, limit: int = 45) -> str:
        """Return the first sentence of the help, which is wrapped rather than cut."""
        return super().get_short_help_str(max(limit, _LONGEST_SENTENCE))

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the examples and the exit statuses."""
        super().format_epilog(ctx, formatter)
        if self.examples:
            with formatter.section("Examples"):
                for line in self.examples:
                    formatter.write(f"{'':>{formatter.current_indent}}{line}\n")
        if not isinstance(self, click.Group):
            with formatter.section("Exit status"):
                meanings = {OK: MEANINGS[OK], FAILED: MEANINGS[FAILED], USAGE: MEANINGS[USAGE]}
                formatter.write_dl([(str(number), text) for number, text in (meanings | self.status).items()])


class DocumentedGroup(Documented, click.Group):
    """A group of commands, with examples; suggests a command for a name that is none."""

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command, and suggest one for a name that is none."""
        try:
            return super().resolve_command(ctx, args)
        except click.UsageError as error:
            import difflib

            close = difflib.get_close_matches(args[0], self.list_commands(ctx), 1)
            if not close:
                raise
            raise click.UsageError(f"{error.message} Did you mean '{close[0]}'?", ctx) from error
