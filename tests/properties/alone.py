"""construct alone: its own code runs, with our leaves and checks, and nothing else of the library.

A profiler sees every Python function that is called, whatever it is named and wherever it is imported from.
So a reader, a writer or generated code that is reached on the way fails, also one that is written later.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any

import construct as c

#: What of the library constructs may use: themselves, types with their checks and conversions, bounds, the
#: rule of an integer's bytes, the checksum, errors, the wrapper of a file.
ALLOWED = (
    "snapformat.encodings.construct",
    "snapformat.encodings.bincode.config",
    "snapformat.encodings.bincode.varints",
    "snapformat.encodings.bincode.encoding",  # a type that refers to itself finds its construct there
    "snapformat.model",
    "snapformat.snapshot.checksum",
    "snapformat.limits",
    "snapformat.lazy_dataclasses",  # equality and hashes of classes
    "snapformat.errors",
    "snapformat.once",
    "snapformat.printable",
    "snapformat.trampoline",
)


#: Where construct's classes hold others.
_PLACES = (
    *("subcon", "subcons", "cases", "thensubcon", "elsesubcon"),
    *("lengthfield", "countfield", "checksumfield"),
)


def _is_allowed(module: str) -> bool:
    return any(module == name or module.startswith(f"{name}.") for name in ALLOWED)


@contextmanager
def only_construct() -> Iterator[None]:
    """In here, any function of the library that reads or writes by other means fails the test."""
    seen: set[str] = set()

    def note(frame: FrameType, event: str, _: Any) -> None:
        if event != "call":
            return
        code = frame.f_code
        module = frame.f_globals.get("__name__", "")
        if code.co_filename.startswith("<snapformat"):
            seen.add(f"generated code: {code.co_filename} {code.co_name}")
        elif module.startswith("snapformat.") and not _is_allowed(module):
            seen.add(f"{module}.{code.co_qualname}")

    before = sys.getprofile()
    sys.setprofile(note)
    try:
        yield
    finally:
        sys.setprofile(before)
    assert not seen, f"construct alone called {', '.join(sorted(seen))}"


def inside(construct: Any) -> Iterator[tuple[str, Any]]:
    """All constructs in one, each once, with names on the way: as construct's own tools find them."""
    waiting: list[tuple[str, Any]] = [("", construct)]
    seen: set[int] = set()
    while waiting:
        path, current = waiting.pop()
        if id(current) in seen:
            continue
        seen.add(id(current))
        yield path, current
        below = f"{path}.{current.name}" if isinstance(current, c.Renamed) else path
        waiting.extend((below, sub) for sub in subcons(current))


def subcons(construct: Any) -> list[Any]:
    """The constructs directly inside, by the attributes in which construct's classes hold them."""
    if isinstance(construct, c.LazyBound):
        return [construct.subconfunc()]
    found: list[Any] = []
    for name in _PLACES:
        found.extend(_held(vars(construct).get(name, ())))
    return found


def _held(held: Any) -> list[Any]:
    """The constructs that an attribute holds, by itself, in a list or in a dict."""
    several = held.values() if isinstance(held, dict) else held if isinstance(held, list | tuple) else [held]
    return [each for each in several if isinstance(each, c.Construct)]


def hidden(construct: Any) -> list[str]:
    """Attributes that hold constructs which `subcons` does not find."""
    known = {id(sub) for sub in subcons(construct)}
    found = []
    for name, held in vars(construct).items():
        if any(id(each) not in known for each in _held(held)):
            found.append(name)
    return found
