"""bitcode beside bincode: the same state, the same list, the header alone."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator

from benchmarks import payloads
from benchmarks.case import Case
from snapformat import Encoding, SnapshotFormat, decoder, encode, schema
from snapformat.bincode import u32
from snapformat.snapshot.catalogue import find_format

#: Beginning of the titles.
COLUMNS = "bitcode, "
BINCODE = "snapformat, bincode"
BITCODE = "snapformat, bitcode"

#: The equal machine, saved by 1.14 and by 1.16; by their configurations.
EQUAL = ("03_many", "10_pci_many")
RELEASE = payloads.GOLDEN.parents[1] / "bitcode" / "snapshots" / "1.16.1"
STRUCTS = 10_000


@schema
class Triple:
    """A struct of numbers alone."""

    a: u32
    b: u32
    c: u32


def column_cases() -> Iterator[Case]:
    """Real states, a list of structs, and the header alone."""
    for name in EQUAL:
        older = payloads.GOLDEN / name / "vmstate"
        newer = RELEASE / name / "vmstate"
        files = {
            BINCODE: (find_format("firecracker/1.14/x86_64"), older.read_bytes()),
            BITCODE: (find_format("firecracker/1.16/x86_64"), newer.read_bytes()),
        }
        size = len(files[BITCODE][1])
        yield Case(f"{COLUMNS}state {name}, load", size, {who: _load(*of) for who, of in files.items()})
        yield Case(f"{COLUMNS}state {name}, save", size, {who: _save(*of) for who, of in files.items()})
        if name == EQUAL[0]:
            yield Case(f"{COLUMNS}header alone", 24, {who: _header(*of) for who, of in files.items()})
    values = [Triple(i, 7 * i, i * i) for i in range(STRUCTS)]
    encodings = {BINCODE: Encoding(), BITCODE: Encoding.bitcode()}
    data = {who: encode(values, list[Triple], encoding) for who, encoding in encodings.items()}
    reads = {who: decoder(list[Triple], encoding) for who, encoding in encodings.items()}
    assert all(reads[who](data[who]) == values for who in reads)
    yield Case(
        f"{COLUMNS}{STRUCTS:,} structs of three u32, parse",
        len(data[BITCODE]),
        # misc: mypy can't infer lambdas that keep a value by a default.
        {who: (lambda read=read, who=who: read(data[who])) for who, read in reads.items()},  # type: ignore[misc]
    )
    yield Case(
        f"{COLUMNS}{STRUCTS:,} structs of three u32, build",
        len(data[BITCODE]),
        {
            who: (lambda encoding=encoding: encode(values, list[Triple], encoding))  # type: ignore[misc]
            for who, encoding in encodings.items()
        },
    )


def _load(format_: SnapshotFormat, data: bytes) -> Callable[[], object]:
    return lambda: format_.load(data)


def _save(format_: SnapshotFormat, data: bytes) -> Callable[[], object]:
    loaded = format_.load(data)
    assert loaded.to_bytes() == data
    return loaded.to_bytes


def _header(format_: SnapshotFormat, data: bytes) -> Callable[[], object]:
    return lambda: format_.get_header(io.BytesIO(data))
