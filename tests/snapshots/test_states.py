"""Every state file: JSON as the original prints it, the same bytes back, by us and by construct alone."""

from __future__ import annotations

import io
import json
from typing import Any

from snapformat import Snapshot
from snapformat.values import dumps, from_json, loads, to_json
from snapshots import data
from snapshots.data import StateFile


@data.each(file for file in data.state_files() if file.truth is not None)
class TestTruth:
    def test_json_is_the_originals(self, file: StateFile):
        truth = _truth(file)
        loaded = file.format.load(file.path, strict=True)
        shown = to_json(loaded.data, file.format.payload, serde=True)
        data.assert_same_lines(data.json_lines(shown), data.json_lines(truth), "JSON")
        again = json.loads(dumps(loaded.data, file.format.payload))
        data.assert_same_lines(data.json_lines(again), data.json_lines(truth), "JSON text")

    def test_the_originals_json_gives_the_file(self, file: StateFile):
        loaded = file.format.load(file.path)
        for value in (
            from_json(_truth(file), file.format.payload),
            loads(file.truth.read_bytes(), file.format.payload),
        ):
            assert value == loaded.data
            data.assert_same_bytes(Snapshot(loaded.header, value, file.format).to_bytes(), file.bytes)


@data.each(data.state_files())
class TestStateFile:
    def test_save_gives_the_file(self, file: StateFile, tmp_path):
        target = io.BytesIO()
        file.format.load(file.bytes, strict=True).save(target)
        data.assert_same_bytes(target.getvalue(), file.bytes)
        file.format.load(io.BytesIO(file.bytes)).save(tmp_path / "copy")
        data.assert_same_bytes((tmp_path / "copy").read_bytes(), file.bytes)

    def test_construct_alone_agrees(self, file: StateFile):
        struct = file.format.struct
        parsed = struct.parse(file.bytes)
        loaded = file.format.load(file.path)
        assert parsed.header == loaded.header
        assert parsed.data == loaded.data
        data.assert_same_bytes(struct.build(parsed), file.bytes)
        payload = file.format.payload_struct
        data.assert_same_bytes(payload.build(loaded.data), file.bytes[file.header_end : -8])


def _truth(file: StateFile) -> Any:
    return json.loads(file.truth.read_bytes())


def test_there_are_files():
    for folder in data.folders():
        assert folder.is_dir(), f"no folder {folder}"
        states = [file for file in data.state_files() if file.path.is_relative_to(folder)]
        assert states, f"no release/configuration/vmstate* below {folder}"
