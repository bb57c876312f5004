"""Random types and values by number, held against the crates of the presets."""

from __future__ import annotations

import lzma
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from random import Random
from typing import Any

from bitcode.from_model import row_value
from bitcode.oracle.program import ERROR, GIVEN_UP, OK, Program, Said
from bitcode.oracle.run import damaged
from bitcode.oracle.running import EDGE, parsed, run_cases
from bitcode.random_types import Values, built, random_type
from bitcode.wire import description
from presets.checks import Case
from presets.oracle.edges import EDGES
from presets.table import BY_NAME, PRESETS, Preset
from snapformat.errors import DecodeError, SchemaError
from vectors.checks import short
from vectors.shapes import Shape

PROGRAM = Path(__file__).resolve().parents[2] / "oracle/presets/target/release/presets-oracle"
#: What our own bounds say, which the crates do not have.
_OWN_BOUNDS = ("zero-sized", "nested too deeply")


class Differs(AssertionError):
    """The library and a crate differ on a case."""


@dataclass
class MadeCase:
    """A random type with a value, under a preset.

    Attributes:
        preset: The preset.
        declarations: Rust text of the declarations.
        text: Rust text of the type.
        shape: The type.
        case: The type in the library.
        value: The value.
        messages: Messages made of a good one.
    """

    preset: Preset
    declarations: str
    text: str
    shape: Shape
    case: Case
    value: Any
    messages: list[bytes]


def edges() -> Iterator[MadeCase]:
    """The cases of `EDGES`, each with some value."""
    for name, declarations, text, digits in EDGES:
        shape, annotation = built(declarations, text)
        preset = BY_NAME[name]
        case = Case(preset, annotation)
        value = shape.from_value(row_value(Values(Random(1)).model(shape)))
        ours = case.encode(value)
        assert ours is not None
        yield MadeCase(preset, declarations, text, shape, case, value, [ours, bytes.fromhex(digits)])


def made(seed: int, number: int) -> Iterator[MadeCase]:
    """The cases of a number: a type under each preset that can carry it."""
    random = Random(f"{seed}:{number}")
    declarations, text = random_type(random)
    shape, annotation = built(declarations, text)
    value = shape.from_value(row_value(Values(random).model(shape)))
    for preset in PRESETS:
        random = Random(f"{seed}:{number}:{preset.name}")
        if not preset.can_store(declarations, text):
            continue
        try:
            case = Case(preset, annotation)
        except SchemaError as error:
            if "zero-sized" in str(error):
                continue
            raise
        ours = case.encode(value)
        messages = [] if ours is None else [ours, *(damaged(ours, random) for _ in range(4))]
        yield MadeCase(preset, declarations, text, shape, case, value, messages)


def check(each: MadeCase, program: Program) -> tuple[bytes | None, list[Said]]:
    """Hold a case against its crate; return its message, and what it said of the messages.

    Raises:
        Differs: They differ.
    """
    between = each.case.plain(each.value)
    about = bytes([each.preset.number]) + description(each.shape, rust=True)
    answer, said = program.ask(about, between, each.messages)
    theirs = answer[1:] if answer[0] else None
    ours = each.messages[0] if each.messages else None
    if ours != theirs:
        raise Differs(f"encode: ours {ours and ours.hex()}, theirs {answer.hex()} {answer!r}")
    for message, found in zip(each.messages, said, strict=True):
        _compare(each.case, message, found)
    return theirs, said


def _compare(case: Case, message: bytes, said: Said) -> None:
    what = f"message {message.hex()}"
    try:
        value = case.decode(message)
    except DecodeError as error:
        if said.verdict == OK and not any(text in str(error) for text in _OWN_BOUNDS):
            raise Differs(f"{what}: ours {error}, theirs {said}") from error
        return
    if said.verdict == GIVEN_UP:
        return
    if said.verdict != OK:
        raise Differs(f"{what}: ours {short(case.value_of(value))}, theirs {said}")
    theirs = case.between(case.value_of(said.value))
    if value != theirs:
        raise Differs(f"{what}: ours {value.hex()}, theirs {theirs.hex()}")


def recorded(each: MadeCase, theirs: bytes | None, said: list[Said]) -> dict[str, Any]:
    """A case as a row: preset, type, value in bincode, its message, damaged messages with their values."""
    row: dict[str, Any] = {"preset": each.preset.name}
    if each.declarations:
        row["types"] = each.declarations
    row |= {"type": each.text, "value": each.case.plain(each.value).hex()}
    row["hex"] = None if theirs is None else theirs.hex()
    row["damaged"] = [
        [message.hex()] if found.verdict == ERROR else [message.hex(), found.value.hex()]
        for message, found in zip(each.messages[1:], said[1:], strict=True)
        if found.verdict in (ERROR, OK)
    ]
    return row


def main(arguments: Sequence[str] | None = None) -> int:
    """Run so many cases; return 1 where one differs."""
    given = parsed(arguments, doc=__doc__, program=PROGRAM, sizes=(120, 500))
    numbers = range(given.start, given.start + given.count)
    agree, rows = run_cases(
        given,
        chain(((EDGE, each) for each in edges()), _numbered(given.seed, numbers)),
        check,
        about=lambda each: f"{each.preset.name}: {each.declarations} {each.text}",
        said=lambda answer: answer[1],
        row=lambda each, answer: recorded(each, *answer),
    )
    if given.record:
        with lzma.open(given.record, "wt", encoding="utf-8") as file:
            file.write("".join(f"{row}\n" for row in rows))
    return 0 if agree else 1


def _numbered(seed: int, numbers: Iterable[int]) -> Iterator[tuple[int, MadeCase]]:
    for number in numbers:
        for each in made(seed, number):
            yield number, each
