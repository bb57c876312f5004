"""The cases: what is measured, and by whom."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial

from benchmarks import bad, payloads
from benchmarks.calls import MANY, SMALL_LOAD, many_files, readme_cases, small_file
from benchmarks.case import Case
from benchmarks.columns import COLUMNS, column_cases
from benchmarks.encodings import ENCODINGS, encoding_cases
from benchmarks.files import file_cases, made_up_file, words
from benchmarks.formats import FORMATS, format_cases
from benchmarks.migrations import MIGRATE, migration_cases
from benchmarks.peers import BASELINE, CLASSES, MSGSPEC, PEERS
from benchmarks.record_arrays import RECORD_ARRAYS, record_array_cases
from benchmarks.shapes import FIXED, RECORDS, SHAPES, SINGLE, Form, Payload, Shape
from benchmarks.states import state_cases
from benchmarks.timing import collecting

#: Who is measured with Python's collector on as well, on tables.
_COLLECTED = (BASELINE, MSGSPEC, CLASSES)


@dataclass(frozen=True, slots=True)
class Sizes:
    """How large the made-up payloads are: smaller ones only show that everything runs.

    Attributes:
        most: Elements of a table at most; None for as many as its shape has.
        words: Numbers of L.
        array: Records of a structured array.
        files: Files of a fleet.
    """

    most: int | None = None
    words: int = 1 << 20
    array: int = 1_000_000
    files: int = 1000


TINY = Sizes(most=20, words=1 << 10, array=1000, files=18)


def all_cases(sizes: Sizes, only: str = "") -> Iterator[Case]:
    """Every case whose title contains a text, each made only when it is its turn."""
    # Beginnings of the titles of a group, and what makes its cases.
    groups: list[tuple[tuple[str, ...], Callable[[], Iterator[Case]]]] = [
        ((f"{shape.title(form)} ",), partial(shape_cases, shape, form, sizes))
        for shape in SHAPES
        for form in shape.forms
    ]
    groups += [
        ((SMALL_LOAD,), small_file),
        (("M load", "M save"), partial(_records_file, sizes)),
        *(((name,), partial(_state, name)) for name in payloads.STATES),
        (("L ",), lambda: words(payloads.words(sizes.words))),
        (("bad: S", "bad: M"), partial(_bad, sizes)),
        (("bad: V",), bad.states),
        ((MANY,), partial(many_files, sizes.files)),
        ((FORMATS,), format_cases),
        ((COLUMNS,), column_cases),
        ((MIGRATE,), migration_cases),
        ((ENCODINGS,), encoding_cases),
        ((RECORD_ARRAYS,), partial(record_array_cases, sizes.array)),
    ]
    for titles, make in groups:
        if any(title.startswith(only) or only.startswith(title) for title in titles):
            yield from (case for case in make() if case.title.startswith(only))


def shape_cases(shape: Shape, form: Form, sizes: Sizes) -> Iterator[Case]:
    """A shape under one encoding: parse and build."""
    payload = shape.payload(form, sizes.most)
    parse = Case(shape.title(form, "parse"), len(payload.data), {})
    build = Case(shape.title(form, "build"), len(payload.data), {})
    for name, make in PEERS.items():
        try:
            calls = make(payload)
        except ImportError as error:
            parse.missing[name] = build.missing[name] = f"not installed ({error.name})"
            continue
        if calls is not None:
            parse.calls[name] = calls.parse
            if calls.build is not None:
                build.calls[name] = calls.build
            elif calls.why:
                build.missing[name] = calls.why
    if shape.is_table and form is FIXED:
        for case in (parse, build):
            case.calls |= {
                f"{name}, collector on": collecting(case.calls[name])
                for name in _COLLECTED
                if name in case.calls
            }
    yield parse
    yield build


def _records(sizes: Sizes) -> Payload:
    return RECORDS.payload(FIXED, sizes.most)


def _records_file(sizes: Sizes) -> Iterator[Case]:
    payload = _records(sizes)
    format_, file = made_up_file(payload.shape.kind, payload.data)
    return file_cases("M", format_, payload.struct, file)


def _bad(sizes: Sizes) -> Iterator[Case]:
    return bad.made_up(SINGLE.payload(FIXED).data, _records(sizes).data)


def _state(name: str) -> Iterator[Case]:
    yield from state_cases(name)
    yield from readme_cases(name)
