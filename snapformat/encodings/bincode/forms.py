"""Forms of numbers: the byte order and width of the kind, or else those of the encoding."""

from __future__ import annotations

import struct
from typing import Literal

from snapformat.encodings.bincode.config import Config
from snapformat.model import kinds
from snapformat.model.floats import ByteOrder

FormKey = Literal["fixed little", "fixed big", "variable little", "variable big"]

#: Lengths of text, bytes, sequences and maps.
LENGTH = kinds.Int("u64", 8, False)
#: Indexes of variants.
INDEX = kinds.Int("u32", 4, False)


def form_key(config: Config) -> FormKey:
    """Return the part of a configuration that forms depend on, which is all but the limit."""
    return f"{config.integers} {config.byteorder}"  # type: ignore[return-value]  # one of the four


class IntForm:
    """The stored form of an integer.

    Attributes:
        name: serde's name.
        size: Nominal width, bytes.
        signed: Two's complement, or zigzag if it has a variable length.
        byteorder: Order of its bytes.
        variable: Whether it has a variable length.
        nonzero: Whether zero is refused.
        packer: The `struct.Struct` of fixed widths that `struct` knows; else None.
    """

    __slots__ = ("byteorder", "name", "nonzero", "packer", "signed", "size", "variable")

    def __init__(self, kind: kinds.Int, config: Config) -> None:
        self.name = kind.name
        self.size = kind.size
        self.signed = kind.signed
        self.nonzero = kind.nonzero
        self.byteorder: ByteOrder = kind.byteorder or config.byteorder
        self.variable = config.is_variable(kind.size) if kind.variable is None else kind.variable
        letter = kinds.LETTERS.get(kind.size)
        self.packer = None
        if letter is not None and not self.variable:
            self.packer = struct.Struct(_order(self.byteorder) + letter[not kind.signed])


def int_form(kind: kinds.Int, config: Config) -> IntForm:
    """Return the form of an integer."""
    return kind.derive(form_key(config), lambda: IntForm(kind, config))


def number_format(item: kinds.Kind, config: Config) -> str | None:
    """Return the format of `struct` of a number that is stored as in buffers; else None."""
    if isinstance(item, kinds.Int):
        form = int_form(item, config)
        return form.packer.format if form.packer is not None and not form.nonzero else None
    if isinstance(item, kinds.Float) and item.letter is not None:
        return _order(item.byteorder or config.byteorder) + item.letter
    return None


def _order(byteorder: ByteOrder) -> str:
    return "<" if byteorder == "little" else ">"
