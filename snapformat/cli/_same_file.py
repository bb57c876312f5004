"""No command writes over what it reads: input and output are compared as files, not as names."""

from __future__ import annotations

import contextlib
import os
import stat
import sys
from collections.abc import Iterable, Iterator
from typing import Any

import click

from snapformat.printable import printable

#: What tells a file from all others: its device, and its number there.
_Identity = tuple[int, int]


class FileName(click.Path):
    """The name of a file, taken as it is: which names are good is for the library to say."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Return the name."""
        return value


class InputFile(FileName):
    """The name of a file that is read.

    Args:
        dash: `-` is standard input.
    """

    def __init__(self, *, dash: bool = False) -> None:
        super().__init__()
        self.dash = dash


class OutputFile(FileName):
    """The name of a file that is written; `-` is standard output."""


class Command(click.Command):
    """A command that is not run if a file that it would write is one that it reads; every command is one.

    Standard output counts as written, so that `dump FILE >> FILE` is refused too.
    """

    def invoke(self, ctx: click.Context) -> Any:
        """Compare the files, and run the command."""
        refuse_same_file(self._inputs(ctx), [*self._outputs(ctx), sys.stdout])
        return super().invoke(ctx)

    def _inputs(self, ctx: click.Context) -> Iterator[Any]:
        for parameter in self.params:
            if isinstance(parameter.type, InputFile):
                for name in _values(ctx, parameter):
                    yield sys.stdin if name == "-" and parameter.type.dash else name

    def _outputs(self, ctx: click.Context) -> Iterator[str]:
        for parameter in self.params:
            if isinstance(parameter.type, OutputFile):
                yield from (name for name in _values(ctx, parameter) if name != "-")


def _values(ctx: click.Context, parameter: click.Parameter) -> tuple[str, ...]:
    value = ctx.params.get(parameter.name or "")
    if value is None:
        return ()
    return value if isinstance(value, tuple) else (value,)


def refuse_same_file(inputs: Iterable[Any], outputs: Iterable[Any]) -> None:
    """Raise `click.UsageError` if a file is both input and output: by whatever links, names or descriptors.

    Args:
        inputs: Names, or the stream of standard input.
        outputs: Names, or the stream of standard output.
    """
    read: dict[_Identity, Any] = {}
    for each in inputs:
        found = _identity(each)
        if found is not None:
            read.setdefault(found, each)
    if not read:
        return
    for each in outputs:
        found = _identity(each)
        if found in read:
            names = f"{_shown(read[found])} and {_shown(each)}"
            context = click.get_current_context(silent=True)
            raise click.UsageError(f"input and output are the same file: {names}", context)


def _identity(end: Any) -> _Identity | None:
    """The identity of a regular file, with links followed; None for anything else, or where there is none."""
    if end is None:  # a standard stream that was closed
        return None
    # ValueError: a name with a zero byte, a stream without a descriptor.
    with contextlib.suppress(OSError, ValueError):
        status = os.stat(end if isinstance(end, str | bytes) else end.fileno())
        if stat.S_ISREG(status.st_mode):
            return status.st_dev, status.st_ino
    return None


def _shown(end: Any) -> str:
    if isinstance(end, str | bytes):
        return printable(os.fsdecode(end))
    return "standard input" if end is sys.stdin else "standard output"
