"""The primitive types as annotations: an int, float or str for type checkers, a kind for snapformat."""

from __future__ import annotations

from typing import Annotated

from snapformat.model.kinds import Char, Float, Int
from snapformat.model.kinds import Unit as UnitKind

u8 = Annotated[int, Int("u8", 1, signed=False)]
u16 = Annotated[int, Int("u16", 2, signed=False)]
u32 = Annotated[int, Int("u32", 4, signed=False)]
u64 = Annotated[int, Int("u64", 8, signed=False)]
u128 = Annotated[int, Int("u128", 16, signed=False)]
usize = Annotated[int, Int("usize", 8, signed=False)]
i8 = Annotated[int, Int("i8", 1, signed=True)]
i16 = Annotated[int, Int("i16", 2, signed=True)]
i32 = Annotated[int, Int("i32", 4, signed=True)]
i64 = Annotated[int, Int("i64", 8, signed=True)]
i128 = Annotated[int, Int("i128", 16, signed=True)]
isize = Annotated[int, Int("isize", 8, signed=True)]

NonZeroU8 = Annotated[int, Int("u8", 1, signed=False, nonzero=True)]
NonZeroU16 = Annotated[int, Int("u16", 2, signed=False, nonzero=True)]
NonZeroU32 = Annotated[int, Int("u32", 4, signed=False, nonzero=True)]
NonZeroU64 = Annotated[int, Int("u64", 8, signed=False, nonzero=True)]
NonZeroU128 = Annotated[int, Int("u128", 16, signed=False, nonzero=True)]
NonZeroUsize = Annotated[int, Int("usize", 8, signed=False, nonzero=True)]
NonZeroI8 = Annotated[int, Int("i8", 1, signed=True, nonzero=True)]
NonZeroI16 = Annotated[int, Int("i16", 2, signed=True, nonzero=True)]
NonZeroI32 = Annotated[int, Int("i32", 4, signed=True, nonzero=True)]
NonZeroI64 = Annotated[int, Int("i64", 8, signed=True, nonzero=True)]
NonZeroI128 = Annotated[int, Int("i128", 16, signed=True, nonzero=True)]
NonZeroIsize = Annotated[int, Int("isize", 8, signed=True, nonzero=True)]

f32 = Annotated[float, Float(4)]
f64 = Annotated[float, Float(8)]

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
