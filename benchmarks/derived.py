"""The plain construct of a layout: derived part by part, so that nobody writes a thousand fields twice."""

from __future__ import annotations

from typing import Any

import construct as c
from construct import this

from benchmarks.plain import LITTLE, option
from snapformat.encodings.bincode import ops
from snapformat.encodings.bincode.ops import Op

_INTEGERS = {
    **{f"u{8 * n}": getattr(c, f"Int{8 * n}ul") for n in (1, 2, 4, 8)},
    **{f"i{8 * n}": getattr(c, f"Int{8 * n}sl") for n in (1, 2, 4, 8)},
    "usize": c.Int64ul,
    "isize": c.Int64sl,
}
_BYTES = c.Prefixed(c.Int64ul, c.GreedyBytes)


def plain(node: Op, *, c_structs: bool = False) -> Any:
    """The plain construct of a layout; what the layout converts by Python code is left as it is stored.

    Args:
        node: The layout.
        c_structs: Decode C structs, and the bytes beyond them; without it they are bytes.
    """
    return _Derivation(c_structs).of(node)


class _Derivation:
    def __init__(self, c_structs: bool) -> None:
        self._c_structs = c_structs
        #: What contains itself refers to one of these.
        self._structs: dict[Op, Any] = {}

    def of(self, node: Op) -> Any:
        match node:
            case ops.Int():
                found = _INTEGERS.get(node.name)
                return c.BytesInteger(node.size, signed=node.signed, swapped=True) if found is None else found
            case ops.Float():
                return c.Float32l if node.size == 4 else c.Float64l
            case ops.Bool():
                return c.Flag
            case ops.Str():
                return LITTLE.text
            case ops.Bytes():
                return _BYTES
            case ops.FixedBytes(count=int()):
                return c.Bytes(node.count)
            case ops.Option():
                return option(self.of(node.item))
            case ops.Seq() | ops.Set():
                return LITTLE.array(self.of(node.item))
            case ops.Array():
                return c.Array(node.count, self.of(node.item))
            case ops.Tuple():
                return c.Struct(*(f"_{index}" / self.of(item) for index, item in enumerate(node.items)))
            case ops.Struct():
                fields = (field.name / self.of(field.op) for field in node.fields if field.name)
                self._structs[node] = c.Struct(*fields)
                return self._structs[node]
            case ops.Enum():
                return self._enum(node)
            case ops.Adapted():
                return self.of(node.item)
            case ops.Ref():
                return c.LazyBound(lambda: self._structs[node.target])
            case ops.CStructBytes():
                if not self._c_structs:
                    return _BYTES
                return c.Prefixed(c.Int64ul, c.Struct("struct" / self.of(node.item), "rest" / c.GreedyBytes))
        raise NotImplementedError(f"no plain construct of {node!r}")

    def _enum(self, node: ops.Enum) -> Any:
        tag = c.Enum(c.Int32ul, **{variant.name: variant.index for variant in node.variants})
        payloads = {v.name: self.of(v.payload) for v in node.variants if v.payload is not None}
        return c.Struct("tag" / tag, "value" / c.Switch(this.tag, payloads)) if payloads else tag
