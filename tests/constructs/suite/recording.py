"""Running construct's tests, and recording each declaration in them with what it parses and builds."""

from __future__ import annotations

import contextlib
import importlib.util
import inspect
import io
import os
import sys
import tempfile
import types
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import construct as c

from constructs.declaration import Declaration, copied
from constructs.outcomes import TooLong, at_most
from constructs.suite import helpers

#: Seconds that one test may take.
TEST_TIME = 20.0
#: At most so many samples of each kind for a declaration, and bytes in one.
SAMPLES = 12
LARGEST = 1 << 16


@dataclass
class Recorded:
    """A construct, and what it was called with.

    Attributes:
        name: The test, and the number of the construct in it.
        construct: The construct.
        values: What it built.
        data: What it parsed.
    """

    name: str
    construct: Any
    values: list[Any] = field(default_factory=list)
    data: list[bytes] = field(default_factory=list)

    def declaration(self) -> Declaration:
        """The same as a declaration of ours."""
        return Declaration(self.name, self.construct, tuple(self.values), tuple(self.data))


@dataclass
class Recording:
    """All that was recorded.

    Attributes:
        by_construct: The constructs by identity, and by the arguments that they were called with.
        tests: Number of tests that ran.
        test: The latest test.
        failed: Tests that raised something after what was recorded of them, with the reason; not those that
            construct expects to fail.
    """

    by_construct: dict[tuple[int, str], Recorded] = field(default_factory=dict)
    tests: int = 0
    failed: list[tuple[str, str]] = field(default_factory=list)
    test: str = ""
    _number: int = 0

    def declarations(self) -> list[Declaration]:
        """All declarations, in the order of the tests."""
        return [each.declaration() for each in self.by_construct.values()]

    def of(self, construct: Any, arguments: dict[str, Any]) -> Recorded:
        """The entry of a construct.

        A call with arguments (`parse(data, n=4)`) is recorded as one of a Struct that has these values: there
        is nowhere else to put them in a format.
        """
        key = id(construct), repr([(name, _known(value)) for name, value in sorted(arguments.items())])
        if key not in self.by_construct:
            self._number += 1
            declared = construct
            if arguments:
                given = [name / c.Computed(value) for name, value in arguments.items()]
                declared = c.Struct(*given, "value" / construct)
            self.by_construct[key] = Recorded(f"{self.test} #{self._number}", declared)
        return self.by_construct[key]

    def run(self, name: str, test: Callable[[], Any]) -> None:
        """Run one test and record its declarations."""
        self.test, self._number = name, 0
        self.tests += 1
        try:
            with contextlib.redirect_stdout(io.StringIO()), at_most(TEST_TIME):
                test()
        except TooLong:
            self.failed.append((name, "it takes too long"))
        except BaseException as error:  # `pytest.skip` and `pytest.fail` raise one
            if isinstance(error, KeyboardInterrupt):
                raise
            self.failed.append((name, f"{type(error).__name__}: {str(error).partition(chr(10))[0]}"))


def _known(value: Any) -> Any:
    return value if isinstance(value, int | str | bytes | None) else id(value)


def record(folder: Path) -> Recording:
    """Run the tests in a folder and record every declaration in them."""
    recording = Recording()
    with (
        _recorded(recording),
        _as_package(folder),
        tempfile.TemporaryDirectory() as scratch,
        _inside(scratch),
    ):
        for path in sorted(folder.rglob("test_*.py")):
            name = ".".join(("tests", *path.relative_to(folder).with_suffix("").parts))
            try:
                module = _imported(name, path)
            except Exception as error:
                recording.failed.append((name, f"importing: {type(error).__name__}: {error}"))
                continue
            for test, call in _tests_of(module):
                recording.run(f"{path.stem}.{test}", call)
                if any(mark.name == "xfail" for mark in getattr(call, "pytestmark", ())):
                    recording.failed = [each for each in recording.failed if each[0] != recording.test]
    return recording


def _imported(name: str, path: Path) -> Any:
    if name in sys.modules:
        return sys.modules[name]
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec is not None
    assert spec.loader is not None
    module = sys.modules[name] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _tests_of(module: Any) -> Iterator[tuple[str, Callable[[], Any]]]:
    for name, found in list(vars(module).items()):
        if name.startswith("test_") and inspect.isfunction(found):
            wanted = list(inspect.signature(found).parameters)
            if wanted == ["benchmark"]:
                yield name, lambda found=found: found(helpers.benchmark)
            elif not wanted and name != "test_multiprocessing":  # no declaration, but another process
                yield name, found


@contextmanager
def _as_package(folder: Path) -> Iterator[None]:
    """In here, the folder is the package `tests`."""
    before = {name: module for name, module in sys.modules.items() if name.split(".")[0] == "tests"}
    for name in before:
        del sys.modules[name]
    package = types.ModuleType("tests")
    package.__path__ = [str(folder)]
    sys.modules["tests"] = package
    sys.modules[helpers.NAME] = helpers.module()
    try:
        yield
    finally:
        sys.modules.update(before)


@contextmanager
def _inside(folder: str) -> Iterator[None]:
    before = os.getcwd()
    os.chdir(folder)
    try:
        yield
    finally:
        os.chdir(before)


@contextmanager
def _recorded(recording: Recording) -> Iterator[None]:
    """In here, calls of constructs are recorded; not those that constructs make themselves."""
    open_calls = 0
    before = {name: getattr(c.Construct, name) for name in ("parse", "build", "parse_stream", "build_stream")}

    def wrapped(name: str) -> Callable[..., Any]:
        original = before[name]

        def call(self: Any, what: Any, *args: Any, **keywords: Any) -> Any:
            nonlocal open_calls
            if not open_calls:
                _note(recording, name, self, what, keywords)
            open_calls += 1
            try:
                return original(self, what, *args, **keywords)
            finally:
                open_calls -= 1

        return call

    for name in before:
        setattr(c.Construct, name, wrapped(name))
    try:
        yield
    finally:
        for name, original in before.items():
            setattr(c.Construct, name, original)


def _note(recording: Recording, name: str, construct: Any, what: Any, keywords: dict[str, Any]) -> None:
    arguments = {key: value for key, value in keywords.items() if key != "stream"}
    found = recording.of(construct, arguments)
    if name.startswith("build"):
        value = copied(what)
        value = {"value": value} if arguments else value
        if len(found.values) < SAMPLES and not any(value is each for each in found.values):
            found.values.append(value)
        return
    data = what
    if name == "parse_stream":
        if not isinstance(what, io.BytesIO):
            return
        data = what.getvalue()[what.tell() :]
    if len(found.data) < SAMPLES and isinstance(data, bytes | bytearray | memoryview):
        data = bytes(data)
        if len(data) <= LARGEST and data not in found.data:
            found.data.append(data)
