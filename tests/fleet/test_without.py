"""Nothing of the extra is imported without it, and its commands say what is missing."""

from __future__ import annotations

import subprocess
import sys

PACKAGES = ("dask", "distributed", "fsspec", "pyarrow")
_BLOCK = f"""
import sys

class Block:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in {PACKAGES!r}:
            raise ModuleNotFoundError(f"No module named {{name!r}}", name=name)

sys.meta_path.insert(0, Block())
"""


def _run(code: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-c", code, *arguments], capture_output=True, text=True)


def test_all_else_works_without_the_packages() -> None:
    done = _run(
        _BLOCK + "import snapformat.cli._app, snapformat.fleet, snapformat.inspect, snapformat.migrate\n"
        "from snapformat.cli._app import cli\n"
        "cli(['info', 'examples/microvm.vmstate'])\n"
    )
    assert done.returncode == 0, done.stderr
    assert "firecracker/1.14/x86_64" in done.stdout


def test_no_other_command_imports_them() -> None:
    done = _run(
        "import sys, snapformat.cli._app as app, snapformat.fleet, snapformat_schemas.firecracker as f\n"
        "for name in app._COMMANDS:\n"
        "    app.cli.get_command(None, name)\n"
        "f.summary('examples/microvm.vmstate')\n"
        f"print([name for name in {PACKAGES!r} if name in sys.modules])\n"
    )
    assert done.stdout == "[]\n", done.stderr


def test_the_commands_say_what_is_missing() -> None:
    for arguments in (["scan", ".", "-o", "out"], ["apply", ".", "--set", "a=1", "-n"]):
        done = _run(_BLOCK + "from snapformat.cli import main\nraise SystemExit(main())\n", *arguments)
        assert done.returncode == 1
        assert "pip install 'snapformat[fleet]'" in done.stderr
        assert "Traceback" not in done.stderr
