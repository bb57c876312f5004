"""A bound of memory for what runs in the tests' own process: a run-away is a MemoryError there."""

from __future__ import annotations

import resource
from collections.abc import Iterator

import pytest

from hostile.bounded import ADDRESS_SPACE


@pytest.fixture(autouse=True)
def bounded_memory() -> Iterator[None]:
    """Lower the soft limit of the address space during a test."""
    soft, hard = resource.getrlimit(resource.RLIMIT_AS)
    resource.setrlimit(resource.RLIMIT_AS, (ADDRESS_SPACE << 20, hard))
    yield
    resource.setrlimit(resource.RLIMIT_AS, (soft, hard))
