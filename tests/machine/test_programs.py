"""Programs: what is not one is refused; what they hold goes with them."""

from __future__ import annotations

import gc
import sys
import threading
import tracemalloc
from array import array
from contextlib import suppress
from dataclasses import fields
from typing import Any

import pytest

from codec.agreement import identical
from hostile import shapes
from snapformat import decode, encode, schema
from snapformat._machine import CORE
from snapformat._machine.opcodes import CODES, SHARED
from snapformat.bincode import BTreeMap, Option, Vec, u8, u16, u64
from snapformat.encodings.bincode import ops
from snapformat.encodings.bincode.codec import engine
from snapformat.encodings.bincode.codec.claims import Claims
from snapformat.encodings.bincode.codec.machine import _Compiler, program_of
from snapformat.encodings.bincode.codec.read_helpers import GuardError
from snapformat.encodings.bincode.rules import Rules
from snapformat.layout import layout_of
from snapformat.snapshot import SnapshotFormat
from snapformat.snapshot.catalogue import formats

OBJECTS = (None,) * len(SHARED)


def made(*words: int, objects: tuple[Any, ...] = OBJECTS, root: int = 0) -> Any:
    return CORE.Program(array("i", words), objects, root, 16, 24)


SOUND = {
    "a number": ((CODES["UINT"], 1, 0), 0),
    "an option": ((CODES["UINT"], 1, 0, CODES["OPTION"], 0), 3),
    "a tuple": ((CODES["UINT"], 1, 0, CODES["TUPLE"], 2, 0, 0), 3),
    "a unit": ((CODES["UNIT"], 3), 0),
}
UNSOUND = {
    "nothing": ((), 0),
    "an unknown opcode": ((len(CODES),), 0),
    "a negative opcode": ((-1,), 0),
    "operands that end": ((CODES["UINT"], 1), 0),
    "a place beyond": ((CODES["OPTION"], 9), 0),
    "a place inside": ((CODES["UINT"], 1, 0, CODES["OPTION"], 1), 3),
    "no place": ((CODES["OPTION"], -1), 0),
    "an object beyond": ((CODES["UNIT"], len(SHARED)), 0),
    "a negative object": ((CODES["UNIT"], -1), 0),
    "groups that end": ((CODES["UINT"], 1, 0, CODES["TUPLE"], 3, 0, 0), 3),
    "a negative count": ((CODES["TUPLE"], -1), 0),
    "a huge count": ((CODES["TUPLE"], (1 << 31) - 1), 0),
    "a root beyond": ((CODES["UINT"], 1, 0), 3),
    "a root inside": ((CODES["UINT"], 1, 0), 1),
}


@pytest.mark.parametrize("name", SOUND)
def test_sound(name: str) -> None:
    words, root = SOUND[name]
    assert made(*words, root=root)


@pytest.mark.parametrize("name", UNSOUND)
def test_unsound(name: str) -> None:
    words, root = UNSOUND[name]
    with pytest.raises(ValueError, match="not a program"):
        made(*words, root=root)


def test_few_objects() -> None:
    with pytest.raises(ValueError, match="not a program"):
        made(*SOUND["a number"][0], objects=())


BAD_CALLS: list[tuple[Any, ...]] = [
    (),
    (b"\1", 0, 1, 0),
    ("\1", 0, 1, 0, None),
    (bytearray(b"\1"), 0, 1, 0, None),
    (b"\1", -1, 1, 0, None),
    (b"\1", 1, 0, 0, None),
    (b"\1", 0, 2, 0, None),
    (b"\1", 0, 1, -1, None),
    (b"\1", 0, 1, 1 << 40, None),
    (b"\1", 0, 1, 0, "claims"),
    (b"\1", 0, 1 << 80, 0, None),
    (b"\1", None, 1, 0, None),
]


@pytest.mark.parametrize("method", ["read", "skip", "check", "index"])
@pytest.mark.parametrize("arguments", BAD_CALLS, ids=repr)
def test_calls_with_other_arguments(method: str, arguments: tuple[Any, ...]) -> None:
    program = program_of(layout_of(u8), reading=True)
    assert program is not None
    with pytest.raises((GuardError, TypeError, OverflowError)):
        getattr(program.code, method)(*arguments)


@schema
class Row:
    """With one of much."""

    number: u64
    name: str
    maybe: Option[u16]
    rows: Vec[u16]
    table: BTreeMap[str, Vec[u8]]


ROW = Row(1 << 40, "abc", 7, [1, 300], {"a": [1], "b": [2, 3]})


def test_nothing_is_kept() -> None:
    """The references to objects and the number of blocks, over many reads and writes, good and refused."""
    node = layout_of(Vec[Row])
    program, writing = program_of(node, reading=True), program_of(node, reading=False)
    assert program is not None
    assert writing is not None
    value = [ROW] * 3
    data = encode(value, Vec[Row])
    inputs = [data, data[:-1], data[:40], data.replace(b"abc", b"a\xffc"), data[:8] + b"\xff" * 60]
    wrong: list[Any] = [value, [ROW, None], [Row(1, "a", -1, [], {})], [Row(-1, "a", None, [], {})], 5]

    def once() -> None:
        for each in inputs:
            for method in (program.code.read, program.code.skip, program.code.check):
                claims = Claims(1 << 20)
                with suppress(GuardError, UnicodeDecodeError):
                    method(each, 0, len(each), 0, claims)
        for one in wrong:
            with suppress(GuardError, TypeError):
                writing.code.write(one)

    def counts() -> tuple[int, ...]:
        gc.collect()
        return (sys.getallocatedblocks(), sys.getrefcount(Row), sys.getrefcount(GuardError))

    for _ in range(20):
        once()
    before = counts()
    for _ in range(300):
        once()
    after = counts()
    assert after[0] - before[0] < 50
    assert after[1:] == before[1:]


@pytest.mark.parametrize("kilobytes", [128, 256, 1024])
def test_threads_with_small_stacks(kilobytes: int) -> None:
    """Where the C stack ends, the reference goes on."""
    node = layout_of(shapes.Tree)
    data = shapes.tree_bytes(512)
    expected = engine.read_value(node, data)
    found: list[Any] = []

    def run() -> None:
        try:
            found.append(engine.read_value(node, data))
            found.append(engine.write_value(node, expected[0]))
        except BaseException as error:
            found.append(error)

    old = threading.stack_size(kilobytes << 10)
    try:
        thread = threading.Thread(target=run)
        thread.start()
        thread.join()
    finally:
        threading.stack_size(old)
    if kilobytes < 1024 and isinstance(found[0], RecursionError):
        return
    assert identical(found[0], expected)
    assert found[1] == data


def test_each_list_in_a_list_claims_much() -> None:
    """Lists that say they are as long as the data are not made so long: each has room for some elements."""
    program = program_of(layout_of(shapes.Tree), reading=True)
    assert program is not None
    data = (100_000).to_bytes(8, "little") * 500
    data += bytes(1 << 20)
    tracemalloc.start()
    try:
        with pytest.raises(GuardError):
            program.code.read(data + b"\xff" * 8, 0, len(data) + 8, 0, Claims(1 << 20))
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 500 * 4096 * 8 + 130_000 * 200


def test_a_subinterpreter() -> None:
    interpreters: Any = None
    for name in ("_interpreters", "_xxsubinterpreters"):
        try:
            interpreters = __import__(name)
            break
        except ModuleNotFoundError:
            continue
    assert interpreters is not None
    own = interpreters.create()
    code = "import sys; sys.path[:] = {!r}; from snapformat._machine import _core; assert _core.Program"
    try:
        failed = interpreters.run_string(own, code.format(sys.path))
    finally:
        interpreters.destroy(own)
    assert failed is None


FORMATS = [each for each in formats().values() if not each.is_message]


@pytest.mark.parametrize("format_", FORMATS, ids=lambda format_: format_.name)
def test_shipped_schemas_are_executed(format_: SnapshotFormat) -> None:
    """All of them, with nothing left to generated Python."""
    for node in (format_.header_layout, format_.payload_layout):
        for reading in (True, False):
            program = program_of(node, reading=reading)
            assert program is not None
            assert program.can_skip


@pytest.mark.parametrize(("count", "at_once"), [(10, False), (1000, True)])
def test_the_first_read(count: int, at_once: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of few bytes it is the reference's, which takes less time than making a program."""
    monkeypatch.setattr(engine, "COMPILE_THRESHOLD", 1 << 16)

    @schema
    class New:
        a: u8
        rest: Vec[u8]

    value = New(1, [2] * count)
    data = encode(value, New)
    for use in (1, 2):
        assert decode(data, New) == value
        reader = layout_of(New).codec.reader
        assert (reader is not None) is (at_once or use > 1)
    assert reader.__self__ is layout_of(New).codec.read_program.code


#: The attributes of operations, and the rules, that the compiler of programs looks at.
LOOKED_AT = {
    ops.Int: "name size signed byteorder variable nonzero most packer",
    ops.Float: "size byteorder has_nan",
    ops.Bool: "lenient",
    ops.Char: "length",
    ops.Str: "length encoding",
    ops.Bytes: "length exact no_nul",
    ops.CStructBytes: "length item cls size fits_any",
    ops.FixedBytes: "count",
    ops.Unit: "value",
    ops.Option: "item wrapped",
    ops.Seq: "item length",
    ops.Array: "item count indexed",
    ops.Set: "item length ordered",
    ops.Map: "key value length ordered by_bytes",
    ops.Tuple: "items",
    ops.Struct: "name style fields cls make scoped named subcons",
    ops.Enum: "name index variants other",
    ops.Convert: "item decode encode pure",
    ops.Const: "item value",
    ops.Padded: "item count pattern",
    ops.Field: "attr op optional name",
    ops.Variant: "index payload constant",
    Rules: "name varint strict most_length depth char_text has_char has_floats has_nan has_zero_sized "
    "err_first key_order",
}


def test_every_attribute_of_an_operation_is_looked_at() -> None:
    """A new attribute changes bytes: `codec.machine` executes it, or refuses; then it is named above."""
    known = {f"_{op.__name__.lower()}": op for op in vars(ops).values() if isinstance(op, type)}
    compiled = [known[name] for name in vars(_Compiler) if name in known]
    assert {*compiled, ops.Field, ops.Variant, Rules} == set(LOOKED_AT)
    for op, names in LOOKED_AT.items():
        found = [each.name for each in fields(op) if each.name not in ("kind", "config", "codec")]
        assert found == names.split(), op.__name__
