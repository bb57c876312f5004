"""Files of the formats, made by the standard library or byte by byte: construct has no part in it."""

from __future__ import annotations

import io
import struct
import sys
import sysconfig
import uuid
import wave
import zipfile
import zlib
from pathlib import Path

GOLDEN = Path(__file__).resolve().parent.parent / "golden" / "formats"
BLOCK = 512


def golden(name: str) -> bytes:
    """A file of others; see the README there."""
    return (GOLDEN / name).read_bytes()


def png(width: int = 16, height: int = 8) -> bytes:
    """An indexed image with chunks of every declared type, and one of none."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    rows = b"".join(b"\0" + bytes((x + y) % 4 for x in range(width)) for y in range(height))
    chunks = [
        (b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 3, 0, 0, 0)),
        (b"gAMA", struct.pack(">I", 45455)),
        (b"sRGB", b"\0"),
        (b"PLTE", bytes(range(12))),
        (b"pHYs", struct.pack(">IIB", 2835, 2835, 1)),
        (b"tIME", struct.pack(">HBBBBB", 2024, 2, 29, 23, 59, 60)),
        (b"tEXt", "Title\0caf\xe9".encode("latin-1")),
        (b"zTXt", b"Comment\0\0" + zlib.compress(b"again and again " * 4)),
        (b"prVt", b"private"),
        (b"IDAT", zlib.compress(rows)),
        (b"IEND", b""),
    ]
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunk(kind, data) for kind, data in chunks)


def gif() -> bytes:
    """Two frames that repeat, with a comment."""
    frame = b"\x21\xf9\4\4\x0a\0\0\0" + b"\x2c" + struct.pack("<HHHHB", 0, 0, 2, 2, 0) + b"\2\3\x44\x02\x05\0"
    local = b"\x2c" + struct.pack("<HHHHB", 1, 0, 1, 1, 0x80) + bytes(range(6)) + b"\2\2\x44\x01\0"
    return (
        b"GIF89a"
        + struct.pack("<HHBBB", 2, 2, 0x91, 0, 0)
        + bytes(range(12))
        + b"\x21\xff\x0bNETSCAPE2.0\3\1\0\0\0"
        + b"\x21\xfe\5hello\0"
        + frame
        + local
        + b"\x3b"
    )


def bmp(width: int = 5, height: int = 3, bits: int = 24) -> bytes:
    """An image whose rows are filled up."""
    colors = bytes(4 * (1 << bits)) if bits <= 8 else b""
    stride = (width * bits + 31) // 32 * 4
    used = (width * bits + 7) // 8
    rows = b"".join(
        bytes((y + x) % 251 for x in range(used)) + bytes(stride - used) for y in range(abs(height))
    )
    offset = 14 + 40 + len(colors) + 2
    info = struct.pack("<IiiHHIIiiII", 40, width, height, 1, bits, 0, len(rows), 0, 0, 0, 0)
    head = struct.pack("<2sIII", b"BM", offset + len(rows), 0, offset)
    return head + info + colors + b"\xaa\xbb" + rows


def wav(frames: int = 200) -> bytes:
    """Two channels of 16 bits, and a list behind them."""
    file = io.BytesIO()
    with wave.open(file, "wb") as sound:
        sound.setnchannels(2)
        sound.setsampwidth(2)
        sound.setframerate(44100)
        sound.writeframes(b"".join(struct.pack("<hh", 7 * n, -n) for n in range(frames)))
    text = b"a title\0"
    info = b"INFO" + b"INAM" + struct.pack("<I", len(text)) + text + b"ISFT\4\0\0\0own\0"
    chunks = file.getvalue()[8:] + b"LIST" + struct.pack("<I", len(info)) + info
    return b"RIFF" + struct.pack("<I", len(chunks)) + chunks


def zip_file(members: int = 3) -> bytes:
    """Members stored and deflated, with a comment."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for number in range(members):
            info = zipfile.ZipInfo(f"folder/member{number}.txt", (2024, 2, 29, 23, 59, 58))
            info.extra = struct.pack("<HHI", 0xCAFE, 4, number)
            info.compress_type = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)[number % 2]
            archive.writestr(info, b"line\n" * 20 * number)
        archive.comment = b"made by a test"
    return file.getvalue()


def pcap(packets: int = 3, order: str = "<") -> bytes:
    """Frames of growing length."""
    data = struct.pack(order + "IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, 1)
    for number in range(packets):
        packet = bytes((number + at) % 256 for at in range(60 + number % 100))
        data += (
            struct.pack(order + "IIII", 1_700_000_000 + number, 250_000, len(packet), len(packet)) + packet
        )
    return data


def elf_of_python() -> bytes | None:
    """The smallest module of the running Python that is a shared library, if there is one."""
    folder = Path(sysconfig.get_path("platstdlib")) / "lib-dynload"
    files = sorted(folder.glob("*.so"), key=lambda file: file.stat().st_size)
    if files:
        return files[0].read_bytes()
    data = Path(sys.executable).read_bytes()
    return data if len(data) < 1 << 20 else None


def elf(order: str = ">", bits: int = 32) -> bytes:
    """Two segments; sections with code, symbols and names."""
    wide = bits == 64
    address = "Q" if wide else "I"
    sizes = (64, 56, 64) if wide else (52, 32, 40)
    names = b"\0.text\0.symtab\0.strtab\0"
    if wide:
        symbols = struct.pack(order + "IBBHQQ", 1, 0x12, 0, 1, 0x1000, 4)
    else:
        symbols = struct.pack(order + "IIIBBH", 1, 0x1000, 4, 0x12, 0, 1)
    symbols = bytes(len(symbols)) + symbols
    code = b"\x90\x90\x90\xc3"
    code_at = sizes[0] + 2 * sizes[1]
    symbols_at = code_at + len(code)
    names_at = symbols_at + len(symbols)
    sections_at = names_at + len(names)
    head = b"\x7fELF" + bytes((2 if wide else 1, 1 if order == "<" else 2, 1, 0, 0)) + bytes(7)
    head += struct.pack(order + "HHI", 2, 62 if wide else 20, 1)
    head += struct.pack(order + address * 3, 0x1000, sizes[0], sections_at)
    head += struct.pack(order + "IHHHHHH", 0, sizes[0], sizes[1], 2, sizes[2], 4, 3)
    flags = (5, 6)
    segments = b"".join(
        struct.pack(order + "IIQQQQQQ", 1, flag, 0, 0x1000, 0x1000, 64, 64, 4096)
        if wide
        else struct.pack(order + "IIIIIIII", 1, 0, 0x1000, 0x1000, 64, 64, flag, 4096)
        for flag in flags
    )
    section = struct.Struct(order + ("IIQQQQIIQQ" if wide else "IIIIIIIIII"))
    sections = bytes(section.size)
    sections += section.pack(1, 1, 6, 0x1000, code_at, len(code), 0, 0, 4, 0)
    sections += section.pack(7, 2, 0, 0, symbols_at, len(symbols), 3, 1, 4, len(symbols) // 2)
    sections += section.pack(15, 3, 0, 0, names_at, len(names), 0, 0, 1, 0)
    return head + segments + code + symbols + names + sections


def pe(*, plus: bool = True) -> bytes:
    """Headers and a section of 512 bytes."""
    dos = struct.pack("<2sHHHH18s32sI", b"MZ", 0x90, 3, 0, 4, bytes(18), bytes(32), 0x80)
    stub = b"\x0e\x1f\xba\x0e\0\xb4\x09\xcd\x21\xb8\x01\x4c\xcd\x21".ljust(64, b"\0")
    word = "Q" if plus else "I"
    optional = struct.pack("<HBBIIIII", 0x20B if plus else 0x10B, 14, 30, 512, 0, 0, 0x1000, 0x1000)
    optional += struct.pack("<Q", 0x1_4000_0000) if plus else struct.pack("<II", 0x2000, 0x40_0000)
    optional += struct.pack("<IIHHHHHHIIIIHH", 4096, 512, 6, 0, 0, 0, 6, 0, 0, 0x2000, 0x200, 0, 3, 0x8160)
    optional += struct.pack("<" + 4 * word + "II", 1 << 20, 4096, 1 << 20, 4096, 0, 16)
    optional += b"".join(struct.pack("<II", 0x1000 * (n == 1), 40 * (n == 1)) for n in range(16))
    machine, flags = (0x8664, 0x22) if plus else (0x14C, 0x102)
    coff = struct.pack("<4sHHIIIHH", b"PE\0\0", machine, 1, 1_700_000_000, 0, 0, len(optional), flags)
    section = struct.pack("<8sIIIIIIHHI", b".text", 16, 0x1000, 512, 512, 0, 0, 0, 0, 0x60000020)
    return (dos + stub + coff + optional + section).ljust(512, b"\0") + b"\xc3".ljust(512, b"\xcc")


def mp4(samples: int = 4) -> bytes:
    """A film of one track; the last box has a large size."""

    def box(kind: bytes, *content: bytes) -> bytes:
        data = b"".join(content)
        return struct.pack(">I4s", 8 + len(data), kind) + data

    matrix = struct.pack(">9i", 0x10000, 0, 0, 0, 0x10000, 0, 0, 0, 0x40000000)
    times = (3_800_000_000, 3_800_000_001)
    movie = (
        struct.pack(">IIIIIih10x", 0, *times, 1000, 4000, 0x10000, 0x100) + matrix + bytes(24) + b"\0\0\0\2"
    )
    track = struct.pack(">IQQI4xQ8xhhh2x", 1 << 24 | 7, *times, 1, 4000, 0, 0, 0) + matrix
    track += struct.pack(">II", 320 << 16, 240 << 16)
    media = struct.pack(">IIIIIHH", 0, *times, 1000, 4000, 21 << 10 | 14 << 5 | 4, 0)
    handler = struct.pack(">I4x4s12x", 0, b"vide") + b"The video\0"
    sizes = struct.pack(f">III{samples}I", 0, 0, samples, *range(100, 100 + samples))
    table = box(b"stbl", box(b"stts", struct.pack(">IIII", 0, 1, samples, 1000)), box(b"stsz", sizes))
    inner = box(b"mdia", box(b"mdhd", media), box(b"hdlr", handler), box(b"minf", table))
    return (
        box(b"ftyp", b"isom", struct.pack(">I", 512), b"isomiso2mp41")
        + box(b"moov", box(b"mvhd", movie), box(b"trak", box(b"tkhd", track), inner))
        + box(b"free")
        + struct.pack(">I4sQ", 1, b"mdat", 16 + 64)
        + bytes(range(64))
    )


def gpt(blocks: int = 96) -> bytes:
    """A disk with two partitions, and both tables with their right CRCs."""
    types = ("c12a7328-f81f-11d2-ba4b-00a0c93ec93b", "0fc63daf-8483-4772-8e79-3d69d8477de4")
    entries = b""
    for number, (kind, name) in enumerate(zip(types, ("boot", "root"), strict=True)):
        own = uuid.UUID(int=0x1234_5678 << 90 | number).bytes_le
        place = struct.pack("<QQQ", 40 + 8 * number, 47 + 8 * number, 1 if number == 0 else 4)
        entries += uuid.UUID(kind).bytes_le + own + place + name.encode("utf-16-le").ljust(72, b"\0")
    entries = entries.ljust(128 * 128, b"\0")
    last = blocks - 1

    def header(here: int, other: int, entries_at: int) -> bytes:
        disk = uuid.UUID("00112233-4455-6677-8899-aabbccddeeff").bytes_le
        rest = struct.pack(
            "<4xQQQQ16sQIII", here, other, 34, last - 33, disk, entries_at, 128, 128, zlib.crc32(entries)
        )
        start = struct.pack("<8sII", b"EFI PART", 0x10000, 92)
        crc = zlib.crc32(start + bytes(4) + rest)
        return (start + struct.pack("<I", crc) + rest).ljust(BLOCK, b"\0")

    protective = struct.pack("<B3sB3sII", 0, b"\0\2\0", 0xEE, b"\xff\xff\xff", 1, last)
    mbr = bytes(440) + struct.pack("<IH", 0xDEADBEEF, 0) + protective + bytes(48) + b"\x55\xaa"
    partitions = b"\x11" * BLOCK * (blocks - 34 - 33)
    return mbr + header(1, last, 2) + entries + partitions + entries + header(last, 1, last - 32)


def dns() -> bytes:
    """An answer with pointers to names: A, CNAME, MX, TXT, AAAA, and an unknown type."""
    name, pointer = b"\3www\7example\3com\0", b"\xc0\x0c"

    def record(owner: bytes, kind: int, data: bytes) -> bytes:
        return owner + struct.pack(">HHIH", kind, 1, 3600, len(data)) + data

    return (
        struct.pack(">HHHHHH", 0xBEEF, 0x8180, 1, 4, 1, 2)
        + name
        + struct.pack(">HH", 255, 1)
        + record(pointer, 5, b"\5alias\xc0\x10")
        + record(b"\5alias\xc0\x10", 1, bytes((192, 0, 2, 1)))
        + record(pointer, 15, b"\0\x0a\4mail\xc0\x10")
        + record(pointer, 28, bytes.fromhex("20010db8000000000000000000000001"))
        + record(b"\xc0\x10", 2, b"\2ns\xc0\x10")
        + record(pointer, 16, b"\5hello\0\3abc")
        + record(b"\0", 41, b"opt")
    )


def _frame(kind: int, payload: bytes) -> bytes:
    return bytes.fromhex("02005e000001 02005e000002") + struct.pack(">H", kind) + payload.ljust(46, b"\0")


def _ipv4(protocol: int, payload: bytes, options: bytes = b"") -> bytes:
    words = 5 + len(options) // 4
    head = struct.pack(
        ">BBHHHBBH", 0x40 | words, 0, 4 * words + len(payload), 1, 0x4000, 64, protocol, 0x1234
    )
    return head + bytes((10, 0, 0, 1, 10, 0, 0, 2)) + options + payload


def frames() -> dict[str, bytes]:
    """A frame of each protocol; short ones are filled up."""
    options = b"\2\4\5\xb4\4\2\x08\x0a\0\0\0\1\0\0\0\0\1\3\3\7"
    tcp = struct.pack(">HHIIHHHH", 49152, 80, 1, 0, 0xA002, 64240, 0xABCD, 0) + options
    udp = struct.pack(">HHHH", 53, 5353, 13, 0) + b"hello"
    arp = struct.pack(">HHBBH", 1, 0x800, 6, 4, 1) + bytes(range(20))
    return {
        "tcp": _frame(0x800, _ipv4(6, tcp)),
        "udp": _frame(0x800, _ipv4(17, udp, b"\1\1\1\0")),
        "icmp": _frame(0x800, _ipv4(1, struct.pack(">BBHHH", 8, 0, 0xFFFF, 7, 1) + b"ping")),
        "arp": _frame(0x806, arp),
    }
