"""The generated source: the same in every process, kept in files, and shown in tracebacks."""

from __future__ import annotations

import json
import linecache
import os
import subprocess
import sys
import traceback
from pathlib import Path
from typing import Any

import pytest

from codec.agreement import guarded
from codec.shapes import GOLDEN, PACKET, Device
from snapformat import decode
from snapformat.encodings.bincode.codec import engine
from snapformat.encodings.bincode.codec.read_source import generate_reader
from snapformat.encodings.bincode.codec.write_source import generate_writer
from snapformat.encodings.bincode.ops import Op
from snapformat.layout import layout_of

TESTS = Path(__file__).parents[1]
KEPT = TESTS / "golden" / "codec"


def source_of(declared: Any) -> str:
    """Reader and writer of a type as text."""
    node = declared if isinstance(declared, Op) else layout_of(declared)
    return generate_reader(node).text() + generate_writer(node).text()


@pytest.mark.parametrize("name", GOLDEN)
def test_golden(name: str) -> None:
    """Changed on purpose only: `python -m codec.test_source` in `tests` writes the files anew."""
    kept = (KEPT / f"{name}.py.txt").read_text()
    assert source_of(GOLDEN[name]) == kept


SHOW = """
import json, sys
sys.path.insert(0, sys.argv[1])
from codec.shapes import GOLDEN, PACKET
from codec.test_source import source_of
from snapformat.snapshot.catalogue import formats
node = formats()["firecracker/1.14/x86_64"].payload_layout
json.dump([source_of(declared) for declared in (*GOLDEN.values(), PACKET, node)], sys.stdout)
"""


def test_the_same_in_every_process() -> None:
    texts = []
    for seed in ("0", "1", "4711"):
        environment = {**os.environ, "PYTHONHASHSEED": seed}
        command = [sys.executable, "-c", SHOW, str(TESTS)]
        done = subprocess.run(command, env=environment, capture_output=True, check=True, text=True)
        texts.append(json.loads(done.stdout))
    assert texts[0] == texts[1] == texts[2]
    assert texts[0][-2] == source_of(PACKET)


def test_shown_in_tracebacks() -> None:
    reader = generate_reader(layout_of(Device)).compile("read Device", "read")["read"]
    said, error = guarded(lambda: reader(b"\xff" * 8, 0, 8, 0, None))
    assert said == "raises"
    frame = traceback.extract_tb(error.__traceback__)[-1]
    assert frame.filename == reader.__code__.co_filename
    assert "Device" in frame.filename
    assert frame.line
    assert frame.line in source_of(Device)
    linecache.checkcache()
    assert linecache.getline(frame.filename, frame.lineno or 0).strip() == frame.line


def test_not_generated_before_it_is_used() -> None:
    code = (
        "import sys; sys.path.insert(0, sys.argv[1]); import snapformat, codec.shapes; "
        "from snapformat.snapshot.catalogue import formats; "
        "found = [f for f in formats().values() if not f.is_message]; "
        "assert all(f.payload_layout.codec is f.header_layout.codec is None for f in found)"
    )
    subprocess.run([sys.executable, "-c", code, str(TESTS)], check=True)


def test_one_object_for_all_that_use_it() -> None:
    assert engine.reader_of(layout_of(Device)) is engine.reader_of(layout_of(Device))
    with pytest.raises(Exception, match="ends too early"):
        decode(b"", Device)


if __name__ == "__main__":
    KEPT.mkdir(parents=True, exist_ok=True)
    for title, shape in GOLDEN.items():
        (KEPT / f"{title}.py.txt").write_text(source_of(shape))
