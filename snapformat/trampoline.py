"""Recursive algorithms without the interpreter's stack.

A step is a generator that yields the steps it needs the results of, and returns its own result. `run`
keeps the stack of suspended steps on the heap, so that depth is bounded by a budget and not by
`RecursionError`.
"""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

Task = Generator["Task", Any, Any]


class TooDeepError(Exception):
    """More steps wait for one another than `run` was allowed: the data is in a circle, most likely."""


def run(step: Task, most: int | None = None) -> Any:
    """Drive a step to its end and return its result.

    An exception ends all at once: the steps above do not see it, and its traceback does not show them. So
    a step must not rely on `except` or `finally` around a `yield`; `run_with_unwind` is for those that do.

    Args:
        step: The outermost step.
        most: Steps that may wait for one another; None where the steps bound themselves.

    Raises:
        TooDeepError: There are more.
    """
    stack = [step]
    result: Any = None
    while stack:
        try:
            child = stack[-1].send(result)
        except StopIteration as stop:
            stack.pop()
            result = stop.value
        else:
            stack.append(child)
            result = None
            if most is not None and len(stack) > most:
                raise TooDeepError
    return result


def run_with_unwind(step: Task) -> Any:
    """Drive a step as `run` does; an exception passes through the steps above, which may catch it."""
    stack = [step]
    result: Any = None
    raised: BaseException | None = None
    while stack:
        try:
            if raised is None:
                child = stack[-1].send(result)
            else:
                error, raised = raised, None
                child = stack[-1].throw(error)
        except StopIteration as stop:
            stack.pop()
            result = stop.value
        except BaseException as error:
            stack.pop()
            if not stack:
                raise
            raised = error
        else:
            stack.append(child)
            result = None
    return result
