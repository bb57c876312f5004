"""A declared class does what a construct Struct of the same fields does, whatever its expressions name."""

from __future__ import annotations

import copy
import io
import itertools
from typing import Annotated, Any

import construct as c
from hypothesis import given
from hypothesis import strategies as st

from codec.agreement import identical, read_agrees, write_agrees
from properties.contexts import dependent
from snapformat import (
    EncodeError,
    Encoding,
    SnapshotFormat,
    decode,
    decode_stream,
    encode,
    schema,
)
from snapformat.layout import layout_of, walk
from snapformat.values import from_json, to_json

_numbers = itertools.count()


def class_of(struct: Any) -> type:
    """A class of the fields of a Struct; Structs in it are classes, too."""
    annotations: dict[str, Any] = {}
    for index, part in enumerate(struct.subcons):
        inner = part.subcon if isinstance(part, c.Renamed) else part
        annotation = class_of(inner) if type(inner) is c.Struct else Annotated[Any, inner]
        annotations[part.name or f"unnamed{index}"] = annotation
    body = {"__annotations__": annotations, "__module__": __name__}
    return schema(type(f"Made{next(_numbers)}", (), body))


def instance_of(cls: type, struct: Any, value: Any) -> Any:
    """An instance of the class of a Struct, from a mapping; what is left out is None."""
    arguments = []
    for attr, part in zip(cls.__match_args__, struct.subcons, strict=True):
        inner = part.subcon if isinstance(part, c.Renamed) else part
        given = value.get(attr) if isinstance(value, dict) else None
        if type(inner) is c.Struct:
            annotation = cls.__annotations__[attr]
            given = instance_of(annotation, inner, given or {})
        arguments.append(copy.deepcopy(given))
    return cls(*arguments)


def mapping_of(value: Any, struct: Any) -> Any:
    """The mapping of the fields that have a name in the Struct."""
    found = c.Container()
    for attr, part in zip(type(value).__match_args__, struct.subcons, strict=True):
        if part.name:
            inner = part.subcon
            given = getattr(value, attr)
            found[part.name] = mapping_of(given, inner) if type(inner) is c.Struct else given
    return found


def typed(value: Any) -> Any:
    """A value in which the types of numbers and labels count, but not those of containers and lists."""
    if isinstance(value, dict):
        return {name: typed(part) for name, part in value.items() if name != "_io"}
    return [typed(part) for part in value] if isinstance(value, list) else (type(value), value)


def alone(struct: Any, value: Any) -> bytes | None:
    """What construct builds; it may refuse with any exception."""
    try:
        return bytes(struct.build(copy.deepcopy(value)))
    except Exception:
        return None


def parsed(struct: Any, data: bytes) -> tuple[Any, int] | None:
    """What construct parses, and how far."""
    stream = io.BytesIO(data)
    try:
        return struct.parse_stream(stream), stream.tell()
    except Exception:
        return None


def writes(cls: type, struct: Any, value: Any) -> bytes | None:
    """All write the same or refuse, and leave the value as it is; gives the bytes."""
    kept = copy.deepcopy(value)
    theirs = alone(struct, mapping_of(value, struct))
    assert write_agrees(layout_of(cls), value) == theirs
    assert alone(Encoding().construct(cls), value) == theirs
    try:
        assert encode(value, cls) == theirs
    except EncodeError:
        assert theirs is None
    assert identical(value, kept)
    return theirs


def reads(cls: type, struct: Any, data: bytes) -> Any:
    """All read the same or refuse; gives the value, if it has all of the bytes."""
    theirs = parsed(struct, data)
    found = read_agrees(layout_of(cls), data)
    assert (found is None) == (theirs is None)
    assert (parsed(Encoding().construct(cls), data) is None) == (theirs is None)
    if found is None or theirs is None:
        return None
    value, end = found
    assert end == theirs[1]
    assert typed(mapping_of(value, struct)) == typed(theirs[0])
    assert parsed(Encoding().construct(cls), data) == (value, end)
    assert decode_stream(io.BytesIO(data[:end]), cls) == value
    assert decode(data[:end], cls) == value
    assert max((event.offset + event.size for event in walk(layout_of(cls), data)), default=0) <= end
    return value if end == len(data) else None


def names(context: Any) -> list[str]:
    """The names of the fields that construct's context has, here and around."""
    found = []
    while context is not None:
        found += sorted(name for name in context if name[0] in "fn")
        context = context.get("_")
    return found


def watched(struct: Any) -> Any:
    """A Struct of the same fields, in which a function looks at the contexts."""
    parts = [
        part.name / watched(part.subcon) if type(getattr(part, "subcon", None)) is c.Struct else part
        for part in struct.subcons
    ]
    return c.Struct(*parts, "seen" / c.Computed(names))


@given(dependent(), st.booleans())
def test_a_class_is_as_the_struct_of_its_fields(made: tuple[Any, Any, Any], is_watched: bool) -> None:
    struct, given_value, other = made
    if is_watched:
        struct = watched(struct)
    cls = class_of(struct)
    value = instance_of(cls, struct, given_value)
    built = writes(cls, struct, value)
    writes(cls, struct, instance_of(cls, struct, other))
    if built is None:
        return
    loaded = reads(cls, struct, built)
    for size in range(0, len(built), 3):
        reads(cls, struct, built[:size])
    if loaded is None:  # construct builds some things that can't be read again
        return
    written = writes(cls, struct, loaded)  # what is made from other values may be made anew
    format_ = SnapshotFormat("test", 1, "1.0.0", cls)
    file = format_.new(value).to_bytes()
    for lazy in (False, True):
        snapshot = format_.load(file, lazy=lazy)
        assert snapshot.data == loaded
        if written == built:
            assert snapshot.to_bytes() == file
    assert format_.struct.parse(file).data == loaded
    if written == built and not is_watched:  # in JSON the fields that come are known, too
        assert from_json(to_json(loaded, cls), cls) == loaded
    edited = instance_of(cls, struct, other)
    for attr in cls.__match_args__[::2]:
        setattr(loaded, attr, getattr(edited, attr))
    writes(cls, struct, loaded)
