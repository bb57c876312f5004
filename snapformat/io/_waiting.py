"""Bounded waits on descriptors that may never become ready."""

from __future__ import annotations

import errno
import select
import time

from snapformat.io._failure import os_error

# poll() takes milliseconds in a C int, and a caller may pass math.inf: it is asked in steps.
_LONGEST_POLL = 3600.0


class Patience:
    """How long one step may take: a deadline that starts when the object is made.

    Attributes:
        seconds: The time allowed.
    """

    __slots__ = ("_deadline", "seconds")

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self._deadline = time.monotonic() + seconds

    def over(self) -> bool:
        """Say whether the time is up."""
        return time.monotonic() >= self._deadline

    def wait(self, descriptor: int, events: int, what: str) -> None:
        """Wait until `descriptor` is ready, or broken (which the next call on it will report).

        Linux gives no POLLHUP for the reading end of a FIFO that has never had a writer since it was
        opened: waiting there is waiting for the first writer, while `read` would report an end.

        Args:
            descriptor: The file descriptor.
            events: `select.POLLIN` or `select.POLLOUT`.
            what: What did not happen, for the message: `nothing was written to the pipe`.

        Raises:
            TimeoutError: Nothing happened in time (an `OSError` with errno ETIMEDOUT).
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
        """Make the error for time that ran out."""
        # The system's own words for ETIMEDOUT speak of a connection.
        return os_error(errno.ETIMEDOUT, f"timed out, {what} for {self.seconds:g} s")
