"""The benchmarks run: with tiny payloads, and whatever peers are installed."""

from __future__ import annotations

import pytest

from benchmarks.__main__ import main
from benchmarks.floors import Floor, floors
from benchmarks.peers import BASELINE, BY_HAND, CLASSES
from benchmarks.report import duration
from benchmarks.timing import ratio


@pytest.mark.parametrize("only", ["S ", "M ", "bad: M", "V 33 KB load from", "many files"])
def test_runs(only: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--tiny", "--only", only]) == 0
    shown = capsys.readouterr().out
    assert "snapformat, classes" in shown or "Snapshot.load" in shown or "judge" in shown
    assert "Held" in shown


def test_floors() -> None:
    # The machine was slower in the second round, for all.
    parse = {BASELINE: [30.0, 66.0, 30.0], CLASSES: [1.0, 2.0, 1.0], BY_HAND: [0.8, 1.6, 0.8]}
    cases = {"M parse": parse, "bad: S": {BASELINE: [1.0], CLASSES: [2.0]}}
    verdicts = {floor.title: floor.verdict for floor in floors(cases, {}, 0, {})}
    assert ratio(parse, BASELINE, CLASSES) == 30
    assert verdicts["M parse, against construct"] == "floor"
    assert verdicts["M parse, against code by hand"] == "BELOW"
    assert verdicts["bad: S, to construct"] == "BELOW"
    assert verdicts["M build, against construct"] == "not there yet"
    assert Floor("", 40, 20, 35).verdict == "aim"
    assert not Floor("", 1.6, 1.5, 1, less=True).holds


def test_durations() -> None:
    assert [duration(t) for t in (2, 0.0123, 4.2e-5, 7e-7)] == ["2 s", "12.3 ms", "42 us", "700 ns"]
