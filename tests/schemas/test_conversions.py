"""Values that the original reads with code of its own: what it refuses, and what it writes instead."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from snapformat import DecodeError, EncodeError, decode, encode
from snapformat.bincode import u8, u32, u64
from snapformat_schemas.firecracker.conversions import KvmCapability, MacAddr, PciBdf
from snapformat_schemas.firecracker.flexible_arrays import CpuId, Msrs, Xsave
from snapformat_schemas.firecracker.register_list import Aarch64RegisterVec
from snapformat_schemas.kvm.x86_64.cpuid import KvmCpuid2, KvmCpuidEntry2
from snapformat_schemas.kvm.x86_64.msrs import KvmMsrEntry, KvmMsrs

_LEAF = KvmCpuidEntry2(0, 0, 0, 0x10, 0x756E_6547, 0x6C65_746E, 0x4965_6E69, [0, 0, 0])

#: Ids of registers by their size in bytes; other bits are those of a system register.
_ID = {1 << power: 0x6000_0000_0013_0000 | power << 52 for power in range(10)}


@pytest.mark.parametrize(
    ("annotation", "stored", "read"),
    [
        (MacAddr, "06:00:ac:10:00:02", "06:00:ac:10:00:02"),
        (MacAddr, "AA:bB:00:FF:0a:+1", "aa:bb:00:ff:0a:01"),
        (KvmCapability, "121", "121"),
        (KvmCapability, "!56", "!56"),
        (KvmCapability, "!+0056", "!56"),
        (KvmCapability, "000", "0"),
        (KvmCapability, "4294967295", "4294967295"),
        (PciBdf, "0000:00:02.0", "0000:00:02.0"),
        (PciBdf, "ABCD:ff:1F.7", "abcd:ff:1f.7"),
        (PciBdf, "0:+1:3f.f", "0000:01:1f.7"),
        (PciBdf, "00012:0:0.00", "0012:00:00.0"),
    ],
)
def test_text_is_written_in_its_normal_form(annotation: Any, stored: str, read: str):
    assert decode(encode(stored, str), annotation) == read
    assert encode(stored, annotation) == encode(read, str)


@pytest.mark.parametrize(
    ("annotation", "stored"),
    [
        *((MacAddr, text) for text in ("", "06:00:ac:10:00", "06:00:ac:10:00:02:03", "06-00-ac-10-00-02")),
        *((MacAddr, text) for text in ("6:00:ac:10:00:02", "06:00:ac:10:00:0g", "06:00:ac:10:00: 2")),
        *((KvmCapability, text) for text in ("", "!", "+", "-1", "1 ", "0x10", "4294967296", "!!1")),
        *((KvmCapability, text) for text in ("1" * 5000, "_1", "\u0661")),
        *((PciBdf, text) for text in ("", "0000:00:02", "00:02.0", "0:0000:00:02.0", "0000:00:02.0.0")),
        *((PciBdf, text) for text in ("10000:00:02.0", "0000:100:02.0", "0000:00:02.", "0000:00:0x.0")),
    ],
)
def test_text_that_is_refused(annotation: Any, stored: str):
    with pytest.raises(DecodeError):
        decode(encode(stored, str), annotation)
    with pytest.raises(EncodeError):
        encode(stored, annotation)


@pytest.mark.parametrize(
    ("annotation", "stored", "value"),
    [
        (CpuId, tuple[bytes, list[bytes]], (b"\2\0\0\0\7\0\0\0", [bytes(40), b""])),
        (Msrs, tuple[bytes, list[bytes]], (b"\1", [bytes(16)])),
        (Msrs, tuple[bytes, list[bytes]], (b"", [])),
        (Xsave, tuple[bytes, list[u32]], (b"\1" + bytes(4103), [7])),
        (Xsave, tuple[bytes, list[u32]], (bytes(4104), [])),
    ],
)
def test_flexible_array(annotation: Any, stored: Any, value: Any):
    data = encode(value, stored)
    header, entries = decode(data, annotation)
    assert len(entries) == len(value[1])
    assert encode((header, entries), annotation) == data
    touched = copy.deepcopy(header), [copy.deepcopy(entry) for entry in entries]
    assert touched == (header, entries)
    assert encode(touched, annotation) == data


@pytest.mark.parametrize(
    ("annotation", "stored", "value", "said"),
    [
        (CpuId, tuple[bytes, list[bytes]], (b"\2\0\0\0\0\0\0\0", [bytes(40)]), "counts 2 .* has 1"),
        (Msrs, tuple[bytes, list[bytes]], (b"\0\1", [bytes(16)]), "counts 256 .* has 1"),
        (Msrs, tuple[bytes, list[bytes]], (b"\1\1\0\0", [b""] * 257), "at most 256"),
        (Xsave, tuple[bytes, list[u32]], (b"\0\0\0\0\1" + bytes(4099), []), "counts 4294967296"),
    ],
)
def test_flexible_array_that_is_refused(annotation: Any, stored: Any, value: Any, said: str):
    with pytest.raises(DecodeError, match=said):
        decode(encode(value, stored), annotation)


@pytest.mark.parametrize(
    ("annotation", "value", "said"),
    [
        (CpuId, (KvmCpuid2(2, 0), [_LEAF]), "counts 2 .* has 1"),
        (CpuId, (KvmCpuid2(257, 0), [_LEAF] * 257), "at most 256"),
        (Msrs, (KvmMsrs(0, 0), [KvmMsrEntry(1, 0, 2)]), "counts 0 .* has 1"),
        (CpuId, (b"\1", [_LEAF]), "no attribute"),
    ],
)
def test_flexible_array_that_is_not_written(annotation: Any, value: Any, said: str):
    with pytest.raises(EncodeError, match=said):
        encode(value, annotation)


def test_an_entry_more():
    header, entries = decode(encode((b"\1\0\0\0", [bytes(40)]), tuple[bytes, list[bytes]]), CpuId)
    entries.append(_LEAF)
    with pytest.raises(EncodeError, match=r"counts 1 .* has 2"):
        encode((header, entries), CpuId)
    header.nent += 1
    again = decode(encode((header, entries), CpuId), CpuId)
    assert again == (header, entries)
    assert again[1][1].ebx == 0x756E_6547


@pytest.mark.parametrize("sizes", [[], [8], [1, 2, 4, 8, 16, 32, 64, 128, 256], [4, 4]])
def test_registers(sizes: list[int]):
    ids, values = [_ID[size] for size in sizes], bytes(range(1, 256)) * 3
    data = values[: sum(sizes)]
    stored = encode((ids, list(data)), tuple[list[u64], list[u8]])
    assert decode(stored, Aarch64RegisterVec) == (ids, data)
    assert encode((ids, data), Aarch64RegisterVec) == stored


@pytest.mark.parametrize(
    ("ids", "size", "said"),
    [
        ([_ID[8]], 7, "require 8 bytes .* are 7"),
        ([_ID[8]], 9, "require 8 bytes .* are 9"),
        ([], 1, "require 0 bytes .* are 1"),
        ([_ID[512]], 512, "4096 bits"),
        ([0xF << 52], 0, "262144 bits"),
    ],
)
def test_registers_that_are_refused(ids: list[int], size: int, said: str):
    with pytest.raises(DecodeError, match=said):
        decode(encode((ids, [0] * size), tuple[list[u64], list[u8]]), Aarch64RegisterVec)
    with pytest.raises(EncodeError, match=said):
        encode((ids, bytes(size)), Aarch64RegisterVec)
