"""Constraints of annotated-types: checked both ways, by every reader and writer, and described."""

from __future__ import annotations

import math
import subprocess
import sys
from typing import Annotated, Any

import annotated_types as at
import msgspec
import pydantic
import pytest
from pydantic.fields import FieldInfo

from snapformat import (
    DecodeError,
    EncodeError,
    Encoding,
    MigrationError,
    SchemaError,
    SnapshotFormat,
    decode,
    doc,
    encode,
    schema,
)
from snapformat.arrow import from_batch, to_batch
from snapformat.bincode import Blob, BTreeMap, CStruct, Hex, Len, Length, Option, Via, f64, u8, u16, u32
from snapformat.bits import Bits
from snapformat.docs import describe
from snapformat.inspect.edit import Editor, ValueTextError
from snapformat.layout import layout_of, walk
from snapformat.layout.compare import compare
from snapformat.migrate import Change, Step, migrate, narrowed
from snapformat.migrate import compare as compare_formats
from snapformat.values import from_json, to_json

ENCODINGS = [Encoding(), Encoding("variable", "big"), Encoding.bitcode()]


@schema
class Player:
    """A player."""

    level: Annotated[u8, at.Le(100)] = doc("Level")
    name: Annotated[str, at.Len(1, 3)] = doc("Name")
    scores: Annotated[list[Annotated[u32, at.Interval(gt=0, lt=10)]], at.MinLen(1)] = doc("Scores")
    step: Annotated[u16 | None, at.MultipleOf(4)] = doc("Step", default=None)
    speed: Annotated[f64, at.Predicate(math.isfinite)] = doc("Speed", default=0.0)


FORMAT = SnapshotFormat(name="players", magic=1, version="1.0.0", payload=Player)
GOOD = [Player(100, "abc", [1, 9], 8, 1.5), Player(0, "a", [5])]
BAD = [
    (Player(101, "a", [1]), "$.level", "at most 100", "101"),
    (Player(1, "", [1]), "$.name", "at least 1 character", "0 characters"),
    (Player(1, "abcd", [1]), "$.name", "at most 3 characters", "4 characters"),
    (Player(1, "a", []), "$.scores", "at least 1 element", "0 elements"),
    (Player(1, "a", [1, 10]), "$.scores[1]", "less than 10", "10"),
    (Player(1, "a", [0]), "$.scores[0]", "more than 0", "0"),
    (Player(1, "a", [1], 6), "$.step", "a multiple of 4", "6"),
    (Player(1, "a", [1], 4, math.inf), "$.speed", "a value for which isfinite is true", "float inf"),
]


@schema(name="Player")
class Free:
    """The same fields without constraints."""

    level: u8
    name: str
    scores: list[u32]
    step: u16 | None
    speed: f64


def free(value: Player) -> Free:
    return Free(value.level, value.name, value.scores, value.step, value.speed)


@pytest.mark.parametrize("encoding", ENCODINGS, ids=["fixed", "variable", "bitcode"])
def test_values_that_fit_have_the_bytes_of_the_free_type(encoding: Any) -> None:
    for value in GOOD:
        data = encode(free(value), Free, encoding)
        for _ in range(3):  # by the reference, then by generated code
            assert encode(value, Player, encoding) == data
            assert decode(data, Player, encoding) == value
        assert decode(data, Player, encoding, lazy=True) == value


@pytest.mark.parametrize("encoding", ENCODINGS, ids=["fixed", "variable", "bitcode"])
@pytest.mark.parametrize(("value", "path", "expected", "found"), BAD)
def test_values_that_do_not_fit(value: Player, path: str, expected: str, found: str, encoding: Any) -> None:
    data = encode(free(value), Free, encoding)
    for _ in range(3):
        with pytest.raises(EncodeError, match="a constraint does not hold") as refused:
            encode(value, Player, encoding)
        assert (refused.value.path, refused.value.expected, refused.value.found) == (path, expected, found)
        for lazy in (False, True):
            with pytest.raises(DecodeError, match="a constraint does not hold") as caught:
                decode(data, Player, encoding, lazy=lazy)
            assert (caught.value.path, caught.value.expected, caught.value.found) == (path, expected, found)
            assert caught.value.offset is not None
    with pytest.raises(DecodeError) as caught:
        from_json(to_json(free(value), Free), Player)
    assert (caught.value.path, caught.value.expected) == (path, expected)


def test_the_offset_is_that_of_the_value() -> None:
    with pytest.raises(DecodeError) as caught:
        decode(encode(free(BAD[4][0]), Free), Player)
    assert caught.value.offset == 1 + 9 + 8 + 4


def test_files() -> None:
    data = FORMAT.new(GOOD[0]).to_bytes()
    assert FORMAT.load(data, lazy=True).to_bytes() == data
    free_format = SnapshotFormat(name="players", magic=1, version="1.0.0", payload=Free)
    for value, path, *_ in BAD:
        bad = free_format.new(free(value)).to_bytes()
        with pytest.raises(DecodeError) as caught:
            FORMAT.load(bad)
        assert caught.value.path == path
        deferred = FORMAT.load(bad, lazy=True)  # raises on first access
        with pytest.raises(DecodeError) as caught:
            deferred.validate()
        assert caught.value.path == path


def test_constructs_check_them_too() -> None:
    struct = Encoding().construct(Player)
    data = encode(GOOD[0], Player)
    assert (struct.parse(data), struct.build(GOOD[0])) == (GOOD[0], data)
    import construct

    with pytest.raises(construct.ValidationError, match="expected at most 100, found 101"):
        struct.parse(b"\x65" + data[1:])
    with pytest.raises(construct.ValidationError, match="expected at most 100, found 101"):
        struct.build(BAD[0][0])


def test_walk_and_edit() -> None:
    data = encode(GOOD[1], Player)
    assert [event.path for event in walk(layout_of(Player), data)][1:3] == ["$.level", "$.name"]
    with pytest.raises(DecodeError, match="at most 100"):
        list(walk(layout_of(Player), b"\x65" + data[1:]))
    editor = Editor(FORMAT.new(Player(1, "a", [1, 2])))
    editor.set_text("level", "7")
    editor.set_text("scores[1]", "9")
    editor.set_text("step", "8")
    assert editor.snapshot.data == Player(7, "a", [1, 9], 8)
    for path, text in (("level", "101"), ("scores[0]", "10"), ("step", "3"), ("name", "abcd")):
        with pytest.raises(ValueTextError, match="a constraint does not hold"):
            editor.set_text(path, text)


def test_what_several_changes_make_is_checked_when_it_is_written() -> None:
    editor = Editor(FORMAT.new(Player(1, "a", [1])))
    editor.remove("scores[0]")
    with pytest.raises(EncodeError, match="at least 1 element, found 0 elements"):
        editor.snapshot.to_bytes()
    editor.append_text("scores", "7")
    editor.snapshot.validate()
    assert FORMAT.load(editor.snapshot.to_bytes()).data.scores == [7]


def test_another_type_is_the_first_mistake() -> None:
    for value, text in (
        (Player(300, "a", [1]), "u8 from 0 to 255, found 300"),
        (Player("x", "a", [1]), "expected u8, found str 'x'"),
        (Player(1, 5, [1]), "expected str, found 5"),
    ):
        with pytest.raises(EncodeError, match=text):
            encode(value, Player)


def test_documents_name_them() -> None:
    (document,) = describe(FORMAT).types
    rules = {field.name: field.constraints for field in document.fields}
    assert rules["level"] == ("at most 100",)
    assert rules["name"] == ("at least 1 character", "at most 3 characters")
    assert rules["scores"] == (
        "at least 1 element",
        "each element: more than 0",
        "each element: less than 10",
    )
    assert rules["step"] == ("a multiple of 4",)


def test_comparison_sees_a_changed_bound() -> None:
    five, same, six = (layout_of(Annotated[u8, at.Le(most)]) for most in (5, 5, 6))
    assert not compare(five, same)
    assert compare(five, six)
    (change,) = compare(layout_of(u8), six)
    assert (change.before, change.after) == ("u8", "u8, at most 6")
    finite, nan = (layout_of(Annotated[f64, at.Predicate(each)]) for each in (math.isfinite, math.isnan))
    assert compare(finite, nan)


def test_bits_of_a_number() -> None:
    @schema
    class Flags:
        low: Annotated[u8, at.Le(7)] = doc("Low", bits=[Bits("READY", 0, "Works")])

    (field,) = describe(Flags).types[0].fields
    assert field.constraints == ("at most 7",)

    @schema
    class High:
        high: Annotated[u8, at.Le(7)] = doc("High", bits=[Bits("READY", 9, "Works")])

    with pytest.raises(SchemaError, match="bit 9 is beyond a u8"):
        layout_of(High)


def test_programs_of_before_misread_a_narrower_type() -> None:
    old = SnapshotFormat(name="p/1", magic=1, version="1.0.0", payload=Before)
    new = SnapshotFormat(name="p/2", magic=1, version="2.0.0", payload=After)
    found = compare_formats(old, new)
    assert found.demanded is not None
    assert {str(each.change.after) for each in found.changes} == {"u8, at most 100", "u8, at most 10"}


def test_columns_of_arrow() -> None:
    found = from_batch(to_batch(GOOD, Player), Player)
    assert [*found] == GOOD


def test_other_types() -> None:
    assert encode(7, Annotated[Hex[u8], at.Ge(5)]) == b"\7"
    assert encode("ab", Annotated[str, Length(u8), at.MaxLen(2)]) == b"\2ab"
    assert encode({1: 2}, Annotated[BTreeMap[u8, u8], at.MinLen(1)])[8:] == b"\1\2"
    with pytest.raises(EncodeError, match="at least 1 key, found 0 keys"):
        encode({}, Annotated[BTreeMap[u8, u8], at.MinLen(1)])
    assert encode(None, Annotated[Option[u8], at.Ge(5)]) == b"\0"
    upper = Annotated[str, at.Predicate(str.isupper), at.MaxLen(3)]
    with pytest.raises(EncodeError, match=r"for which str\.isupper is true"):
        encode("a", upper)
    even = Annotated[int, Via(u8, decode=lambda x: 2 * x, encode=lambda x: x // 2), at.Le(10)]
    assert decode(b"\5", even) == 10
    with pytest.raises(DecodeError, match="at most 10, found 12"):
        decode(b"\6", even)


def test_their_len_is_no_fixed_length() -> None:
    """`Len` of the package bounds a list behind its length; that of `snapformat.bincode` is `[T; n]`."""
    assert encode([1, 2], Annotated[list[u8], at.Len(2, 2)]) == b"\2\0\0\0\0\0\0\0\1\2"
    assert encode([1, 2], Annotated[list[u8], Len(2)]) == b"\1\2"


def test_what_cannot_be_compared() -> None:
    kind = Annotated[Any, Via(u8, decode=str, encode=int), at.Ge(5)]
    with pytest.raises(DecodeError, match="a constraint can't be checked: TypeError"):
        decode(b"\1", kind)


@pytest.mark.parametrize(
    ("annotation", "text"),
    [
        (Annotated[list[u8], at.Le(3)], r"'at most 3' belongs on a number, not on list\[u8\]"),
        (Annotated[u8, at.MinLen(3)], "a constraint of the length belongs on text, bytes or a collection"),
        (Annotated[u8, at.Le("a")], "int is compared with a number, not with str 'a'"),
        (Annotated[u8, at.MultipleOf(0)], "MultipleOf needs a number other than 0"),
        (Annotated[str, at.Timezone(None)], "the constraint Timezone is not checked by snapformat"),
    ],
)
def test_mistakes(annotation: Any, text: str) -> None:
    with pytest.raises(SchemaError, match=text):
        schema(type("Holder", (), {"__annotations__": {"field": annotation}}))


@pytest.mark.parametrize(
    "mark", [pydantic.Field(gt=2, le=5), msgspec.Meta(gt=2, le=5)], ids=["pydantic", "msgspec"]
)
def test_the_same_constraints_of_other_libraries(mark: Any) -> None:
    kind = Annotated[u8, mark]
    assert encode(5, kind) == b"\5"
    for number in (2, 6):
        with pytest.raises(EncodeError, match="a constraint does not hold"):
            encode(number, kind)
    make: Any = pydantic.Field if isinstance(mark, FieldInfo) else msgspec.Meta
    with pytest.raises(SchemaError, match=r"the constraint .*pattern.* is not checked by snapformat"):
        encode("a", Annotated[str, make(pattern="a")])


def test_what_only_informs_is_ignored() -> None:
    assert encode(1, Annotated[u8, at.Unit("m")]) == b"\1"


def test_members_of_a_c_struct() -> None:
    @schema
    class Registers(CStruct):
        count: Annotated[u32, at.Le(5)]

    kind = list[Blob[Registers]]
    data = encode([Registers(5)], kind)
    assert decode(data, kind) == [Registers(5)]
    with pytest.raises(EncodeError, match="at most 5, found 6"):
        encode([Registers(6)], kind)
    with pytest.raises(DecodeError, match="at most 5, found 6") as caught:
        decode(data[:-4] + b"\6\0\0\0", kind)
    assert (caught.value.path, caught.value.offset) == ("$[0].count", 16)


@schema(name="Player")
class Before:
    level: u8
    limit: Annotated[u8, at.Le(5)]


@schema(name="Player")
class After:
    level: Annotated[u8, at.Le(100)]
    limit: Annotated[u8, at.Le(10)]


def test_migrations() -> None:
    """A weaker constraint follows from a stricter one; a new one needs a function."""
    old = SnapshotFormat(name="one", magic=1, version="1.0.0", payload=Before)
    new = SnapshotFormat(name="two", magic=1, version="2.0.0", payload=After)
    with pytest.raises(SchemaError, match=r"level: u8 does not become u8 \(at most 100\) by itself"):
        Step(old, new)
    step = Step(old, new, changes=[Change(Before, After, given={"level": narrowed()})])
    assert migrate(old.new(Before(100, 3)), to=new, steps=[step]).snapshot.data == After(100, 3)
    with pytest.raises(MigrationError, match="at most 100, found 101"):
        migrate(old.new(Before(101, 3)), to=new, steps=[step])


def test_the_package_is_not_imported() -> None:
    code = (
        "import sys, snapformat; from snapformat.bincode import u8; snapformat.encode(1, u8)\n"
        "print('annotated_types' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"
