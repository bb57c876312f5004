"""Closing lines of a run: how many recorded cases and real files were run, and how many left out."""

from typing import Any

import pytest
from hypothesis import settings

# A busy machine is slow: no test measures time.
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")

# The helpers assert too; their messages should show what differs.
pytest.register_assert_rewrite("vectors.checks", "vectors.compounds", "vectors.shapes")
pytest.register_assert_rewrite("bitcode.checks", "bitcode.packer")

from bitcode import report as bitcode_report  # noqa: E402
from snapformat.encodings.bincode.codec import engine  # noqa: E402
from snapshots import report as snapshots_report  # noqa: E402
from vectors import report as vectors_report  # noqa: E402

# Each case is read once, and it is the generated code that has to prove itself.
engine.COMPILE_THRESHOLD = -1


def pytest_terminal_summary(terminalreporter: Any, config: Any) -> None:
    # Here, and not in the suites' own folders: with xdist, only this file is loaded by the main process.
    vectors_report.print_summary(terminalreporter, config)
    snapshots_report.print_summary(terminalreporter, config)
    bitcode_report.print_summary(terminalreporter, config)
