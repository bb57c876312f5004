"""10^5 inputs, and whether the machinery finds what is wrong."""

from __future__ import annotations

import json
from pathlib import Path
from random import Random
from typing import Any

import pytest

from differential import run
from differential.damage import damaged, smaller
from differential.ways import ConstructWays, Disagreement, Ways
from snapformat import Encoding
from snapformat.bincode import Option, u8, u16

#: Batches: together 10^5 inputs. Others are run by `make differential`.
BATCHES = 12


@pytest.mark.parametrize("number", range(BATCHES))
def test_batch(number: int) -> None:
    assert run.run_batch(number) > 100_000 / BATCHES * 0.9


def test_a_batch_is_the_same_every_time(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[list[bytes]] = []
    monkeypatch.setattr(run, "_check", lambda ways, data: seen[-1].append(data))
    for number in (5, 5, 6):
        seen.append([])
        run.run_batch(number, types=4)
    assert seen[0] == seen[1]
    assert seen[0] != seen[2]


def test_damage_changes_nothing_in_front() -> None:
    data = bytes(range(40))
    for number in range(200):
        assert damaged(data, Random(number), keep=30)[:30] == data[:30]
    assert len({damaged(data, Random(number)) for number in range(200)}) > 150


def test_smaller_bytes() -> None:
    assert smaller(bytes(range(100)), lambda data: b"\x07" in data and len(data) > 3) == b"\7\0\0\0"


@pytest.mark.parametrize(
    ("way", "found"),
    [
        ("_eager", ("gives", 3, 1)),
        ("_eager", ("gives", 2, 2)),
        ("_decode", ("raises", "no", None)),
        ("_stream", ("gives", True, 1)),
        ("_walk", ("gives", None, 0)),
        ("_construct", ("raises", "no", None)),
    ],
)
def test_a_difference_is_seen(monkeypatch: pytest.MonkeyPatch, way: str, found: Any) -> None:
    ways = Ways(u8, Encoding())
    ways.check_bytes(b"\2")
    monkeypatch.setattr(Ways, way, lambda self, data: found)
    with pytest.raises(Disagreement):
        ways.check_bytes(b"\2")


def test_a_failure_says_how_to_repeat_it(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A way that is wrong about one byte: the least input that shows it, and the batch."""
    sound = Ways._eager

    def wrong(self: Ways, data: bytes) -> Any:
        return ("raises", "wrong", None) if b"\xfb" in data else sound(self, data)

    monkeypatch.setattr(Ways, "_eager", wrong)
    state = tmp_path / "state.json"
    assert run.main(["--from", "3", "--count", "1", "--state", str(state)]) == 1
    printed = capsys.readouterr().out
    assert "batch 3: eager raises 'wrong'" in printed or "batch 3: eager says 'wrong'" in printed
    assert "repeat: python -m tests.differential --from 3" in printed
    assert json.loads(state.read_text())["failed"] == [3]


def test_a_run_goes_on(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    ran: list[int] = []

    def batch(number: int) -> int:
        ran.append(number)
        if ran == [0, 1]:
            raise KeyboardInterrupt
        return 10

    monkeypatch.setattr(run, "run_batch", batch)
    arguments = ["--count", "3", "--state", str(tmp_path / "state.json")]
    with pytest.raises(KeyboardInterrupt):
        run.main(arguments)
    assert run.main(arguments) == 0
    assert ran == [0, 1, 1, 2]
    assert json.loads((tmp_path / "state.json").read_text())["inputs"] == 30
    with pytest.raises(SystemExit):
        run.main(["--count", "4", *arguments[2:]])


def test_messages_name_the_type() -> None:
    assert "Option(u16)" in str(Ways(Option[u16], Encoding()))
    assert str(ConstructWays(Encoding().construct(u8)))
