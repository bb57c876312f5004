"""File access: reading whole sources, reading exactly what is needed, and atomic writes.

`read_all` returns the whole content of any source, up to a limit. `ExactReader` is a stream that never
reads ahead, `PositionReader` reads pieces of a file by their position, `PieceReader` returns what has come.
`write_all` replaces a file atomically: if the process or the machine stops, either the old or the new file is
there. `write_new` creates a file, complete.

This is the only package that touches files, and it does not know any format. An error of a path is a
`SnapshotIOError`. An error of a file object has the code that Firecracker gives it: `Io` for a whole read,
`Decode` for an exact read, `Encode` for a write. Files are never mapped into memory, as a mapped file that
shrinks kills the interpreter.
"""

from snapformat.io._closing import Closing
from snapformat.io._ends import Source, SupportsRead, SupportsWrite, Target, bytes_of, name_of
from snapformat.io._exact import ExactReader
from snapformat.io._pieces import PieceReader
from snapformat.io._random import PositionReader
from snapformat.io._reading import read_all
from snapformat.io._sparse import SparseFile
from snapformat.io._writing import write_all, write_new, write_sparse

__all__ = [
    "Closing",
    "ExactReader",
    "PieceReader",
    "PositionReader",
    "Source",
    "SparseFile",
    "SupportsRead",
    "SupportsWrite",
    "Target",
    "bytes_of",
    "name_of",
    "read_all",
    "write_all",
    "write_new",
    "write_sparse",
]
