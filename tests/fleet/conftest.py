"""A client of Dask for all tests of this folder, with workers in this process."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from typing import Any

import pytest
from distributed import Client

from snapformat.encodings.bincode.codec import engine


@pytest.fixture(scope="session", autouse=True)
def _usual_threshold() -> Iterator[None]:
    """Compile readers as outside of the tests: here, every file of ten releases would compile some."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(engine, "COMPILE_THRESHOLD", 1 << 16)
        yield


@pytest.fixture(scope="session")
def client() -> Iterator[Any]:
    """A client whose worker is in this process."""
    with Client(
        processes=False,
        n_workers=1,
        threads_per_worker=2,
        dashboard_address="localhost:0",
        silence_logs=logging.CRITICAL,
    ) as found:
        yield found
