"""The command line: `snapformat`, or `python -m snapformat`."""

from __future__ import annotations

import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import NoReturn

#: Status after Ctrl-C, as a shell reports a process that ended by SIGINT.
INTERRUPTED = 130


def main() -> NoReturn:
    """Run the command line and end the process.

    Without click, which comes with the extra `cli`, it says so and ends with status 2.
    """
    # Nearly all imports are in here, and not above: Ctrl-C ends them as it ends everything else.
    try:
        status = _run()
    except KeyboardInterrupt:
        status = INTERRUPTED
    sys.exit(status)


def _run() -> int:
    import gc

    from snapformat.cli._later import UNUSED, import_later

    # Most runs are short, and what is imported stays: looking for garbage would be a tenth of their time.
    gc.set_threshold(100_000)
    import_later(*UNUSED)
    try:
        # The library can be installed without click.
        from snapformat.cli._app import run
    except ModuleNotFoundError as error:
        if error.name is None or error.name.partition(".")[0] != "click":
            raise
        print("snapformat: the command line needs click: install snapformat[cli]", file=sys.stderr)
        return 2
    status = run()
    # All of it goes with the process: looking for garbage in it once more is a quarter of a short run.
    gc.freeze()
    return status
