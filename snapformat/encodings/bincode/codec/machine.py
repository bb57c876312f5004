"""Compiling operations to programs of the machine (`snapformat._machine`).

A program executes what it can itself; a part that it can't is read and written by the Python that is
generated for this part alone. A layout of which nothing is left then has no program.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable
from functools import cache
from typing import Any

from snapformat._machine import CORE
from snapformat._machine.opcodes import CODES, FORMS, SHARED
from snapformat.encodings.bincode import ops
from snapformat.encodings.bincode.codec import read_helpers, write_helpers
from snapformat.encodings.bincode.codec.claims import Claims, DoubtError
from snapformat.encodings.bincode.codec.expressions import needs_of
from snapformat.encodings.bincode.codec.shape import (
    counted_of,
    depth_of,
    has_run,
    is_placed,
    is_plain,
    uses_of,
)
from snapformat.encodings.bincode.codec.source import CANNOT_COMPILE, NotGenerated, Source
from snapformat.encodings.bincode.ops import Op
from snapformat.limits import DEFAULT_LIMITS
from snapformat.model.c_struct import CStruct, Read, field_names
from snapformat.model.costs import collapses_to_one
from snapformat.model.expressions import Expr
from snapformat.model.graph import holds_sorted, natural_type
from snapformat.model.values import SECRET, PairMap, PairSet, RawFlag, Some, hashable
from snapformat.trampoline import Task, run_with_unwind

#: Keys of maps and sets that are found by themselves, by their product with a secret, by `hashable`.
_ITSELF, _PRODUCT, _STAND_IN = range(3)
#: In place of a type whose order is that of writing: there is none; Python sorts.
_UNORDERED, _OTHER_ORDER = -1, -2


#: The greatest operand.
_MOST = (1 << 31) - 1

#: Most operations that may be in one another: what is in the next one is looked at again for each.
_MOST_OPEN = 1024

_METHODS = {"reader": "read", "writer": "write", "skipper": "skip", "checker": "check", "indexer": "index"}


class NotSupportedError(Exception):
    """The machine can't execute an operation."""


class Program:
    """A program, and what its user must know.

    Attributes:
        code: The program of the extension.
        has_claims: Whether reading needs `Claims`.
        is_sure: Whether skipping raises only where no value can be read, or `DoubtError`.
        can_skip: Whether values can be skipped.
        can_check: Whether values can be checked without making them.
        is_struct: Whether its fields can be indexed.
    """

    __slots__ = ("can_check", "can_skip", "code", "has_claims", "is_struct", "is_sure")

    def __init__(self, code: Any, compiler: _Compiler, root: int) -> None:
        self.code: Any = code
        self.has_claims: bool = compiler.has_claims
        self.is_sure: bool = compiler.is_sure
        self.can_skip: bool = compiler.can_skip
        self.can_check: bool = compiler.can_skip and compiler.can_check
        self.is_struct: bool = compiler.words[root] == CODES["STRUCT"]

    def method(self, kind: str) -> Any:
        """Return the function of a sort; None if there is none."""
        there = {
            "skipper": self.can_skip,
            "checker": self.can_check,
            "indexer": self.can_skip and self.is_struct,
        }
        return getattr(self.code, _METHODS[kind]) if there.get(kind, True) else None


def program_of(op: Op, *, reading: bool) -> Program | None:
    """Compile a layout for reading or for writing; return None if the machine can't execute it."""
    if CORE is None:
        return None
    compiler = _Compiler(reading)
    try:
        root: int = run_with_unwind(compiler.place(op))
        if compiler.words[root] == CODES["PYTHON"]:
            return None
        words = array("i", compiler.words)
    except (NotSupportedError, OverflowError, *CANNOT_COMPILE):
        return None
    claimed, zero_sized = CORE.slot(Claims, "claimed"), CORE.slot(Claims, "zero_sized")
    code = CORE.Program(words, tuple(compiler.objects), root, claimed, zero_sized)
    return Program(code, compiler, root)


@cache
def _shared() -> tuple[Any, ...]:
    """Return the objects of every program, in the order of `SHARED`."""
    found = {
        "GUARD": read_helpers.Guard,
        "DOUBT": DoubtError,
        "INTEGER": write_helpers.integer,
        "NUMBER": write_helpers.number,
        "SEQUENCE": write_helpers.sequence,
        "TEXT": write_helpers.text,
        "AS_BYTES": write_helpers.as_bytes,
        "AS_BOOL": write_helpers.exactly_bool,
        "CHAR_BYTES": write_helpers.char_bytes,
        "RAW_FLAG": RawFlag,
        "FLAG_BYTE": write_helpers.flag_byte,
        "SOME": Some,
        "PAIR_MAP": PairMap,
        "PAIR_SET": PairSet,
        "SECRET": SECRET,
        "HASHABLE": hashable,
        "CLAIMS": Claims,
    }
    return tuple(found[name] for name in SHARED)


class _Compiler:
    """Makes the words of a program.

    Attributes:
        reading: Whether values are read, and not written.
        words: The words so far.
        objects: The objects that they refer to.
        has_claims: See `Program`, as for the other three.
    """

    def __init__(self, reading: bool) -> None:
        self.reading = reading
        self.words: list[int] = []
        self.objects: list[Any] = list(_shared())
        self.has_claims: bool = False
        self.is_sure: bool = True
        self.can_skip: bool = True
        self.can_check: bool = True
        self._places: dict[Op, int] = {}
        self._open: set[Op] = set()
        self._numbers: dict[int, int] = {}

    def place(self, op: Op) -> Task:
        """Return the place of an operation's words, as a task."""
        called: set[Op] = set()
        while isinstance(op, ops.Call):
            if op in called:
                raise NotGenerated("a reference to itself")
            called.add(op)
            op = op.target
        if op not in self._places:
            if op in self._open or len(self._open) > _MOST_OPEN:
                raise NotGenerated(
                    "a type in itself whose place is not known before its parts, or a deep one"
                )
            self._open.add(op)
            start = len(self.words)
            if op.config is not None and op.config.rules.depth is not None:
                raise NotGenerated("types nested less deep than the machine's limit")
            emit = getattr(self, f"_{type(op).__name__.lower()}", None)
            try:
                if emit is None or needs_of(op):
                    raise NotSupportedError
                made = emit(op)
                place = made if isinstance(made, int) else (yield made)
            except NotSupportedError:
                if any(start <= known for known in self._places.values()):
                    raise  # parts of it are known to others
                del self.words[start:]
                place = self._python(op)
            self._open.discard(op)
            self._places[op] = place
        return self._places[op]

    def object(self, value: Any) -> int:
        """Return the number of an object."""
        known = self._numbers.get(id(value))
        if known is None:
            known = self._numbers[id(value)] = len(self.objects)
            self.objects.append(value)
        return known

    def emit(self, name: str, *operands: int) -> int:
        """Add an operation; return its place."""
        start = len(self.words)
        self.words += (CODES[name], *map(int, operands))
        return start

    # --- without parts --------------------------------------------------------------------------------

    def _int(self, op: ops.Int) -> int:
        is_big = op.byteorder == "big"
        if op.variable is not None:
            self.has_claims = True
            most = -1 if op.most is None else op.most
            if op.size <= 8 and not op.nonzero and most <= _MOST:
                form = FORMS.index(op.variable)
                return self.emit("VARI" if op.signed else "VARU", op.size, is_big, form, most)
            if op.size > 16 or op.variable != "bincode":
                raise NotSupportedError
        if op.most is not None:
            raise NotSupportedError
        if op.packer is not None and not op.nonzero:
            return self.emit("SINT" if op.signed else "UINT", op.size, is_big)
        return self.emit("WIDE", op.size, is_big, op.signed, op.nonzero, op.variable is not None)

    def _float(self, op: ops.Float) -> int:
        if not op.has_nan:
            raise NotGenerated("floats without NaN, of which there may be many")
        return self.emit(f"F{8 * op.size}", op.size, op.byteorder == "big")

    def _bool(self, op: ops.Bool) -> int:
        return self.emit("FLAG" if op.lenient else "BOOL")

    def _char(self, op: ops.Char) -> int:
        if op.length is not None:
            raise NotGenerated("chars behind their length, of which there may be many")
        return self.emit("CHAR")

    def _length(self, op: Op) -> Task:
        if not isinstance(op, ops.Int):
            self.is_sure = False
        return (yield self.place(op))

    def _str(self, op: ops.Str) -> Task:
        length = yield self._length(op.length)
        return self.emit("STR", length, -1 if op.encoding == "utf-8" else self.object(op.encoding))

    def _bytes(self, op: ops.Bytes) -> Task:
        length = yield self._length(op.length)
        return self.emit("BYTES", length, -1 if op.exact is None else op.exact, op.no_nul)

    def _cstructbytes(self, op: ops.CStructBytes) -> Task:
        length = yield self._length(op.length)
        assert CORE is not None
        raw = CORE.slot(CStruct, "_raw")
        if self.reading:
            lazy = read_helpers.lazy_c_struct_of(op, _make_fields)
            if lazy is None:
                make = read_helpers.blob_reader(op, _make_fields)
                return self.emit("BLOB", length, -1, raw, self.object(make), -1)
            return self.emit("BLOB", length, self.object(lazy.lazy), raw, -1, -1)
        write = self.object(write_helpers.blob_writer(op, _struct_writer))
        lazy = write_helpers.lazy_c_struct_of(op)
        return self.emit("BLOB", length, -1 if lazy is None else self.object(lazy.lazy), raw, -1, write)

    def _fixedbytes(self, op: ops.FixedBytes) -> int:
        if not isinstance(op.count, int):
            raise NotSupportedError
        return self.emit("FIXED", op.count)

    def _unit(self, op: ops.Unit) -> int:
        return self.emit("UNIT", self.object(op.value))

    # --- with parts -----------------------------------------------------------------------------------

    def _option(self, op: ops.Option) -> Task:
        item = yield self.place(op.item)
        return self.emit("SOME" if op.wrapped else "OPTION", item)

    def _elements(self, op: Op, *items: Op) -> list[int]:
        """Return the operands about elements."""
        sizes = [item.fixed_size for item in items]
        fixed = -1 if None in sizes else sum(size for size in sizes if size is not None)
        levels = 0 if fixed < 0 else max(map(depth_of, items))
        least, costs = sum(item.least_size for item in items), op.costs
        zero = not isinstance(op, ops.Array) and costs.known == costs.zero_sized
        if zero or costs.surplus or not least:
            self.has_claims = True
        return [least, costs.zero_sized, costs.surplus, zero, fixed, levels]

    def _seq(self, op: ops.Seq) -> Task:
        length = yield self._length(op.length)
        item = yield self.place(op.item)
        about = self._elements(op, op.item)
        most = DEFAULT_LIMITS.zero_sized // about[1] if about[3] else -1
        return self.emit("SEQ", length, item, *about, most, self._listed(op.item))

    def _array(self, op: ops.Array) -> Task:
        if not isinstance(op.count, int) or op.indexed:
            raise NotSupportedError
        item = yield self.place(op.item)
        return self.emit("ARRAY", op.count, item, *self._elements(op, op.item), -1, self._listed(op.item))

    def _listed(self, item: Op) -> int:
        found = None if self.reading else write_helpers.elements_helper(item)
        return self.object(write_helpers.sequence if found is None else found)

    def _key(self, op: Op) -> int:
        if isinstance(op, ops.Str | ops.Bytes | ops.FixedBytes | ops.Char):
            return _ITSELF
        if (isinstance(op, ops.Int) and op.size <= 8) or (isinstance(op, ops.Bool) and not op.lenient):
            return _PRODUCT
        return _STAND_IN

    def _natural(self, ordered: bool, kind: Any) -> int:
        if not ordered:
            return _UNORDERED
        if holds_sorted(kind):
            raise NotGenerated("keys in keys, each of which is sorted once")
        natural = natural_type(kind)
        return _OTHER_ORDER if natural is None else self.object(natural)

    def _set(self, op: ops.Set) -> Task:
        assert CORE is not None
        length = yield self._length(op.length)
        item = yield self.place(op.item)
        about = self._elements(op, op.item)
        natural = _UNORDERED if self.reading else self._natural(op.ordered, op.kind.item)
        elements = hashable if self.reading else write_helpers.elements_of(op)
        entries = CORE.slot(PairSet, "_entries")
        rest = collapses_to_one(op.kind), self._key(op.item), entries, natural, self.object(elements)
        return self.emit("SET", length, item, *about, *rest)

    def _map(self, op: ops.Map) -> Task:
        assert CORE is not None
        if op.by_bytes:
            raise NotGenerated("maps sorted by the bytes of their keys")
        length = yield self._length(op.length)
        key = yield self.place(op.key)
        value = yield self.place(op.value)
        about = self._elements(op, op.key, op.value)
        natural = _UNORDERED if self.reading else self._natural(op.ordered, op.kind.key)
        elements = hashable if self.reading else write_helpers.pairs_of(op)
        entries = CORE.slot(PairMap, "_entries")
        rest = collapses_to_one(op.kind), self._key(op.key), entries, natural, self.object(elements), value
        return self.emit("MAP", length, key, *about, *rest)

    def _tuple(self, op: ops.Tuple) -> Task:
        items = []
        for item in op.items:
            items.append((yield self.place(item)))
        return self.emit("TUPLE", len(items), *items)

    def _struct(self, op: ops.Struct) -> Task:
        if op.cls is None or op.scoped or op.subcons is not None:
            raise NotSupportedError
        return self._filled(op) if self._has_slots(op) else self._made(op)

    def _has_slots(self, op: ops.Struct) -> bool:
        """Return whether instances are made and looked at by their slots alone."""
        assert CORE is not None
        cls: Any = op.cls
        if not is_plain(op) or not CORE.is_simple(cls) or any(each.attr is None for each in op.fields):
            return False
        attrs = [str(each.attr) for each in op.fields] + [a for a, _ in read_helpers.skipped_fields(cls)]
        if any(_slot(cls, attr) is None for attr in attrs):
            return False
        if cls.__setattr__ is not object.__setattr__ or cls.__getattribute__ is not object.__getattribute__:
            return False
        return not hasattr(cls, "__getattr__")

    def _filled(self, op: ops.Struct) -> Task:
        assert CORE is not None
        skipped = read_helpers.skipped_fields(op.cls) if self.reading else []
        fixed = op.fixed_size
        groups: list[int] = []
        start = self.emit(
            "STRUCT",
            -1 if fixed is None else fixed,
            0 if fixed is None else depth_of(op),
            self.object(op.cls),
            len(skipped),
            len(op.fields) + len(skipped),
        )
        self.words += [0] * 3 * (len(op.fields) + len(skipped))
        # Known before its fields, which may contain it.
        self._places[op] = start
        for field in op.fields:
            attr = str(field.attr)
            groups += (CORE.slot(op.cls, attr), (yield self.place(field.op)), self.object(attr))
        for attr, default in skipped:
            groups += (CORE.slot(op.cls, attr), -1, self.object(default))
        at = start + 6
        self.words[at : at + len(groups)] = groups
        return start

    def _made(self, op: ops.Struct) -> Task:
        if is_plain(op):  # its attributes are set
            raise NotSupportedError
        groups: list[int] = []
        self.can_check = False
        start = self.emit("MADE", self.object(op.cls), self.object(op.make), len(op.fields))
        self.words += [0] * 3 * len(op.fields)
        self._places[op] = start
        for field in op.fields:
            item = yield self.place(field.op)
            kept = 0 if field.attr is None else 2 if field.optional else 1
            groups += (kept, item, -1 if field.attr is None else self.object(field.attr))
        at = start + 4
        self.words[at : at + len(groups)] = groups
        return start

    def _enum(self, op: ops.Enum) -> Task:
        if [variant.index for variant in op.variants] != list(range(len(op.variants))):
            raise NotSupportedError
        if any(variant.payload is not None and variant.payload.cls is None for variant in op.variants):
            raise NotSupportedError
        index = yield self.place(op.index)
        other = -1 if op.other is None else op.other.index
        if all(variant.payload is None for variant in op.variants):
            constants = [self.object(variant.constant) for variant in op.variants]
            return self.emit("UNITS", index, other, len(constants), *constants)
        start = self.emit("ENUM", index, other, len(op.variants))
        self.words += [0] * 2 * len(op.variants)
        self._places[op] = start
        groups: list[int] = []
        for variant in op.variants:
            if variant.payload is None:
                groups += (self.object(variant.constant), -1)
            else:
                groups += (self.object(variant.payload.cls), (yield self.place(variant.payload)))
        self.words[start + 4 : start + 4 + len(groups)] = groups
        return start

    # --- conversions ----------------------------------------------------------------------------------

    def _convert(self, op: ops.Convert) -> Task:
        item = yield self.place(op.item)
        counted = counted_of(op)
        size, most = 0, 0
        if counted is not None and self.words[item] == CODES["TUPLE"]:
            size = op.decode.size  # type: ignore[attr-defined]  # it is `Counted`
            most = min(op.decode.most, _MOST)  # type: ignore[attr-defined]
        functions = (self.object(op.decode), -1) if self.reading else (-1, self.object(op.encode))
        return self.emit("CONVERT", item, *functions, op.pure, size, most)

    def _const(self, op: ops.Const) -> Task:
        if not self.reading:
            raise NotSupportedError
        item = yield self.place(op.item)
        return self.emit("CONST", item, self.object(op.value))

    def _padded(self, op: ops.Padded) -> Task:
        if isinstance(op.count, Expr) or len(op.pattern) != 1:
            raise NotSupportedError
        item = yield self.place(op.item)
        return self.emit("PADDED", item, op.count, op.pattern[0])

    def _python(self, op: Op) -> int:
        """Leave an operation to Python that is generated for it."""
        levels = uses_of(op).depth
        if not self.reading:
            if is_placed(op) or has_run(op):
                raise NotGenerated("it looks at what is around it")
            from snapformat.encodings.bincode.codec.write_source import generate_writer

            write = _compiled(generate_writer(op), op, "write")["write"]
            return self.emit("PYTHON", self.object(write), -1, levels)
        from snapformat.encodings.bincode.codec.read_source import generate_reader
        from snapformat.encodings.bincode.codec.skip_source import generate_skipper

        made = _compiled(generate_reader(op), op, "read")
        self.has_claims = self.has_claims or "CLAIMS" in made
        self.can_check = False
        try:
            skipper = _compiled(generate_skipper(op, generate_reader), op, "skip")
        except CANNOT_COMPILE:
            self.can_skip = False
            return self.emit("PYTHON", self.object(made["read"]), -1, levels)
        self.is_sure = self.is_sure and "SURE" in skipper
        return self.emit("PYTHON", self.object(made["read"]), self.object(skipper["skip"]), levels)


def _slot(cls: Any, attr: str) -> int | None:
    """Return the offset of a slot; None for an attribute that is not one."""
    assert CORE is not None
    try:
        found: int = CORE.slot(cls, attr)
    except (TypeError, AttributeError):
        return None
    return found


def _compiled(source: Source, op: Op, verb: str) -> dict[str, Any]:
    return source.compile(f"{verb} {type(op).__name__}", verb)


def _make_fields(op: ops.Struct) -> Read:
    """Return the function that reads the fields of a C struct."""
    program = program_of(op, reading=True)
    if program is None or program.has_claims or op.cls is None:
        from snapformat.encodings.bincode.codec import read_source

        return read_source._make_fields(op)
    read, names = program.code.read, field_names(op.cls)

    def fields(data: bytes) -> list[Any]:
        value = read(data, 0, len(data), 0, None)[0]
        return [getattr(value, name) for name in names]

    return fields


def _struct_writer(op: Op) -> Callable[[Any], bytes]:
    """Return the writer of a decoded C struct."""
    program = program_of(op, reading=False)
    if program is None:
        from snapformat.encodings.bincode.codec import write_source

        return write_source._struct_writer(op)
    write: Callable[[Any], bytes] = program.code.write
    return write
