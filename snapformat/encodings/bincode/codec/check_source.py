"""Generating a checker, which finds out whether a value can be read and where it ends, without making it.

It looks at everything a skipper looks at, and at all else that a reader might refuse. In doubt it raises an
exception, like the generated reader: then the value is read.
"""

from __future__ import annotations

from snapformat.encodings.bincode import ops
from snapformat.encodings.bincode.codec import read_helpers
from snapformat.encodings.bincode.codec.shape import counted_of, is_plain
from snapformat.encodings.bincode.codec.skip_source import GenerateReader, SkipGenerator
from snapformat.encodings.bincode.codec.source import NotGenerated, Source
from snapformat.encodings.bincode.ops import Op


def generate_checker(root: Op, generate_reader: GenerateReader) -> Source:
    """Generate source with a function `check(d, p, e, h, k)` that returns the position after a valid value.

    Raises:
        NotGenerated: The layout has no checker.
    """
    return _CheckGenerator(root, generate_reader).generate()


class _CheckGenerator(SkipGenerator):
    verb = "check"

    def __init__(self, root: Op, generate_reader: GenerateReader) -> None:
        super().__init__(root, generate_reader)
        self._fitting: dict[Op, bool] = {}

    def fixed(self, op: Op) -> int | None:
        size = op.fixed_size
        return size if size is not None and self._fits_any(op) else None

    def groups(self, op: ops.CStructBytes) -> bool:
        return super().groups(op) and op.fits_any

    def _fits_any(self, op: Op) -> bool:
        """Return whether any bytes of its fixed size can be read, without running foreign code."""
        if op not in self._fitting:
            self._fitting[op] = self._fits(op)
        return self._fitting[op]

    def _fits(self, op: Op) -> bool:
        match op:
            case ops.Int():
                return not op.nonzero
            case ops.Float():
                return op.has_nan
            case ops.FixedBytes() | ops.Unit() | ops.Computed() | ops.Bits():
                return True
            case ops.Struct():
                return _is_made_here(op) and all(self._fits_any(each.op) for each in op.fields)
            case ops.Tuple():
                return all(map(self._fits_any, op.items))
            case ops.Convert():
                return op.pure and self._fits_any(op.item)
            case ops.Array() | ops.Rebuild() | ops.Default() | ops.Padded():
                return self._fits_any(op.item)
        return False

    # --- operations that a skipper does not look at ---------------------------------------------------

    def _int(self, op: ops.Int, place: str) -> None:
        self._number(op, is_length=False)

    def _bool(self, op: ops.Bool, place: str) -> None:
        if not op.lenient:
            self.out.line(f"if d[{self._here()}] > 1: raise GUARD")
        self.passed += 1

    def _char(self, op: ops.Char, place: str) -> None:
        if op.length is not None:
            end = self._end(op.length)
            self.out.names["CHAR_OF"] = read_helpers.char_of
            self.out.line(f"CHAR_OF(d[p:{end}])")
            self.out.line(f"p = {end}")
            return
        self.flush()
        self.out.names["CHAR"] = read_helpers.read_char
        self.out.line("p = CHAR(d, p, e)[1]")

    def _str(self, op: ops.Str, place: str) -> None:
        end = self._end(op.length)
        codec = "" if op.encoding == "utf-8" else repr(op.encoding)
        self.out.line(f"d[p:{end}].decode({codec})")
        self.out.line(f"p = {end}")

    def _bytes(self, op: ops.Bytes, place: str) -> None:
        end = self._end(op.length)
        if op.exact is not None:
            self.out.line(f"if {end} - p != {op.exact}: raise GUARD")
        if op.no_nul:
            self.out.line(f"if 0 in d[p:{end}]: raise GUARD")
        self.out.line(f"p = {end}")

    def _map(self, op: ops.Map, place: str) -> None:
        if op.by_bytes:  # the order of the keys is checked too
            self._read(op)
        else:
            super()._map(op, place)

    _float = SkipGenerator._read

    def _end(self, length: ops.Int) -> str:
        """Return a local with the end of bytes after their length; the position is their start."""
        name, end = self._number(length), self.out.fresh("q")
        self.flush()
        self.out.line(f"{end} = p + {name}")
        return end

    def _cstructbytes(self, op: ops.CStructBytes, place: str) -> None:
        if op.fits_any:
            self._advance(self._number(op.length))
        else:
            self._read(op)

    def _struct(self, op: ops.Struct, place: str) -> None:
        if _is_made_here(op):
            super()._struct(op, place)
        else:
            self._read(op)

    def _fields(self, op: ops.Struct) -> None:
        if not _is_made_here(op):  # of a variant
            raise NotGenerated("code of a class runs")
        super()._fields(op)

    def _convert(self, op: ops.Convert | ops.Const | ops.Rebuild | ops.Default, place: str) -> None:
        if isinstance(op, ops.Const) or (
            isinstance(op, ops.Convert) and not op.pure and counted_of(op) is None
        ):
            self._read(op)
        else:
            super()._convert(op, place)

    _const = _rebuild = _default = _convert

    def _run(self, op: ops.Run | ops.Interpret, place: str) -> None:
        raise NotGenerated("it is run where it stands")

    _interpret = _run

    def _prefixed(self, op: ops.Prefixed, place: str) -> None:
        self._read(op)


def _is_made_here(op: ops.Struct) -> bool:
    """Return whether no code of a class runs when a value is made."""
    return not op.scoped and (op.cls is None or is_plain(op))
