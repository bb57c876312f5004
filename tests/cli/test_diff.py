"""`diff`: what is printed, exit statuses, and files that can't be compared."""

from __future__ import annotations

import json
import os
import pty
import subprocess
from pathlib import Path

import pytest

from cli.support import SMT, SNAPSHOT, altered, call, command, process, sealed, sound, with_version

GOLDEN = Path(__file__).resolve().parents[1] / "golden"
MANY = GOLDEN / "snapshots" / "1.14.4" / "03_many"
A, B = MANY / "vmstate", MANY / "vmstate.diff1"

REPORT = """\
vm_state.clock.clock: 5011104335 -> 5525845279
vm_state.clock.realtime: 1795416125229587700 -> 1795416125744328642
vm_state.clock.host_tsc: 11017960383326 -> 11019296699203

vcpu_states[0].saved_msrs[0][1][index=0x10].data: 0xa055193d206 -> 0xa05a140a377 (IA32_TIME_STAMP_COUNTER)
vcpu_states[0].saved_msrs[1][1][index=0x6e0].data: 0xa055193d206 -> 0xa05a140a377 (IA32_TSC_DEADLINE)
vcpu_states[1].saved_msrs[0][1][index=0x10].data: 0xa05519a1036 -> 0xa05a13c4c5f (IA32_TIME_STAMP_COUNTER)
vcpu_states[1].saved_msrs[1][1][index=0x6e0].data: 0xa05519a1036 -> 0xa05a13c4c5f (IA32_TSC_DEADLINE)

7 values differ in 2 parts: vm_state 3, vcpu_states 4
"""


def test_two_snapshots_of_one_machine():
    result = call("diff", "--ignore", "$..elapsed_ns", A, B)
    assert (result.exit_code, result.stderr) == (1, "")
    about = "(firecracker/1.14/x86_64, version 8.0.0)"
    head = f"A: {A} {about}\nB: {B} {about}\n\n"
    assert result.stdout == head + REPORT
    result = call("diff", A, B)
    assert result.stdout.endswith(
        "\n14 values differ in 3 parts: vm_state 3, vcpu_states 4, device_states 7\n"
    )


@pytest.mark.parametrize("other", [A, B, SNAPSHOT, GOLDEN / "bitcode/snapshots/1.16.1/03_many/vmstate"])
def test_json(other: Path):
    result = call("diff", "--json", A, other)
    rows = json.loads(result.stdout)
    assert result.stderr == ""
    assert result.exit_code == (1 if rows else 0)
    assert result.stdout.count("\n") == 1
    for row in rows:
        assert list(row) == ["path", "change", "left", "right", "right_path", "name"]
        assert row["path"].startswith("$")
        assert row["change"] in ("changed", "removed", "added")
        assert row["change"] == "changed" or None in (row["left"], row["right"])
    if other == B:
        assert rows[0] == {
            "path": "$.vm_state.clock.clock",
            "change": "changed",
            "left": 5011104335,
            "right": 5525845279,
            "right_path": None,
            "name": None,
        }
        assert (rows[1]["left"], rows[1]["right"]) == ("1795416125229587700", "1795416125744328642")


def test_the_same():
    result = call("diff", A, A)
    assert (result.exit_code, result.stdout, result.stderr) == (0, "no difference\n", "")
    assert call("diff", "--json", A, A).stdout == "[]\n"


def test_another_checksum_and_bytes_after_it_are_no_difference(tmp_path: Path):
    file = tmp_path / "file"
    file.write_bytes(sound() + bytes(9))
    assert call("diff", file, SNAPSHOT).exit_code == 0


def test_ignore():
    paths = [row["path"] for row in json.loads(call("diff", "--json", A, B).stdout)]
    options = [option for path in paths for option in ("--ignore", path)]
    assert call("diff", *options, A, B).exit_code == 0
    assert call("diff", *options[2:], A, B).exit_code == 1
    result = call("diff", "--ignore", "$", A, B)
    assert (result.exit_code, result.stdout) == (0, "no difference\n")


@pytest.mark.parametrize("path", ["$.nothing", "vm_info.", "$nope", "", "vm_info[smt"])
def test_ignored_paths_that_are_wrong(path: str):
    result = call("diff", "--ignore", path, A, B)
    if path:
        assert result.exit_code == 2
        assert "Invalid value for --ignore: " in result.stderr
        assert result.stdout == ""
    else:
        assert result.exit_code == 0  # the whole payload


def test_order(tmp_path: Path):
    from snapformat.inspect import load_any

    snapshot = load_any(A)
    snapshot.data.device_states.mmio_state.block_devices.reverse()
    file = tmp_path / "reordered"
    snapshot.save(file)
    note = "sequence has the same elements in another order: device_states.mmio_state.block_devices"
    result = call("diff", A, file)
    assert (result.exit_code, result.stdout) == (0, f"no difference\n1 {note}\n")
    result = call("diff", "--order", A, file)
    assert result.exit_code == 1
    assert "\ndevice_states.mmio_state.block_devices: the same elements in another order\n" in result.stdout
    (row,) = json.loads(call("diff", "--order", "--json", A, file).stdout)
    assert (row["change"], row["left"]) == ("reordered", [["rootfs"], ["data1"]])


def test_bits_are_named(tmp_path: Path):
    from snapformat.inspect import load_any

    snapshot = load_any(A)
    snapshot.data.vcpu_states[0].sregs.cr4 ^= 1 << 18 | 1 << 5
    snapshot.data.vcpu_states[1].lapic.svr.value |= 1 << 8
    file = tmp_path / "edited"
    snapshot.save(file)
    lines = call("diff", A, file).stdout.splitlines()
    (line,) = [line for line in lines if line.startswith("vcpu_states[0]")]
    assert line.endswith(" (-PAE +OSXSAVE)")
    (line,) = [line for line in lines if line.startswith("vcpu_states[1]")]
    assert line.startswith("vcpu_states[1].lapic.svr.value: ")
    assert line.endswith(" (+ENABLED)")


def test_many_elements(tmp_path: Path):
    from snapformat.inspect import load_any

    pci = GOLDEN / "snapshots/1.14.4/10_pci_many/vmstate"
    snapshot = load_any(pci)
    device = snapshot.data.device_states.pci_state.block_devices[0]
    registers = device.transport_state.pci_configuration_state.registers
    registers[100:150] = [1] * 50
    file = tmp_path / "edited"
    snapshot.save(file)
    short, full = call("diff", pci, file).stdout, call("diff", "--full", pci, file).stdout
    assert "... and 42 more in device_states.pci_state.block_devices[device_id=" in short
    assert len(full.splitlines()) == len(short.splitlines()) + 41
    assert "50 values differ in 1 part: device_states 50" in short


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (sound()[:-1], "error: Crc64: "),
        (sound()[:100], "error: Decode: "),
        (b"", "error: Decode: "),
        (altered(SMT, b"\2", seal=True), "error: Decode: "),
        (with_version("77.0.0"), "error: InvalidFormatVersion: "),
        (b"\x7fELF" + bytes(200), "error: Decode: "),
        (sealed(b"ABCDEFGH" + sound()[8:-8]), "error: InvalidMagic: "),
    ],
)
@pytest.mark.parametrize("options", [(), ("--json",)])
def test_files_that_are_none(tmp_path: Path, content: bytes, message: str, options: tuple[str, ...]):
    file = tmp_path / "file"
    file.write_bytes(content)
    for pair in ((file, A), (A, file), (file, file)):
        result = call("diff", *options, *pair)
        assert (result.exit_code, result.stdout) == (2, "")
        assert result.stderr.startswith(f"{message}{file}: ")


def test_files_that_cannot_be_read(tmp_path: Path):
    for path in (tmp_path, tmp_path / "none"):
        result = call("diff", A, path)
        assert (result.exit_code, result.stdout) == (2, "")
        assert result.stderr.startswith(f"error: Io: {path}: ")
        assert result.stderr.count("\n") == 1
    assert call("diff", A).exit_code == 2
    assert call("diff", A, B, "--schema", "firecracker/1.8/x86_64").exit_code == 2
    assert call("diff", A, B, "--schema", "1.14/x86_64").exit_code == 1


def test_exit_statuses_of_a_process(tmp_path: Path):
    assert process("diff", A, A).returncode == 0
    assert process("diff", A, B).returncode == 1
    assert process("diff", A, tmp_path).returncode == 2
    with open("/dev/full", "wb") as full:
        assert process("diff", A, B, stdout=full).returncode == 2


def test_colours_on_a_terminal_only():
    main, terminal = pty.openpty()
    done = subprocess.Popen(command("diff", A, B), stdout=terminal, env={**os.environ, "TERM": "xterm"})
    os.close(terminal)
    output = b""
    try:
        while part := os.read(main, 65536):
            output += part
    except OSError:
        pass  # the other end is closed
    os.close(main)
    assert done.wait(60) == 1
    assert b"\x1b[31m5011104335\x1b[0m -> \x1b[32m5525845279\x1b[0m" in output
    assert b"\x1b[" not in process("diff", A, B).stdout
