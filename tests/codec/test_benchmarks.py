"""The benchmarks run: with tiny payloads, and whatever peers are installed."""

from __future__ import annotations

import gc
from pathlib import Path

import pytest

from benchmarks import payloads, versions
from benchmarks.__main__ import main
from benchmarks.calls import DERIVED, JUDGE, KEPT, MANY, RAW, write_fleet
from benchmarks.cases import TINY, shape_cases
from benchmarks.files import VIEW
from benchmarks.floors import Floor, floors
from benchmarks.formats import ALL_FORMATS, FORMATS, LEAVES, POSITIONAL, TINY_PACKETS
from benchmarks.peers import BASELINE, BY_HAND, CLASSES, COMPILED, CONTAINERS, DECODER
from benchmarks.report import duration
from benchmarks.shapes import SHAPES, Form, Shape
from benchmarks.states import looking
from benchmarks.timing import collecting, difference, ratio
from snapformat.bincode import CStruct


@pytest.mark.parametrize(
    ("only", "who"),
    [
        ("S ", CLASSES),
        ("M ", CLASSES),
        ("packet, bits", CONTAINERS),
        ("bad: M", CLASSES),
        ("S load", DERIVED),
        ("V 33 KB load from", DERIVED),
        ("V 33 KB, C structs too", BASELINE),
        (MANY, JUDGE),
        ("format, TCP", CONTAINERS),
        ("format, UDP", DECODER),
        ("record arrays, numbers", VIEW),
    ],
)
def test_runs(only: str, who: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--tiny", "--only", only]) == 0
    shown = capsys.readouterr().out
    rows = shown.partition("\nTimes\n")[2].splitlines()
    assert any(row.startswith(only) and f" {who} " in row for row in rows)
    assert "Held" in shown


@pytest.mark.parametrize(
    ("shape", "form"),
    [pytest.param(shape, form, id=shape.title(form)) for shape in SHAPES for form in shape.forms],
)
def test_shapes(shape: Shape, form: Form) -> None:
    # Each contender is held against the others' values and bytes when its calls are made.
    parse, build = shape_cases(shape, form, TINY)
    assert parse.title == shape.title(form, "parse")
    assert {BASELINE, CONTAINERS if shape.kind is None else CLASSES} <= set(parse.calls) & set(build.calls)
    assert COMPILED in build.calls or COMPILED in build.missing
    payload = shape.payload(form, TINY.most)
    for who in (BASELINE, CLASSES, CONTAINERS):
        if who in build.calls:
            assert build.calls[who]() == payload.data


def test_floors() -> None:
    # The machine was slower in the second round, for all.
    parse = {BASELINE: [30.0, 66.0, 30.0], CLASSES: [1.0, 2.0, 1.0], BY_HAND: [0.8, 1.6, 0.8]}
    from_bytes = {KEPT: [10e-6, 20e-6, 10e-6], DERIVED: [10.4e-6, 20.4e-6, 13e-6]}
    cases = {
        "M parse": parse,
        "bad: S": {BASELINE: [1.0], CLASSES: [2.0]},
        "map build": {BASELINE: [9.0], COMPILED: [3.0], CLASSES: [4.0]},
        "enum build": {BASELINE: [9.0], CLASSES: [4.0]},
        "V 33 KB lazy load from bytes": from_bytes,
        MANY: {RAW: [1.0], JUDGE: [11.0]},
    }
    verdicts = {floor.title: floor.verdict for floor in floors(cases, {}, 0, {})}
    assert ratio(parse, BASELINE, CLASSES) == 30
    assert difference(from_bytes, DERIVED, KEPT) == pytest.approx(0.4e-6)
    assert verdicts["M parse, against construct"] == "floor"
    assert verdicts["M parse, against code by hand"] == "BELOW"
    assert verdicts["bad: S, to construct"] == "BELOW"
    assert verdicts["M build, against construct"] == "not there yet"
    assert verdicts["map build, against construct .compile()"] == "BELOW"
    assert verdicts["enum build, against construct"] == "floor"
    assert verdicts["V 33 KB lazy load from bytes: Snapshot.load takes more than format.load by"] == "aim"
    assert verdicts[f"{MANY}: judge, to open, read, checksum"] == "floor"
    assert Floor("", 40, 20, 35).verdict == "aim"
    assert not Floor("", 1.6, 1.5, 1, less=True).holds


def test_every_shape_has_a_floor() -> None:
    titles = [floor.title for floor in floors({}, {}, 0, {})]
    for shape in SHAPES:
        for form in shape.forms:
            assert any(title.startswith(shape.title(form, "build, against")) for title in titles)


def test_every_format_has_floors() -> None:
    parse = {BASELINE: [6e-6], COMPILED: [3e-6], CONTAINERS: [1e-6], DECODER: [8e-6]}
    cases = {shape.title(shape.forms[0], "parse"): parse for shape in ALL_FORMATS}
    verdicts = {floor.title: floor.verdict for floor in floors(cases, {}, 0, {})}
    for shape in ALL_FORMATS:
        assert shape.name.startswith(FORMATS)
        case = shape.title(shape.forms[0], "parse")
        if shape in POSITIONAL:
            assert verdicts[f"{case}, against construct"] == "floor"
            assert verdicts[f"{case}, against construct .compile()"] == "aim"
        elif shape in LEAVES:
            assert verdicts[f"{case}, against construct"] == "aim"
        else:
            assert shape in TINY_PACKETS
            assert verdicts[f"{case}: a kept decoder, against construct"] == "BELOW"
            assert verdicts[f"{case}: decode takes more than construct by"] == "aim"


def test_only_the_floors_of_what_was_measured_are_held(capsys: pytest.CaptureFixture[str]) -> None:
    status = main(["--tiny", "--check", "--only", "format, ARP"])
    held = capsys.readouterr().out.partition("\nTimes\n")[0].partition("Held")[2]
    rows = [row for row in held.splitlines() if "against" in row]
    assert {row.partition(", against")[0] for row in rows} == {"format, ARP, parse", "format, ARP, build"}
    assert status == any("BELOW" in row for row in rows)
    assert "not there yet" not in held


def test_looking() -> None:
    from snapformat_schemas.firecracker.v1_14.x86_64 import MicrovmState

    format_, file = payloads.state("V 33 KB")
    value = format_.load(file).data
    lists = looking(value, c_structs=False)(value)
    assert any(isinstance(found, list) and found and isinstance(found[0], CStruct) for found in lists)
    seen = looking(value, c_structs=True)(format_.load(file).data)
    assert len(seen) > len(lists)
    assert type(value) is MicrovmState


def test_collecting() -> None:
    gc.disable()
    try:
        assert collecting(gc.isenabled)()
        assert not gc.isenabled()
    finally:
        gc.enable()


def test_fleet(tmp_path: Path) -> None:
    from snapformat.inspect import judge

    files = write_fleet(tmp_path, 40)
    assert len({Path(file).read_bytes() for file in files}) == 40
    assert all(judge(file).ok for file in files)


def test_versions(capsys: pytest.CaptureFixture[str]) -> None:
    here = str(versions.HERE)
    assert versions.main([here, "--only", "S read", "--rounds", "2", "--pairs", "1", "--most", "1000"]) == 0
    assert "S read" in capsys.readouterr().out
    assert versions.quotient([(2.0, 3.0), (2.0, 2.0), (1.0, 4.0)]) == 1.5


def test_durations() -> None:
    assert [duration(t) for t in (2, 0.0123, 4.2e-5, 7e-7)] == ["2 s", "12.3 ms", "42 us", "700 ns"]
