"""The only room that touches the disk: whole reads, exact reads and atomic writes.

Three things are here. `read_all` fetches the whole content of a source, whatever it is, within a
limit. `ExactReader` is a stream that takes from a source what it was asked for and not a byte more.
`write_all` leaves a file old or new, and whole, whenever the process or the machine stops.

None of them knows the format. What a path does wrong is a `SnapshotIOError`; a file object that fails
is the matching verdict of the format (`Io` for a whole read, `Decode` for an exact read, `Encode` for
a write). Nothing is ever mapped into memory: a mapped file that shrinks kills the interpreter.
"""

from snapformat.io._ends import Source, SupportsRead, SupportsWrite, Target, bytes_of, name_of
from snapformat.io._exact import ExactReader
from snapformat.io._reading import read_all
from snapformat.io._writing import write_all

__all__ = [
    "ExactReader",
    "Source",
    "SupportsRead",
    "SupportsWrite",
    "Target",
    "bytes_of",
    "name_of",
    "read_all",
    "write_all",
]
