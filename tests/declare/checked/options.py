# ruff: noqa: B018 - mistakes that mypy must find
from snapformat import UnitEnum, doc, schema, variant
from snapformat.bincode import u8


@schema(kw_only=True)
class Player:
    name: str
    lives: u8 = 3
    bag: list[u8]


@schema
class Mixed:
    x: u8 = 0
    y: u8 = doc("By name only", kw_only=True)


@schema(frozen=True, order=True)
class Cell:
    row: u8
    column: u8


@schema(order=True)
class Level(UnitEnum):
    Easy = variant()
    Hard = variant()


@schema
class Wrong:
    x: u8 = 0
    y: u8  # E: Attributes without a default cannot follow attributes with one  [misc]


Player(name="a", bag=[1])
Player("a", bag=[1])  # E: Too many positional arguments for "Player"  [call-arg]
Mixed(1, y=2)
Mixed(1, 2)  # E: Too many positional arguments for "Mixed"  [call-arg]
assert Cell(1, 2) < Cell(1, 3)
Cell(1, 2) < 5  # E: Unsupported operand types for < ("Cell" and "int")  [operator]
Cell(1, 2).row = 3  # E: Property "row" defined in "Cell" is read-only  [misc]
hash(Cell(1, 2))
assert Level.Easy < Level.Hard
Level.Easy < 1  # E: Unsupported operand types for < ("Level" and "int")  [operator]
Player(name="a", bag=[]) < Player(name="b", bag=[])  # E: Unsupported left operand type for < ("Player")  [operator]
