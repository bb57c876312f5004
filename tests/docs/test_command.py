"""`snapformat docs`, and the library call behind it."""

from __future__ import annotations

from pathlib import Path

import pytest

from cli.support import call, process
from docs import golden, schemas
from snapformat.docs import build
from snapformat.errors import DecodeError, SchemaError

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"
EXAMPLE, LATER = EXAMPLES / "microvm.vmstate", EXAMPLES / "microvm-1.16.vmstate"
DECLARED = '''
from snapformat import SnapshotFormat, doc, schema
from snapformat.bincode import u64

@schema
class Save:
    """Progress of a player."""
    level: u64 = doc("Level reached")

SAVES = SnapshotFormat(name="saves", magic=0x5341_5645, version="1.0.0", payload=Save)
'''


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_pages_of_a_shipped_schema(here: Path):
    result = call("docs", "1.14/x86_64", "-o", "out", "--sample", EXAMPLE)
    assert result.exit_code == 0
    assert result.stdout == "5 files in out\n"
    names = sorted(path.name for path in (here / "out").iterdir())
    assert names == ["firecracker-1.14-x86_64.html", "index.html", "search-index.js", "site.js", "style.css"]
    assert "in <bdi>microvm.vmstate" in (here / "out" / "firecracker-1.14-x86_64.html").read_text()


def test_pages_of_a_schema_in_columns(here: Path):
    result = call("docs", "firecracker/1.16/x86_64", "-o", "out", "--sample", LATER)
    assert result.exit_code == 0
    assert result.stdout == "5 files in out\n"
    page = (here / "out" / "firecracker-1.16-x86_64.html").read_text()
    assert "The columns of <bdi>microvm-1.16.vmstate</bdi>" in page


def test_own_schema_in_the_working_folder(here: Path):
    (here / "game_saves.py").write_text(DECLARED)
    done = process(
        "docs", "game_saves:SAVES", "game_saves:Save", "-o", "out", "--format", "markdown", cwd=here
    )
    assert done.returncode == 0, done.stderr
    assert sorted(path.name for path in (here / "out").iterdir()) == ["README.md", "save.md", "saves.md"]
    assert "| Level reached |" in (here / "out" / "saves.md").read_text()


def test_check_names_what_differs(here: Path):
    assert call("docs", "1.14/x86_64", "-o", "out", "--format", "json").exit_code == 0
    result = call("docs", "1.14/x86_64", "--check", "out", "--format", "json")
    assert (result.exit_code, result.output) == (0, "")
    path = here / "out" / "firecracker-1.14-x86_64.json"
    lines = path.read_text().splitlines()
    lines[3] = ""
    path.write_text("\n".join(lines))
    (here / "out" / "families.json").unlink()
    (here / "out" / "old.json").write_text("{}")
    (here / "out" / "notes.txt").write_text("mine")
    result = call("docs", "1.14/x86_64", "--check", "out", "--format", "json")
    assert result.exit_code == 1
    assert result.stderr.splitlines() == [
        "out/firecracker-1.14-x86_64.json: differs from line 4 on",
        "out/families.json: missing",
        "out/old.json: no longer generated",
    ]
    assert not (here / "out" / "families.json").exists()


def test_check_of_no_folder(here: Path):
    result = call("docs", "1.14/x86_64", "--check", "nowhere")
    assert result.exit_code == 1
    assert "nowhere/index.html: missing" in result.stderr.splitlines()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "give either -o DIR or --check DIR"),
        (["-o", "a", "--check", "b"], "give either -o DIR or --check DIR"),
        (["nosuch", "-o", "out"], "unknown schema 'nosuch'"),
        (["no_such_module:X", "-o", "out"], "can't import 'no_such_module:X'"),
        (["os:sep", "-o", "out"], "no layout is registered under"),
        (["1.14/x86_64", "-o", "out", "--format", "pdf"], "'pdf' is not one of"),
    ],
)
def test_wrong_calls(here: Path, arguments: list[str], message: str):
    result = call("docs", *arguments)
    assert result.exit_code == 2
    assert message in result.stderr
    assert not (here / "out").exists()


def test_a_sample_that_no_format_reads(here: Path):
    (here / "bad").write_bytes(b"not a snapshot")
    result = call("docs", "1.14/x86_64", "-o", "out", "--sample", "bad")
    assert result.exit_code == 1
    assert "no documented format reads this sample" in result.stderr
    assert not (here / "out").exists()


def test_a_folder_that_can_not_be_made(here: Path):
    (here / "file").write_text("")
    result = call("docs", "1.14/x86_64", "-o", "file/out")
    assert result.exit_code == 1
    assert "Traceback" not in result.output


def test_library_call(tmp_path: Path):
    built = build([schemas.MACHINES], tmp_path / "out", outputs=("markdown",), title="Machines")
    assert set(built.files) == {"README.md", "machine.md"}
    assert built.files["README.md"].startswith("# Machines\n")
    assert built.differences(tmp_path / "out") == []
    with pytest.raises(ValueError, match="unknown output 'pdf'"):
        build([schemas.MACHINES], outputs=("pdf",))
    with pytest.raises(SchemaError):
        build([dict])
    with pytest.raises(DecodeError, match="a sample needs a format"):
        build([schemas.Machine], samples=[EXAMPLE])


def test_own_templates_come_first(tmp_path: Path):
    folder = tmp_path / "templates" / "html"
    folder.mkdir(parents=True)
    (folder / "document.html").write_text(
        '{% extends "default/html/document.html" %}\n'
        "{% block main %}<p>Our words about {{ document.name }}: {{ document.types | length }}.</p>\n"
        "{{ super() }}{% endblock %}\n"
    )
    built = build([schemas.MACHINES], templates=tmp_path / "templates")
    assert "<p>Our words about machine: 3.</p>" in built.files["machine.html"]
    assert built.files["index.html"] == golden.small("machine").files["index.html"]


def test_history_says_since_and_until():
    built = build(["firecracker"], outputs=("markdown", "json"))
    page = built.files["firecracker-1.11-x86_64.md"]
    row = next(line for line in page.splitlines() if "`irq` |" in line)
    assert "*(since 1.11)*" in row
    assert "*(until 1.12)*" in row
    step = built.files["changes-firecracker-1.13-x86_64-to-firecracker-1.14-x86_64.md"]
    assert "The version in the header is still 8.0.0." in step
    assert "The order of checks changed" in step
    assert "| added | [BalloonState.hinting_state](firecracker-1.14-x86_64.md#" in step
    assert built.files["README.md"].count(" to 1.14](") == 2


def test_history_runs_from_the_older_release_however_they_are_named():
    built = build(["firecracker/1.14/x86_64", "firecracker/1.13/x86_64"], outputs=("markdown",))
    assert [name for name in built.files if name.startswith("changes-")] == [
        "changes-firecracker-1.13-x86_64-to-firecracker-1.14-x86_64.md"
    ]
