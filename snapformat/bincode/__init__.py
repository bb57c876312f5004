"""bincode for Python: the serde data model as annotations, and its encodings as constructs.

The names here are those of Rust's types. `Encoding().construct(list[u16])` gives the construct of a type;
`snapformat.encode` and `snapformat.decode` use it in one call.
"""

# ruff: isort: skip_file
# `X as X`, which exports a name to type checkers, would be a statement each.
from snapformat.exports import lazy_exports

TYPE_CHECKING = False
if TYPE_CHECKING:
    from snapformat.bincode.annotations import (
        Blob as Blob,
    )
    from snapformat.bincode.annotations import (
        BTreeMap as BTreeMap,
    )
    from snapformat.bincode.annotations import (
        BTreeSet as BTreeSet,
    )
    from snapformat.bincode.annotations import (
        HashMap as HashMap,
    )
    from snapformat.bincode.annotations import (
        HashSet as HashSet,
    )
    from snapformat.bincode.annotations import (
        Len as Len,
    )
    from snapformat.bincode.annotations import (
        Option as Option,
    )
    from snapformat.bincode.annotations import (
        Vec as Vec,
    )
    from snapformat.bincode.annotations import (
        Via as Via,
    )
    from snapformat.bincode.blob import (
        CStruct as CStruct,
    )
    from snapformat.bincode.containers import (
        PairMap as PairMap,
    )
    from snapformat.bincode.containers import (
        PairSet as PairSet,
    )
    from snapformat.bincode.containers import (
        Some as Some,
    )
    from snapformat.bincode.encoding import (
        DEFAULT_LIMIT as DEFAULT_LIMIT,
    )
    from snapformat.bincode.encoding import (
        FIRECRACKER as FIRECRACKER,
    )
    from snapformat.bincode.encoding import (
        Encoding as Encoding,
    )
    from snapformat.bincode.primitives import (
        NonZeroI8 as NonZeroI8,
    )
    from snapformat.bincode.primitives import (
        NonZeroI16 as NonZeroI16,
    )
    from snapformat.bincode.primitives import (
        NonZeroI32 as NonZeroI32,
    )
    from snapformat.bincode.primitives import (
        NonZeroI64 as NonZeroI64,
    )
    from snapformat.bincode.primitives import (
        NonZeroI128 as NonZeroI128,
    )
    from snapformat.bincode.primitives import (
        NonZeroIsize as NonZeroIsize,
    )
    from snapformat.bincode.primitives import (
        NonZeroU8 as NonZeroU8,
    )
    from snapformat.bincode.primitives import (
        NonZeroU16 as NonZeroU16,
    )
    from snapformat.bincode.primitives import (
        NonZeroU32 as NonZeroU32,
    )
    from snapformat.bincode.primitives import (
        NonZeroU64 as NonZeroU64,
    )
    from snapformat.bincode.primitives import (
        NonZeroU128 as NonZeroU128,
    )
    from snapformat.bincode.primitives import (
        NonZeroUsize as NonZeroUsize,
    )
    from snapformat.bincode.primitives import (
        PhantomData as PhantomData,
    )
    from snapformat.bincode.primitives import (
        Unit as Unit,
    )
    from snapformat.bincode.primitives import (
        char as char,
    )
    from snapformat.bincode.primitives import (
        f32 as f32,
    )
    from snapformat.bincode.primitives import (
        f64 as f64,
    )
    from snapformat.bincode.primitives import (
        i8 as i8,
    )
    from snapformat.bincode.primitives import (
        i16 as i16,
    )
    from snapformat.bincode.primitives import (
        i32 as i32,
    )
    from snapformat.bincode.primitives import (
        i64 as i64,
    )
    from snapformat.bincode.primitives import (
        i128 as i128,
    )
    from snapformat.bincode.primitives import (
        isize as isize,
    )
    from snapformat.bincode.primitives import (
        u8 as u8,
    )
    from snapformat.bincode.primitives import (
        u16 as u16,
    )
    from snapformat.bincode.primitives import (
        u32 as u32,
    )
    from snapformat.bincode.primitives import (
        u64 as u64,
    )
    from snapformat.bincode.primitives import (
        u128 as u128,
    )
    from snapformat.bincode.primitives import (
        usize as usize,
    )
    from snapformat.bincode.std import (
        Bound as Bound,
    )
    from snapformat.bincode.std import (
        BoundExcluded as BoundExcluded,
    )
    from snapformat.bincode.std import (
        BoundIncluded as BoundIncluded,
    )
    from snapformat.bincode.std import (
        BoundUnbounded as BoundUnbounded,
    )
    from snapformat.bincode.std import (
        CString as CString,
    )
    from snapformat.bincode.std import (
        Duration as Duration,
    )
    from snapformat.bincode.std import (
        Err as Err,
    )
    from snapformat.bincode.std import (
        IpAddr as IpAddr,
    )
    from snapformat.bincode.std import (
        Ipv4Addr as Ipv4Addr,
    )
    from snapformat.bincode.std import (
        Ipv6Addr as Ipv6Addr,
    )
    from snapformat.bincode.std import (
        Ok as Ok,
    )
    from snapformat.bincode.std import (
        OsString as OsString,
    )
    from snapformat.bincode.std import (
        Path as Path,
    )
    from snapformat.bincode.std import (
        Range as Range,
    )
    from snapformat.bincode.std import (
        RangeFrom as RangeFrom,
    )
    from snapformat.bincode.std import (
        RangeFull as RangeFull,
    )
    from snapformat.bincode.std import (
        RangeInclusive as RangeInclusive,
    )
    from snapformat.bincode.std import (
        RangeTo as RangeTo,
    )
    from snapformat.bincode.std import (
        Result as Result,
    )
    from snapformat.bincode.std import (
        SocketAddr as SocketAddr,
    )
    from snapformat.bincode.std import (
        SocketAddrV4 as SocketAddrV4,
    )
    from snapformat.bincode.std import (
        SocketAddrV6 as SocketAddrV6,
    )
    from snapformat.bincode.std import (
        SystemTime as SystemTime,
    )
    from snapformat.bincode.versions import (
        Version as Version,
    )
    from snapformat.bincode.versions import (
        VersionReq as VersionReq,
    )
else:
    __getattr__, __dir__, __all__ = lazy_exports(
        __name__,
        {
            "annotations": (
                "Blob",
                "BTreeMap",
                "BTreeSet",
                "HashMap",
                "HashSet",
                "Len",
                "Option",
                "Vec",
                "Via",
            ),
            "blob": ("CStruct",),
            "containers": ("PairMap", "PairSet", "Some"),
            "encoding": ("DEFAULT_LIMIT", "FIRECRACKER", "Encoding"),
            "primitives": (
                "NonZeroI8",
                "NonZeroI16",
                "NonZeroI32",
                "NonZeroI64",
                "NonZeroI128",
                "NonZeroIsize",
                "NonZeroU8",
                "NonZeroU16",
                "NonZeroU32",
                "NonZeroU64",
                "NonZeroU128",
                "NonZeroUsize",
                "PhantomData",
                "Unit",
                "char",
                "f32",
                "f64",
                "i8",
                "i16",
                "i32",
                "i64",
                "i128",
                "isize",
                "u8",
                "u16",
                "u32",
                "u64",
                "u128",
                "usize",
            ),
            "std": (
                "Bound",
                "BoundExcluded",
                "BoundIncluded",
                "BoundUnbounded",
                "CString",
                "Duration",
                "Err",
                "IpAddr",
                "Ipv4Addr",
                "Ipv6Addr",
                "Ok",
                "OsString",
                "Path",
                "Range",
                "RangeFrom",
                "RangeFull",
                "RangeInclusive",
                "RangeTo",
                "Result",
                "SocketAddr",
                "SocketAddrV4",
                "SocketAddrV6",
                "SystemTime",
            ),
            "versions": ("Version", "VersionReq"),
        },
    )
