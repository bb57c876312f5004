"""Move a construct Struct here as it is: captured packets, now in a file with a version and a checksum.

Run it as `python examples/captured_packets.py`. Documents need the extra `docs`.
"""

from __future__ import annotations

import construct as c

from snapformat import SnapshotFormat
from snapformat.docs import describe
from snapformat.layout.compare import compare
from snapformat.values import dumps

# What was there before: a Struct of construct, with fields that describe themselves.
PACKET = c.Struct(
    "seconds" / c.Int32ul * "Since 1970",
    "microseconds" / c.Int32ul * "Of the second",
    "size" / c.Rebuild(c.Int16ul, c.len_(c.this.data)) * "Bytes of the data",
    "data" / c.Bytes(c.this.size) * "What was on the wire",
)
CAPTURE = c.Struct(
    "link" / c.Enum(c.Int32ul, ethernet=1, raw=101) * "What packets begin with",
    "packets" / c.PrefixedArray(c.Int32ul, PACKET) * "In the order of arrival",
)
CAPTURES = SnapshotFormat(name="capture", magic=0x5043_4150, version="1.0.0", payload=CAPTURE)

# The next version: a packet may be longer.
LONGER = c.Struct(*(field if field.name != "size" else "size" / c.Int32ul for field in PACKET.subcons))
NEXT = c.Struct("link" / CAPTURE.link, "packets" / c.PrefixedArray(c.Int32ul, LONGER))


def main() -> None:
    # `parse` and `build` are `load` and `to_bytes`; the values are construct's containers.
    packets = [{"seconds": 1_700_000_000 + n, "microseconds": 0, "data": b"ping"} for n in range(2)]
    file = CAPTURES.new({"link": "ethernet", "packets": packets}).to_bytes()
    snapshot = CAPTURES.load(file)
    snapshot.data.packets[1].data = b"longer than before"  # its size is rebuilt
    edited = CAPTURES.load(snapshot.to_bytes())
    print(f"{len(file)} bytes, edited {len(snapshot.to_bytes())}; {edited.data.packets[1].data!r}")

    print("\nJSON")
    print(dumps(edited.data, CAPTURE, indent=None))
    print("\nDocuments")
    for kind in describe(CAPTURES).types:
        for name, field in kind.members:
            offset = field.offset.text if field.offset else ""
            size = field.size.text if field.size else ""
            print(f"  {kind.label:12} {name:12} {offset:>2} {size:>9}  {field.doc}")
    print("\nChanges of the next version")
    newer = SnapshotFormat(name="capture2", magic=0x5043_4150, version="2.0.0", payload=NEXT)
    for change in compare(CAPTURES.payload_layout, newer.payload_layout):
        print(f"  {change.action}: {change.type} {change.member}: {change.before} -> {change.after}")


if __name__ == "__main__":
    main()
