"""All checks of a declaration: each compares construct alone with the library, and lists what differs."""

from __future__ import annotations

import contextlib
import io
from collections.abc import Callable

import construct as c

from constructs import after_edit, around, as_type, compiled, in_file, visible
from constructs.declaration import Declaration, parts
from constructs.outcomes import Findings, TooLong, anew

#: Checks by name, in the order of the table.
CHECKS: dict[str, Callable[[Declaration], Findings]] = {
    "as a type": as_type.check,
    "in a file": in_file.check,
    "after an edit": after_edit.check,
    "inside others": around.check,
    "compiled": compiled.check,
}
#: This one has a floor of its own, over declarations without lambdas and users' classes.
SEEN = "seen wholly"
ALL_CHECKS = {**CHECKS, SEEN: visible.check}


def run(name: str, declaration: Declaration) -> Findings:
    """Run one check of a declaration; what it prints (`Probe`) is not shown."""
    buffers = [part for part in parts(declaration.construct) if isinstance(part, c.Rebuffered)]
    with contextlib.redirect_stdout(io.StringIO()), anew(buffers):
        try:
            return ALL_CHECKS[name](declaration)
        except TooLong:
            found = Findings()
            found.add("endless", "a comparison")
            return found
