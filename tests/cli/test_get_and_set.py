"""`get`, `set`, `append`, `remove` on the command line."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from bitcode import files as columnar_files
from cli.support import SNAPSHOT, altered, call, process, sound
from snapshots import data

GOLDEN = Path(__file__).resolve().parents[1] / "golden"
BITCODE = GOLDEN / "bitcode" / "snapshots" / "1.16.1" / "03_many" / "vmstate"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    copy = tmp_path / "vm"
    copy.write_bytes(sound())
    return copy


def lines(*arguments: str | Path) -> list[str]:
    done = call("get", *arguments)
    assert (done.exit_code, done.stderr) == (0, "")
    return done.stdout.splitlines()


def test_get():
    assert lines(SNAPSHOT, "vm_info.smt", "$header.version") == ["false", "8.0.0"]
    (rip,) = lines(SNAPSHOT, "vcpu_states[0].regs.rip")
    assert rip.isdecimal()
    assert lines(SNAPSHOT, "--hex", "vcpu_states[0].regs.rip") == [hex(int(rip))]
    assert lines(SNAPSHOT, "-p", "$..disk_path")[0].startswith("$.device_states.")
    (boot,) = lines(SNAPSHOT, "vm_info.boot_source")
    assert list(json.loads(boot)) == ["kernel_image_path", "initrd_path", "boot_args"]
    (text,) = lines(SNAPSHOT, "vm_info.boot_source.kernel_image_path")
    assert lines(SNAPSHOT, "--json", "vm_info.boot_source.kernel_image_path") == [json.dumps(text)]
    several = lines("-f", SNAPSHOT, "-f", BITCODE, "vm_info.smt")
    assert several == [f"{SNAPSHOT}: false", f"{BITCODE}: false"]
    assert lines(BITCODE, "$..tap_if_name") == ["tap0"]


def test_set_in_place_and_back(file: Path):
    """What `get --json` prints, `set` takes back to the same bytes; the backup is the old file."""
    before = {path: lines(file, "--json", path)[0] for path in ("vm_info.smt", "vcpu_states[0].regs.rip")}
    done = call("set", file, "vm_info.smt=true", "vcpu_states[0].regs.rip=0x1234", "--in-place", "--backup")
    assert (done.exit_code, done.stdout, done.stderr) == (0, "", "")
    assert lines(file, "vm_info.smt", "vcpu_states[0].regs.rip") == ["true", "4660"]
    assert Path(f"{file}.bak").read_bytes() == sound()
    assert call("verify", file).exit_code == 0
    assert call("set", file, *(f"{path}={value}" for path, value in before.items()), "-i").exit_code == 0
    assert file.read_bytes() == sound()
    done = call("set", file, "vm_info.smt=true", "-i", "--backup")
    assert done.exit_code == 2
    assert "vm.bak is there already" in done.stderr
    assert file.read_bytes() == sound()


def test_to_another_file_or_standard_output(file: Path, tmp_path: Path):
    out = tmp_path / "out"
    assert call("set", file, "vm_info.boot_source.boot_args=a=b c", "-o", out).exit_code == 0
    assert lines(out, "vm_info.boot_source.boot_args") == ["a=b c"]
    done = call("set", file, "vm_info.boot_source.boot_args=a=b c", "-o", "-")
    assert done.stdout_bytes == out.read_bytes()
    assert file.read_bytes() == sound()
    assert call("set", file, "vm_info.smt=true", "-o", file).exit_code == 2


def test_dry_run(file: Path):
    done = call("set", file, "vm_info.mem_size_mib=2GiB", "-n")
    assert done.exit_code == 0
    assert done.stdout.endswith(" -> 2048\n")
    assert file.read_bytes() == sound()


def test_fields_that_others_depend_on(file: Path):
    done = call("set", file, "vm_info.mem_size_mib=1GiB", "vm_info.boot_source.boot_args=quiet", "--dry-run")
    assert done.exit_code == 0
    assert done.stdout.startswith("$.vm_info.mem_size_mib: 256 -> 1024\n")
    assert done.stderr.startswith("warning: $.vm_info.mem_size_mib: the memory regions ")
    assert done.stderr.count("\n") == 1
    done = call("set", "-f", file, "-f", SNAPSHOT, "vm_info.mem_size_mib=512", "--dry-run")
    assert [line.split(":")[:2] for line in done.stderr.splitlines()] == [
        ["warning", f" {file}"],
        ["warning", f" {SNAPSHOT}"],
    ]
    done = call("set", file, "memory.mib=512", "--dry-run")
    assert (done.exit_code, done.stdout) == (2, "")
    assert "(its field is $.vm_info.mem_size_mib)" in done.stderr


def test_append_and_remove(file: Path):
    path = "$..block_devices"
    (count,) = {len(json.loads(each)) for each in lines(file, path)[:1]}
    (first,) = lines(file, "--json", f"{path}[0]")[:1]
    where = lines(file, "-p", path)[0].split(" = ")[0]
    assert call("append", file, f"{where}={first}", "-i").exit_code == 0
    assert len(json.loads(lines(file, where)[0])) == count + 1
    assert call("remove", file, f"{where}[-1]", "-i").exit_code == 0
    assert file.read_bytes() == sound()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["vm_info.smtt=true"], "did you mean smt?"),
        (["vm_info.smt=5x"], "neither the text of such a value nor JSON"),
        (["vm_info.smt"], "is not PATH=VALUE"),
        (["vm_info[=true"], "is not PATH=VALUE"),
        (["vm_info.smt=true", "vm_info.mem_size_mib=-1"], "expected u64"),
        (["$checksum=1"], "can't be changed"),
        (["$..nothing=1"], "chooses no part"),
    ],
)
def test_bad_paths_and_values(arguments: list[str], message: str, file: Path):
    done = call("set", file, *arguments, "-i")
    assert done.exit_code == 2
    assert message in done.stderr
    assert file.read_bytes() == sound()


@pytest.mark.parametrize(
    "content", [b"", b"\x7fELF" + bytes(99), sound()[:99], altered(29, b"\1", seal=False)]
)
@pytest.mark.parametrize("name", ["get", "set"])
def test_bad_files(name: str, content: bytes, file: Path):
    file.write_bytes(content)
    done = call("get", file, "vm_info.smt") if name == "get" else call("set", file, "vm_info.smt=true", "-i")
    assert (done.exit_code, done.stdout) == (1, "")
    assert done.stderr.startswith("error: ")
    assert file.read_bytes() == content


def test_several_files(file: Path, tmp_path: Path):
    """Each file is changed or not; the report names them, and the worst of them decides."""
    other, bad = tmp_path / "other", tmp_path / "bad"
    shutil.copy(BITCODE, other)
    bad.write_bytes(b"no snapshot")
    done = call("set", "-f", file, "-f", bad, "-f", other, "vm_info.smt=true", "-i")
    assert done.exit_code == 1
    assert done.stdout.splitlines() == [f"{file}: 1 changed", f"{other}: 1 changed"]
    assert str(bad) in done.stderr
    assert lines("-f", file, "-f", other, "vm_info.smt") == [f"{file}: true", f"{other}: true"]
    assert bad.read_bytes() == b"no snapshot"


@pytest.mark.parametrize(
    "options", [[], ["-o", "x", "-i"], ["-n", "-i"], ["--backup", "-n"], ["-f", str(BITCODE), "-o", "x"]]
)
def test_wrong_options(options: list[str], file: Path):
    given = ["-f", str(file), *options] if "-f" in options else [str(file), *options]
    done = call("set", *given, "vm_info.smt=true")
    assert done.exit_code == 2
    assert file.read_bytes() == sound()


def _through_doubles(text: bytes) -> bytes:
    """Read and write JSON as a tool does that holds all numbers as doubles."""
    return json.dumps(json.loads(text, parse_int=lambda digits: int(float(digits)))).encode()


def _through_jq(text: bytes) -> bytes:
    jq = shutil.which("jq")
    if jq is None:
        pytest.skip("jq is not installed: only the test with doubles has judged")
    return subprocess.run([jq, "."], input=text, check=True, capture_output=True).stdout


@pytest.mark.parametrize("tool", [_through_doubles, _through_jq])
@pytest.mark.parametrize("form", ["tagged", "decoded"])
def test_through_other_tools(form: str, tool: Callable[[bytes], bytes]):
    """jq 1.6, as Debian has it, holds numbers as doubles: it gives every file back all the same."""
    columnar = [file for file in columnar_files.state_files() if file.is_released]
    for file in [*columnar, *data.state_files()]:
        edited = tool(call("dump", "--as", form, file.path).stdout_bytes)
        built = call("build", "-", "-o", "-", stdin=edited)
        assert (built.exit_code, built.stderr) == (0, ""), file
        data.assert_same_bytes(built.stdout_bytes, file.bytes)


def test_many_files_of_all_releases_in_one_process():
    """What is known of a layout after some files does not change what the next one is taken for."""
    files = [str(file.path) for file in data.state_files()]
    names = [argument for file in files for argument in ("-f", file)]
    done = process("set", "--dry-run", *names, "vm_info.boot_source.kernel_image_path=/other")
    assert (done.returncode, done.stderr) == (0, b"")
    lines = done.stdout.decode().splitlines()
    assert lines[::2] == files
    assert {line.partition(":")[0] for line in lines[1::2]} == {"$.vm_info.boot_source.kernel_image_path"}
