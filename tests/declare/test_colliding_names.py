"""Names that construct, dicts, classes or enums use themselves: each works as a field or is refused early."""

from __future__ import annotations

import enum
import io
import keyword
from collections.abc import Callable
from typing import Any

import construct as c
import pytest
from construct import this

from snapformat import (
    DataEnum,
    DecodeError,
    EncodeError,
    Encoding,
    SchemaError,
    SnapshotFormat,
    UnitEnum,
    decode,
    decode_stream,
    encode,
    register,
    schema,
    variant,
)
from snapformat.bincode import Blob, BTreeMap, CStruct, u8, u16
from snapformat.values import dumps, from_json, loads, to_json

#: Beginnings of names, Python's special names, and names of this library's code.
_MORE = (
    *("_", "_b", "__b", "_B", "_io", "_root", "_params", "_index", "_subcons", "_parsing", "_building"),
    *("__b__", "__slots__", "__match_args__", "__dataclass_fields__", "__post_init__", "__annotations__"),
    *("self", "cls", "name", "value", "values", "mark", "data", "kind", "this", "made", "new", "put"),
    *("x", "l", "h", "s", "d", "r", "v1", "_raw", "_rest", "_state", "_value_", "_name_", "_missing_"),
    *("__snapformat__", "_snapformat_budget", "a b", "a-b", "1a", "é"),
)
#: Classes whose attributes may be in the way of a field.
_OWNERS = (c.Container, dict, type, object, enum.Enum, enum.EnumType, CStruct, DataEnum, UnitEnum)
NAMES = sorted({*_MORE, *keyword.kwlist, *keyword.softkwlist}.union(*map(dir, _OWNERS)))


def check_everywhere(annotation: Any, value: Any, same: Callable[[Any, Any], bool]) -> None:
    """A value keeps all fields in every way to read and write it."""
    struct, data = Encoding().construct(annotation), encode(value, annotation)
    assert struct.build(value) == data
    format_ = SnapshotFormat(name="names", magic=1, version="1.0.0", payload=annotation)
    whole = format_.new(value).to_bytes()
    lazily = format_.load(whole, lazy=True)
    assert lazily.to_bytes() == format_.load(whole).to_bytes() == whole
    for found in (
        decode(data, annotation),
        decode(data, annotation, lazy=True),
        decode_stream(io.BytesIO(data), annotation),
        struct.parse(data),
        from_json(to_json(value, annotation), annotation),
        loads(dumps(value, annotation), annotation),
        format_.load(whole).data,
        format_.struct.parse(whole).data,
        lazily.data,
    ):
        assert same(found, value), found
        assert encode(found, annotation) == data


def refused(declare: Callable[[], Any]) -> bool:
    """Whether a declaration is refused."""
    try:
        declare()
    except SchemaError:
        return True
    return False


class Anything:
    """Takes any field."""

    def __init__(self, /, **fields: Any) -> None:
        vars(self).update(fields)


def same_fields(one: Any, other: Any) -> bool:
    return type(one) is type(other) and vars(one) == vars(other)


#: Makes a Struct with a field of the given name, and the values of its other fields.
STRUCTS: dict[str, Callable[[str], tuple[Any, dict[str, Any]]]] = {
    "plain": lambda name: (c.Struct("a" / c.Int8ub, name / c.Int16ub, "z" / c.Int8ub), {"a": 1, "z": 3}),
    "with expressions": lambda name: (
        c.Struct("a" / c.Int8ub, name / c.Int8ub, "z" / c.Bytes(this[name])),
        {"a": 1, "z": b"ab"},
    ),
    "run by construct": lambda name: (
        c.Struct("a" / c.Int8ub, name / c.Int16ub, "z" / c.NullTerminated(c.GreedyBytes, term=b"\xff")),
        {"a": 1, "z": b"cd"},
    ),
}


@pytest.mark.parametrize("make", STRUCTS)
@pytest.mark.parametrize("name", NAMES)
def test_of_a_registered_class(name, make):
    struct, others = STRUCTS[make](name)

    class Registered(Anything):
        pass

    if refused(lambda: register(Registered, struct)):
        assert name in ("_io", "__class__", "__dict__", "__weakref__")
        return
    check_everywhere(Registered, Registered(**others, **{name: 2}), same_fields)


@pytest.mark.parametrize("name", NAMES)
def test_of_a_struct_alone_and_within(name):
    def same(one: Any, other: Any) -> bool:
        return (
            isinstance(one, dict) and {k: v for k, v in one.items() if k != "_io" or name == "_io"} == other
        )

    struct = c.Struct("a" / c.Int8ub, name / c.Int16ub, "z" / c.Int8ub)
    check_everywhere(struct, {"a": 1, name: 2, "z": 3}, same)
    check_everywhere(c.BitStruct("a" / c.Nibble, name / c.Nibble), {"a": 1, name: 2}, same)

    class Outer(Anything):
        pass

    register(Outer, c.Struct("inner" / struct))
    value = Outer(inner={"a": 1, name: 2, "z": 3})
    check_everywhere(Outer, value, lambda one, other: same(one.inner, other.inner))


@pytest.mark.parametrize("base", [None, CStruct, DataEnum])
@pytest.mark.parametrize("name", NAMES)
def test_of_a_declared_class(name, base):
    def declare() -> tuple[Any, Any]:
        parent: Any = base
        if base is DataEnum:
            parent = schema(type("Parent", (DataEnum,), {"__module__": __name__}))
        body = {"__annotations__": {"a": u8, name: u16, "z": u8}, "__module__": __name__}
        cls = schema(type("Declared", () if parent is None else (parent,), body))
        if base is CStruct:
            return Blob[cls], cls
        return parent or cls, cls

    if refused(declare):
        taken = name in ("_raw", "_rest") and base is CStruct
        assert name.startswith("__") or not name.isidentifier() or keyword.iskeyword(name) or taken
        return
    annotation, cls = declare()
    with pytest.raises(TypeError, match="missing 2 required positional"):
        cls(1)
    value = cls(1, 2, 3)
    assert getattr(value, name) == 2
    check_everywhere(annotation, value, lambda one, other: one == other and one.__class__ is cls)
    changed = decode(encode(value, annotation), annotation, lazy=True)
    setattr(changed, name, 5)
    assert encode(changed, annotation) == encode(cls(1, 5, 3), annotation)
    assert f"{name}=5" in repr(changed)


def members_of(name: str) -> Any:
    """The names of an enum's class body; Python itself refuses some, before there is a class."""
    body: Any = type(UnitEnum).__prepare__("Members", (UnitEnum,))
    body["__module__"] = __name__
    body["First"], body[name] = variant("One"), variant("Another")
    return body


def is_for_python(name: str) -> bool:
    try:
        members_of(name)
    except (TypeError, ValueError):
        return True
    return name == "__module__"


@pytest.mark.parametrize("name", [name for name in NAMES if not is_for_python(name)])
def test_of_a_member_of_a_unit_enum(name):
    def declare() -> Any:
        return schema(type(UnitEnum)("Members", (UnitEnum,), members_of(name)))

    if refused(declare):
        assert name == "mro" or (name.startswith("_") and name.endswith("_"))
        return
    cls = declare()
    member = cls[name]
    assert (member.name, member.value, len(cls)) == (name, 1, 2)
    check_everywhere(cls, member, lambda one, other: one is other)
    check_everywhere(BTreeMap[cls, u8], {member: 1, cls["First"]: 2}, lambda one, other: one == other)


def test_a_member_called_mro():
    with pytest.raises(SchemaError, match=r"^Kinds\.mro: not a name of a member in Python.*rename"):

        class Kinds(UnitEnum):
            mro = variant("Python's own")

    @schema
    class Renamed(UnitEnum):
        mro_ = variant("Another", rename="mro")

    assert to_json(Renamed.mro_, Renamed) == "mro"


def test_a_private_member():
    class Private(UnitEnum):
        First = variant("One")
        __second = variant("Not a member for Python")

    with pytest.raises(SchemaError, match="the name of a variant can't begin with two underscores"):
        schema(Private)


class TestFieldsThatAClassDoesNotTake:
    def test_what_the_construct_supplies(self):
        class Packet:
            def __init__(self, n: int, body: bytes) -> None:
                self.n, self.body = n, body

        register(
            Packet,
            c.Struct(
                "_magic" / c.Const(b"P"),
                "n" / c.Int8ub,
                "_size" / c.Rebuild(c.Int8ub, c.len_(this.body)),
                "_pad" / c.Padding(2),
                "_twice" / c.Computed(this.n * 2),
                "body" / c.Bytes(this._size),
            ),
        )
        data = b"P\7\2\0\0ab"
        found = decode(data, Packet)
        assert vars(found) == {"n": 7, "body": b"ab"}
        assert encode(found, Packet) == data

    @pytest.mark.parametrize(
        "field", [c.Int8ub, c.Default(c.Int8ub, 1), c.Bytes(2), c.Optional(c.Int8ub), c.If(this.a, c.Int8ub)]
    )
    @pytest.mark.parametrize("around", [lambda sub: sub, lambda sub: "named" / c.Prefixed(c.Int8ub, sub)])
    def test_what_would_be_lost(self, field, around):
        class Packet:
            def __init__(self, a: int) -> None:
                self.a = a

        with pytest.raises(SchemaError) as caught:
            register(Packet, around(c.Struct("a" / c.Int8ub, "_b" / field)))
        assert "Packet._b: the class has no parameter for the field" in str(caught.value)
        register(Packet, c.Struct("a" / c.Int8ub))  # nothing was registered

    def test_a_class_that_takes_it(self):
        class Packet:
            def __init__(self, a: int, *, _b: int) -> None:
                self.a, self._b = a, _b

        register(Packet, c.Struct("a" / c.Int8ub, "_b" / c.Int16ub))
        found = decode(b"\1\0\2", Packet)
        assert (found.a, found._b) == (1, 2)
        assert encode(found, Packet) == b"\1\0\2"

    def test_names_that_are_no_text(self):
        class Packet(Anything):
            pass

        with pytest.raises(SchemaError, match="a field of a class has a str for a name, not b'a'"):
            register(Packet, c.Struct(b"a" / c.Int8ub))

    def test_a_plain_field_that_it_does_not_take(self):
        class Packet:
            def __init__(self, a: int) -> None:
                self.a = a

        register(Packet, c.Struct("a" / c.Int8ub, "b" / c.Int8ub))
        with pytest.raises(DecodeError, match="unexpected keyword argument 'b'"):
            decode(b"\1\2", Packet)
        with pytest.raises(EncodeError, match="the field is missing"):
            encode(Packet(1), Packet)
