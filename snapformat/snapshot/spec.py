"""What a family of snapshot files is: magic, version, payload, checksum, and its layout as a Struct."""

from __future__ import annotations

import dataclasses
import enum
from collections.abc import Callable, Mapping
from dataclasses import field
from functools import cache, lru_cache
from typing import Any, Literal, get_args

import construct
import semver

from snapformat.bincode import FIRECRACKER, Encoding, Version, u64
from snapformat.encodings.construct.named import OfClass
from snapformat.layout.lower import layout_of, lower
from snapformat.layout.nodes import Node
from snapformat.layout.wrappers import Checksummed, Limited
from snapformat.lazy_dataclasses import dataclass
from snapformat.limits import DEFAULT_LIMITS, Limits
from snapformat.model.declare.registry import is_reference, resolved
from snapformat.model.std.semver_text import parse_version, version_text
from snapformat.once import cached_property
from snapformat.snapshot.checksum import CRC64_JONES, Checksum

#: A file above this is refused unread.
MAX_FILE_SIZE = 1 << 30


#: What becomes of bytes of a file that are neither header nor data nor checksum: see `FormatSpec`.
Trailing = Literal["refuse", "keep", "ignore"]


class CheckOrder(enum.Enum):
    """In which order a file is checked: it decides which of several faults is reported.

    Attributes:
        PAYLOAD_FIRST: Header, magic, version, payload, checksum of the whole file: Firecracker 1.14.
        CHECKSUM_FIRST: Checksum of all but the last bytes, header, magic, payload, version: up to 1.13.
    """

    PAYLOAD_FIRST = "payload first"
    CHECKSUM_FIRST = "checksum first"


def same_major(supported: semver.Version, found: semver.Version) -> bool:
    """The original's rule: equal major, and a minor that is not newer; the rest does not matter."""
    return found.major == supported.major and found.minor <= supported.minor


@dataclass(slots=True)
class Header:
    """The header of a snapshot file.

    Attributes:
        magic: u64 at offset 0; tells the architecture.
        version: Version of the payload's format, a semantic version.
    """

    magic: int
    version: semver.Version


def header_struct(encoding: Encoding) -> Any:
    """The header as a Struct, giving `Header`: magic (u64), then the version as a str."""
    fields = construct.Struct(
        "magic" / construct.Renamed(encoding.construct(u64), newdocs="Tells the format and the architecture"),
        "version" / construct.Renamed(encoding.construct(Version), newdocs="Version of the payload's format"),
    )
    return OfClass(fields, Header)


@cache
def _header_node(integers: Any, byteorder: Any) -> Node:
    """The header's layout, in which a limit has no part: there are four."""
    return lower(header_struct(Encoding(integers, byteorder, limit=None)))


#: Formats derived by payloads that are no classes, of each format: these hold their payloads.
_MOST_DERIVED = 16


@dataclass(frozen=True, slots=False, eq=False)
class FormatSpec:
    """The declaration of a family of files.

    Attributes:
        name: What the format is called.
        magic: The magic number, or one for each architecture by name.
        version: The version that is written, and against which a file's is checked.
        payload: Type of the data: a class, an annotation, a construct, a registered name, or the place of
            one of these, as `module:attribute`, which is imported when it is needed; None if files of this
            family are only looked at from outside.
        encoding: Encoding of header, payload and checksum. Its limit counts for each of them apart.
        checksum: The checksum at the end, or None for none.
        order: In which order a file is checked.
        accepts: Whether a file's version is read, given the supported and the found one.
        limits: Bounds of depth and of zero-sized elements.
        max_file_size: Bytes above which a file is refused unread.
        release: The release or releases of the program that write such files, or None.
        family: Place of what the format's family knows beyond layouts, as `module:attribute`, or None; see
            `snapformat.inspect.families`. It is imported when it is needed.
        trailing: What becomes of bytes that are neither header nor data nor checksum. With `"refuse"` and
            `"keep"`, the file's last bytes are its checksum, and the data never reads any of them. Bytes
            between the two are refused, or kept: they are `Snapshot.trailing`, and are written again.
            `"ignore"` is the rule of Firecracker's own code, and of its formats here: the checksum must hold
            for the whole file, and bytes after the data are neither looked at nor written again. Data that
            asks for more bytes than there are is given those of the checksum.
    """

    name: str
    magic: int | Mapping[str, int]
    version: str | semver.Version
    payload: Any = None
    encoding: Encoding = FIRECRACKER
    checksum: Checksum | None = CRC64_JONES
    order: CheckOrder = CheckOrder.PAYLOAD_FIRST
    accepts: Callable[[semver.Version, semver.Version], bool] = same_major
    limits: Limits = field(default=DEFAULT_LIMITS)
    max_file_size: int = MAX_FILE_SIZE
    release: str | None = None
    family: str | None = None
    trailing: Trailing = "refuse"
    #: The `CachedHeader` of the last file that was read lazily.
    cached_header: Any = field(default=None, init=False, repr=False, compare=False)
    #: The bytes of the header that was read last, and what it says, not yet judged.
    latest_header: Any = field(default=None, init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        for arch, magic in self.magics.items():
            if type(magic) is not int or not 0 <= magic < 1 << 64:
                raise ValueError(f"the magic of {arch or self.name} must be a u64, not {magic!r}")
        if not self.magics:
            raise ValueError("a format needs a magic")
        if self.trailing not in get_args(Trailing):
            raise ValueError(
                f"trailing must be one of {', '.join(get_args(Trailing))}, not {self.trailing!r}"
            )
        parse_version(version_text(self.version))
        if self.checksum is not None and self.checksum.width % 8:
            raise ValueError(f"the checksum's width must be whole bytes, not {self.checksum.width} bits")
        if self.payload is not None and not is_reference(self.payload):
            self.payload_node  # noqa: B018 - seals the payload's type: undefined names fail here

    def __getstate__(self) -> dict[str, Any]:
        return {each.name: getattr(self, each.name) for each in dataclasses.fields(self) if each.init}

    def __deepcopy__(self, memo: Any) -> FormatSpec:
        return self  # nobody can change it

    @cached_property
    def latest(self) -> Callable[[Any], Any]:
        """Gives the format derived by a payload that has a hash; the latest are kept. See `derived`."""
        return lru_cache(_MOST_DERIVED)(lambda payload: dataclasses.replace(self, payload=payload))

    @cached_property
    def magics(self) -> Mapping[str, int]:
        """Magic by architecture; the key is empty where the format has one for all."""
        return self.magic if isinstance(self.magic, Mapping) else {"": self.magic}

    @cached_property
    def supported(self) -> semver.Version:
        """The version, parsed."""
        return parse_version(str(self.version))

    def magic_of(self, arch: str | None = None) -> int:
        """The magic that is written: of the named architecture, or of this machine's."""
        magics = self.magics
        if arch is None:
            arch = machine_arch()
            return magics.get(arch, next(iter(magics.values())))
        if arch not in magics:
            raise ValueError(f"{self.name} has no architecture {arch!r}; it has {', '.join(magics)}")
        return magics[arch]

    def arch_of(self, magic: int) -> str | None:
        """The architecture that a magic stands for, or None."""
        return next((arch or None for arch, known in self.magics.items() if known == magic), None)

    @cached_property
    def header_struct(self) -> Any:
        """The header's Struct."""
        return header_struct(self.encoding)

    @cached_property
    def header_node(self) -> Node:
        """The header's layout: formats of like encodings share it, and the code made for it."""
        return _header_node(self.encoding.integers, self.encoding.byteorder)

    @cached_property
    def payload_struct(self) -> Any:
        """The payload's construct."""
        return self.encoding.construct(self._payload)

    @cached_property
    def payload_node(self) -> Node:
        """The payload's layout."""
        return layout_of(self._payload, self.encoding)

    @property
    def _payload(self) -> Any:
        if self.payload is None:
            raise ValueError(f"the format {self.name} declares no payload")
        return resolved(self.payload)

    @cached_property
    def struct(self) -> Any:
        """The whole file as a Struct: header and data in a checksummed wrapper.

        Under `trailing="keep"` it has a third field, `trailing`, which may be left out for building.
        """
        limit = self.encoding.limit
        fields = ["header" / Limited(self.header_struct, limit), "data" / Limited(self.payload_struct, limit)]
        if self.trailing == "keep":
            fields.append("trailing" / construct.Default(construct.GreedyBytes, b""))
        elif self.trailing == "refuse" and self.checksum is None:
            fields.append(construct.Terminated)
        whole = construct.Struct(*fields)
        if self.checksum is None:
            return whole
        return Checksummed(whole, self.checksum, self.encoding, to_the_end=self.trailing != "ignore")

    @cached_property
    def node(self) -> Node:
        """The whole file's layout."""
        return lower(self.struct)


def machine_arch() -> str:
    """This machine's architecture, by the kernel's name: `x86_64`, `aarch64` or another."""
    import platform  # here and not above: reading files needs none of it

    machine = platform.machine().lower()
    return {"amd64": "x86_64", "arm64": "aarch64"}.get(machine, machine)
