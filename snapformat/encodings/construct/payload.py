"""The payload of a file as a construct: positions in it count from its start."""

from __future__ import annotations

import io
from typing import Any

from snapformat.encodings.construct.base import BUDGET, budget_of
from snapformat.encodings.construct.reach import REACH, Reach
from snapformat.encodings.construct.wrappers import Limited
from snapformat.model.expressions import root_context


class Payload(Limited):
    """A construct that sees its own bytes only, up to the end of the stream, and ends after the last one.

    Its context is an outermost one.
    """

    def run(self, stream: Any, context: Any, path: str) -> Any:
        """Parse from a stream of the rest of the bytes."""
        start, rest = stream.tell(), stream.read()
        inner, reach = io.BytesIO(rest), Reach()
        root = root_context(parsing=True)
        root.update({BUDGET: budget_of(context, self.limit), REACH: (inner, reach)})
        value = self._bounded._parsereport(inner, root, path)
        stream.seek(start + min(max(inner.tell(), reach.furthest), len(rest)))
        return value

    def _build(self, obj: Any, stream: Any, context: Any, path: str) -> Any:
        inner = io.BytesIO()
        built = self.subcon._build(obj, inner, root_context(parsing=False), path)
        stream.write(inner.getvalue())
        return built
