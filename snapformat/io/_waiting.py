"""Waiting with a time-out for descriptors to become ready."""

from __future__ import annotations

import errno
import select
import time

from snapformat.io._failure import os_error

# poll() takes milliseconds as a C int, and a caller may pass math.inf, so long waits are split.
_LONGEST_POLL = 3600.0


class Patience:
    """A deadline, counted from the creation of the object.

    Attributes:
        seconds: The time until the deadline.
    """

    __slots__ = ("_deadline", "seconds")

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self._deadline = time.monotonic() + seconds

    def over(self) -> bool:
        """Return whether the deadline has passed."""
        return time.monotonic() >= self._deadline

    def wait(self, descriptor: int, events: int, what: str) -> None:
        """Wait until `descriptor` is ready, or broken (which the next call on it will report).

        Linux sends no POLLHUP to the reading end of a FIFO that has had no writer since it was opened, so
        this waits for the first writer, while `read` would report the end of the file.

        Args:
            descriptor: The file descriptor.
            events: `select.POLLIN` or `select.POLLOUT`.
            what: The reason for the message, such as `nothing was written to the pipe`.

        Raises:
            TimeoutError: The deadline passed (an `OSError` with errno ETIMEDOUT).
        """
        poll = select.poll()
        poll.register(descriptor, events)
        while True:
            left = max(0.0, self._deadline - time.monotonic())
            if poll.poll(min(left, _LONGEST_POLL) * 1000):
                return
            if self.over():
                raise self.exhausted(what)

    def exhausted(self, what: str) -> OSError:
        """Make the error for a passed deadline."""
        # The system's message for ETIMEDOUT mentions a connection.
        return os_error(errno.ETIMEDOUT, f"timed out, {what} for {self.seconds:g} s")
