"""A save game: types, files, an edit, a damaged file, and a second version of the format."""

from __future__ import annotations

import random
import sys
import tempfile
from pathlib import Path
from typing import Annotated

from snapformat import DataEnum, SnapshotError, SnapshotFormat, UnitEnum, doc, edit, schema, variant
from snapformat.bincode import BTreeMap, Len, Option, u8, u16, u32, u64


@schema
class Difficulty(UnitEnum):
    """How hard the enemies hit."""

    Easy = variant("Half of the damage")
    Normal = variant("The damage as written")
    Hard = variant("Twice the damage")


@schema
class Item(DataEnum):
    """An item in the bag."""


@schema
class Gold(Item):
    """Coins."""

    amount: u32 = doc("Number of coins")


@schema
class Sword(Item):
    """A weapon."""

    name: str = doc("As its owner calls it")
    damage: u16 = doc("Points that a hit takes")


@schema
class Player:
    """The hero."""

    name: str = doc("Name of the hero")
    level: u8 = doc("1 at the start")
    position: Annotated[list[u32], Len(2)] = doc("Column and row of the map")
    bag: list[Item] = doc("In the order in which it was filled")
    skills: BTreeMap[str, u8] = doc("Points by skill")
    guild: Option[str] = doc("Name of the guild, if there is one")


@schema
class Game:
    """A whole save."""

    player: Player
    difficulty: Difficulty
    seed: u64 = doc("Start of the random numbers")
    seconds_played: u32 = doc("Time played", since="1.1", default=0)


SAVES = SnapshotFormat(name="save game", magic=0x53415645_47414D45, version="1.1.0", payload=Game)


def new_game(name: str) -> Game:
    """Return a game at its start."""
    player = Player(
        name=name,
        level=1,
        position=[3, 4],
        bag=[Gold(10), Sword("Needle", 3)],
        skills={"stealth": 2, "climbing": 1},
        guild=None,
    )
    return Game(player, Difficulty.Normal, random.Random(name).getrandbits(64), 0)


def value_of(item: Item) -> int:
    """Return what a merchant pays."""
    match item:
        case Gold(amount):
            return amount
        case Sword(damage=damage):
            return 5 * damage
        case _:
            return 0


def main() -> int:
    """Save, load, edit, damage, and read an older file."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "slot1.sav")
        SAVES.new(new_game("Ada")).save(path)
        print(f"saved: {path.stat().st_size} bytes")

        game = SAVES.load(path).data
        game.player.level += 1
        game.player.bag.append(Gold(90))
        game.seconds_played += 60
        SAVES.new(game).save(path)
        worth = sum(value_of(item) for item in SAVES.load(path).data.player.bag)
        print(f"loaded: {game.player.name}, level {game.player.level}, a bag worth {worth}")

        # One value by its path, without the rest of the file being decoded.
        with edit(path, format=SAVES) as snapshot:
            snapshot.set_text("difficulty", "Hard")
        print(f"edited: {SAVES.load(path).data.difficulty.name}")

        older = Path(folder, "old.sav")
        SAVES.at("1.0.0").new(new_game("Grace")).save(older)
        old = SAVES.load(older)
        print(f"version {old.version}: {old.data.player.name}, {old.data.seconds_played} s played")

        data = bytearray(path.read_bytes())
        data[40] ^= 1
        try:
            SAVES.load(bytes(data))
        except SnapshotError as error:
            print(f"damaged: {error}")
            return 0
    return 1


if __name__ == "__main__":
    sys.exit(main())
