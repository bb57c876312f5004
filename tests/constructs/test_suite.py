"""The command that holds construct's own tests against both, on tests of this file."""

from __future__ import annotations

from pathlib import Path

import pytest

from constructs.suite import main

TESTS = """
from tests.declarativeunittest import *
from construct import *

def test_numbers():
    common(Byte, b"\\x01", 1, 1)
    assert raises(Int16ub.parse, b"") == StreamError

def test_a_struct():
    d = Struct("n" / Byte, "d" / Bytes(this.n))
    common(d, b"\\x02ab", Container(n=2, d=b"ab"))

def test_arguments():
    common(Bytes(this.n), b"ab", b"ab", 2, n=2)

def test_a_bool():
    assert Byte.build(True) == b"\\x01"

def test_a_function():
    d = ExprAdapter(Byte, lambda obj, ctx: [obj], lambda obj, ctx: obj[0])
    assert d.parse(b"\\x01") == [1]

@xfail
def test_that_construct_expects_to_fail():
    assert Int8sb.parse(b"\\x01") == 2

def test_that_fails():
    assert Int8sl.parse(b"\\x01") == 2
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "tests").mkdir()
    (tmp_path / "tests" / "test_core.py").write_text(TESTS)
    return tmp_path


def run(*arguments: object) -> int:
    return main.main([*map(str, arguments), "--processes", "1"])


def test_the_table(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(folder) == 0
    printed = capsys.readouterr().out
    rows = [line.split() for line in printed.splitlines()]
    assert ["all", "10", "100.0", "%", "100.0", "%", "90.0", "%"] in rows
    assert [*["construct's", "own", "classes", "and", "expressions"], "7", *3 * ["100.0", "%"]] in rows
    assert [*["with", "functions", "or", "users'", "classes"], "1", *2 * ["100.0", "%"], "0.0", "%"] in rows
    assert "a test that fails, after what it declares: test_core.test_that_fails: AssertionError" in printed
    assert "test_that_construct_expects_to_fail" not in printed
    assert "opaque: ExprAdapter" in printed
    assert "other by the manual: 1 declarations" in printed


def test_the_folder_of_the_tests_itself(folder: Path) -> None:
    assert run(folder / "tests", "--only", "arguments") == 0


@pytest.mark.parametrize("name", ["", "missing", "."])
def test_no_such_folder(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert run(name) == 2
    assert "no tests of construct in" in capsys.readouterr().err


def test_a_floor_that_does_not_hold(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(main, "AGREE_FLOOR", 1.01)
    assert run(folder) == 1
    assert "DOES NOT HOLD" in capsys.readouterr().out
