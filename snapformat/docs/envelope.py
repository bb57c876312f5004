"""The description of a file: header, checksum, order of checks, errors."""

from __future__ import annotations

from collections.abc import Callable

from snapformat import errors
from snapformat.docs.checksum import describe_checksum
from snapformat.docs.measure import Measure
from snapformat.docs.model import Error, Field, File
from snapformat.docs.rules import version_rule
from snapformat.encodings.bitcode.packing import pack_ints
from snapformat.model import kinds
from snapformat.model.from_construct import kind_of_construct
from snapformat.model.naming import Bound, named_fields
from snapformat.snapshot import CheckOrder, SnapshotFormat

MakeFields = Callable[..., tuple[Field, ...]]


def header_of(spec: SnapshotFormat) -> Bound:
    """Return the kind of the header of a file."""
    kind = spec.header_kind if spec.is_message else kind_of_construct(spec.header_struct)
    return Bound(kind, spec.encoding)


def payload_of(spec: SnapshotFormat) -> Bound:
    """Return the kind of the data of a file.

    Raises:
        SchemaError: It can't be stored in the format's encoding.
        ValueError: The format does not declare a payload.
    """
    if spec.is_message:
        spec.encoding.bind(spec.payload_kind)
    return Bound(spec.payload_kind, spec.encoding)


def file_parts(spec: SnapshotFormat) -> list[tuple[str, Bound, str]]:
    """Return name, kind and description of the parts of a file, in order."""
    found: list[tuple[str, Bound, str]] = []
    if not spec.is_bare:
        found += [(name, child, each.doc) for name, each, child in named_fields(header_of(spec))]
    order = f", {spec.encoding.byteorder}-endian" if spec.is_message else ""
    about = "The values, one after the other, up to the end of the file" if spec.many else "The data"
    found.append(("data", payload_of(spec), about))
    if spec.checksum is not None:
        size = spec.checksum.size
        stored = kinds.Int(f"u{8 * size}", size, False, byteorder=spec.encoding.byteorder, variable=False)
        # It is no column of the message.
        config = None if spec.is_message else spec.encoding
        found.append(
            ("checksum", Bound(stored, config), f"{spec.checksum.name} of all bytes before it{order}")
        )
    return found


def describe_file(spec: SnapshotFormat, measure: Measure, make: MakeFields) -> File:
    """Make the model of a file.

    Args:
        spec: The format.
        measure: Sizes of kinds.
        make: Function that makes fields from `file_parts`.
    """
    parts = file_parts(spec)
    crc = spec.checksum
    return File(
        fields=make(parts),
        size=None if spec.is_message else measure.whole(bound for _, bound, _ in parts),
        magics=tuple((arch, f"0x{magic:016x}") for arch, magic in spec.magics.items()),
        version="" if spec.is_bare else str(spec.version),
        version_rule="" if spec.is_bare else version_rule(spec),
        checksum=None if crc is None else describe_checksum(crc, spec.encoding.byteorder),
        order=_order(spec),
        max_file_size=spec.max_file_size,
        errors=_errors(spec),
        header=_header(spec) if spec.is_message and not spec.is_bare else "",
        compression=spec.compression or "",
    )


def _header(spec: SnapshotFormat) -> str:
    """Describe the columns of the header in a message."""
    magics = (
        f"`{pack_ints([magic], 8).hex(' ')}`" + (f" ({arch})" if arch else "")
        for arch, magic in spec.magics.items()
    )
    return (
        "The first two columns are the header. Each has one value, so they can be read without the rest. The"
        f" magic is stored as {' or '.join(magics)}. Then come a byte with the length of the version, and its"
        " text."
    )


_UNPACKED = "The file is unpacked."
_HEADER = "The header is decoded: magic and version."
_MAGIC = "The magic is compared."
_VERSION = "The version is checked."
_EITHER = "header or data are truncated or not of their types"
_DATA = "The data is decoded."
_END = "The file must contain nothing else."
_KEPT = "Bytes between the data and the checksum are kept."


def _order(spec: SnapshotFormat) -> tuple[str, ...]:
    data = _message(spec) if spec.is_message else _DATA
    if spec.is_bare:
        unpacked = [] if spec.compression is None else [_UNPACKED]
        end = [_END] if spec.trailing == "refuse" and not spec.is_message and not spec.many else []
        return (*unpacked, data, *end)
    match spec.order:
        case CheckOrder.CHECKSUM_FIRST:
            steps = [_HEADER, _MAGIC, data, _VERSION]
        case CheckOrder.DECODE_FIRST:
            steps = [*([] if spec.is_message else [_HEADER]), data, _MAGIC, _VERSION]
        case CheckOrder.PAYLOAD_FIRST:
            steps = [_HEADER, _MAGIC, _VERSION, data]
    if spec.checksum is not None:
        size = spec.checksum.size
        if spec.order is CheckOrder.CHECKSUM_FIRST:
            first = f"The last {size} bytes of the file are compared with the checksum of all bytes before."
            steps.insert(0, first)
        else:
            steps.append("The checksum of the whole file is checked.")
    if spec.trailing == "refuse" and not spec.is_message:
        steps.append(_END)
    elif spec.trailing == "keep":
        steps.append(_KEPT)
    return tuple(steps)


def _message(spec: SnapshotFormat) -> str:
    end = (
        "where the file does" if spec.checksum is None else f"{spec.checksum.size} bytes before the file does"
    )
    if spec.is_bare:
        return "The data is decoded as one message, which must end where the file does."
    return f"Header and data are decoded as one message, which must end {end}."


def _errors(spec: SnapshotFormat) -> tuple[Error, ...]:
    """Return the errors that `SnapshotFormat.load` can raise, in the order of the checks."""
    known: dict[str, tuple[type[errors.SnapshotError], str]] = {
        "size": (
            errors.SnapshotIOError,
            f"the file can't be read, or is larger than {spec.max_file_size} bytes",
        ),
        _UNPACKED: (
            errors.DecodeError,
            f"the compressed data is damaged, or the content is larger than {spec.max_file_size} bytes",
        ),
        _HEADER: (errors.DecodeError, "the header is truncated, or its version is not a semantic version"),
        _MAGIC: (errors.InvalidMagicError, "the magic is another one"),
        _VERSION: (errors.InvalidFormatVersionError, "the format does not read this version"),
        _DATA: (
            errors.DecodeError,
            "the data is truncated or not a value of its type; the error has the path and the offset",
        ),
        _message(spec): (
            errors.DecodeError,
            ("data is truncated or not of its type" if spec.is_bare else _EITHER)
            + ", or bytes are left over; the error has the path and the offset of the column"
            + ("; most files of other versions fail here" if spec.order is CheckOrder.DECODE_FIRST else ""),
        ),
        _END: (errors.DecodeError, "bytes are left over after the data or after the checksum"),
    }
    damaged = "the checksum does not match: the file is damaged"
    checksum = errors.Crc64Error, damaged + ("" if spec.is_message else ", or bytes follow the checksum")
    found = [known["size"], *(known.get(step, checksum) for step in _order(spec) if step != _KEPT)]
    return tuple(Error(cls.code, cls.__name__, when) for cls, when in found)
