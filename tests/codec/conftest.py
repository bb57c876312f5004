"""Fixtures of the tests of generated code."""

import pytest

from snapformat.encodings.bincode.codec import engine


@pytest.fixture
def python_only(monkeypatch: pytest.MonkeyPatch) -> None:
    """Layouts that are first used here are executed by generated Python, also where the machine is built."""
    monkeypatch.setattr(engine, "CORE", None)
