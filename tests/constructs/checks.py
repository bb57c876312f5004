"""All checks of a declaration: each compares construct alone with the library, and lists what differs."""

from __future__ import annotations

from collections.abc import Callable

from constructs import after_edit, around, as_type, compiled, in_file, visible
from constructs.declaration import Declaration
from constructs.outcomes import Findings

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
