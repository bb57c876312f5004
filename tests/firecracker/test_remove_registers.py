"""Removing registers of aarch64: the bytes of upstream's snapshot-editor, in every release."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from cli.support import call
from snapformat import Snapshot
from snapformat.inspect.edit import Editor
from snapformat.inspect.locations import PathError
from snapformat_schemas import firecracker
from snapformat_schemas.kvm.aarch64 import registers

GOLDEN = Path(__file__).resolve().parents[1] / "golden" / "snapshots-aarch64"
UPSTREAM = GOLDEN / "1.14.4" / "remove_regs"
BEFORE, AFTER = UPSTREAM / "before.vmstate", UPSTREAM / "after.vmstate"
IDS = json.loads((UPSTREAM / "args.json").read_text())["regs_as_typed"]
FPSR = 0x60200000001000D4
FILES = sorted(GOLDEN.rglob("vmstate"))


def load(path: Path) -> Snapshot[Any]:
    return firecracker.load_snapshot(path)


def model(path: Path, removed: int) -> bytes:
    """The file without the register, by a plain filter of each list."""
    snapshot = load(path)
    for vcpu in snapshot.data.vcpu_states:
        ids, values, at = [], b"", 0
        for each in vcpu.regs[0]:
            size = registers.size_of(each)
            if each != removed:
                ids.append(each)
                values += vcpu.regs[1][at : at + size]
            at += size
        vcpu.regs = ids, values
    return snapshot.to_bytes()


@pytest.mark.parametrize("spell", [str, str.upper, lambda each: str(int(each, 16))])
def test_as_upstream(tmp_path: Path, spell: Any):
    """One of the two registers is not there, which upstream does not mind."""
    paths = [f'vcpus[*].reg["{spell(each)}"]' for each in IDS]
    done = call("remove", BEFORE, *paths, "--missing-ok", "-o", tmp_path / "out")
    assert done.exit_code == 0
    assert (tmp_path / "out").read_bytes() == AFTER.read_bytes()
    assert done.stderr == f"{paths[1]}: nothing to remove\n"
    assert call("verify", tmp_path / "out").exit_code == 0


def test_by_name(tmp_path: Path):
    copy = tmp_path / "vm"
    copy.write_bytes(BEFORE.read_bytes())
    done = call("remove", "-i", copy, "vcpus[*].reg.FPSR")
    assert (done.exit_code, done.output) == (0, "")
    assert copy.read_bytes() == AFTER.read_bytes()


def test_dry_run_lists_each_vcpu():
    done = call("remove", "-n", BEFORE, "vcpus[*].reg.FPSR")
    assert done.exit_code == 0
    assert [line.partition(":")[0] for line in done.stdout.splitlines()] == [
        "@vcpus[1].reg.FPSR",
        "@vcpus[0].reg.FPSR",
    ]


def test_what_is_not_there_is_an_error(tmp_path: Path):
    for path in ("vcpus[*].reg.NONE", "vcpus[0].reg.NONE"):
        done = call("remove", BEFORE, path, "-o", tmp_path / "out")
        assert done.exit_code == 2
        assert not (tmp_path / "out").exists()
        assert call("remove", "-n", BEFORE, path, "--missing-ok").exit_code == 0
    for path in (
        "vcpus[0].regg.FPSR",
        "vcpus[9].reg.FPSR",
        "nothing.FPSR",
        "vcpus[0].reg.[",
        "@vcpus[0].reg",
    ):
        assert call("remove", "-n", BEFORE, path, "--missing-ok").exit_code == 2


@pytest.mark.parametrize("path", FILES, ids=lambda each: str(each.relative_to(GOLDEN)))
def test_every_release(path: Path):
    """Each register of the first vCPU, by its id and by its name."""
    assert len({each.relative_to(GOLDEN).parts[0] for each in FILES}) >= 6
    for register in registers.registers(*load(path).data.vcpu_states[0].regs)[::7]:
        wanted = model(path, register.id)
        assert wanted != path.read_bytes()
        for name in (register.name, f"{register.id:#x}"):
            editor = Editor(load(path))
            removed = editor.remove(f'vcpus[*].reg["{name}"]')
            assert removed == len(editor.changes) >= 1
            assert editor.snapshot.to_bytes() == wanted


def test_all_registers():
    """Upstream accepts an empty list."""
    editor = Editor(load(BEFORE))
    editor.remove("vcpus[*].reg.*")
    assert [each.regs for each in editor.snapshot.data.vcpu_states] == [([], b""), ([], b"")]
    assert load_bytes(editor.snapshot.to_bytes()).data.vcpu_states[0].regs == ([], b"")


def load_bytes(data: bytes) -> Snapshot[Any]:
    return firecracker.load_snapshot(data)


def test_a_register_that_is_listed_twice():
    """Both go, as upstream removes all registers with this id."""
    snapshot = load(BEFORE)
    vcpu = snapshot.data.vcpu_states[0]
    ids, values = vcpu.regs
    vcpu.regs = [*ids, FPSR], values + bytes(4)
    Editor(snapshot).remove("vcpus[0].reg.FPSR")
    assert FPSR not in vcpu.regs[0]
    assert len(vcpu.regs[0]) == len(ids) - 1
    assert len(vcpu.regs[1]) == len(values) - 4


def test_in_python():
    state = load(BEFORE)
    for vcpu in firecracker.vcpus(state.data):
        del vcpu.reg["FPSR"]
        assert "FPSR" not in vcpu.reg
        with pytest.raises(KeyError, match="FPSR"):
            del vcpu.reg["FPSR"]
    assert state.to_bytes() == AFTER.read_bytes()


def test_other_views_stay():
    """A view that is a field can't be removed."""
    with pytest.raises(PathError, match="only elements"):
        Editor(load(BEFORE)).remove("vcpus[0].mpidr")
