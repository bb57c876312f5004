"""The entry points, and the demo."""

from __future__ import annotations

import subprocess
import sys
from importlib.metadata import entry_points, version

import pytest

from cli.support import EXAMPLES, SNAPSHOT, call, process, sound
from snapformat.cli import main


def test_version():
    done = process("--version")
    assert (done.returncode, done.stdout) == (0, f"snapformat {version('snapformat')}\n".encode())


@pytest.mark.parametrize("flag", ["-h", "--help"])
def test_help(flag: str):
    shown = call(flag)
    assert shown.exit_code == 0
    for name in ("info", "verify", "dump", "build", "schemas"):
        assert f"\n  {name} " in shown.stdout
        assert call(name, flag).exit_code == 0


def test_entry_point():
    (entry,) = entry_points(group="console_scripts", name="snapformat")
    assert entry.value == "snapformat.cli:main"
    assert entry.load() is main


@pytest.mark.parametrize(
    "arguments", [["nonsense"], ["--nonsense"], ["info"], ["dump", "a", "b"], ["schemas", "a"]]
)
def test_wrong_calls(arguments: list[str]):
    result = call(*arguments)
    assert (result.exit_code, result.stdout) == (2, "")
    assert "Error: " in result.stderr


def test_demo():
    done = subprocess.run(
        [sys.executable, EXAMPLES / "edit_snapshot.py"], capture_output=True, check=False, text=True
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.count("verified: firecracker/1.14/x86_64, header version 8.0.0") == 2
    assert done.stdout.count("2 vCPU, 256 MiB of memory\n") == 2
    assert '.disk_path: "rootfs" -> "/srv/disks/copy-of-rootfs.ext4"\n' in done.stdout
    assert 'boot_args: "console=ttyS0 reboot=k panic=1 pci=off" -> "console=ttyS0 quiet"\n' in done.stdout
    assert done.stdout.count(" -> ") == 2
    assert SNAPSHOT.read_bytes() == sound()


def test_demo_of_a_bad_file():
    done = subprocess.run(
        [sys.executable, EXAMPLES / "edit_snapshot.py", "/dev/null"],
        capture_output=True,
        check=False,
        text=True,
    )
    assert done.returncode == 1
    assert "bad file: " in done.stdout


#: Runs the command line, then prints its modules, but not those that wait for their first use.
_MODULES = """
import sys
from types import ModuleType
from snapformat.cli import main
sys.argv = ["snapformat", "info", sys.argv[1]]
try:
    main()
except SystemExit as end:
    assert not end.code
print("MODULES", *(name for name, module in sys.modules.items() if type(module) is ModuleType))
"""


def test_info_imports_what_a_file_needs_and_no_more():
    done = subprocess.run(
        [sys.executable, "-c", _MODULES, SNAPSHOT], capture_output=True, check=True, text=True
    )
    loaded = set(done.stdout.partition("MODULES")[2].split())
    assert "snapformat_schemas.firecracker.v1_14.x86_64" in loaded
    assert not {name for name in loaded if "aarch64" in name}
    assert not {"importlib.metadata", "json", "numpy", "pdb", "rich"} & loaded
    assert not {"snapformat.docs", "snapformat.values", "snapformat.model.std.library"} & loaded


def test_modules_that_wait_are_any_module_from_their_first_use_on():
    code = """
import sys
from snapformat.cli._later import import_later
import_later("json", "nosuchmodule", "sys")
import json
print(type(sys.modules["json"]).__name__, json.dumps([1]), type(json).__name__, json is sys.modules["json"])
from json import loads, decoder
print(loads("2"), decoder.__name__, "nosuchmodule" in sys.modules)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, text=True)
    assert done.stdout.splitlines() == ["_LazyModule [1] module True", "2 json.decoder False"]


@pytest.mark.parametrize("command", ["dump", "build", "verify", "docs"])
def test_the_help_says_that_a_module_runs(command: str):
    shown = " ".join(call(command, "--help").stdout.split())
    assert "MODULE:ATTRIBUTE runs the code of the module, also of one in the working directory" in shown


INTERRUPTED_IMPORT = """
import os, sys

class Interrupting:
    "Interrupts the import of one module; what was imported before does not count."
    def __init__(self, at):
        self.left = at
    def find_spec(self, *_):
        self.left -= 1
        if self.left < 0:
            raise KeyboardInterrupt

from snapformat.cli import main
sys.argv = ["snapformat", *sys.argv[1:]]
at = 0
while True:
    read, write = os.pipe()
    child = os.fork()
    if not child:
        os.dup2(write, 2)
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        sys.meta_path.insert(0, Interrupting(at))
        main()
    os.close(write)
    status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    with open(read) as said:
        print(at, status, repr(said.read()))
    if not status:
        break
    at += 1 + at // 8
"""


@pytest.mark.parametrize("command", ["info", "dump"])
def test_an_interrupt_while_it_imports(command: str):
    done = subprocess.run(
        [sys.executable, "-c", INTERRUPTED_IMPORT, command, SNAPSHOT],
        capture_output=True,
        check=False,
        text=True,
        timeout=120,
    )
    assert (done.returncode, done.stderr) == (0, "")
    *interrupted, last = done.stdout.splitlines()
    assert last.endswith(" 0 ''")
    assert len(interrupted) > 10
    for line in interrupted:
        assert line.split(maxsplit=1)[1] in ("130 ''", r"130 '\n'"), line
