"""mypy on the files of `checked`; `make types` runs it and pyright (see `checkers`)."""

from __future__ import annotations

import re

import pytest

from declare.checkers import FOLDER, mypy_answers, wanted


@pytest.fixture(scope="module")
def answers(tmp_path_factory) -> dict[str, dict[int, str]]:
    """mypy's answers, by file and line."""
    return mypy_answers(tmp_path_factory.mktemp("checked"))


@pytest.mark.parametrize("name", sorted(file.name for file in FOLDER.glob("*.py")))
def test_checked_file(answers, name):
    lines = {line: each for line, each in wanted(FOLDER / name).items() if each.letter != "P"}
    found = answers[name]
    assert found.keys() == lines.keys(), found
    for line, each in lines.items():
        before, after = ("error: ", "") if each.letter == "E" else ('note: Revealed type is "', '"')
        assert found[line].startswith(before), (line, found[line])
        said = found[line].removeprefix(before).removesuffix(after)
        assert re.fullmatch(each.pattern, said), (line, found[line])
