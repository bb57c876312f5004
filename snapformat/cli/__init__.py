"""The command line: `snapformat`, or `python -m snapformat`."""

from __future__ import annotations

import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import NoReturn

#: Status after Ctrl-C, as a shell reports a process that ended by SIGINT.
INTERRUPTED = 130


def main() -> NoReturn:
    """Run the command line and exit the process.

    Prints a message and exits with status 2 if click, which comes with the extra `cli`, is missing.
    """
    # Nearly all imports happen inside this `try`, so that Ctrl-C during an import is handled like any other.
    try:
        status = _run()
    except KeyboardInterrupt:
        status = INTERRUPTED
    sys.exit(status)


def _run() -> int:
    import gc

    from snapformat.cli._later import UNUSED, import_later

    # Most runs are short, and imported modules stay: garbage collection would be a tenth of their time.
    gc.set_threshold(100_000)
    import_later(*UNUSED)
    try:
        # click is optional.
        from snapformat.cli._app import run
    except ModuleNotFoundError as error:
        if error.name is None or error.name.partition(".")[0] != "click":
            raise
        print("snapformat: the command line needs click: install snapformat[cli]", file=sys.stderr)
        return 2
    status = run()
    # The process ends now: one more garbage collection would be a quarter of a short run.
    gc.freeze()
    return status
