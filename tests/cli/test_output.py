"""Where output goes: pipes, terminals, closed and full ones; and names that are no text."""

from __future__ import annotations

import json
import os
import pty
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from cli.support import EXAMPLES, SCHEMA, SMT, SNAPSHOT, altered, call, command, process

WITHOUT = "import sys; sys.modules[{!r}] = None; from snapformat.cli import main; main()"


def on_terminal(*arguments: Any, program: list[Any] | None = None, columns: int = 100) -> tuple[str, int]:
    """Run on a pseudo-terminal; return what it shows and the exit status."""
    mine, theirs = pty.openpty()
    environment = {**os.environ, "TERM": "xterm", "COLUMNS": str(columns)}
    environment.pop("NO_COLOR", None)
    started = subprocess.Popen(
        program or command(*arguments), stdin=theirs, stdout=theirs, stderr=theirs, env=environment
    )
    os.close(theirs)
    shown = b""
    while True:
        try:
            piece = os.read(mine, 65536)
        except OSError:  # how Linux reports that the other end is closed
            break
        if not piece:
            break
        shown += piece
    os.close(mine)
    return shown.decode().replace("\r\n", "\n"), started.wait(60)


def without_colours(text: str) -> str:
    return re.sub(r"\x1b\[[0-9;]*m", "", text)


def test_info_on_a_terminal():
    shown, status = on_terminal("info", SNAPSHOT)
    assert status == 0
    assert "\x1b[" in shown
    lines = without_colours(shown).splitlines()
    assert "file:" not in shown
    assert any(re.fullmatch(rf" *schema +{SCHEMA} *", line) for line in lines)
    assert any(re.fullmatch(r" *status +ok *", line) for line in lines)


def test_damage_on_a_terminal(tmp_path: Path):
    file = tmp_path / "bad"
    file.write_bytes(altered(SMT, b"\2", seal=True))
    shown, status = on_terminal("info", file)
    assert status == 1
    assert "damaged" in shown
    assert "error: Decode: " in shown


def test_verify_and_schemas_on_a_terminal(tmp_path: Path):
    shown, status = on_terminal("verify", SNAPSHOT, tmp_path / "none", columns=300)
    assert status == 1
    assert re.search(r"none +Io \(unreadable\)", without_colours(shown))
    shown, status = on_terminal("schemas", columns=200)
    assert status == 0
    assert SCHEMA in shown
    assert "MicrovmState" in shown


def test_markup_in_names_is_text(tmp_path: Path):
    file = tmp_path / "[bold]b[red].vmstate"
    shutil.copy(SNAPSHOT, file)
    shown, status = on_terminal("info", file, columns=300)
    assert status == 0
    assert file.name in shown


def test_a_narrow_terminal_loses_nothing():
    shown, _ = on_terminal("info", SNAPSHOT, columns=30)
    assert SCHEMA in re.sub(r"\s", "", without_colours(shown))


TABLES = [
    ("info", SNAPSHOT),
    ("info", EXAMPLES / "microvm-1.16.vmstate"),
    ("schemas",),
    ("verify", SNAPSHOT),
    ("verify", "a-name-of-a-file-that-is/so-long-that-it-does-not-fit/into-a-line-of-a-terminal/vm.vmstate"),
    ("compat", "1.13/x86_64", "1.14/x86_64"),
    ("annotate", SNAPSHOT, "--path", "vm_info"),
    ("annotate", SNAPSHOT, "--depth", "2"),
    ("annotate", EXAMPLES / "microvm-1.16.vmstate", "--range", ":0x200"),
]


@pytest.mark.parametrize("arguments", TABLES, ids=lambda arguments: " ".join(map(str, arguments[:1])))
def test_tables_break_no_name(arguments: tuple[Any, ...]):
    """Every word is in one piece, and only lines with long words are longer than the terminal."""
    columns = 80
    words = set(call(*arguments).stdout.replace(": ", " ").split())
    shown = without_colours(on_terminal(*arguments, columns=columns)[0])
    found = set(shown.replace(": ", " ").split())
    missing = {word for word in words - found if word.removesuffix(":") not in found}
    assert missing == set()
    table = shown.partition("\nold files (")[0]  # what `compat` prints below it
    too_long = [
        line for line in table.splitlines() if len(line) > columns and not line.startswith(("error", " $"))
    ]
    for line in too_long:
        assert max(map(len, line.split())) > columns - 20


def test_blocks():
    """What does not fit into columns is in blocks, with the titles of the columns."""
    shown = without_colours(on_terminal("schemas", columns=80)[0])
    assert (
        f"{SCHEMA}\n"
        "  magic: x86_64=0x0710198486640000\n"
        "  version: 8.0.0\n"
        "  data: snapformat_schemas.firecracker.v1_14.x86_64:MicrovmState\n"
    ) in shown


def test_terminal_without_rich():
    program = [sys.executable, "-c", WITHOUT.format("rich"), "info", str(SNAPSHOT)]
    shown, status = on_terminal(program=program)
    assert status == 0
    assert f"\nschema: {SCHEMA}\n" in shown


def test_without_click():
    for arguments in ((), ("info", str(SNAPSHOT)), ("--version",)):
        done = subprocess.run(
            [sys.executable, "-c", WITHOUT.format("click"), *arguments], capture_output=True, check=False
        )
        assert done.returncode == 2
        assert done.stdout == b""
        assert done.stderr == b"snapformat: the command line needs click: install snapformat[cli]\n"


def test_pipes_do_not_wait_for_what_they_do_not_need():
    code = (
        "import sys\n"
        "from snapformat.cli import main\n"
        "try:\n"
        "    main()\n"
        "except SystemExit as end:\n"
        "    loaded = [n for n in sys.modules if n.split('.')[0] == 'rich' or n == 'snapformat.cli.build']\n"
        "    print(end.code, loaded, file=sys.stderr)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, "info", str(SNAPSHOT)], capture_output=True, check=True, text=True
    )
    assert done.stderr == "0 []\n"


def test_reader_that_goes_away():
    started = subprocess.Popen(command("dump", SNAPSHOT), stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert started.stdout is not None
    assert started.stderr is not None
    assert started.stdout.read(10) == b'{\n "schema'
    started.stdout.close()
    assert started.stderr.read() == b""
    started.stderr.close()
    assert started.wait(60) == 141


@pytest.mark.parametrize("arguments", [("info",), ("info", "--json"), ("verify",), ("dump",)])
def test_reader_that_never_was(arguments: tuple[str, ...]):
    reading, writing = os.pipe()
    os.close(reading)
    done = process(*arguments, SNAPSHOT, stdout=writing)
    os.close(writing)
    assert (done.returncode, done.stderr) == (141, b"")


@pytest.mark.parametrize("arguments", [("info",), ("verify",), ("dump",)])
def test_full_disk(arguments: tuple[str, ...]):
    with open("/dev/full", "wb") as full:
        done = process(*arguments, SNAPSHOT, stdout=full)
    assert done.returncode == 1
    assert done.stderr == b"error: Io: standard output: cannot write: No space left on device\n"


@pytest.mark.parametrize("arguments", [("--help",), ("--version",), ("info", "--help")])
def test_full_disk_for_help(arguments: tuple[str, ...]):
    with open("/dev/full", "wb") as full:
        done = process(*arguments, stdout=full)
    assert done.returncode == 1
    assert done.stderr == b"error: cannot write: No space left on device\n"


def test_closed_standard_streams(tmp_path: Path):
    line = 'exec "$0" -m snapformat "$@"'

    def shell(redirections: str, *arguments: Any) -> subprocess.CompletedProcess[bytes]:
        script = ["sh", "-c", f"{line} {redirections}", sys.executable, *map(str, arguments)]
        return subprocess.run(script, capture_output=True, check=False)

    done = shell(">&-", "info", SNAPSHOT)
    assert (done.returncode, done.stderr) == (
        1,
        b"error: Io: standard output: cannot write: Bad file descriptor\n",
    )
    done = shell("2>&-", "info", tmp_path / "none")
    assert (done.returncode, done.stdout, done.stderr) == (1, b"", b"")
    for arguments in (("info", tmp_path / "none"), ("verify", "--as", "0.1", SNAPSHOT)):
        for redirection in ("2>/dev/full", "2>&-"):
            done = shell(redirection, *arguments)
            assert done.returncode == (1 if arguments[0] == "info" else 2)
    done = shell("<&-", "info", SNAPSHOT)
    assert done.returncode == 0
    done = shell("<&-", "build", "-", "-o", tmp_path / "out")
    assert done.returncode == 1
    assert done.stderr.startswith(b"error: ")


def named(folder: Path, name: bytes) -> Path:
    path = Path(os.fsdecode(os.fsencode(folder) + b"/" + name))
    shutil.copy(SNAPSHOT, path)
    return path


@pytest.mark.parametrize(
    ("name", "encoding"),
    [
        (b"caf\xe9.vmstate", "utf-8"),
        (b"\xff\xfe", "ascii"),
        ("größe.vmstate".encode(), "ascii"),
        (b"a\nb", "utf-8"),
        (b"\x1b[31m", "utf-8"),
    ],
)
def test_names_of_any_bytes(tmp_path: Path, name: bytes, encoding: str):
    path = named(tmp_path, name)
    environment = {"PYTHONIOENCODING": encoding}
    done = process("info", bytes(path), "--json", environment=environment)
    assert os.fsencode(json.loads(done.stdout)["file"]) == os.fsencode(path)
    done = process("verify", bytes(path), "--json", environment=environment)
    assert os.fsencode(json.loads(done.stdout)[0]["file"]) == os.fsencode(path)
    for arguments in (("info",), ("verify",)):
        done = process(*arguments, bytes(path), environment=environment)
        assert done.returncode == 0
        assert b"\x1b" not in done.stdout
        assert b"\xff" not in done.stdout
    path.unlink()
    for arguments in (("info",), ("verify",), ("dump",)):
        done = process(*arguments, bytes(path), environment=environment)
        assert done.returncode == 1
        assert b"No such file or directory" in done.stderr
        assert b"\x1b" not in done.stdout + done.stderr
        assert done.stderr.count(b"\n") == 1


def test_a_byte_that_is_no_text_is_shown(tmp_path: Path):
    assert b"caf\\xe9" in process("info", bytes(named(tmp_path, b"caf\xe9"))).stdout


def test_names_of_any_bytes_in_wrong_calls():
    for arguments in (
        ("verify", "--as", b"\xff", SNAPSHOT),
        (b"\xff",),
        ("info",),
        ("dump", b"\xff", "--as", b"\xff"),
    ):
        done = process(*arguments)
        assert done.returncode == 2
        assert done.stdout == b""


def test_terminal_and_names_of_any_bytes(tmp_path: Path):
    shown, status = on_terminal("info", bytes(named(tmp_path, b"caf\xe9\x1b[31m")), columns=300)
    assert status == 0
    assert "caf\\xe9\\x1b[31m" in shown


def test_schemas_list():
    result = call("schemas")
    assert result.exit_code == 0
    line = next(line for line in result.stdout.splitlines() if line.startswith(SCHEMA))
    assert line.split() == [
        SCHEMA,
        "x86_64=0x0710198486640000",
        "8.0.0",
        "snapformat_schemas.firecracker.v1_14.x86_64:MicrovmState",
    ]
