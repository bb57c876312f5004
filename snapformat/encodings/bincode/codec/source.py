"""Writing Python source: lines, indentation, names, and the values that the code refers to."""

from __future__ import annotations

import linecache
import weakref
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from typing import Any

from snapformat.printable import printable

_numbers = count(1)


class NotGenerated(Exception):
    """The layout has a part that the generator leaves to the reference."""


#: Exceptions of generating code for a layout without code; the last two for extremely deep types.
CANNOT_COMPILE = (NotGenerated, RecursionError, SyntaxError)


class Source:
    """Source code under construction.

    Attributes:
        names: Values that the code refers to, by global name.
        indent: Number of open blocks.
    """

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.names: dict[str, Any] = {}
        self._known: dict[int, str] = {}
        self.indent: int = 0
        self._counters: dict[str, int] = {}

    def line(self, text: str) -> None:
        """Add a line at the current indentation."""
        self.lines.append("    " * self.indent + text)

    @contextmanager
    def block(self, head: str) -> Iterator[None]:
        """Add a line that opens a block, and indent what is added inside."""
        self.line(head)
        self.indent += 1
        yield
        self.indent -= 1

    def fresh(self, prefix: str) -> str:
        """Return a new local name."""
        number = self._counters.get(prefix, 0)
        self._counters[prefix] = number + 1
        return f"{prefix}{number}"

    def refer(self, prefix: str, value: Any) -> str:
        """Return the global name of a value; the same object gets the same name."""
        known = self._known.get(id(value))
        if known is None:
            known = self.fresh(f"{prefix}_")
            self._known[id(value)] = known
            self.names[known] = value
        return known

    def text(self) -> str:
        """Return the code."""
        return "\n".join(self.lines) + "\n"

    def compile(self, title: str, main: str) -> dict[str, Any]:
        """Compile and run the code; return the namespace with its functions.

        The source is kept for tracebacks, debuggers and profilers, as long as its main function lives.
        """
        text = self.text()
        file = f"<snapformat {printable(title)} {next(_numbers)}>"
        linecache.cache[file] = (len(text), None, text.splitlines(keepends=True), file)
        namespace = dict(self.names)
        exec(compile(text, file, "exec"), namespace)
        weakref.finalize(namespace[main], linecache.cache.pop, file, None).atexit = False
        return namespace
