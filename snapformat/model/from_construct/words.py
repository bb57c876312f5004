"""What documents say about the constructs that construct runs: the name of a leaf's type, and the rules."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import construct as c
from construct.expr import ExprMixin

from snapformat.model.content import expression

#: Classes around a leaf that are parts of it: they cut out bytes.
_CUTTING = (c.NullTerminated, c.NullStripped, c.FixedSized, c.Prefixed, c.Padded, c.Aligned)
_BYTES = (type(c.GreedyBytes), c.Bytes)
_INTEGERS = (type(c.VarInt), type(c.ZigZag), c.BytesInteger, c.BitsInteger)


def type_name(sub: Any) -> str:
    """Return the name of the type of a leaf's values."""
    core = _core(sub)
    if isinstance(core, c.StringEncoded):
        return "text"
    if isinstance(core, _BYTES):
        return "bytes"
    if isinstance(core, c.BytesInteger | c.BitsInteger):
        return f"{'i' if core.signed else 'u'}[{_shown(core.length)} {_unit(core)}]"
    return type(core).__name__


def value_type(sub: Any) -> type | None:
    """Return the type of a leaf's values: str, bytes or int; None if it may have values of others."""
    core = _core(sub)
    if isinstance(core, c.StringEncoded):
        return str
    if isinstance(core, _BYTES):
        return bytes
    return int if isinstance(core, _INTEGERS) else None


def _core(sub: Any) -> Any:
    while type(sub) in _CUTTING:
        sub = sub.subcon
    return sub


def _unit(sub: Any) -> str:
    return "bytes" if isinstance(sub, c.BytesInteger) else "bits"


def unit_inside(sub: Any, unit: str) -> str:
    """Return the unit of sizes inside a construct, `byte` or `bit`, from that around it."""
    decode = getattr(sub, "decodefunc", None) or getattr(sub, "decoder", None)
    return {c.lib.bytes2bits: "bit", c.lib.bits2bytes: "byte"}.get(decode, unit)


def rules(sub: Any) -> list[str]:
    """Return the rules of one construct, without those of the constructs in it, in the order of reading."""
    found = []
    has_end = False
    while sub is not None:
        rule = next((made(sub) for cls, made in _RULES.items() if type(sub) is cls), "")
        if rule and not (has_end and sub is c.GreedyBytes):
            found.append(rule)
        has_end = has_end or type(sub) in (c.NullTerminated, c.FixedSized, c.Prefixed)
        # What a leaf consists of has no rows of its own.
        inside = type(sub) is c.StringEncoded or type(sub) in _CUTTING
        sub = getattr(sub, "subcon", None) if inside else None
    return found


def _shown(value: Any) -> str:
    if isinstance(value, ExprMixin):
        return f"`{expression(value)}`"
    if callable(value):
        return f"`{getattr(value, '__qualname__', None) or type(value).__name__}`"
    return f"`{value!r}`" if isinstance(value, bytes | str) else str(value)


def _part_name(value: Any) -> str:
    return value if isinstance(value, str) else _shown(value)


def _pointer(sub: Any) -> str:
    return f"at offset {_shown(sub.offset)} of the data; what follows continues from before"


def _terminated(sub: Any) -> str:
    end = "" if sub.require else ", or the end of the data"
    return f"ends with the bytes {sub.term.hex()}{end}"


def _validator(sub: Any) -> str:
    return "other values are refused"


def _transformed(sub: Any) -> str:
    decode = getattr(sub, "decodefunc", None) or getattr(sub, "decoder", None)
    return _TRANSFORMS.get(decode, "in transformed bytes")


_TRANSFORMS = {
    c.lib.bytes2bits: "in bits, of which the highest of the first byte comes first",
    c.lib.bits2bytes: "in whole bytes",
    c.lib.swapbytes: "with its bytes in reverse order",
    c.lib.swapbitsinbytes: "with the bits of each byte in reverse order",
}


def _select(sub: Any) -> str:
    is_optional = len(sub.subcons) == 2 and sub.subcons[1] is c.Pass
    return "left out where it can't be read" if is_optional else "the first of these that can be read"


def _repeat(sub: Any) -> str:
    if type(sub) is c.RepeatUntil:
        return f"repeated until {_shown(sub.predicate)}"
    if type(sub) is c.GreedyRange:
        return "repeated as long as an element can be read"
    return f"as many elements as {_shown(sub.count)}"


_RULES: dict[type, Callable[[Any], str]] = {
    type(c.VarInt): lambda sub: "seven bits in each byte, the lowest first; the last byte is below 0x80",
    type(c.ZigZag): lambda sub: "as a VarInt: 0, -1, 1, -2 are stored as 0, 1, 2, 3",
    type(c.GreedyBytes): lambda sub: "up to the end of the data",
    type(c.Terminated): lambda sub: "the data ends here",
    type(c.Tell): lambda sub: "the offset in the data; not in the bytes",
    type(c.Index): lambda sub: "the index of the element; not in the bytes",
    c.Seek: lambda sub: f"continues at offset {_shown(sub.at)}",
    c.Check: lambda sub: f"requires {_shown(sub.func)}",
    c.StopIf: lambda sub: f"the last field if {_shown(sub.condfunc)}",
    c.StringEncoded: lambda sub: f"text in {sub.encoding}",
    c.Bytes: lambda sub: f"{_shown(sub.length)} bytes",
    c.Pointer: _pointer,
    c.Peek: lambda sub: "read ahead: what follows begins at the same place",
    c.Aligned: lambda sub: f"followed by padding up to a multiple of {_shown(sub.modulus)} bytes",
    c.Padded: lambda sub: f"padded to {_shown(sub.length)} bytes",
    c.OffsettedEnd: lambda sub: f"ends {_shown(sub.endoffset)} from the end of the data",
    c.Prefixed: lambda sub: "preceded by its size in bytes",
    c.FixedSized: lambda sub: f"within {_shown(sub.length)} bytes",
    c.NullTerminated: _terminated,
    c.NullStripped: lambda sub: f"without the {sub.pad.hex()} at its end",
    c.Transformed: _transformed,
    c.Restreamed: _transformed,
    c.ProcessXor: lambda sub: f"every byte combined with {_shown(sub.padfunc)} by XOR",
    c.ProcessRotateLeft: lambda sub: f"bits rotated by {_shown(sub.amount)} in groups of {_shown(sub.group)}",
    c.Compressed: lambda sub: f"compressed with {sub.encoding}",
    c.CompressedLZ4: lambda sub: "compressed with LZ4",
    c.Checksum: lambda sub: "a checksum: computed when written, checked when read",
    c.RawCopy: lambda sub: "kept together with its bytes and its offsets",
    c.ExprValidator: _validator,
    c.Const: lambda sub: f"always `{sub.value!r}`",
    c.Default: lambda sub: f"by default {_shown(sub.value)}",
    c.Rebuild: lambda sub: f"always written as {_shown(sub.func)}",
    c.Computed: lambda sub: f"not in the bytes, computed as {_shown(sub.func)}",
    c.GreedyRange: _repeat,
    c.RepeatUntil: _repeat,
    c.Array: _repeat,
    c.Union: lambda sub: "all fields begin at the same place",
    c.Select: _select,
    c.FocusedSeq: lambda sub: f"the value is that of {_part_name(sub.parsebuildfrom)}",
    c.Sequence: lambda sub: "a list",
}
