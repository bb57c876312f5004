"""The command line over bare files: named by a type and an encoding, or by a project file."""

from __future__ import annotations

import gzip
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from cli.support import SNAPSHOT, call, process
from snapformat import Encoding, SnapshotFormat, encode
from snapformat.bincode import f64, u64
from snapformat.snapshot import catalogue

MODULE = """
from snapformat import SnapshotFormat, schema
from snapformat.bincode import f64, u64

@schema
class Visit:
    '''A visit.'''
    url: str
    rank: f64
    last: u64

HISTORY = SnapshotFormat.bare("declared elsewhere", Visit, many=True, compression="gzip")
"""
PROJECT = """
path = ["schemas"]

[formats.history]
format = "browser_of_tests:HISTORY"

[formats.visits]
payload = "browser_of_tests:Visit"
many = true

[formats.one]
payload = "browser_of_tests:Visit"
encoding = { integers = "variable", byteorder = "big", limit = 1000 }
trailing = "keep"
note = "Written by a browser."
"""
TYPE = ("--schema", "browser_of_tests:Visit", "--encoding", "bincode1")
VALUES = [("a", 1.5, 3), ("b", -0.0, 2**64 - 1)]
PLAIN = Encoding(limit=None)


def bytes_of(values: list[tuple[Any, ...]], encoding: Encoding = PLAIN) -> bytes:
    kind = tuple[str, f64, u64]
    return b"".join(encode(each, kind, encoding) for each in values)


class Folder(NamedTuple):
    many: Path
    packed: Path
    one: Path
    project: Path


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Folder]:
    """Files of Visits, the module that declares them, and a project; formats are forgotten afterwards."""
    (tmp_path / "schemas").mkdir()
    (tmp_path / "schemas" / "browser_of_tests.py").write_text(MODULE)
    found = Folder(*(tmp_path / name for name in ("many.bin", "history.gz", "one.bin", "project.toml")))
    found.many.write_bytes(bytes_of(VALUES))
    found.packed.write_bytes(gzip.compress(bytes_of(VALUES)))
    found.one.write_bytes(bytes_of(VALUES[:1], Encoding("variable", "big")) + b"!")
    found.project.write_text(PROJECT)
    monkeypatch.setattr(catalogue, "_added", {})
    monkeypatch.chdir(tmp_path / "schemas")
    before = sys.path[:]
    yield found
    assert sys.path == before
    sys.modules.pop("browser_of_tests", None)


def lines(*arguments: Any) -> list[str]:
    result = call(*arguments)
    assert (result.exit_code, result.stderr) == (0, "")
    return result.stdout.splitlines()


def test_type_and_encoding(folder: Folder, tmp_path: Path):
    options = [*TYPE, "--many"]
    assert lines("info", folder.many, *options) == [
        f"file: {folder.many}",
        "size: 50",
        "schema: browser_of_tests:Visit",
        "payload_bytes: 50",
        "trailing_bytes: 0",
        "status: ok",
    ]
    assert lines("verify", *options, folder.many) == [f"{folder.many}: ok"]
    document = json.loads("".join(lines("dump", *options, folder.many)))
    assert document == {
        "schema": "browser_of_tests:Visit",
        "data": [{"url": "a", "rank": 1.5, "last": 3}, {"url": "b", "rank": -0.0, "last": str(2**64 - 1)}],
    }
    text = json.dumps(document)
    built = call("build", "-", "-o", "-", *options, stdin=text.encode())
    assert built.stdout_bytes == folder.many.read_bytes()
    assert lines("get", *options, folder.many, "$[1].url", "$[*].rank") == ["b", "1.5", "-0.0"]
    assert lines("annotate", *options, folder.many)[2].split() == ["0x8", "1", "61", "str", "$[0].url", '"a"']
    out = tmp_path / "out"
    assert call("set", *options, folder.many, "$[1].last=7", "-o", out).exit_code == 0
    assert out.read_bytes() == bytes_of([VALUES[0], ("b", -0.0, 7)])
    assert "$[1].last: 18446744073709551615 -> 7" in lines_of_diff(folder.many, out, *options)
    assert call("append", *options, out, '$={"url":"c","rank":0.0,"last":1}', "-i").exit_code == 0
    assert call("remove", *options, out, "$[0]", "-i").exit_code == 0
    assert out.read_bytes() == bytes_of([("b", -0.0, 7), ("c", 0.0, 1)])


def lines_of_diff(*arguments: Any) -> list[str]:
    result = call("diff", *arguments)
    assert (result.exit_code, result.stderr) == (1, "")
    return result.stdout.splitlines()


def test_compressed(folder: Folder, tmp_path: Path):
    options = [*TYPE, "--many", "--compression", "gzip"]
    assert "compression: gzip" in lines("info", folder.packed, *options)
    (verdict,) = lines("verify", "--deep", folder.packed, *options)
    assert verdict.startswith(f"{folder.packed}: ok, ")
    assert lines("get", *options, folder.packed, "$[0].url") == ["a"]
    # The bytes shown are those of the content, as the offsets are.
    assert lines("annotate", *options, folder.packed)[2].split()[2] == "61"
    out = tmp_path / "out"
    assert call("set", *options, folder.packed, "$[0].url=new", "-o", out).exit_code == 0
    assert gzip.decompress(out.read_bytes()) == bytes_of([("new", 1.5, 3), VALUES[1]])


def test_damaged(folder: Folder):
    folder.many.write_bytes(bytes_of(VALUES)[:-3])
    folder.packed.write_bytes(gzip.compress(bytes_of(VALUES)[:-3]))
    unpacked = ["--compression", "gzip"]
    for path, options in ((folder.many, []), (folder.packed, unpacked)):
        for name in ("info", "verify", "dump", "annotate"):
            result = call(name, path, *TYPE, "--many", *options)
            assert result.exit_code == 1
            assert "the data ends too early: expected 8 bytes, found 5" in result.stderr
            # The dump of bytes is that of the content.
            assert "00000020  00 62 00 00" in result.stderr
        assert "(damaged)" in call("verify", path, *TYPE, "--many", *options).stdout
    folder.packed.write_bytes(folder.packed.read_bytes()[:-3])
    for name in ("info", "verify", "dump", "annotate"):
        result = call(name, folder.packed, *TYPE, "--many", *unpacked)
        assert result.exit_code == 1
        assert result.stderr.startswith(f"error: Decode: {folder.packed}: the gzip file ends too early")


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--encoding", "bincode1"], "--encoding needs --schema MODULE:NAME, a type of data"),
        (["--many"], "--many and --compression are for bare files"),
        ([*TYPE[:2], "--compression", "gzip"], "--many and --compression are for bare files"),
        (
            [*TYPE[:2], "--encoding", "bincode9"],
            "unknown encoding 'bincode9'; did you mean bincode1? Known: bincode1",
        ),
        (
            ["--schema", "firecracker/1.14/x86_64", "--encoding", "bincode1"],
            "is a format, which has an encod",
        ),
        (["--schema", "browser_of_tests:HISTORY", "--encoding", "bincode1"], "is a format, which has an"),
        ([*TYPE[:2], "--encoding", "bitcode", "--many"], "a message of bitcode has one value"),
    ],
)
@pytest.mark.usefixtures("folder")
def test_usage(options: list[str], message: str):
    result = call("dump", SNAPSHOT, *options)
    assert (result.exit_code, result.stdout) == (2, "")
    assert message in " ".join(result.stderr.split())


# --- projects ---


def test_all_commands_know_the_formats_of_a_project(folder: Folder, tmp_path: Path):
    project = ("--project", folder.project)
    assert "schema: visits" in lines(*project, "info", folder.many)
    found = lines(*project, "info", folder.packed)
    assert "schema: history" in found
    assert "compression: gzip" in found
    # Bytes are left over, which is fine where the format is named.
    found = lines(*project, "info", "--schema", "one", folder.one)
    assert "trailing_bytes: 1" in found
    assert "note: Written by a browser." in found
    assert call(*project, "info", folder.one).exit_code == 1
    paths = [folder.many, folder.packed, SNAPSHOT]
    assert lines(*project, "verify", *paths) == [f"{path}: ok" for path in paths]
    for path, options in ((folder.many, []), (folder.packed, []), (folder.one, ["--schema", "one"])):
        text = "\n".join(lines(*project, "dump", path, *options))
        built = call(*project, "build", "-", "-o", "-", stdin=text.encode())
        found_bytes, wanted = built.stdout_bytes, path.read_bytes()
        if path is folder.packed:
            found_bytes, wanted = gzip.decompress(found_bytes), gzip.decompress(wanted)
        assert found_bytes == wanted
    assert lines(*project, "get", folder.packed, "$[0].url") == ["a"]
    assert lines(*project, "annotate", folder.packed)[2].split()[2] == "61"
    assert any(
        line.split() == ["visits", "-", "-", "browser_of_tests:Visit"] for line in lines(*project, "schemas")
    )
    assert call(*project, "docs", "history", "visits", "-o", tmp_path / "pages").exit_code == 0
    assert (tmp_path / "pages" / "history.html").exists()


def test_project_of_the_environment(folder: Folder):
    done = process("info", folder.many, environment={"SNAPFORMAT_PROJECT": str(folder.project)})
    assert (done.returncode, done.stderr) == (0, b"")
    assert b"schema: visits" in done.stdout


def test_file_that_no_format_of_the_project_fits(folder: Folder):
    folder.many.write_bytes(bytes_of(VALUES)[:-1])
    result = call("--project", folder.project, "info", folder.many)
    assert result.exit_code == 1
    assert "none of the formats without a header fits: history, visits, one" in result.stderr
    # Named, it says why.
    result = call("--project", folder.project, "verify", "--schema", "visits", folder.many)
    assert "expected 8 bytes, found 7 - at `$[1].last`" in result.stderr


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a = 'b", "is not TOML"),
        ("a = 1", "the file has no member 'a'; known: path, formats"),
        ("path = 'schemas'", "path of the file must be a list"),
        ("path = [1]", "path must be a list of texts"),
        ("formats = 1", "formats of the file must be a table"),
        ("[formats]\nx = 1", "the format x must be a table"),
        ("[formats.x]", "the format x needs a payload or a format"),
        ("[F]\npayload = 'u8'", "'u8' is not MODULE:NAME"),
        ("[F]\npayload = 'none_such:X'", "none_such"),
        ("[F]\npayload = 'B:HISTORY'", "is a SnapshotFormat; name it as `format`"),
        (
            "[F]\nformat = 'B:Visit'",
            "is not a SnapshotFormat; name a type as `payload`",
        ),
        (
            "[F]\nformat = 'B:HISTORY'\nmany = true",
            "has no member 'many'; known: format",
        ),
        (
            "[F]\npayload = 'B:Visit'\nmany = 1",
            "many of the format x must be true or fal",
        ),
        ("[F]\npayload = 'B:Visit'\nmax_file_size = true", "must be an integer"),
        (
            "[F]\npayload = 'B:Visit'\nencoding = 'no'",
            "unknown encoding 'no'; known: ",
        ),
        (
            "[F]\npayload = 'B:Visit'\nencoding = {a = 1}",
            "has no member 'a'; known: int",
        ),
        ("[F]\npayload = 'B:Visit'\nencoding = {byteorder = 'x'}", "byteorder"),
        ("[F]\npayload = 'B:Visit'\ncompression = 'x'", "compression must be one of"),
    ],
)
def test_projects_with_mistakes(folder: Folder, text: str, message: str):
    text = text.replace("[F]", "[formats.x]").replace("B:", "browser_of_tests:")
    folder.project.write_text(f"path = ['schemas']\n{text}" if text.startswith("[") else text)
    result = call("--project", folder.project, "info", folder.many)
    assert (result.exit_code, result.stdout) == (2, "")
    found = " ".join(result.stderr.split())
    assert message in found
    assert str(folder.project) in found


def test_project_that_is_not_there(tmp_path: Path):
    result = call("--project", tmp_path / "none.toml", "info", SNAPSHOT)
    assert result.exit_code == 2
    assert "No such file" in result.stderr


# --- code runs only where it was named ---

TRAP = """
import pathlib
pathlib.Path(__file__).with_suffix(".ran").touch()
"""


@pytest.fixture
def hostile(tmp_path: Path) -> Path:
    """A folder with modules named as those of packages, and with projects."""
    folder = tmp_path / "hostile" / "inner"
    folder.mkdir(parents=True)
    names = (
        "numpy",
        "rich",
        "click",
        "construct",
        "semver",
        "crcmod",
        "anycrc",
        "jinja2",
        "backports",
        "trap",
    )
    for name in names:
        (folder / f"{name}.py").write_text(TRAP)
    for place in (folder, folder.parent):
        for name in ("snapformat.toml", ".snapformat.toml", "project.toml"):
            (place / name).write_text("path = ['.']\n[formats.x]\npayload = 'trap:X'")
        (place / "pyproject.toml").write_text("[tool.snapformat.formats.x]\npayload = 'trap:X'")
    (folder / "file.bin").write_bytes(bytes_of(VALUES))
    (folder / "own.py").write_text(MODULE + "import numpy\nassert numpy.__version__\n")
    return folder


@pytest.mark.parametrize(
    "arguments",
    [
        ("info", SNAPSHOT),
        ("info", "file.bin"),
        ("verify", SNAPSHOT, "file.bin"),
        ("dump", "--as", "decoded", SNAPSHOT),
        ("get", SNAPSHOT, "$..guest_mem"),
        ("diff", SNAPSHOT, SNAPSHOT),
        ("annotate", SNAPSHOT),
        ("schemas",),
        ("docs", "-o", "pages"),
        ("info", "file.bin", "--schema", "own:Visit", "--encoding", "bincode1", "--many"),
        ("dump", "file.bin", "--schema", "own:Visit", "--encoding", "bincode1", "--many"),
    ],
    ids=lambda arguments: " ".join(str(each) for each in arguments[:2] if each != SNAPSHOT),
)
def test_hostile_folder(hostile: Path, arguments: tuple[Any, ...]):
    process(*arguments, cwd=hostile, environment={"FORCE_COLOR": "1"})
    assert [path.name for path in hostile.glob("*.ran")] == []


def test_named_module_of_the_working_folder(hostile: Path):
    done = process(
        "get",
        "file.bin",
        "$[0].url",
        "--schema",
        "own:Visit",
        "--encoding",
        "bincode1",
        "--many",
        cwd=hostile,
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, b"a\n", b"")


def test_trap_works(hostile: Path):
    process("info", "file.bin", "--schema", "trap:X", cwd=hostile)
    assert [path.name for path in hostile.glob("*.ran")] == ["trap.ran"]
    done = process("--project", "snapformat.toml", "info", "file.bin", cwd=hostile)
    assert done.returncode == 2
    assert b"trap" in done.stderr


def test_formats_are_not_forgotten_between_formats(folder: Folder):
    # A format that is given as MODULE:NAME is not one of the project.
    assert SnapshotFormat.bare("x", list[u64]).name not in catalogue.formats()
    call("--project", folder.project, "schemas")
    assert list(catalogue.formats())[-3:] == ["history", "visits", "one"]
