"""Every state file by the walk: row by row what the original's serializer wrote, and every byte once."""

from __future__ import annotations

import json
from typing import Any

from snapformat.layout import walk
from snapshots import data
from snapshots.data import StateFile


def _text(event: Any) -> str:
    """An event as a row of the original's trace."""
    value = event.value
    match value:
        case bool():
            shown = str(value).lower()
        case bytes():
            shown = value.hex()
        case str() if event.kind in ("str", "char"):
            shown = json.dumps(value, ensure_ascii=False)
        case _:
            shown = str(value)
    path = event.path.removeprefix("$").removeprefix(".")
    return f"{event.offset}\t{event.size}\t{event.kind}\t{path}\t{shown}"


@data.each(file for file in data.state_files() if file.trace is not None)
def test_walk_is_the_trace(file: StateFile):
    rows, footer = data.trace_rows(file.trace)
    events = list(walk(file.format.payload_layout, file.bytes, offset=file.header_end))
    data.assert_same_lines(map(_text, events), rows, "trace")
    end = events[-1].offset + events[-1].size
    assert (end, len(file.bytes)) == (int(footer["end"]), int(footer["size"]))
    stored = file.bytes[int(footer["at"]) :]
    assert stored == int(footer["crc"], 16).to_bytes(8, "little")


@data.each(data.state_files())
def test_walk_meets_every_byte_once(file: StateFile):
    position = 0
    for event in file.format.walk(file.path):
        assert event.offset == position, f"{event.path} is at {event.offset}, not {position}"
        position += event.size
    assert position == len(file.bytes)
    assert (event.kind, event.size) == ("checksum", 8)


@data.each(data.state_files())
def test_walk_into_structures_meets_every_byte_once(file: StateFile):
    position = file.header_end
    paths = set()
    for event in walk(file.format.payload_layout, file.bytes, offset=file.header_end, blobs=True):
        assert event.offset == position, f"{event.path} is at {event.offset}, not {position}"
        position += event.size
        paths.add(event.path)
    assert position == len(file.bytes) - 8
    inside = "regs.rip" if file.format.name.endswith("x86_64") else "kvi.target"
    assert f"$.vcpu_states[0].{inside}" in paths
