"""Refusing commands whose output is one of their inputs: files are compared, not names."""

from __future__ import annotations

import contextlib
import os
import stat
import sys
from collections.abc import Iterable, Iterator
from typing import Any

import click

from snapformat.cli._command import Documented
from snapformat.printable import printable

#: The device and the inode of a file.
_Identity = tuple[int, int]


class FileName(click.Path):
    """A file name, passed on unchecked: the library reports bad names."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Return the name unchanged."""
        return value


class InputFile(FileName):
    """The name of an input file.

    Args:
        dash: Whether `-` means standard input.
    """

    def __init__(self, *, dash: bool = False) -> None:
        super().__init__()
        self.dash = dash


class OutputFile(FileName):
    """The name of an output file; `-` means standard output."""


class Command(Documented):
    """The class of every command: refuses to run if an output file is also an input file.

    Standard output counts as an output, so `dump FILE >> FILE` is refused too.
    """

    def invoke(self, ctx: click.Context) -> Any:
        """Compare the files, then run the command."""
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
    """Refuse a file that is both an input and an output, through any link, name or descriptor.

    Args:
        inputs: Names, or the stream of standard input.
        outputs: Names, or the stream of standard output.

    Raises:
        click.UsageError: An input and an output are the same file.
    """
    read: dict[_Identity, Any] = {}
    for each in inputs:
        found = identity(each)
        if found is not None:
            read.setdefault(found, each)
    if not read:
        return
    for each in outputs:
        found = identity(each)
        if found in read:
            names = f"{_describe(read[found])} and {_describe(each)}"
            context = click.get_current_context(silent=True)
            raise click.UsageError(f"input and output are the same file: {names}", context)


def identity(end: Any) -> _Identity | None:
    """Return the identity of a regular file, following links; None for anything else."""
    if end is None:  # a standard stream that was closed
        return None
    # ValueError: a name with a NUL byte, or a stream without a descriptor.
    with contextlib.suppress(OSError, ValueError):
        status = os.stat(end if isinstance(end, str | bytes) else end.fileno())
        if stat.S_ISREG(status.st_mode):
            return status.st_dev, status.st_ino
    return None


def _describe(end: Any) -> str:
    if isinstance(end, str | bytes):
        return printable(os.fsdecode(end))
    return "standard input" if end is sys.stdin else "standard output"
