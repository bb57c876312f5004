"""The README's examples are run as they stand there."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
COMMANDS = re.findall(r"^\$ (snapformat .*?)(?: +#.*)?$", README, re.MULTILINE)


@pytest.fixture
def place(tmp_path: Path) -> Path:
    shutil.copytree(ROOT / "examples", tmp_path / "examples")
    return tmp_path


def test_python(place: Path):
    blocks = re.findall(r"^```python\n(.*?)^```", README, re.DOTALL | re.MULTILINE)
    assert len(blocks) >= 2
    for block in blocks:
        subprocess.run([sys.executable, "-W", "error", "-c", block], cwd=place, check=True, timeout=60)
    assert (place / "machine.snap").exists()


def test_commands(place: Path):
    assert len(COMMANDS) >= 4
    for command in COMMANDS:
        subprocess.run([sys.executable, "-m", *command.split()], cwd=place, check=True, timeout=60)
    assert (place / "rebuilt.vmstate").read_bytes() == (place / "examples/microvm.vmstate").read_bytes()


@pytest.mark.parametrize(
    "name", ["README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "CHANGELOG.md", "SECURITY.md"]
)
def test_links(name: str):
    targets = re.findall(r"\]\(([^)#]+)", (ROOT / name).read_text(encoding="utf-8"))
    assert targets
    for target in targets:
        assert target.startswith("https://") or (ROOT / target).exists(), target


def test_the_table_of_places():
    for target in re.findall(r"^\| `([^`]+)`", README, re.MULTILINE):
        assert (ROOT / target).exists(), target
