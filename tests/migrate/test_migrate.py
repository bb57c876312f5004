"""`migrate`: chains of steps, reports, losses, refusals, steps that were not shown."""

from __future__ import annotations

import json
from typing import Any

import pytest

from migrate.versions import (
    DOWN1,
    DOWN2,
    GAME1,
    GAME2,
    GAME3,
    STEPS,
    UP1,
    UP2,
    V1,
    V2,
    V3,
    Human,
    Machine,
    game1,
    game2,
)
from snapformat import MigrationError, SnapshotFormat, schema
from snapformat.bincode import u8
from snapformat.migrate import Change, Step, computed, find, migrate

REPORT = """\
game 1.0.0 -> game 2.1.0
  Players have a position, and the game a world.
  derived   $.world = V2.World(seed=0x63, size=100): The world has the seed.
  moved     $.players[0].health: was hp
  defaulted $.players[0].position: It is not known.
  moved     $.players[1].health: was hp
  defaulted $.players[1].position: It is not known.
  moved     $.best.health: was hp
  defaulted $.best.position: It is not known.
  moved     $.scores["x"].health: was hp
  defaulted $.scores["x"].position: It is not known.
  dropped   $.padding = 0: It is always zero.
  dropped   $.cheats = ["gold"] (allowed: CHEATS): The cheats are forgotten."""


def test_one_step() -> None:
    found = migrate(game1(), to=GAME2, steps=STEPS)
    assert found.data == game2()
    assert found.snapshot.version == GAME2.supported
    assert GAME2.load(found.snapshot.to_bytes()).data == game2()


def test_the_report_as_text() -> None:
    found = migrate(game1(cheats=["gold"]), to=GAME2, steps=STEPS, allow=["CHEATS"])
    assert str(found.report) == REPORT
    assert {entry.kind for entry in found.report} == {"defaulted", "derived", "dropped", "moved"}


def test_the_report_as_json() -> None:
    found = migrate(game1(cheats=["gold"]), to=GAME2, steps=STEPS, allow=["CHEATS"])
    plain = json.loads(json.dumps(found.report.to_plain()))
    (step,) = plain["steps"]
    assert {name: step[name] for name in ("step", "doc", "shown", "rules")} == {
        "step": "game 1.0.0 -> game 2.1.0",
        "doc": "Players have a position, and the game a world.",
        "shown": True,
        "rules": "1",
    }
    assert step["entries"][-1] == {
        "kind": "dropped",
        "path": "$.cheats",
        "why": "The cheats are forgotten.",
        "rules": "1",
        "old": ["gold"],
        "allowed": "CHEATS",
    }
    assert len(step["entries"]) == len(found.report.entries)


def test_a_loss_is_refused_by_name() -> None:
    with pytest.raises(MigrationError) as caught:
        migrate(game1(cheats=["gold"]), to=GAME2, steps=STEPS)
    assert str(caught.value) == (
        "The cheats are forgotten: a loss that is not allowed - at `$.cheats` (allow CHEATS to lose it)"
    )
    assert [(entry.code, entry.path, entry.old) for entry in caught.value.losses] == [
        ("CHEATS", "$.cheats", ["gold"])
    ]
    assert caught.value.step == "game 1.0.0 -> game 2.1.0"
    assert caught.value.rules == "1"


def test_another_code_does_not_allow_it() -> None:
    with pytest.raises(MigrationError, match="allow CHEATS"):
        migrate(game1(cheats=["gold"]), to=GAME2, steps=STEPS, allow=["POSITION"])


def test_all_losses_of_a_step_are_named() -> None:
    game = game2()
    for player in game.players:
        player.position = V2.Position(1, 2)
    with pytest.raises(MigrationError, match="allow POSITION to lose it") as caught:
        migrate(game, to=GAME1, steps=STEPS)
    assert [entry.path for entry in caught.value.losses] == [
        "$.players[0].position",
        "$.players[1].position",
        "$.best.position",
        '$.scores["x"].position',
    ]


def test_a_variant_without_a_counterpart_is_refused() -> None:
    with pytest.raises(MigrationError) as caught:
        migrate(game1(weapon=V1.Weapon.Wand), to=GAME2, steps=STEPS)
    assert caught.value.path == "$.players[0].weapon"
    assert caught.value.message == "There are no wands any more."


def test_a_step_that_was_not_shown_must_be_asked_for() -> None:
    with pytest.raises(MigrationError, match="is read from the source only") as caught:
        migrate(game1(), to=GAME3)
    assert caught.value.step == UP2.name
    found = migrate(game1(), to=GAME3, unproven=True)
    assert not found.report.is_shown
    assert [step.shown for step in found.report.steps] == [True, False]
    assert "game 2.1.0 -> game 3.0.0 (read from the source, not shown)" in str(found.report)


def test_a_chain_is_its_steps() -> None:
    at_once = migrate(game1(), to=GAME3, unproven=True)
    first = migrate(game1(), to=GAME2, steps=STEPS)
    second = migrate(first.snapshot, to=GAME3, unproven=True)
    assert at_once.data == second.data == V3.Game(V2.World(99), [Human(p) for p in game2().players], 1)
    assert at_once.report.entries == first.report.entries + second.report.entries


def test_up_and_down_again() -> None:
    up = migrate(GAME1.new(game1()), to=GAME3, unproven=True).snapshot
    again = GAME3.load(up.to_bytes())
    down = migrate(again, to=GAME2)
    assert down.data.players == game2().players
    assert migrate(migrate(game1(), to=GAME2, steps=STEPS).snapshot, to=GAME1, steps=STEPS).data == game1()


def test_again_is_the_identity() -> None:
    snapshot = GAME2.new(game2())
    found = migrate(snapshot, to=GAME2, steps=STEPS)
    assert found.data is snapshot.data
    assert str(found.report) == "nothing to migrate"


def test_functions_refuse_with_their_own_rules() -> None:
    game = game2()
    game.best = V2.Player("eve", 1, V2.Weapon.Bow, [], None)
    with pytest.raises(MigrationError) as caught:
        migrate(game, to=GAME3, unproven=True)
    assert (caught.value.path, caught.value.rules) == ("$.best", "3.1")


def test_functions_lose_by_name() -> None:
    game = V3.Game(V2.World(1), [Machine(3)], None)
    with pytest.raises(MigrationError, match=r"Machines are not players there: .* at `\$\.actors\[0\]`"):
        migrate(game, to=GAME2, steps=STEPS)
    found = migrate(game, to=GAME2, steps=STEPS, allow={"MACHINES"})
    assert found.data.players == []
    assert [entry.code for entry in found.report if entry.code] == ["MACHINES"]


def test_the_shortest_chain_is_found() -> None:
    assert find(STEPS, GAME1, GAME3) == [UP1, UP2]
    assert STEPS.find(GAME3, GAME1) == [DOWN2, DOWN1]
    assert find(STEPS, GAME1, GAME1) == []
    short = Step(GAME1, GAME3, changes=[Change(V1.Game, V3.Game, convert=lambda old, to: None)])
    assert find([*STEPS, short], GAME1, GAME3) == [short]
    assert [*STEPS] == [*STEPS[:]] == [UP1, UP2, DOWN2, DOWN1]


def test_where_no_steps_lead() -> None:
    with pytest.raises(MigrationError) as caught:
        find([UP1, UP2], GAME2, GAME1)
    assert str(caught.value) == "no steps lead from game 2.1.0 to game 1.0.0 (they lead to game 3.0.0)"


def test_a_format_without_steps() -> None:
    with pytest.raises(ValueError, match="game declares no steps: pass steps="):
        migrate(GAME1.new(game1()), to=GAME2)


def test_a_payload_of_no_format() -> None:
    with pytest.raises(ValueError, match="a list is the payload of no format of the steps: name the format"):
        migrate([], to=GAME3)
    assert migrate(game1(), to=GAME2, of=GAME1, steps=STEPS).data == game2()


def test_the_old_value_is_not_changed() -> None:
    value = game1()
    migrate(value, to=GAME2, steps=STEPS)
    assert value == game1()


@schema
class Old:
    x: u8


@schema
class New:
    x: u8
    y: u8


def _formats(**options: Any) -> tuple[SnapshotFormat, SnapshotFormat]:
    old = SnapshotFormat(name="old", version="1.0.0", payload=Old, **options)
    return old, SnapshotFormat(name="new", version="1.0.0", payload=New, **options)


def _step(function: Any, *formats: SnapshotFormat) -> Step:
    return Step(*(formats or _formats(magic=1)), changes=[Change(Old, New, given={"y": computed(function)})])


def test_a_value_error_of_a_function_refuses() -> None:
    def fail(old: Old, to: Any) -> int:
        raise ValueError("x is odd")

    step = _step(fail)
    with pytest.raises(MigrationError) as caught:
        migrate(Old(1), to=step.new, steps=[step])
    assert str(caught.value) == "x is odd - at `$.y`"


def test_a_mistake_of_a_function_is_raised_with_its_place() -> None:
    step = _step(lambda old, to: old.z)
    with pytest.raises(AttributeError) as caught:
        migrate(Old(1), to=step.new, steps=[step])
    assert caught.value.__notes__ == ["while old -> new migrated $.y from Old"]


def test_functions_get_the_options_and_the_root() -> None:
    def given(old: Old, to: Any) -> int:
        assert to.root is old
        to.note("assumed", None, "It was given.", new=to.options["y"])
        to.note("assumed", "z", "It is below.")
        to.note("assumed", "$.q", "It is elsewhere.")
        return int(to.options["y"])

    step = _step(given)
    found = migrate(Old(1), to=step.new, steps=[step], options={"y": 7})
    assert found.data == New(1, 7)
    assert [(entry.path, entry.kind) for entry in found.report] == [
        ("$.y", "assumed"),
        ("$.y.z", "assumed"),
        ("$.q", "assumed"),
        ("$.y", "derived"),
    ]


def test_the_architecture_is_kept() -> None:
    old, new = _formats(magic={"x86_64": 1, "aarch64": 2})
    step = _step(lambda old, to: 0, old, new)
    for arch in ("x86_64", "aarch64"):
        found = migrate(old.new(Old(1), arch=arch), to=new, steps=[step]).snapshot
        assert (found.arch, found.magic) == (arch, new.magics[arch])
    assert migrate(Old(1), to=new, steps=[step], arch="aarch64").snapshot.arch == "aarch64"


def test_another_architecture_is_refused() -> None:
    old, _ = _formats(magic={"x86_64": 1})
    _, new = _formats(magic={"aarch64": 2})
    step = _step(lambda old, to: 0, old, new)
    with pytest.raises(
        MigrationError, match="new is of another architecture: expected aarch64, found x86_64"
    ):
        migrate(old.new(Old(1)), to=new, steps=[step])


def test_trailing_bytes_are_lost_by_name() -> None:
    old, new = _formats(magic=1, trailing="keep")
    step = _step(lambda old, to: 0, old, new)
    snapshot = old.new(Old(1))
    snapshot.trailing = b"more"
    with pytest.raises(MigrationError, match=r"4 bytes behind the data, .* at `\$trailing` \(allow TRAILING"):
        migrate(snapshot, to=new, steps=[step])
    found = migrate(snapshot, to=new, steps=[step], allow=["TRAILING"])
    assert found.snapshot.trailing == b""
    assert [entry.path for entry in found.report] == ["$.y", "$trailing"]
    assert migrate(snapshot, to=old, steps=[step]).snapshot.trailing == b"more"
