"""Annotated files: the rows are those of the original's traces, and cover each file exactly once."""

from __future__ import annotations

import pytest

from inspecting.machine import FORMAT, machine
from snapformat import DecodeError
from snapformat.inspect.annotate import Annotation, annotate, within
from snapformat.path import Root
from snapshots import data
from snapshots.data import StateFile


@data.each(file for file in data.state_files() if file.trace is not None)
def test_rows_are_those_of_the_trace(file: StateFile):
    assert file.trace is not None
    lines, _ = data.trace_rows(file.trace)
    wanted = [line.split("\t")[:4] for line in lines]
    found = [
        [str(each.offset), str(each.size), each.kind, each.path.removeprefix("$").removeprefix(".")]
        for each in annotate(file.bytes, file.format)
        if not each.segments or not isinstance(each.segments[0], Root)
    ]
    data.assert_same_lines(map(str, found), map(str, wanted), "rows")


@data.each(data.state_files())
@pytest.mark.parametrize("c_structs", [False, True])
def test_they_cover_the_file_once(file: StateFile, c_structs: bool):
    end = 0
    for each in annotate(file.bytes, file.format, c_structs=c_structs):
        if each.size:
            assert each.offset == end, each
            end += each.size
    assert end == len(file.bytes)


def rows() -> dict[str, Annotation]:
    found = annotate(FORMAT.new(machine()).to_bytes(), FORMAT, c_structs=True)
    return {each.path: each for each in found if each.size}


def test_meanings():
    found = rows()
    assert found["$.disks[0].flags"].meaning == "Flags"
    assert (found["$.disks[0].flags"].is_hex, found["$.memory_mib"].is_hex) == (True, False)
    assert found["$.regs[0].ip"].is_hex
    assert found["$header.version"].meaning == "Version of the payload's format"
    assert found["$checksum"].is_hex
    assert found['$.table["a"]'].value == 1


def test_up_to_the_failing_byte():
    content = FORMAT.new(machine()).to_bytes()
    whole = [*annotate(content, FORMAT)]
    for stop in range(30, len(content) - 8, 7):
        seen = []
        with pytest.raises(DecodeError):  # noqa: PT012
            for each in annotate(content[:stop], FORMAT):
                seen.append(each)  # noqa: PERF402
        assert seen == whole[: len(seen)]
        assert seen
        assert seen[-1].offset + seen[-1].size <= stop


def test_depth_keeps_all_bytes():
    whole = [*annotate(FORMAT.new(machine()).to_bytes(), FORMAT, c_structs=True)]
    for depth in range(6):
        some = [*within(whole, depth=depth)]
        assert sum(each.size for each in some) == sum(each.size for each in whole)
        assert all(len(each.segments) <= depth for each in some)
