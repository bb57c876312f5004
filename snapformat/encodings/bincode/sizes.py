"""Sizes that depend on a kind and the configuration alone."""

from __future__ import annotations

from construct import Seek

from snapformat.encodings.bincode.config import Config
from snapformat.encodings.bincode.forms import form_key, int_form
from snapformat.errors import SchemaError
from snapformat.lazy_dataclasses import dataclass
from snapformat.model import kinds
from snapformat.model.from_construct import constructs_in, fewest_bytes
from snapformat.model.kinds import Kind
from snapformat.trampoline import Task, run


def least_size(kind: Kind, config: Config) -> int:
    """Return the minimum size of a value in bytes; 0 where it is unknown."""
    return kind.derive(
        ("least size", form_key(config)), lambda: (max(0, int(run(_least(kind, config, {})))),)
    )[0]


#: In place of the size of a part that may go back over any of those around it.
_BACK = -(1 << 62)


def _least(kind: Kind, config: Config, known: dict[int, int]) -> Task:
    # Kept for inner kinds too: types that contain one another twice are a tree of exponential size.
    size = known.get(id(kind))
    if size is None:
        known[id(kind)] = 0  # a kind inside itself is not counted again
        size = known[id(kind)] = yield _counted(kind, config, known)
    return size


def _counted(kind: Kind, config: Config, known: dict[int, int]) -> Task:
    match kind:
        case kinds.Int():
            return 1 if int_form(kind, config).variable else kind.size
        case kinds.Float() | kinds.BitStruct():
            return kind.size
        case kinds.Char() if config.rules.char_text:
            return 1 + (yield _least(config.length_kind, config, known))
        case kinds.Bool() | kinds.Char() | kinds.Option():
            return 1
        case kinds.Str() | kinds.Bytes() | kinds.Seq() | kinds.Set() | kinds.Map() | kinds.Prefixed():
            return (yield _least(kind.length or config.length_kind, config, known))
        case kinds.Blob():
            return (yield _least(config.length_kind, config, known))
        case kinds.Enum():
            return (yield _least(config.index_kind, config, known))
        case kinds.FixedBytes() | kinds.Padded():
            return kind.count if isinstance(kind.count, int) else 0
        case kinds.Array():
            count = kind.count if isinstance(kind.count, int) else 0
            return count * (yield _least(kind.item, config, known))
        case kinds.Encoded():
            return (yield _least(kind.item, kind.config, {}))
        case kinds.Items() | kinds.Focus() if not kind.is_stopped:
            pass
        case kinds.Around() | kinds.Raw():
            own = fewest_bytes(kind.construct)
            return (yield _least(kind.item, config, known)) if own is None else own
        case kinds.Leaf() | kinds.Opaque() if any(
            isinstance(sub, Seek) for sub in constructs_in(kind.construct)
        ):
            return _BACK
        case kinds.Leaf():
            return fewest_bytes(kind.construct) or 0
        case kinds.LazyBound() | kinds.Run() | kinds.Switch() | kinds.If() | kinds.Tail():
            # A reference is to a kind around it, which is counted already.
            return 0
    total = kind.stored.size if isinstance(kind, kinds.Checksummed) else 0
    for part in kind.children():
        total += yield _least(part, config, known)
    return total


def fixed_size(kind: Kind, config: Config) -> int | None:
    """Return the size of every value, if fixed and without zero-sized elements to count; else None."""
    size: int | None = kind.derive(
        ("fixed size", form_key(config)), lambda: (run(_fixed(kind, config, {})),)
    )[0]
    return size


def _fixed(kind: Kind, config: Config, known: dict[int, int | None]) -> Task:
    if id(kind) not in known:
        known[id(kind)] = None  # a kind that contains itself has no fixed size
        known[id(kind)] = yield _fixed_of(kind, config, known)
    return known[id(kind)]


def _fixed_of(kind: Kind, config: Config, known: dict[int, int | None]) -> Task:
    match kind:
        case kinds.Int():
            return None if int_form(kind, config).variable else kind.size
        case kinds.Float() | kinds.BitStruct():
            return kind.size
        case kinds.Bool():
            return 1
        case kinds.Unit() | kinds.Computed():
            return 0
        case kinds.FixedBytes():
            return kind.count if isinstance(kind.count, int) else None
        case kinds.Padded():
            # The value inside may claim more than its bytes.
            inside = yield _fixed(kind.item, config, known)
            return kind.count if isinstance(kind.count, int) and inside is not None else None
        case kinds.Array():
            size = yield _fixed(kind.item, config, known)
            # Zero-sized elements are counted one by one.
            return kind.count * size if isinstance(kind.count, int) and size else None
        case kinds.Enum():
            return (
                (yield _fixed(config.index_kind, config, known))
                if all(variant.payload is None for variant in kind.variants)
                else None
            )
        case kinds.Encoded():
            return (yield _fixed(kind.item, kind.config, {}))
        case (
            kinds.Tuple()
            | kinds.Struct()
            | kinds.Adapted()
            | kinds.Labelled()
            | kinds.Const()
            | kinds.Rebuild()
            | kinds.Default()
            | kinds.Foreign()
        ):
            total = 0
            for item in kind.children():
                size = yield _fixed(item, config, known)
                if size is None:
                    return None
                total += size
            return total
    return None


def fits_any(kind: Kind) -> bool:
    """Return whether any bytes of its fixed size are a value of this kind."""
    return kind.derive(fits_any, lambda: (bool(run(_fits_any(kind))),))[0]


def _fits_any(kind: Kind) -> Task:
    match kind:
        case kinds.Int():
            return not kind.nonzero
        case kinds.Float() | kinds.FixedBytes() | kinds.Unit():
            return True
        case kinds.Array() | kinds.Struct() | kinds.Foreign() | kinds.Encoded():
            for item in kind.children():
                if not (yield _fits_any(item)):
                    return False
            return True
    return False


#: The layout of the members of a C struct: packed, since the kernel's headers declare all padding.
C_CONFIG = Config()


@dataclass(frozen=True, slots=True)
class CLayout:
    """The layout of a C struct in bytes.

    Attributes:
        size: Size of the struct, bytes.
        fits_any: Whether any bytes of this size are such a struct.
    """

    size: int
    fits_any: bool


def c_layout(kind: kinds.Blob) -> CLayout:
    """Return the layout of a C struct, which is the processor's, independent of the encoding around it.

    Raises:
        SchemaError: The struct has no fixed size.
    """
    return kind.derive(c_layout, lambda: _c_layout(kind.item))


def _c_layout(item: kinds.Struct) -> CLayout:
    size = fixed_size(item, C_CONFIG)
    if size is None:
        assert item.cls is not None
        raise SchemaError("a class in a Blob must have a fixed size", owner=item.cls.__qualname__)
    return CLayout(size, fits_any(item))
