"""Random types and values by number, held against the Rust program."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random
from typing import Any

import snapformat
from bitcode.checks import Case
from bitcode.from_model import row_value
from bitcode.oracle.program import ERROR, GIVEN_UP, OK, PROGRAM, Program, Said
from bitcode.oracle.running import parsed, run_cases
from bitcode.packer import Loose
from bitcode.random_types import Values, built, random_type
from bitcode.wire import description
from snapformat.bincode import Encoding
from snapformat.errors import DecodeError
from vectors.checks import short

_BETWEEN = Encoding(limit=None)
#: What our own bounds say, which the crate does not have.
_OWN_BOUNDS = ("zero-sized", "nested too deeply")
#: Bytes that bite: packings, lengths of 255 and more, minima.
_BITES = [
    b"\xff",
    b"\0",
    b"\x0b",
    b"\x09",
    b"\x05",
    b"\xff\x06\xff",
    b"\xff\x00" + b"\xff" * 8,
    b"\xff\x06\x01",
]


class Differs(AssertionError):
    """The library and the crate differ on a case."""


@dataclass
class MadeCase:
    """A random type with a value and messages.

    Attributes:
        declarations: Rust text of the declarations.
        text: Rust text of the type.
        case: The type in the library.
        model: The value, as serde calls.
        value: The value.
        loose: Messages of the same value in other packings.
        damaged: Messages made of a good one.
    """

    declarations: str
    text: str
    case: Case
    model: list[Any]
    value: Any
    loose: list[bytes]
    damaged: list[bytes]


def made(seed: int, number: int) -> MadeCase:
    """The case of a number."""
    random = Random(f"{seed}:{number}")
    declarations, text = random_type(random)
    case = Case(*built(declarations, text))
    model = Values(random).model(case.shape)
    value = case.shape.from_value(row_value(model))
    loose = [Loose(random).message(model) for _ in range(2)]
    harmed = [damaged(case.encode(value), random), damaged(random.choice(loose), random)]
    return MadeCase(declarations, text, case, model, value, loose, [*harmed, damaged(harmed[0], random)])


def damaged(data: bytes, random: Random) -> bytes:
    """Bytes near the given ones: bits flipped, cut, longer."""
    changed = bytearray(data)
    for _ in range(random.choice([1, 1, 1, 2, 3])):
        at = random.randrange(len(changed) + 1)
        match random.choice(["bit", "bit", "cut", "insert", "delete", "bite", "add"]):
            case "bit" if at < len(changed):
                changed[at] ^= 1 << random.randrange(8)
            case "cut":
                del changed[at:]
            case "insert":
                changed[at:at] = random.randbytes(random.randint(1, 3))
            case "delete":
                del changed[at : at + random.randint(1, 3)]
            case "bite":
                bite = random.choice(_BITES)
                changed[at : at + random.randint(0, len(bite))] = bite
            case "add":
                changed += random.randbytes(random.randint(1, 3))
    return bytes(changed)


def check(each: MadeCase, program: Program) -> list[Said]:
    """Hold a case against the program; gives what it said of the messages.

    Raises:
        Differs: They differ.
    """
    case = each.case
    ours = case.encode(each.value)
    between = snapformat.encode(each.value, case.annotation, _BETWEEN)
    messages = [ours, *each.loose, *each.damaged]
    theirs, said = program.ask(description(case.shape), between, messages)
    if ours != theirs:
        raise Differs(f"encode: ours {ours.hex()}, theirs {theirs.hex()}")
    for number, (message, found) in enumerate(zip(messages, said, strict=True)):
        _compare(case, message, found)
        if number <= len(each.loose) and case.shape.to_model(case.decode(message)) != each.model:
            raise Differs(f"{message.hex()} is read as another value")
    return said


def _compare(case: Case, message: bytes, said: Said) -> None:
    what = f"message {message.hex()}"
    try:
        value = case.verdict(message)
    except DecodeError as error:
        if said.verdict in (OK, GIVEN_UP) and not any(text in str(error) for text in _OWN_BOUNDS):
            raise Differs(f"{what}: ours {error}, theirs {said}") from error
        return
    if said.verdict == GIVEN_UP:
        return
    if said.verdict != OK:
        raise Differs(f"{what}: ours {short(value)}, theirs {said}")
    theirs = snapformat.decode(said.value, case.annotation, _BETWEEN)
    if case.shape.to_model(value) != case.shape.to_model(theirs):
        raise Differs(f"{what}: ours {short(value)}, theirs {short(theirs)}")


def recorded(each: MadeCase, said: list[Said]) -> dict[str, Any]:
    """A case as a row: its type, its value, its message, other messages with their values or null."""
    shape = each.case.shape
    row: dict[str, Any] = {"types": each.declarations} if each.declarations else {}
    row |= {"type": each.text, "value": row_value(each.model), "hex": each.case.encode(each.value).hex()}
    row["loose"] = [message.hex() for message in each.loose if message.hex() != row["hex"]]
    row["damaged"] = []
    for message, found in zip(each.damaged, said[1 + len(each.loose) :], strict=True):
        if found.verdict == ERROR:
            row["damaged"].append([message.hex()])
        elif found.verdict == OK:
            theirs = snapformat.decode(found.value, each.case.annotation, _BETWEEN)
            row["damaged"].append([message.hex(), row_value(shape.to_model(theirs))])
    return row


def main(arguments: Sequence[str] | None = None) -> int:
    """Run so many cases; gives 1 where one differs."""
    given = parsed(arguments, doc=__doc__, program=PROGRAM, sizes=(180, 700))
    agree, rows = run_cases(
        given,
        ((number, made(given.seed, number)) for number in range(given.start, given.start + given.count)),
        check,
        about=lambda each: f"{each.declarations} {each.text}",
        said=lambda said: said,
        row=recorded,
    )
    if given.record:
        given.record.write_text("".join(f"{row}\n" for row in rows))
    return 0 if agree else 1
