from typing import assert_type

from snapformat import Snapshot, SnapshotFormat, decode, decode_prefix, doc, schema
from snapformat.bincode import BTreeMap, Option, PairMap, u8, u16, u64


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
reveal_type(snapshot)  # N: Revealed type is "Snapshot[MicrovmState]"
reveal_type(snapshot.data.vm_info.smt)  # N: Revealed type is "bool"
reveal_type(snapshot.data.vm_info.mem_size_mib)  # N: Revealed type is "int"
reveal_type(snapshot.data.names[0])  # N: Revealed type is "str"
reveal_type(snapshot.data.queue)  # N: Revealed type is "int | None"
for key, info in snapshot.data.by_id.items():
    assert_type(key, int)
    assert_type(info, VmInfo)
snapshot.data.vm_info.missing  # E: "VmInfo" has no attribute "missing"  [attr-defined]
snapshot.data.vm_info.smt = "yes"  # E: Incompatible types in assignment (expression has type "str", variable has type "bool")  [assignment]
snapshot.data.by_id = PairMap({1: VmInfo(1, True)})

reveal_type(Snapshot.new(VmInfo(1, smt=False)).data)  # N: Revealed type is "VmInfo"
reveal_type(Snapshot.load_without_crc_check(b"", VmInfo).data)  # N: Revealed type is "VmInfo"
reveal_type(snapshot.version.major)  # N: Revealed type is "int"
reveal_type(decode(b"", VmInfo))  # N: Revealed type is "VmInfo"
reveal_type(decode(b"", list[u8]))  # N: Revealed type is "list[int]"
reveal_type(SnapshotFormat(name="x", magic=1, version="1.0.0", payload=VmInfo).load(b"").data)  # N: Revealed type is "Any"
reveal_type(decode_prefix(b"", VmInfo)[1])  # N: Revealed type is "int"
