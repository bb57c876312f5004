"""Every damaged file: the original's verdict."""

from __future__ import annotations

import pytest

from snapformat import SnapshotError
from snapformat.snapshot.catalogue import find_format
from snapshots import data
from snapshots.data import Verdict


@data.each(data.verdicts())
def test_verdict(file: Verdict):
    format_ = find_format(file.named)
    assert format_ is file.format
    if file.code is None:
        format_.load(file.path)
        return
    with pytest.raises(SnapshotError) as caught:
        format_.load(file.path)
    assert file.code in (caught.value.code, "any"), str(caught.value)
    assert caught.value.file == str(file.path)


def test_every_file_has_a_verdict():
    there = {path for folder in {v.path.parent for v in data.verdicts()} for path in folder.glob("*.bin")}
    assert there == {verdict.path for verdict in data.verdicts()}
