"""Interrupts at a chosen place of the library: before any instruction of it, one after the other."""

from __future__ import annotations

import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from itertools import count
from types import FrameType
from typing import Any, TypeVar

import snapformat

T = TypeVar("T")

PACKAGE = snapformat.__path__[0]


def is_interrupted(action: Callable[[], Any], at: int) -> bool:
    """Whether an action was interrupted before the library's instruction of this number.

    The action has a thread of its own: interrupted in a handler, Python may keep the handled exception as the
    current one of the thread, and make it the context of later exceptions there.
    """
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(_is_interrupted, action, at).result()


def _is_interrupted(action: Callable[[], Any], at: int) -> bool:
    left = at

    def trace(frame: FrameType, event: str, _: object) -> Any:
        nonlocal left
        if event == "call":
            if not frame.f_code.co_filename.startswith((PACKAGE, "<snapformat ")):
                return None
            frame.f_trace_opcodes = True
            frame.f_trace_lines = False
        elif event == "opcode":
            left -= 1
            if left < 0:
                raise KeyboardInterrupt
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        action()
    except KeyboardInterrupt:
        return True
    finally:
        sys.settrace(before)
    return False


def interrupt_all(
    prepare: Callable[[], T],
    action: Callable[[T], Any],
    check: Callable[[T], None],
    *,
    step: int = 1,
) -> int:
    """Interrupt an action at one place after the other, until it comes to its end.

    Args:
        prepare: Makes what the action is done to.
        action: The action.
        check: Looks at what is left after the interrupt.
        step: Instructions from one place to the next.

    Returns:
        About how many instructions it takes.
    """
    for at in count(0, step):
        made = prepare()
        if not is_interrupted(partial(action, made), at):
            return at
        check(made)
    raise AssertionError("it never comes to its end")
