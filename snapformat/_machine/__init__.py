"""The machine: an optional extension in C that executes the operations of layouts.

`CORE` is the extension; None where it is not built, turned off, or does not fit to this version.
`machine` names what executes layouts: "C", or "Python" with the reason in brackets.
"""

from __future__ import annotations

import os
import sys
import warnings
from importlib import import_module
from typing import Any

#: Environment variable that turns the machine off if it is 0.
VARIABLE = "SNAPFORMAT_MACHINE"


def _load() -> tuple[Any, str]:
    """Return the extension, or None, and the name of what executes layouts."""
    if os.environ.get(VARIABLE) == "0":
        return None, f"Python ({VARIABLE}=0)"
    if not getattr(sys, "_is_gil_enabled", lambda: True)():
        return None, "Python (the machine needs the GIL)"
    try:
        _core: Any = import_module("snapformat._machine._core")
    except ModuleNotFoundError:
        return None, "Python (the machine is not built)"
    except ImportError as error:
        return _ignored(f"it can't be loaded: {error}")
    from snapformat._machine.digest import sources_digest
    from snapformat._machine.opcodes import DIGEST

    if getattr(_core, "DIGEST", None) != DIGEST or sources_digest() not in ("", _core.SOURCES):
        return _ignored("it was built from other sources; installing again builds it anew")
    return _core, "C"


def _ignored(reason: str) -> tuple[None, str]:
    warnings.warn(f"snapformat's machine is ignored: {reason}", RuntimeWarning, stacklevel=3)
    return None, f"Python (the machine is ignored: {reason})"


CORE: Any
#: What executes layouts: "C", or "Python" with the reason in brackets.
machine: str
CORE, machine = _load()
CORE, machine = _load()
