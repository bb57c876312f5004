"""Every state file read lazily: the same values, the same bytes back, the same verdicts."""

from __future__ import annotations

import random
from typing import Any

import pytest

from codec.agreement import assert_same, identical, verdict
from snapformat import CheckOrder, DecodeError
from snapformat.model.lazy_class import is_lazy
from snapshots import data
from snapshots.data import StateFile, Verdict


@data.each(data.state_files())
class TestStateFile:
    def test_values_and_bytes(self, file: StateFile):
        eager = file.format.load(file.bytes, strict=True)
        lazy = file.format.load(file.path, strict=True, lazy=True)
        assert is_lazy(lazy.data)
        data.assert_same_bytes(lazy.to_bytes(), file.bytes)
        lazy.validate()
        assert identical(lazy.data, eager.data)
        data.assert_same_bytes(lazy.to_bytes(), file.bytes)

    def test_what_follows_the_file(self, file: StateFile):
        for after in (bytes(9), file.bytes):
            whole = file.bytes + after
            said = verdict(lambda whole=whole: file.format.load(whole).to_bytes())
            if after == file.bytes and file.format.order is CheckOrder.PAYLOAD_FIRST:
                # The checksum covers both, and nobody has asked where the first ends.
                data.assert_same_bytes(file.format.load(whole, lazy=True).to_bytes(), whole)
            else:
                assert_same(verdict(lambda w=whole: file.format.load(w, lazy=True).to_bytes()), said)
            assert_same(verdict(lambda w=whole: _all(file.format.load(w, lazy=True), whole=True)), said)
            for strict in (True, False):
                said = verdict(lambda w=whole, s=strict: file.format.load(w, strict=s).data)
                assert (
                    verdict(lambda w=whole, s=strict: _all(file.format.load(w, strict=s, lazy=True))) == said
                )

    def test_changes(self, file: StateFile):
        """Some integers are changed, here and there."""
        choose = random.Random(len(file.bytes))
        for _ in range(3):
            eager, lazy = file.format.load(file.bytes), file.format.load(file.bytes, lazy=True)
            for _ in range(choose.randint(1, 4)):
                _change(eager.data, lazy.data, choose)
            data.assert_same_bytes(lazy.to_bytes(), eager.to_bytes())


def _all(snapshot: Any, *, whole: bool = False) -> Any:
    snapshot.validate()
    return snapshot.to_bytes() if whole else snapshot.data


def _change(eager: Any, lazy: Any, choose: random.Random) -> None:
    """Go down to an integer and set it to 1, in both."""
    while True:
        if isinstance(eager, list):
            if not eager:
                return
            index = choose.randrange(len(eager))
            if type(eager[index]) is int:
                eager[index] = lazy[index] = 1
                return
            eager, lazy = eager[index], lazy[index]
            continue
        names = getattr(type(eager), "__match_args__", ())
        if not names:
            return
        name = choose.choice(names)
        if type(getattr(eager, name)) is int:
            setattr(eager, name, 1)
            setattr(lazy, name, 1)
            return
        eager, lazy = getattr(eager, name), getattr(lazy, name)


@data.each(data.verdicts())
def test_damaged(file: Verdict):
    content = file.path.read_bytes()
    for load in (file.format.load, file.format.load_without_crc_check):
        said = verdict(lambda load=load: load(content).data)
        assert_same(verdict(lambda load=load: _all(load(content, lazy=True))), said)


def test_an_error_names_the_file_and_says_what_the_checksum_says(tmp_path):
    file = data.state_files()[0]
    content = bytearray(file.bytes)
    events = file.format.walk(file.path)
    text = next(e.offset for e in events if e.kind == "str" and e.offset > file.header_end and e.size)
    content[text] = 0xFF
    checksum = file.format.checksum
    content[-8:] = checksum.compute(bytes(content[:-8])).to_bytes(8, "little")
    path = tmp_path / "bad"
    path.write_bytes(content)
    said = []
    for lazy in (False, True):
        with pytest.raises(DecodeError) as raised:
            file.format.load(path, lazy=lazy).validate()
        said.append((str(raised.value), vars(raised.value)))
    assert said[0] == said[1]
