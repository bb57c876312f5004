# ruff: noqa: B018, F841 - mistakes that mypy must find
from typing import Generic, TypeVar, reveal_type

from snapformat import UnitEnum, doc, schema, variant
from snapformat.bincode import u8, u16

T = TypeVar("T")


@schema
class Point:
    x: u8 = doc("Column")
    y: u16
    seen: list[int] = doc("Not stored", skip=True, default_factory=list)
    tag: str = doc("With a default", default="")


@schema(kind="tuple")
class Box(Generic[T]):
    value: T
    many: list[T]


@schema
class Mode(UnitEnum):
    Fast = variant("Quick")
    Slow = variant("Careful", rename="slow-mode")


reveal_type(Point.__init__)  # M: def (self: Point, x: int, y: int, seen: list[int] =, tag: str =)
Point(1, y=2)
Point(1)  # E: Missing positional argument "y" in call to "Point"  [call-arg]
Point("1", 2)  # E: Argument 1 to "Point" has incompatible type "str"; expected "int"  [arg-type]
Point(1, 2, z=3)  # E: Unexpected keyword argument "z" for "Point"  [call-arg]
reveal_type(Box(1, [2]))  # T: Box[int]
reveal_type(Box("a", []).value)  # T: str
reveal_type(Mode.Fast)  # M: Literal[Mode.Fast]?
reveal_type([mode.name for mode in Mode])  # T: list[str]
Mode.Missing  # E: "type[Mode]" has no attribute "Missing"  [attr-defined]
