"""The declaration of a format: magic, version, payload, checksum, and the layout of the file as a Struct."""

from __future__ import annotations

import dataclasses
import enum
import warnings
from collections.abc import Callable, Mapping
from dataclasses import field
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any, Generic, Literal, get_args

import construct
import semver

from snapformat.bincode import FIRECRACKER, Encoding, Version, u64
from snapformat.encodings.bincode.encoding import sealed
from snapformat.encodings.bincode.limit import BINCODE, limit_of
from snapformat.encodings.bincode.ops import Op
from snapformat.encodings.bincode.plan import layout_of, lower
from snapformat.encodings.construct.payload import Payload
from snapformat.encodings.construct.reach import is_located
from snapformat.encodings.construct.wrappers import Checksummed, Limited
from snapformat.errors import SchemaError
from snapformat.lazy_dataclasses import dataclass
from snapformat.limits import DEFAULT_LIMITS, Limits
from snapformat.model.checks import describe_value
from snapformat.model.declare.registry import import_reference, is_reference, resolved
from snapformat.model.from_construct import ClassAdapter
from snapformat.model.graph import is_zero_sized
from snapformat.model.kinds import Kind, Records, Unit
from snapformat.model.std.semver_text import parse_padded, parse_version, version_text
from snapformat.model.versions import at_version, versions_in
from snapformat.once import cached_property
from snapformat.snapshot.checksum import CRC64_JONES, Checksum
from snapformat.snapshot.header import MAGIC_DOC, VERSION_DOC, Header, header_kind
from snapformat.type_of import T

if TYPE_CHECKING:
    from snapformat.encodings.bitcode.encoding import Bitcode
    from snapformat.model import kinds
    from snapformat.type_of import TypeOf

#: Default maximum size of a file in bytes.
MAX_FILE_SIZE = 1 << 30


#: The treatment of bytes that are neither header nor data nor checksum: see `FormatSpec`.
Trailing = Literal["refuse", "keep", "ignore"]
#: The compression around a whole bare file.
Compression = Literal["gzip", "zlib", "zstd"]


class CheckOrder(enum.Enum):
    """The order of checks, which decides which of several faults is reported.

    Attributes:
        PAYLOAD_FIRST: Header, magic, version, payload, checksum of the whole file: Firecracker 1.14.
        CHECKSUM_FIRST: Checksum of all but the last bytes, header, magic, payload, version: up to 1.13.
        DECODE_FIRST: Header, payload, magic, version, checksum: since 1.15, which writes bitcode.
    """

    PAYLOAD_FIRST = "payload first"
    CHECKSUM_FIRST = "checksum first"
    DECODE_FIRST = "decode first"


def same_major(supported: semver.Version, found: semver.Version) -> bool:
    """Firecracker's rule: the major number is equal, and the minor number is not newer."""
    return found.major == supported.major and found.minor <= supported.minor


def header_struct(encoding: Encoding) -> Any:
    """Make the Struct of the header, which parses to `Header`: magic (u64), then the version as a str."""
    fields = construct.Struct(
        "magic" / construct.Renamed(encoding.construct(u64), newdocs=MAGIC_DOC),
        "version" / construct.Renamed(encoding.construct(Version), newdocs=VERSION_DOC),
    )
    return ClassAdapter(fields, Header)


@cache
def compressor() -> Any:
    """Import the module for compressed files, which most files are not."""
    from snapformat.snapshot import compression

    return compression


@cache
def records() -> Any:
    """Import the module for files of many values, which most files are not."""
    from snapformat.encodings.bincode.codec import records

    return records


@cache
def message() -> Any:
    """Import the module for files of one message, which most files are not."""
    from snapformat.snapshot import message

    return message


@cache
def _header_layout(encoding: Encoding) -> Op:
    """Return the layout of the header, which does not depend on the limit."""
    return lower(header_struct(encoding))


class LatestHeader:
    """A cache of the header that was read last with an encoding; formats of equal encodings share it.

    Attributes:
        found: Its bytes, and the decoded header, not yet checked.
    """

    __slots__ = ("found",)

    def __init__(self) -> None:
        self.found: tuple[bytes, Header] | None = None


@lru_cache(maxsize=16)
def _latest_header(encoding: Encoding) -> LatestHeader:
    return LatestHeader()


#: Maximum number of derived formats that a format caches for payloads that are not classes.
_MOST_DERIVED = 16


@dataclass(frozen=True, slots=False, eq=False)
class FormatSpec(Generic[T]):
    """The declaration of a format.

    Attributes:
        name: Name of the format.
        magic: The magic number, or a mapping from architectures to magic numbers; None for bare files, which
            have neither header nor checksum: see `SnapshotFormat.bare`.
        version: The version that is written, and that the version of a file is compared with.
        payload: Type of the data: a class, an annotation, a construct, a registered name, or a reference to
            one of these as `module:attribute`, which is imported on first use. None if the data of such
            files is never read.
        encoding: Encoding of header, payload and checksum. bincode's limit applies to each of them
            separately. In bitcode, header and payload are one message, which ends where the checksum begins.
        checksum: The checksum at the end of a file, or None.
        order: The order of checks.
        accepts: Function of the supported and the found version; returns whether such files are read.
        limits: Limits of depth and of zero-sized elements.
        allow_pickle: Whether construct's `Pickled` in the payload is read. A pickle can run any code: allow
            it only for files of a trusted source. Writing does not need it.
        max_file_size: Maximum size of a file in bytes; a larger one is refused without reading it. Also the
            maximum size of the content of a compressed file.
        release: The release or releases of the program that write such files, or None.
        family: Reference to the format's family as `module:attribute`, or None; see
            `snapformat.inspect.families`. It is imported on first use.
        trailing: The treatment of bytes that are neither header nor data nor checksum. With `"refuse"` and
            `"keep"`, the checksum is the last bytes of the file and never read as data. Bytes between data
            and checksum are refused, or kept in `Snapshot.trailing` and written again. `"ignore"` is the rule
            of Firecracker's own code, and of its formats here: the checksum must match for the whole file,
            and bytes after the data are neither checked nor written again. Data that runs past its end
            continues into the checksum.
        steps: The steps between the versions of the format (`snapformat.migrate.Steps`): a function that
            returns them, or a reference to them as `module:attribute`, which is imported on first use; or
            None.
        many: Whether a bare file has any number of values one after the other; its data is their list.
        compression: The compression around a whole bare file, or None.
        note: What users of the format should know about it, in a sentence, which its documents begin with;
            or empty.
    """

    name: str
    magic: int | Mapping[str, int] | None
    version: str | semver.Version
    payload: TypeOf[T] | None = None
    encoding: Encoding | Bitcode = FIRECRACKER
    checksum: Checksum | None = CRC64_JONES
    order: CheckOrder = CheckOrder.PAYLOAD_FIRST
    accepts: Callable[[semver.Version, semver.Version], bool] = same_major
    limits: Limits = field(default=DEFAULT_LIMITS)
    allow_pickle: bool = False
    max_file_size: int = MAX_FILE_SIZE
    release: str | None = None
    family: str | None = None
    trailing: Trailing = "refuse"
    note: str = ""
    steps: str | Callable[[], Any] | None = None
    many: bool = False
    compression: Compression | None = None
    #: The `CachedHeader` of the last file that was read lazily.
    cached_header: Any = field(default=None, init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        for arch, magic in self.magics.items():
            if type(magic) is not int or not 0 <= magic < 1 << 64:
                raise ValueError(f"the magic of {arch or self.name} must be a u64, not {magic!r}")
        if not self.magics and not self.is_bare:
            raise ValueError("a format needs a magic")
        self._check_bare()
        if self.trailing not in get_args(Trailing):
            raise ValueError(
                f"trailing must be one of {', '.join(get_args(Trailing))}, not {self.trailing!r}"
            )
        if self.limits.allow_pickle:
            raise ValueError("a format reads pickles by its own allow_pickle=True, not by that of its limits")
        parse_version(version_text(self.version))
        if self.checksum is not None and self.checksum.width % 8:
            raise ValueError(f"the checksum's width must be whole bytes, not {self.checksum.width} bits")
        is_message = not isinstance(self.encoding, Encoding)
        if is_message and self.is_bare and self.trailing != "refuse":
            raise ValueError("a message of bitcode is the whole file: trailing must be 'refuse'")
        if is_message and self.trailing != "refuse":
            raise ValueError("a message of bitcode is followed by its checksum: trailing must be 'refuse'")
        if self.payload is not None and not is_reference(self.payload):
            # Resolves the payload's type: undefined names fail here.
            self.message_kind if is_message else self.payload_layout  # noqa: B018
            self.added_since  # noqa: B018 - checked against the version

    def _check_bare(self) -> None:
        """Refuse what only bare files have, or don't have."""
        if not self.is_bare:
            if self.many or self.compression is not None:
                raise ValueError("only bare files (magic=None) have many values, or are compressed")
            return
        if self.checksum is not None:
            raise ValueError("a format without a magic has no checksum either: checksum must be None")
        if self.compression not in (None, *get_args(Compression)):
            known = ", ".join(get_args(Compression))
            raise ValueError(f"compression must be one of {known}, not {self.compression!r}")
        if self.many and not isinstance(self.encoding, Encoding):
            raise ValueError("a message of bitcode has one value")
        if self.many and self.trailing != "refuse":
            raise ValueError("many values end where the file does: trailing must be 'refuse'")

    def __getstate__(self) -> dict[str, Any]:
        return {each.name: getattr(self, each.name) for each in dataclasses.fields(self) if each.init}

    def __reduce_ex__(self, protocol: Any) -> Any:
        if self.declared is not self:
            return _at, (self.declared, str(self.version))
        return super().__reduce_ex__(protocol)

    def __deepcopy__(self, memo: Any) -> FormatSpec:
        return self  # immutable

    @cached_property
    def all_limits(self) -> Limits:
        """The limits, with what `allow_pickle` allows."""
        return dataclasses.replace(self.limits, allow_pickle=True) if self.allow_pickle else self.limits

    @cached_property
    def added_since(self) -> tuple[semver.Version, ...]:
        """The versions since which files have fields of the payload (`doc(since=...)`), oldest first."""
        if self.payload is None:
            return ()
        found = versions_in(self.payload_kind)
        if found and found[-1] > self.supported:
            raise SchemaError(
                f"the format {self.name} has version {self.version}, and a field since {found[-1]}"
            )
        at_version(self.payload_kind, semver.Version(0))  # fails where it can't be left out
        return found

    def at(self, version: str | semver.Version) -> Any:
        """Return the format as files of an older version have it: without the fields added since.

        Args:
            version: The version; of its text, the patch and minor number may be left out (`1.1`).

        Returns:
            A format that reads and writes files of that version; this one if nothing was added since.
        """
        found = parse_padded(version) if isinstance(version, str) else version
        if not self.added_since or found >= self.added_since[-1]:
            return self
        return self._older(found)

    @cached_property
    def _older(self) -> Callable[[semver.Version], Any]:
        return lru_cache(_MOST_DERIVED)(self._made_at)

    def _made_at(self, version: semver.Version) -> FormatSpec:
        payload: Any = at_version(self.payload_kind, version)
        made = dataclasses.replace(self, payload=payload, version=version)
        vars(made)["declared"] = self.declared
        return made

    @cached_property
    def declared(self) -> Any:
        """The format as it was declared; this one, unless it is that of an older version (`at`)."""
        return self

    @property
    def all_steps(self) -> Any:
        """The steps between the versions of the format; an empty sequence if it has none."""
        if self.steps is None:
            return ()
        found: Any = self.steps() if callable(self.steps) else import_reference(self.steps)
        if not hasattr(found, "upgrade"):
            raise SchemaError(
                f"steps of the format {self.name} must be Steps(...), not {describe_value(found)}"
            )
        return found

    @cached_property
    def latest(self) -> Callable[[Any], Any]:
        """A cached function from a hashable payload to the format with that payload. See `derived`."""
        return lru_cache(_MOST_DERIVED)(lambda payload: dataclasses.replace(self, payload=payload))

    @cached_property
    def magics(self) -> Mapping[str, int]:
        """Magic by architecture; the key is empty if the format has one magic for all."""
        if self.magic is None:
            return {}
        return self.magic if isinstance(self.magic, Mapping) else {"": self.magic}

    @property
    def is_bare(self) -> bool:
        """Whether files have no header and no checksum."""
        return self.magic is None

    @cached_property
    def supported(self) -> semver.Version:
        """The version, parsed."""
        return parse_version(str(self.version))

    def magic_of(self, arch: str | None = None) -> int:
        """Return the magic that is written for an architecture; by default this machine's.

        Raises:
            SchemaError: The files have no header.
        """
        magics = self.magics
        self.check_header()
        if arch is None:
            arch = machine_arch()
            return magics.get(arch, next(iter(magics.values())))
        if arch not in magics:
            raise ValueError(f"{self.name} has no architecture {arch!r}, only {', '.join(magics)}")
        return magics[arch]

    def arch_of(self, magic: int) -> str | None:
        """Return the architecture that a magic identifies, or None."""
        return next((arch or None for arch, known in self.magics.items() if known == magic), None)

    def check_header(self) -> None:
        """Raise `SchemaError` if the files have no header."""
        if self.is_bare:
            raise SchemaError(f"files of {self.name} have no header: neither magic nor version")

    def unpacked(self, data: bytes) -> bytes:
        """Return the content of a file; the same bytes if the format has no compression.

        Raises:
            DecodeError: The compressed data are damaged, or the content is larger than `max_file_size`.
        """
        if self.compression is None:
            return data
        content: bytes = compressor().unpack(data, self.compression, self.max_file_size)
        return content

    @property
    def bincode(self) -> Encoding:
        """The encoding, if its values lie one after the other.

        Raises:
            SchemaError: It stores columns: values have no offsets and no constructs.
        """
        if not isinstance(self.encoding, Encoding):
            raise SchemaError(f"the format {self.name} stores columns, in which values have no place")
        return self.encoding

    @property
    def limit(self) -> int | None:
        """Maximum number of bytes that the data may claim; None for no limit.

        Raises:
            SchemaError: The encoding stores columns.
        """
        encoding = self.bincode
        if encoding is not BINCODE:
            return encoding.limit
        return limit_of(self.record_layout if self.many else self.payload_layout, encoding)

    @property
    def is_message(self) -> bool:
        """Whether header and payload, or the payload of a bare file, are one message of columns."""
        return not isinstance(self.encoding, Encoding)

    @cached_property
    def header_kind(self) -> kinds.Struct:
        """The kind of the header in a message."""
        return header_kind()

    @cached_property
    def message_kind(self) -> Kind:
        """The kind of header and payload in a message, or of the payload alone."""
        if self.is_bare:
            self.encoding.bind(self.payload_kind)
            return self.payload_kind
        kind: Kind = message().Message(self.header_kind, self.payload_kind)
        self.encoding.bind(kind)
        return kind

    @cached_property
    def header_struct(self) -> Any:
        """The Struct of the header."""
        return header_struct(self.bincode)

    @cached_property
    def header_layout(self) -> Op:
        """The layout of the header, shared with its generated code by formats of equal encodings."""
        return _header_layout(self.bincode.without_limit())

    @cached_property
    def latest_header(self) -> LatestHeader:
        """The cache of the header that was read last."""
        return _latest_header(self.encoding)

    @cached_property
    def payload_struct(self) -> Any:
        """The construct of the payload."""
        return self.bincode.construct(self._payload)

    @cached_property
    def payload_kind(self) -> Kind:
        """The payload's kind: of many values, that of their list."""
        return sealed(self._payload)

    @cached_property
    def record_layout(self) -> Op:
        """The layout of one of many values."""
        assert isinstance(self.payload_kind, Records)
        return layout_of(self.payload_kind.item, self.bincode)

    @cached_property
    def payload_layout(self) -> Op:
        """The layout of the payload."""
        return layout_of(self._payload, self.bincode)

    @property
    def _payload(self) -> Any:
        if self.payload is None:
            raise ValueError(f"the format {self.name} does not declare a payload")
        return self._records if self.many else resolved(self.payload)

    @cached_property
    def _records(self) -> Records:
        """The kind of many values."""
        item = sealed(resolved(self.payload))
        if is_zero_sized(item):
            raise SchemaError("values without bytes have no number: declare one value, not many")
        records: Records = Records(item, Unit())
        return records

    @cached_property
    def struct(self) -> Any:
        """The Struct of the whole file: header and data in a checksummed wrapper.

        With `trailing="keep"` it has a third field, `trailing`, which is optional when building.
        """
        limit = self.limit
        payload = Payload if is_located(self.payload_layout.kind) else Limited
        fields = [
            *([] if self.is_bare else ["header" / Limited(self.header_struct, limit)]),
            "data" / payload(self.payload_struct, limit, self.all_limits),
        ]
        if self.trailing == "keep":
            fields.append("trailing" / construct.Default(construct.GreedyBytes, b""))
        elif self.trailing == "refuse" and self.checksum is None:
            fields.append(construct.Terminated)
        whole = construct.Struct(*fields)
        if self.checksum is None:
            return whole
        return Checksummed(whole, self.checksum, self.bincode, to_the_end=self.trailing != "ignore")

    @cached_property
    def layout(self) -> Op:
        """The layout of the whole file."""
        return lower(self.struct)

    @property
    def header_node(self) -> Op:
        """The former name of `header_layout`."""
        return _renamed(self, "header_node", "header_layout")

    @property
    def payload_node(self) -> Op:
        """The former name of `payload_layout`."""
        return _renamed(self, "payload_node", "payload_layout")

    @property
    def node(self) -> Op:
        """The former name of `layout`."""
        return _renamed(self, "node", "layout")


def _at(declared: FormatSpec, version: str) -> Any:
    return declared.at(version)


def _renamed(spec: FormatSpec, before: str, name: str) -> Op:
    warnings.warn(f"{before} is now called {name}", DeprecationWarning, stacklevel=3)
    found: Op = getattr(spec, name)
    return found


def machine_arch() -> str:
    """Return this machine's architecture by its name in the kernel: `x86_64`, `aarch64` or another."""
    import platform  # imported here, as reading files does not need it

    machine = platform.machine().lower()
    return {"amd64": "x86_64", "arm64": "aarch64"}.get(machine, machine)
