"""The limit of claimed bytes where no encoding is given."""

from __future__ import annotations

from snapformat.encodings.bincode.codec.engine import runs_constructs
from snapformat.encodings.bincode.encoding import DEFAULT_LIMIT, Encoding
from snapformat.encodings.bincode.ops import Op
from snapformat.model import kinds
from snapformat.model.graph import walk_kinds
from snapformat.model.kinds import Kind

#: The encoding where none is given: that of bincode's `serialize`, without a limit.
BINCODE: Encoding = Encoding.bincode1()


def limit_of(layout: Op, encoding: Encoding) -> int | None:
    """Return the limit of claimed bytes.

    Where no encoding is given there is none, unless construct runs a part, which may uncompress bytes.
    """
    if encoding is BINCODE and runs_constructs(layout) and _has_constructs(layout.kind):
        return DEFAULT_LIMIT
    return encoding.limit


def _has_constructs(kind: Kind) -> bool:
    found: tuple[bool] = kind.derive(
        _has_constructs, lambda: (any(isinstance(each, _CONSTRUCTS) for each in walk_kinds(kind)),)
    )
    return found[0]


_CONSTRUCTS = (kinds.Foreign, kinds.Run, kinds.Opaque)
