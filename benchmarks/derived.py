"""The plain construct of a layout: derived part by part, so that nobody writes a thousand fields twice."""

from __future__ import annotations

from typing import Any

import construct as c
from construct import this

from benchmarks.plain import LITTLE, option
from snapformat.model import kinds
from snapformat.model.kinds import Kind

_INTEGERS = {
    **{f"u{8 * n}": getattr(c, f"Int{8 * n}ul") for n in (1, 2, 4, 8)},
    **{f"i{8 * n}": getattr(c, f"Int{8 * n}sl") for n in (1, 2, 4, 8)},
    "usize": c.Int64ul,
    "isize": c.Int64sl,
}
_BYTES = c.Prefixed(c.Int64ul, c.GreedyBytes)


def plain(kind: Kind, *, c_structs: bool = False) -> Any:
    """The plain construct of a kind; what it converts by Python code is left as it is stored.

    Args:
        kind: The kind.
        c_structs: Decode C structs, and the bytes beyond them; without it they are bytes.
    """
    return _Derivation(c_structs).of(kind)


class _Derivation:
    def __init__(self, c_structs: bool) -> None:
        self._c_structs = c_structs
        #: What contains itself refers to one of these.
        self._structs: dict[Kind, Any] = {}

    def of(self, kind: Kind) -> Any:
        match kind:
            case kinds.Int():
                found = _INTEGERS.get(kind.name)
                return c.BytesInteger(kind.size, signed=kind.signed, swapped=True) if found is None else found
            case kinds.Float():
                return c.Float32l if kind.size == 4 else c.Float64l
            case kinds.Bool():
                return c.Flag
            case kinds.Str():
                return LITTLE.text
            case kinds.Bytes():
                return _BYTES
            case kinds.FixedBytes(count=int()):
                return c.Bytes(kind.count)
            case kinds.Option():
                return option(self.of(kind.item))
            case kinds.Seq() | kinds.Set():
                return LITTLE.array(self.of(kind.item))
            case kinds.Array():
                return c.Array(kind.count, self.of(kind.item))
            case kinds.Tuple():
                return c.Struct(*(f"_{index}" / self.of(item) for index, item in enumerate(kind.items)))
            case kinds.Struct():
                if kind in self._structs:  # it contains itself
                    return c.LazyBound(lambda: self._structs[kind])
                self._structs[kind] = None
                fields = (field.name / self.of(field.kind) for field in kind.fields if field.name)
                self._structs[kind] = c.Struct(*fields)
                return self._structs[kind]
            case kinds.Enum():
                return self._enum(kind)
            case kinds.Foreign() if kind.target is not None:
                return self.of(kind.target)
            case kinds.Adapted():
                return self.of(kind.item)
            case kinds.Blob():
                if not self._c_structs:
                    return _BYTES
                return c.Prefixed(c.Int64ul, c.Struct("struct" / self.of(kind.item), "rest" / c.GreedyBytes))
        raise NotImplementedError(f"no plain construct of {kind!r}")

    def _enum(self, kind: kinds.Enum) -> Any:
        tag = c.Enum(c.Int32ul, **{variant.name: variant.index for variant in kind.variants})
        payloads = {v.name: self.of(v.payload) for v in kind.variants if v.payload is not None}
        return c.Struct("tag" / tag, "value" / c.Switch(this.tag, payloads)) if payloads else tag
