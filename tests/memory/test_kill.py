"""A rebase that is killed leaves old and new bytes only, and is completed by another one."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from memory.files import FOLDERS, folder_in

DRIVER = Path(__file__).with_name("kill_driver.py")


@pytest.mark.parametrize("place", FOLDERS)
@pytest.mark.parametrize("mode", ["steps", "random"])
def test_killed_and_completed(place: str, mode: str):
    path = os.pathsep.join([str(DRIVER.parents[1]), *sys.path])
    with folder_in(place) as folder:
        done = subprocess.run(
            [sys.executable, DRIVER, mode, folder],
            env={**os.environ, "PYTHONPATH": path},
            stdout=subprocess.PIPE,
            check=True,
        )
    result = json.loads(done.stdout)
    assert result["completed"] == 4
    assert result["old"] + result["new"] + result["mixed"] == 12
    if mode == "steps":
        assert (result["killed"], result["mixed"]) == (12, 12)
    else:
        assert result["killed"] > 0
