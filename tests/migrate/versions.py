"""Three versions of a game's format, with steps between them, and values."""

from __future__ import annotations

from snapformat import DataEnum, Encoding, SnapshotFormat, UnitEnum, doc, schema, variant
from snapformat.bincode import BTreeMap, Hex, Option, u8, u16, u32, u64
from snapformat.migrate import (
    Change,
    Conversion,
    Step,
    Steps,
    computed,
    default,
    loss,
    moved,
    moved_to,
    refused,
    renamed,
    unused,
)


class V1:
    """The first version."""

    @schema
    class Weapon(UnitEnum):
        """What a player holds."""

        Sword = variant()
        Bow = variant()
        Wand = variant()

    @schema
    class Player:
        """A player."""

        name: str
        hp: u16
        weapon: V1.Weapon
        friends: list[str]

    @schema
    class Game:
        """The data of a file."""

        seed: u32
        players: list[V1.Player]
        best: V1.Player | None
        scores: BTreeMap[str, V1.Player]
        padding: u64
        cheats: list[str]


class V2:
    """The second version: positions, fewer weapons, a world."""

    @schema
    class Weapon(UnitEnum):
        """What a player holds."""

        Blade = variant()
        Bow = variant()

    @schema
    class Position:
        """A place in the world."""

        x: u16
        y: u16

    @schema
    class Player:
        """A player."""

        name: str
        health: u32
        weapon: V2.Weapon
        friends: list[str]
        position: V2.Position | None

    @schema
    class World:
        """The world."""

        seed: Hex[u64]
        size: u16 = doc("Since 2.1", since="2.1", default=100)

    @schema
    class Game:
        """The data of a file."""

        world: V2.World
        players: list[V2.Player]
        best: V2.Player | None
        scores: BTreeMap[str, V2.Player]


class V3:
    """The third version: players are people or machines."""

    @schema
    class Actor(DataEnum):
        """A player."""

    @schema
    class Game:
        """The data of a file."""

        world: V2.World
        actors: list[V3.Actor]
        best: Option[u8]


@schema
class Human(V3.Actor):
    """A person."""

    player: V2.Player


@schema
class Machine(V3.Actor):
    """A machine."""

    level: u8


GAME1 = SnapshotFormat(name="game", magic=0x47, version="1.0.0", payload=V1.Game)
GAME2 = SnapshotFormat(
    name="game", magic=0x47, version="2.1.0", payload=V2.Game, encoding=Encoding("variable")
)
GAME3 = SnapshotFormat(
    name="game",
    magic=0x47,
    version="3.0.0",
    payload=V3.Game,
    encoding=Encoding.bitcode(),
    steps=lambda: STEPS,
)


def _to_actors(old: V2.Game, to: Conversion) -> list[V3.Actor]:
    return [Human(player) for player in old.players]


def _best(old: V2.Game, to: Conversion) -> int | None:
    if old.best is None:
        return None
    if old.best not in old.players:
        to.refuse("$.best", "The best player must be one of the players.", "3.1")
    return old.players.index(old.best)


def _players(old: V3.Game, to: Conversion) -> list[V2.Player]:
    found = []
    for index, actor in enumerate(old.actors):
        if isinstance(actor, Human):
            found.append(actor.player)
        else:
            to.lose("MACHINES", f"$.actors[{index}]", actor, "Machines are not players there.")
    return found


UP1 = Step(
    GAME1,
    GAME2,
    "Players have a position, and the game a world.",
    rules="1",
    changes=[
        Change(
            V1.Game,
            V2.Game,
            given={"world": computed(lambda old, to: V2.World(old.seed), "The world has the seed.")},
            dropped={
                "seed": moved_to("$.world.seed"),
                "padding": unused("It is always zero."),
                "cheats": loss("CHEATS", "The cheats are forgotten.", unless=lambda cheats: not cheats),
            },
        ),
        Change(
            V1.Player,
            V2.Player,
            given={"health": renamed("hp"), "position": default(None, "It is not known.")},
        ),
        Change(
            V1.Weapon,
            V2.Weapon,
            given={"Blade": renamed("Sword")},
            dropped={"Wand": refused("There are no wands any more.")},
        ),
    ],
)
UP2 = Step(
    GAME2,
    GAME3,
    "Players may be machines.",
    shown=False,
    rules="3",
    changes=[
        Change(
            V2.Game,
            V3.Game,
            given={"actors": moved("the players", _to_actors), "best": computed(_best)},
            dropped={"players": moved_to("$.actors"), "scores": unused("They are counted anew.")},
        )
    ],
)
DOWN2 = Step(
    GAME3,
    GAME2,
    "Machines are left out.",
    changes=[
        Change(
            V3.Game,
            V2.Game,
            given={
                "players": computed(_players),
                "best": computed(lambda old, to: None if old.best is None else old.actors[old.best].player),
                "scores": default(dict),
            },
            dropped={"actors": moved_to("$.players")},
        )
    ],
)
DOWN1 = Step(
    GAME2,
    GAME1,
    "Positions are left out.",
    changes=[
        Change(
            V2.Game,
            V1.Game,
            given={
                "seed": computed(lambda old, to: old.world.seed),
                "padding": default(0),
                "cheats": default(list),
            },
            dropped={"world": moved_to("$.seed")},
        ),
        Change(
            V2.Player,
            V1.Player,
            given={"hp": computed(lambda old, to: min(old.health, 0xFFFF))},
            dropped={
                "health": moved_to("$.hp"),
                "position": loss("POSITION", "Positions are lost.", unless=lambda place: place is None),
            },
        ),
        Change(V2.Weapon, V1.Weapon, given={"Sword": renamed("Blade")}),
    ],
)
STEPS = Steps(UP1, UP2, DOWN2, DOWN1)


def game1(*, cheats: list[str] | None = None, weapon: V1.Weapon = V1.Weapon.Sword) -> V1.Game:
    ann, bob = V1.Player("ann", 10, weapon, ["bob"]), V1.Player("bob", 7, V1.Weapon.Bow, [])
    return V1.Game(99, [ann, bob], bob, {"x": ann}, 0, cheats or [])


def game2() -> V2.Game:
    ann = V2.Player("ann", 10, V2.Weapon.Blade, ["bob"], None)
    bob = V2.Player("bob", 7, V2.Weapon.Bow, [], None)
    return V2.Game(V2.World(99), [ann, bob], bob, {"x": ann})
