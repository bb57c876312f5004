"""Forms of numbers: the byte order and width of the kind, or else those of the encoding."""

from __future__ import annotations

import struct

from snapformat.encodings.bincode.config import Config
from snapformat.encodings.bincode.varints import Varint
from snapformat.model import kinds
from snapformat.model.floats import ByteOrder

#: All of a configuration that forms depend on.
FormKey = str


def form_key(config: Config) -> FormKey:
    """Return the part of a configuration that forms depend on, which is all but the limit."""
    return config.form


class IntForm:
    """The stored form of an integer.

    Attributes:
        name: serde's name.
        size: Nominal width, bytes.
        signed: Two's complement, or zigzag if it has a variable length.
        byteorder: Order of its bytes.
        variable: Its form if it has a variable length; None if its width is fixed.
        nonzero: Whether zero is refused.
        most: The highest unsigned number that is stored.
        packer: The `struct.Struct` of fixed widths that `struct` knows; else None.
    """

    __slots__ = ("byteorder", "most", "name", "nonzero", "packer", "signed", "size", "variable")

    def __init__(self, kind: kinds.Int, config: Config) -> None:
        self.name: str = kind.name
        self.size: int = kind.size
        self.signed: bool = kind.signed
        self.nonzero: bool = kind.nonzero
        self.most: int = (1 << 8 * kind.size) - 1 if kind.most is None else kind.most
        self.byteorder: ByteOrder = kind.byteorder or config.byteorder
        self.variable = _variable(kind, config)
        letter = kinds.LETTERS.get(kind.size)
        self.packer: struct.Struct | None = None
        if letter is not None and self.variable is None:
            self.packer = struct.Struct(_order(self.byteorder) + letter[not kind.signed])


def _variable(kind: kinds.Int, config: Config) -> Varint | None:
    if kind.variable is None:
        return config.varint(kind.size)
    if isinstance(kind.variable, bool):
        return "bincode" if kind.variable else None
    return kind.variable  # type: ignore[return-value]  # the model has no names of forms


def int_form(kind: kinds.Int, config: Config) -> IntForm:
    """Return the form of an integer."""
    return kind.derive(config.form, lambda: IntForm(kind, config))


def number_format(item: kinds.Kind, config: Config) -> str | None:
    """Return the format of `struct` of a number that is stored as in buffers; else None."""
    if isinstance(item, kinds.Int):
        form = int_form(item, config)
        return form.packer.format if form.packer is not None and not form.nonzero else None
    if isinstance(item, kinds.Float) and item.letter is not None and config.rules.has_nan:
        return _order(item.byteorder or config.byteorder) + item.letter
    return None


def _order(byteorder: ByteOrder) -> str:
    return "<" if byteorder == "little" else ">"
