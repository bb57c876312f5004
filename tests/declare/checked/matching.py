# ruff: noqa: B018, F841 - mistakes that mypy must find
from typing import assert_never, reveal_type

from snapformat import DataEnum, UnitEnum, doc, encode, schema, variant
from snapformat.bincode import Some, u8, u16


@schema
class Shape(DataEnum):
    """A figure."""


@schema(name="Circle", kind="newtype")
class Circle(Shape):
    radius: u16 = doc("mm")


@schema(name="Path", kind="tuple")
class Polygon(Shape):
    corners: list[tuple[u8, u8]]
    closed: bool


@schema
class Mode(UnitEnum):
    Fast = variant()
    Slow = variant()


def describe(shape: Shape) -> str:
    match shape:  # P: do not exhaustively handle
        case Circle(radius):
            reveal_type(shape)  # T: Circle
            reveal_type(radius)  # T: int
        case Polygon(corners=corners, closed=True):
            reveal_type(corners)  # T: list[tuple[int, int]]
        case Circle(nothing=x):  # E: Class "Circle" has no attribute "nothing"  [misc]
            pass
    return ""


def every(mode: Mode) -> int:
    match mode:
        case Mode.Fast:
            return 1
        case Mode.Slow:
            return 2
    assert_never(mode)


def not_every(mode: Mode) -> int:  # E: Missing return statement  [return]
    match mode:  # P: do not exhaustively handle
        case Mode.Fast:
            return 1


def nested(wrapped: Some[u8 | None] | None) -> None:
    if wrapped is not None:
        reveal_type(wrapped.value)  # T: int | None


shapes: list[Shape] = [Circle(1), Polygon([(1, 2)], closed=False)]
reveal_type(encode(shapes, list[Shape]))  # T: bytes
