"""A trampoline: recursive algorithms without the interpreter's stack.

A task is a generator that yields the tasks whose results it needs, and returns its own result. `run` keeps
the stack of suspended tasks on the heap, so that the depth is bounded by a budget and not by
`RecursionError`.
"""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

Task = Generator["Task", Any, Any]


class TooDeepError(Exception):
    """More tasks are suspended than `run` allows; the data probably contains a cycle."""


def run(task: Task, most: int | None = None) -> Any:
    """Run a task to its end and return its result.

    An exception ends all tasks at once: the suspended tasks do not see it, and its traceback does not show
    them. So a task must not rely on `except` or `finally` around a `yield`; use `run_with_unwind` for tasks
    that do.

    Args:
        task: The outermost task.
        most: Maximum number of suspended tasks; None if the tasks limit their depth themselves.

    Raises:
        TooDeepError: More tasks are suspended.
    """
    stack = [task]
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


def run_with_unwind(task: Task) -> Any:
    """Run a task like `run`, but pass an exception through the suspended tasks, which may catch it."""
    stack = [task]
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
