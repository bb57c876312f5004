"""What a terminal obeys reaches none: from names, texts, paths, arguments and messages, by any command."""

from __future__ import annotations

import importlib
import json
import os
import pty
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

from cli.support import command, process
from snapformat.values import format_json, parse_json

#: Control characters (C0 but for line breaks, DEL, C1), marks of direction, separators of lines, surrogates.
OBEYED = re.compile("[\0-\x09\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")
NASTY = "x\x1b[31m\x9b32m\x9d0;t\x07\u202e\u2066\u200f\u2028\u2029\x7f\x85\n# heading\r"
MODULE = f"""
import construct as c
from snapformat import DataEnum, SnapshotFormat, schema
from snapformat.bincode import HashMap, u8
NASTY = {NASTY!r}
@schema
class Save:
    text: str
    named: HashMap[str, u8]
SAVES = SnapshotFormat(name="saves" + NASTY, magic=77, version="1.0.0", payload=Save)
@schema(name="choice" + NASTY)
class Choice(DataEnum): pass
@schema(name="variant" + NASTY)
class Chosen(Choice):
    number: u8
    flag: bool
CHOICES = SnapshotFormat(name="choices", magic=78, version="1.0.0", payload=Choice)
BARE = c.Struct(
    ("field" + NASTY) / c.Byte, "one" / c.OneOf(c.Byte, [1]), "label" / c.Enum(c.Byte, **{{NASTY: 1}})
)
BARES = SnapshotFormat(name="bares", magic=79, version="1.0.0", payload=BARE)
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A working folder with a module of formats, and files of them, sound and broken."""
    folder = tmp_path_factory.mktemp("nasty")
    (folder / "nastyformats.py").write_text(MODULE)
    sys.path.insert(0, str(folder))
    try:
        formats: ModuleType = importlib.import_module("nastyformats")
    finally:
        sys.path.remove(str(folder))
    save = formats.SAVES.new(formats.Save(NASTY, {NASTY: 1}))
    save.save(str(folder / NASTY))
    save.save(str(folder / "save"))
    formats.SAVES.new(formats.Save(NASTY * 9, {NASTY: 2, NASTY * 2: 1})).save(str(folder / "other"))
    choice = formats.CHOICES.new(formats.Chosen(1, True)).to_bytes()
    (folder / "choice").write_bytes(choice[:-9] + b"\7" + choice[-8:])
    bare = formats.BARES.new({"field" + NASTY: 1, "one": 1, "label": NASTY}).to_bytes()
    (folder / "bare").write_bytes(bare)
    (folder / "broken").write_bytes(bare[:22] + b"\5" + bare[23:])
    documents = {
        "schema": {"schema": NASTY},
        "place": {"schema": f"{NASTY}:x"},
        "header": {"schema": "saves", "header": {NASTY: 1}},
        "field": {"data": {"text": "", NASTY: 1}},
        "label": {"data": {"field" + NASTY: 1, "one": 1, "label": "no"}},
    }
    for name, document in documents.items():
        (folder / f"{name}.json").write_text(json.dumps(document))
    (folder / "text.json").write_text('{"schema": "' + NASTY.replace("\n", "") + '", ' + NASTY)
    yield folder
    sys.modules.pop("nastyformats", None)


FILES = [("info",), ("info", "--json"), ("verify",), ("verify", "--json"), ("dump",)]
CALLS = [
    *((*call, NASTY) for call in FILES),
    ("dump", "--schema", "nastyformats:SAVES", NASTY),
    ("dump", "--schema", "nastyformats:BARES", "bare"),
    ("dump", "--schema", "nastyformats:BARES", "broken"),
    ("dump", "--schema", NASTY, "save"),
    ("diff", "--schema", "nastyformats:SAVES", NASTY, "other"),
    ("diff", "--json", "--schema", "nastyformats:SAVES", NASTY, "other"),
    ("diff", "--schema", "nastyformats:SAVES", "--ignore", NASTY, NASTY, "other"),
    ("diff", NASTY, "other"),
    ("diff", f"none{NASTY}", "other"),
    ("verify", "--as", NASTY, "save"),
    ("verify", "--as", "nastyformats:CHOICES", "choice"),
    ("verify", "--json", "--as", "nastyformats:CHOICES", "choice"),
    ("verify", "--as", "nastyformats:SAVES", "choice"),
    ("dump", "--as", NASTY, "save"),
    ("dump", "--schema", "nastyformats:SAVES", "save", "-o", f"{NASTY}/none"),
    (f"--{NASTY}",),
    (NASTY,),
    ("info", f"--{NASTY}", "save"),
    ("info", "save", NASTY),
    ("build", "schema.json", "-o", "out"),
    ("build", "place.json", "-o", "out"),
    ("build", "text.json", "-o", "out"),
    ("build", "header.json", "--schema", "nastyformats:SAVES", "-o", "out"),
    ("build", "field.json", "--schema", "nastyformats:SAVES", "-o", "out"),
    ("build", "label.json", "--schema", "nastyformats:BARES", "-o", "out"),
    ("docs", "nastyformats:SAVES", "-o", f"out{NASTY}"),
    ("docs", "nastyformats:SAVES", "--check", f"none{NASTY}"),
    ("docs", "nastyformats:BARES", "-o", "docs", "--sample", NASTY),
    ("docs", NASTY, "-o", "docs"),
]


@pytest.mark.parametrize(
    "arguments", CALLS, ids=lambda arguments: " ".join(arguments)[:40].encode("unicode_escape")
)
def test_nothing_of_it_is_printed(folder: Path, arguments: tuple[str, ...]) -> None:
    done = process(*arguments, cwd=folder, environment={"PYTHONPATH": str(folder)})
    for shown in (done.stdout, done.stderr):
        assert not OBEYED.search(shown.decode())
    assert done.stdout or done.stderr


@pytest.mark.parametrize(
    "arguments", [("dump", "--as", "serde"), ("dump",), ("verify", "--as")], ids=" ".join
)
def test_nor_to_a_terminal(folder: Path, arguments: tuple[str, ...]) -> None:
    arguments = (*arguments, *(["--schema"] if arguments[0] == "dump" else []), "nastyformats:SAVES", NASTY)
    ours, theirs = pty.openpty()
    environment = {**os.environ, "PYTHONPATH": str(folder), "NO_COLOR": "1", "TERM": "dumb"}
    started = subprocess.Popen(
        command(*arguments), cwd=folder, env=environment, stdin=theirs, stdout=theirs, stderr=theirs
    )
    os.close(theirs)
    pieces = []
    while True:
        try:
            piece = os.read(ours, 1 << 16)
        except OSError:  # the other end was closed
            break
        if not piece:
            break
        pieces.append(piece)
    os.close(ours)
    assert started.wait(60) == 0
    shown = b"".join(pieces).decode().replace("\r\n", "\n")
    assert "\\u202e" in shown
    assert not OBEYED.search(shown)


def test_to_a_file_serde_is_to_the_letter(folder: Path) -> None:
    arguments = ("dump", "--as", "serde", "--schema", "nastyformats:SAVES", NASTY)
    done = process(*arguments, cwd=folder, environment={"PYTHONPATH": str(folder)})
    assert NASTY[3:18].replace("\x07", "\\u0007") in done.stdout.decode()
    assert parse_json(done.stdout)["data"]["text"] == NASTY


def test_escaped_text_is_the_same_value() -> None:
    every = [chr(code) for code in (*range(0x300), *range(0x2000, 0x2100), 0xFEFF, 0x1F600, 0xDFFF, 0xD800)]
    text = format_json(["".join(every), {char: char for char in every}])
    assert not OBEYED.search(text)
    assert parse_json(text) == ["".join(every), {char: char for char in every}]
    for char in every:
        assert parse_json(format_json(char)) == parse_json(format_json(char, serde=True)) == char
    assert format_json("é\xa0\u3000\U0001f600") == '"é\xa0\u3000\U0001f600"'
