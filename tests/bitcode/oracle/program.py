"""The Rust program that answers: how it is asked, and what it says."""

from __future__ import annotations

import struct
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

PROGRAM = Path(__file__).resolve().parents[2] / "oracle/bitcode/target/release/bitcode-oracle"

ERROR, OK, GIVEN_UP, PANIC = range(4)


@dataclass(frozen=True)
class Said:
    """What was said of a message.

    Attributes:
        verdict: `ERROR`, `OK`, `GIVEN_UP` (too many parts to go on), `PANIC`.
        value: The value in bincode, or the text of the error.
    """

    verdict: int
    value: bytes


class Program:
    """The running program, a context manager."""

    def __init__(self, path: Path = PROGRAM) -> None:
        self._process = subprocess.Popen([path], stdin=subprocess.PIPE, stdout=subprocess.PIPE)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: Any) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait()

    def ask(self, description: bytes, value: bytes, messages: list[bytes]) -> tuple[bytes, list[Said]]:
        """The message of a value given in bincode, and what is said of other messages of the type."""
        parts = [_sized(description), _sized(value), struct.pack("<H", len(messages)), *map(_sized, messages)]
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(_sized(b"".join(parts)))
        self._process.stdin.flush()
        head = self._process.stdout.read(4)
        assert len(head) == 4, f"the program ended with {self._process.wait()}"
        answer = memoryview(self._process.stdout.read(*struct.unpack("<I", head)))
        written, answer = _unsized(answer)
        said = []
        while answer:
            verdict = answer[0]
            found, answer = _unsized(answer[1:])
            said.append(Said(verdict, found))
        return written, said


def _sized(data: bytes) -> bytes:
    return struct.pack("<I", len(data)) + data


def _unsized(data: memoryview) -> tuple[bytes, memoryview]:
    (size,) = struct.unpack("<I", data[:4])
    return bytes(data[4 : 4 + size]), data[4 + size :]
