"""A process that is killed while it writes leaves the old file or the new one, whole."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

DRIVER = Path(__file__).with_name("kill_driver.py")


def test_killed_at_each_system_call(run_python: Callable[..., str], tmp_path: Path) -> None:
    result = json.loads(run_python(DRIVER, "sweep", tmp_path))
    assert result["torn"] == 0
    # Two rounds; open the folder, create, mode, several writes, flush, close, rename, flush, close.
    assert result["killed"] > 50
    assert result["old"] > 30
    assert result["new"] > 10
    assert result["leftovers"] > 30


def test_killed_at_any_moment(run_python: Callable[..., str], tmp_path: Path) -> None:
    result = json.loads(run_python(DRIVER, "random", tmp_path))
    assert result["torn"] == 0
    assert result["killed"] > 20
    assert result["old"] + result["new"] == result["killed"]
