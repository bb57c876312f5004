"""The primitive types as annotations: an int, float or str for type checkers, a kind for snapformat."""

from __future__ import annotations

from typing import Annotated

from snapformat.model.kinds import Char, Float, Int
from snapformat.model.kinds import Unit as UnitKind

u8 = Annotated[int, Int("u8", 1, signed=False)]  #: An unsigned integer of 8 bits.
u16 = Annotated[int, Int("u16", 2, signed=False)]  #: An unsigned integer of 16 bits.
u32 = Annotated[int, Int("u32", 4, signed=False)]  #: An unsigned integer of 32 bits.
u64 = Annotated[int, Int("u64", 8, signed=False)]  #: An unsigned integer of 64 bits.
u128 = Annotated[int, Int("u128", 16, signed=False)]  #: An unsigned integer of 128 bits.
usize = Annotated[int, Int("usize", 8, signed=False)]  #: An unsigned integer of 64 bits (on 64-bit machines).
i8 = Annotated[int, Int("i8", 1, signed=True)]  #: A signed integer of 8 bits.
i16 = Annotated[int, Int("i16", 2, signed=True)]  #: A signed integer of 16 bits.
i32 = Annotated[int, Int("i32", 4, signed=True)]  #: A signed integer of 32 bits.
i64 = Annotated[int, Int("i64", 8, signed=True)]  #: A signed integer of 64 bits.
i128 = Annotated[int, Int("i128", 16, signed=True)]  #: A signed integer of 128 bits.
isize = Annotated[int, Int("isize", 8, signed=True)]  #: A signed integer of 64 bits (on 64-bit machines).

NonZeroU8 = Annotated[int, Int("u8", 1, signed=False, nonzero=True)]  #: A `u8` that is not 0.
NonZeroU16 = Annotated[int, Int("u16", 2, signed=False, nonzero=True)]  #: A `u16` that is not 0.
NonZeroU32 = Annotated[int, Int("u32", 4, signed=False, nonzero=True)]  #: A `u32` that is not 0.
NonZeroU64 = Annotated[int, Int("u64", 8, signed=False, nonzero=True)]  #: A `u64` that is not 0.
NonZeroU128 = Annotated[int, Int("u128", 16, signed=False, nonzero=True)]  #: A `u128` that is not 0.
NonZeroUsize = Annotated[int, Int("usize", 8, signed=False, nonzero=True)]  #: A `usize` that is not 0.
NonZeroI8 = Annotated[int, Int("i8", 1, signed=True, nonzero=True)]  #: A `i8` that is not 0.
NonZeroI16 = Annotated[int, Int("i16", 2, signed=True, nonzero=True)]  #: A `i16` that is not 0.
NonZeroI32 = Annotated[int, Int("i32", 4, signed=True, nonzero=True)]  #: A `i32` that is not 0.
NonZeroI64 = Annotated[int, Int("i64", 8, signed=True, nonzero=True)]  #: A `i64` that is not 0.
NonZeroI128 = Annotated[int, Int("i128", 16, signed=True, nonzero=True)]  #: A `i128` that is not 0.
NonZeroIsize = Annotated[int, Int("isize", 8, signed=True, nonzero=True)]  #: A `isize` that is not 0.

f32 = Annotated[float, Float(4)]  #: A float of 32 bits, to which values are rounded.
f64 = Annotated[float, Float(8)]  #: A float of 64 bits.

#: A u16 in groups of seven bits, as Solana's `short_vec` has its length; longer forms are refused.
compact_u16 = Annotated[int, Int("compact_u16", 2, signed=False, variable="strict leb128")]
#: A u64 in groups of seven bits, the lowest first, in every encoding.
leb128 = Annotated[int, Int("leb128", 8, signed=False, variable="leb128")]
#: A u64 as bincode's integers of variable length, in every encoding.
varint = Annotated[int, Int("varint", 8, signed=False, variable="bincode")]

#: One Unicode scalar value: a `str` of length 1 that is not a surrogate.
char = Annotated[str, Char()]

#: `()`: no bytes; the value is the empty tuple.
Unit = Annotated[tuple[()], UnitKind()]
#: `PhantomData<T>`: no bytes; the value is the empty tuple.
PhantomData = Annotated[tuple[()], UnitKind()]
