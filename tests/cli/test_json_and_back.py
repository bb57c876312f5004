"""`dump` and `build`: a file as JSON, and the same file again."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from cli.support import MAGIC, SCHEMA, SMT, SNAPSHOT, altered, call, process, sealed, sound, with_version
from snapshots import data
from snapshots.data import StateFile

MODULE = """
from __future__ import annotations
from snapformat import SnapshotFormat, schema, register
from snapformat.bincode import u8, u64, f64

@schema
class Point:
    x: f64
    name: str
    next: Point | None

SAVES = SnapshotFormat(name="saves", magic=0x11, version="1.2.0", payload=Point)
NUMBER = 7
"""


@pytest.fixture
def module(tmp_path: Path) -> Path:
    """A folder with a module that declares formats, as one has beside one's files."""
    (tmp_path / "saves.py").write_text(MODULE)
    return tmp_path


def document(**changes: Any) -> dict[str, Any]:
    """The example's document, with other members; None leaves one out."""
    whole = json.loads(call("dump", SNAPSHOT).stdout)
    whole.update(changes)
    return {name: value for name, value in whole.items() if value is not None}


def build(text: str | bytes, out: Path, *arguments: str) -> Any:
    return call("build", "-", "-o", out, *arguments, stdin=text.encode() if isinstance(text, str) else text)


def portable(shown: Any) -> Any:
    """The original's JSON, with integers that tools would round as text, and text of numbers in one way."""
    if isinstance(shown, dict):
        return {name: portable(part) for name, part in shown.items()}
    if isinstance(shown, list):
        return [*map(portable, shown)]
    if isinstance(shown, str) and shown.startswith("0x"):
        assert int(shown, 16) >= 1 << 53
        return str(int(shown, 16))
    return str(shown) if isinstance(shown, int) and abs(shown) >= 1 << 53 else shown


@data.each(data.state_files())
def test_real_files(file: StateFile):
    dumped = call("dump", file.path)
    assert (dumped.exit_code, dumped.stderr) == (0, "")
    whole = json.loads(dumped.stdout)
    assert list(whole) == ["schema", "header", "data"]
    assert whole["schema"] == file.format.name
    assert list(whole["header"]) == ["magic", "version"]
    if file.truth is not None:
        assert portable(whole["data"]) == portable(json.loads(file.truth.read_text()))
    decoded = call("dump", "--as", "decoded", file.path)
    assert (decoded.exit_code, decoded.stderr) == (0, "")
    for text in (dumped.stdout_bytes, decoded.stdout_bytes):
        built = call("build", "-", "-o", "-", stdin=text)
        assert (built.exit_code, built.stderr) == (0, "")
        data.assert_same_bytes(built.stdout_bytes, file.bytes)


def test_decoded_structures():
    """Structures by name, and a register changed by its name."""
    plain = json.loads(call("dump", SNAPSHOT).stdout)["data"]["vcpu_states"][0]
    whole = json.loads(call("dump", "--as", "decoded", SNAPSHOT).stdout)
    vcpu = whole["data"]["vcpu_states"][0]
    rip = vcpu["regs"]["rip"]
    assert bytes(plain["regs"][16 * 8 : 17 * 8]) == rip.to_bytes(8, "little")
    assert list(vcpu["sregs"])[:2] == ["cs", "ds"]
    assert vcpu["cpuid"][0]["nent"] == len(vcpu["cpuid"][1])
    assert set(vcpu["saved_msrs"][0][1][0]) == {"index", "reserved", "data"}
    assert vcpu["xsave"][0]["xsave"]["legacy"]["mxcsr"] == 0x1F80
    vcpu["regs"]["rip"] = hex(rip + 1)
    built = call("build", "-", "-o", "-", stdin=json.dumps(whole).encode())
    pairs = list(zip(built.stdout_bytes, sound(), strict=True))
    assert sum(ours != theirs for ours, theirs in pairs[:-8]) == 1


@pytest.mark.parametrize(("name", "length", "digits"), [("shorter_136", 136, 0), ("longer_152", 152, 16)])
def test_decoded_structures_of_another_size(name: str, length: int, digits: int):
    file = data.DEFAULT_FOLDERS[0] / "1.14.4" / "damaged" / f"kvm_regs_byteslen_{name}.bin"
    whole = json.loads(call("dump", "--as", "decoded", file).stdout)
    regs = whole["data"]["vcpu_states"][0]["regs"]
    assert (regs["$length"], len(regs.get("$rest", ""))) == (length, digits)
    built = call("build", "-", "-o", "-", stdin=json.dumps(whole).encode())
    data.assert_same_bytes(built.stdout_bytes, file.read_bytes())


def test_the_example():
    whole = document()
    assert whole["schema"] == SCHEMA
    assert whole["header"] == {"magic": MAGIC, "version": "8.0.0"}
    assert whole["data"]["vm_info"]["mem_size_mib"] == 256
    regions = whole["data"]["vm_state"]["memory"]["regions"]
    assert (regions[0]["base_address"], regions[0]["size"]) == (0, 256 << 20)
    serde = json.loads(call("dump", SNAPSHOT, "--as", "serde").stdout)
    assert serde["data"]["vm_state"]["memory"]["regions"][0]["base_address"] == 0


def test_by_files(tmp_path: Path):
    text, again = tmp_path / "dump.json", tmp_path / "again.vmstate"
    assert call("dump", SNAPSHOT, "-o", text, "--schema", "1.14/x86_64").stdout == ""
    assert text.read_bytes() == call("dump", SNAPSHOT).stdout_bytes
    result = call("build", text, "-o", again)
    assert (result.exit_code, result.stdout) == (0, "")
    assert again.read_bytes() == sound()


def test_by_pipes():
    dumped = process("dump", SNAPSHOT)
    assert process("build", "-", "-o", "-", input=dumped.stdout).stdout == sound()


@pytest.mark.parametrize("version", ["8.0.1", "8.0.0-rc1", "8.0.0+x"])
def test_header_is_kept(tmp_path: Path, version: str):
    file = tmp_path / "file"
    file.write_bytes(with_version(version))
    dumped = call("dump", file)
    assert json.loads(dumped.stdout)["header"] == {"magic": MAGIC, "version": version}
    assert call("build", "-", "-o", "-", stdin=dumped.stdout_bytes).stdout_bytes == file.read_bytes()


def test_edited_json(tmp_path: Path):
    whole = document()
    whole["data"]["vm_info"]["mem_size_mib"] = 2**64 - 1
    out = tmp_path / "out"
    assert build(json.dumps(whole), out).exit_code == 0
    assert call("verify", out).exit_code == 0
    whole["data"]["vm_info"]["mem_size_mib"] = str(2**64 - 1)
    assert json.loads(call("dump", out).stdout) == whole


def test_header_may_be_left_out(tmp_path: Path):
    out = tmp_path / "out"
    assert build(json.dumps(document(header=None)), out).exit_code == 0
    assert out.read_bytes() == sound()
    assert build(json.dumps(document(schema=None)), out, "--schema", "1.14/x86_64").exit_code == 0
    assert out.read_bytes() == sound()


@pytest.mark.parametrize(
    ("content", "error"),
    [
        (altered(SMT, b"\2", seal=True), "Decode"),
        (altered(22, b"\7", seal=False), "Crc64"),
        (with_version("9.0.0"), "InvalidFormatVersion"),
        (sealed(bytes(8) + sound()[8:-8]), "InvalidMagic"),
        (b"", "Decode"),
        (b"garbage" * 100, "Decode"),
    ],
)
@pytest.mark.parametrize("schema", [[], ["--schema", "1.14/x86_64"]])
def test_bad_file_is_not_dumped(tmp_path: Path, content: bytes, error: str, schema: list[str]):
    file, out = tmp_path / "file", tmp_path / "out"
    file.write_bytes(content)
    result = call("dump", file, "-o", out, *schema)
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr.startswith(f"error: {error}: {file}: ")
    assert "\n\n0000" in result.stderr
    assert not out.exists()


@pytest.mark.parametrize(
    "name", ["nonsense", "1.99/x86_64", "", "no_such_module:X", "json:nothing", ":", "json:"]
)
@pytest.mark.parametrize("arguments", [("dump", SNAPSHOT), ("build", SNAPSHOT, "-o", "-")])
def test_unknown_schema_is_a_wrong_call(name: str, arguments: tuple[str, ...]):
    result = call(*arguments, "--schema", name)
    assert (result.exit_code, result.stdout) == (2, "")
    assert "Error: " in result.stderr


def good() -> str:
    return json.dumps(document())


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (b"", "not JSON"),
        (b"garbage", "not JSON"),
        (b"\xff\xfe{}", "not JSON: not UTF-8"),
        (b"[" * 100_000, "not JSON: Expecting value"),
        (b'{"a":' * 100_000, "not JSON: Expecting value"),
        (b'{"schema": "x", "schema": "y"}', "is given twice"),
        (b'{"schema": "firecracker/1.14/x86_64", "data": NaN}', "NaN is not a JSON number"),
        (b'{"data": ' + b"9" * 10_000 + b"}", "no schema is named"),
        (b'{"data": ' + b"9" * 100_000 + b"}", "not JSON: a number of 100000 digits"),
        (b"[]", "not the document of a snapshot"),
        (b"null", "not the document of a snapshot"),
        (b"{}", "no schema is named"),
        (b'{"schema": 7}', "not the name of a schema: expected text, found int - at `$.schema`"),
        (b'{"schema": "nonsense", "data": {}}', "unknown schema 'nonsense'"),
        (b'{"schema": "os:getcwd", "data": {}}', "allow it with --schema os:getcwd"),
        (b'{"schema": "firecracker/1.14/x86_64"}', 'missing member: expected "data"'),
        (b'{"schema": "firecracker/1.14/x86_64", "data": {}, "extra": 1}', "unknown member"),
        (b'{"schema": "firecracker/1.14/x86_64", "data": {}}', "vm_info"),
        (b'{"schema": "firecracker/1.14/x86_64", "data": 7}', "`$`"),
        (b'{"schema": "firecracker/1.14/x86_64", "data": {}, "header": 7}', "at `$header`"),
        (b'{"schema": "firecracker/1.14/x86_64", "data": {}, "header": {"magic": 7}}', "not a magic"),
        (b'{"schema": "firecracker/1.14/x86_64", "data": {}, "header": {"magic": "0x"}}', "not a magic"),
        (b'{"schema": "firecracker/1.14/x86_64", "data": {}, "header": {"magic": "0x1"}}', "InvalidMagic"),
        (b'{"schema": "firecracker/1.14/x86_64", "data": {}, "header": {"version": 8}}', "not a version"),
        (b'{"schema": "firecracker/1.14/x86_64", "data": {}, "header": {"version": "8"}}', "not a version"),
        (
            b'{"schema": "firecracker/1.14/x86_64", "data": {}, "header": {"version": "9.0.0"}}',
            "InvalidFormatVersion",
        ),
    ],
    ids=lambda value: repr(value[:60]) if isinstance(value, bytes) else None,
)
def test_bad_json(tmp_path: Path, text: bytes, said: str):
    out = tmp_path / "out"
    out.write_bytes(b"old")
    result = build(text, out)
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr.startswith("error: ")
    assert said in result.stderr
    assert result.stderr.count("\n") == 1
    assert out.read_bytes() == b"old"
    assert os.listdir(tmp_path) == ["out"]


def test_bad_value_names_its_path(tmp_path: Path):
    whole = document()
    whole["data"]["vcpu_states"][1]["regs"][3] = 256
    file = tmp_path / "bad.json"
    file.write_text(json.dumps(whole))
    result = call("build", file, "-o", tmp_path / "out")
    assert result.exit_code == 1
    assert result.stderr.startswith(f"error: Decode: {file}: ")
    assert "$.vcpu_states[1].regs" in result.stderr


def test_targets_that_cannot_be_written(tmp_path: Path):
    for out in (tmp_path, tmp_path / "none" / "out", Path("/dev/full")):
        result = build(good(), out)
        assert result.exit_code == 1, out
        assert result.stderr.startswith(f"error: Io: {out}: cannot write: ")
        assert call("dump", SNAPSHOT, "-o", out).exit_code == 1


def test_sources_that_cannot_be_read(tmp_path: Path):
    for source in (tmp_path, tmp_path / "none", tmp_path / "file\0name"):
        result = call("build", source, "-o", tmp_path / "out")
        assert result.exit_code == 1
        assert result.stderr.startswith("error: Io: ")
    assert build(b"", tmp_path / "out").exit_code == 1


def test_build_needs_a_target():
    result = call("build", "-")
    assert result.exit_code == 2


def test_format_by_place(module: Path):
    """A `SnapshotFormat` of a module in the working folder."""
    given = json.dumps({"data": {"x": 1.5, "name": "a", "next": None}})
    made = process("build", "-", "-o", "a.sav", "--schema", "saves:SAVES", input=given.encode(), cwd=module)
    assert (made.returncode, made.stderr) == (0, b"")
    dumped = process("dump", "a.sav", "--schema", "saves:SAVES", cwd=module)
    assert json.loads(dumped.stdout) == {
        "schema": "saves:SAVES",
        "header": {"magic": "0x0000000000000011", "version": "1.2.0"},
        "data": {"x": 1.5, "name": "a", "next": None},
    }
    # A place is imported only on the caller's own word.
    refused = process("build", "-", "-o", "b.sav", input=dumped.stdout, cwd=module)
    assert refused.returncode == 1
    assert b"allow it with --schema saves:SAVES" in refused.stderr
    made = process("build", "-", "-o", "b.sav", "--schema", "saves:SAVES", input=dumped.stdout, cwd=module)
    assert made.returncode == 0
    assert (module / "b.sav").read_bytes() == (module / "a.sav").read_bytes()
    assert process("verify", "--as", "saves:SAVES", "a.sav", cwd=module).stdout == b"a.sav: ok\n"


def test_class_by_place(module: Path):
    """A class is data of Firecracker's files."""
    given = b'{"data": {"x": 1.5, "name": "a", "next": {"x": 0.0, "name": "b", "next": null}}}'
    made = process("build", "-", "-o", "a.sav", "--schema", "saves:Point", input=given, cwd=module)
    assert (made.returncode, made.stderr) == (0, b"")
    dumped = json.loads(process("dump", "a.sav", "--schema", "saves:Point", cwd=module).stdout)
    assert dumped["schema"] == "saves:Point"
    assert dumped["header"]["version"] == "8.0.0"
    assert dumped["data"] == json.loads(given)["data"]


def test_place_that_is_no_type(module: Path):
    done = process("dump", SNAPSHOT, "--schema", "saves:NUMBER", cwd=module)
    assert (done.returncode, done.stdout) == (2, b"")
    assert b"Error: Invalid value for '--schema'" in done.stderr


def test_what_serde_json_would_lose(module: Path):
    given = b'{"data": {"x": {"$float": "7ff8000000000001"}, "name": "", "next": null}}'
    made = process("build", "-", "-o", "a.sav", "--schema", "saves:SAVES", input=given, cwd=module)
    assert made.returncode == 0
    dumped = process("dump", "a.sav", "--schema", "saves:SAVES", cwd=module)
    assert json.loads(dumped.stdout)["data"]["x"] == {"$float": "7ff8000000000001"}
    refused = process("dump", "a.sav", "--schema", "saves:SAVES", "--as", "serde", cwd=module)
    assert (refused.returncode, refused.stdout) == (1, b"")
    assert refused.stderr.startswith(b"error: Encode: a.sav: serde_json can't say this: it prints NaN")
