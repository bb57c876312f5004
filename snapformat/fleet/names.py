"""The files that a table has rows of: those of former runs, and those of this one."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from hashlib import blake2b
from typing import TypeAlias

Stamp: TypeAlias = tuple[int | None, int | None]


class Names:
    """Names with the size and time in their rows, in a temporary file, so that they take no memory.

    Attributes:
        former: Whether there are rows of a former run.
    """

    def __init__(self) -> None:
        self.former: bool = False
        self._rows = sqlite3.connect("", isolation_level=None)  # on disk, and gone with the process
        self._rows.execute("PRAGMA journal_mode = OFF")
        self._rows.execute("PRAGMA cache_size = -16000")
        self._rows.execute(
            "CREATE TABLE names (key BLOB PRIMARY KEY, size INT, mtime INT, part TEXT, met INT) WITHOUT ROWID"
        )
        self._rows.execute("CREATE TABLE stale (part TEXT, key BLOB, PRIMARY KEY (part, key)) WITHOUT ROWID")

    def add_former(self, part: str, rows: Iterable[tuple[str, int | None, int | None]]) -> None:
        """Add the rows of a part of the table; of two rows of a file, that of the later part counts."""
        self.former = True
        self._rows.execute("BEGIN")
        for location, *stamp in rows:
            key = _key(location)
            found = self._rows.execute("SELECT part FROM names WHERE key = ?", (key,)).fetchone()
            if found is not None and found[0] != part:
                self._rows.execute("INSERT OR IGNORE INTO stale VALUES (?, ?)", (found[0], key))
            self._rows.execute("INSERT OR REPLACE INTO names VALUES (?, ?, ?, ?, 0)", (key, *stamp, part))
        self._rows.execute("COMMIT")

    def meet(self, location: str) -> tuple[bool, Stamp | None]:
        """Note that a file was listed; return whether it is the first time, and the stamp in its row."""
        key = _key(location)
        found = self._rows.execute(
            "SELECT size, mtime, part, met FROM names WHERE key = ?", (key,)
        ).fetchone()
        if found is None:
            self._rows.execute("INSERT INTO names VALUES (?, NULL, NULL, NULL, 1)", (key,))
            return True, None
        size, mtime, part, met = found
        self._rows.execute("UPDATE names SET met = 1 WHERE key = ?", (key,))
        return not met, None if part is None else (size, mtime)

    def keeps(self, location: str, stamp: Stamp) -> bool:
        """Return whether a row of this run belongs in the table; if so, one of a former run does not.

        A row does not if the table has it: the members of compressed archives are listed by workers.
        """
        key = _key(location)
        found = self._rows.execute("SELECT size, mtime, part FROM names WHERE key = ?", (key,)).fetchone()
        if found is None or found[2] is None:
            return True
        if found[:2] == stamp:
            return False
        self._rows.execute("INSERT OR IGNORE INTO stale VALUES (?, ?)", (found[2], key))
        return True

    def stale_parts(self) -> Iterator[tuple[str, frozenset[bytes]]]:
        """Iterate over the parts with rows that newer ones replace, and the keys of these rows."""
        parts = self._rows.execute("SELECT DISTINCT part FROM stale ORDER BY part").fetchall()
        for (part,) in parts:
            keys = self._rows.execute("SELECT key FROM stale WHERE part = ?", (part,))
            yield part, frozenset(key for (key,) in keys)

    def close(self) -> None:
        """Remove the file."""
        self._rows.close()


def is_stale(location: str, keys: frozenset[bytes]) -> bool:
    """Return whether the row of a file is one of those to remove."""
    return _key(location) in keys


def _key(location: str) -> bytes:
    return blake2b(location.encode(), digest_size=16).digest()
