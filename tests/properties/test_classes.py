"""A declared class does what a construct Struct of the same fields does, whatever its expressions name."""

from __future__ import annotations

import copy
import itertools
from typing import Annotated, Any

import construct as c
from hypothesis import given
from hypothesis import strategies as st

from properties.classes import reads, writes
from properties.contexts import dependent
from snapformat import SnapshotFormat, schema
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
