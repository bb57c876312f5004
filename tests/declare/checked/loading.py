# ruff: noqa: B018, F841 - mistakes that mypy must find
from typing import Annotated, assert_type, reveal_type

from snapformat import Snapshot, SnapshotFormat, decode, decode_prefix, decode_stream, decoder, doc, schema
from snapformat.bincode import BTreeMap, Len, Option, PairMap, u8, u16, u64


@schema
class VmInfo:
    mem_size_mib: u64 = doc("Guest memory size, MiB")
    smt: bool = doc("Simultaneous multithreading")


@schema
class MicrovmState:
    vm_info: VmInfo
    names: list[str]
    queue: Option[u16]
    by_id: BTreeMap[u8, VmInfo]


snapshot = Snapshot.load("file", MicrovmState)
reveal_type(snapshot)  # T: Snapshot[MicrovmState]
reveal_type(snapshot.data.vm_info.smt)  # T: bool
reveal_type(snapshot.data.vm_info.mem_size_mib)  # T: int
reveal_type(snapshot.data.names[0])  # T: str
reveal_type(snapshot.data.queue)  # T: int | None
for key, info in snapshot.data.by_id.items():
    assert_type(key, int)
    assert_type(info, VmInfo)
snapshot.data.vm_info.missing  # E: "VmInfo" has no attribute "missing"  [attr-defined]
snapshot.data.vm_info.smt = "yes"  # E: Incompatible types in assignment ...
snapshot.data.by_id = PairMap({1: VmInfo(1, True)})

reveal_type(Snapshot.new(VmInfo(1, smt=False)).data)  # T: VmInfo
reveal_type(Snapshot.load_without_crc_check(b"", VmInfo).data)  # T: VmInfo
reveal_type(snapshot.version.major)  # T: int
reveal_type(decode(b"", VmInfo))  # T: VmInfo
reveal_type(decode(b"", list[u8]))  # T: list[int]
format_ = SnapshotFormat(name="x", magic=1, version="1.0.0", payload=VmInfo)
reveal_type(format_)  # T: SnapshotFormat[VmInfo]
reveal_type(format_.load(b"").data)  # T: VmInfo
reveal_type(format_.load_without_crc_check(b"").data)  # T: VmInfo
reveal_type(format_.new(VmInfo(1, smt=True)))  # T: Snapshot[VmInfo]
format_.load(b"").data.mem_size = 1  # E: "VmInfo" has no attribute "mem_size"... [attr-defined]
format_.load(b"").data.mem_size_mib = "1"  # E: Incompatible types in assignment ...
format_.new("text")  # E: Argument 1 to "new" of "SnapshotFormat" has incompatible type ...
reveal_type(format_.with_payload(list[u8]))  # T: SnapshotFormat[list[int]]
reveal_type(SnapshotFormat.bare("y", VmInfo))  # T: SnapshotFormat[VmInfo]
reveal_type(SnapshotFormat.bare("y", VmInfo, many=True).load(b"").data)  # T: list[VmInfo]
reveal_type(SnapshotFormat.bare("y", Annotated[list[u8], Len(3)]).load(b"").data)  # T: Any
reveal_type(decoder(VmInfo)(b""))  # T: VmInfo
reveal_type(decode(b"", Option[u8]))  # T: Any
reveal_type(decode(b"", list[Option[u8]]))  # T: list[int | None]
reveal_type(decode(b"", "a registered name"))  # T: Any
reveal_type(decode_prefix(b"", VmInfo))  # T: tuple[VmInfo, int]
reveal_type(decode_stream(b"", VmInfo))  # T: VmInfo
reveal_type(decode_prefix(b"", VmInfo)[1])  # T: int
