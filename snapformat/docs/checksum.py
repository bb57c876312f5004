"""The description of a checksum: its parameters, and code in C and Python that computes it."""

from __future__ import annotations

from snapformat.docs.model import Checksum
from snapformat.snapshot import Checksum as Crc

#: The bytes whose checksum is commonly published as its check value.
PROBE = b"123456789"


def describe_checksum(crc: Crc, byteorder: str) -> Checksum:
    """Make the model of a checksum that is stored in a byte order."""
    digits = (crc.width + 3) // 4
    # The rule of `Checksum.holds` for whole files.
    zero = crc.init == crc.xorout == 0 and crc.reflected == (byteorder == "little")
    return Checksum(
        name=crc.name,
        width=crc.width,
        poly=f"0x{crc.poly:0{digits}x}",
        init=f"0x{crc.init:0{digits}x}",
        reflected=crc.reflected,
        xorout=f"0x{crc.xorout:0{digits}x}",
        check=f"0x{crc.compute(PROBE):0{digits}x}",
        residue="0" if zero else None,
        python=python_code(crc),
        c=c_code(crc),
    )


def _register(crc: Crc, value: int) -> str:
    """Return a parameter as the code uses it: of a reflected checksum with its bits reversed."""
    if crc.reflected:
        value = int(f"{value:0{crc.width}b}"[::-1], 2)
    return f"0x{value:0{(crc.width + 3) // 4}X}" if value else "0"


def python_code(crc: Crc) -> str:
    """Return a function in Python that computes the checksum of bytes, a bit at a time."""
    if crc.reflected:
        enter, step = "byte", f"value >> 1 ^ ({_register(crc, crc.poly)} if value & 1 else 0)"
    else:
        enter = f"byte << {crc.width - 8}"
        step = f"value << 1 ^ (0x1{_register(crc, crc.poly)[2:]} if value >> {crc.width - 1} else 0)"
    return "\n".join(
        (
            "def checksum(data: bytes) -> int:",
            f"    value = {_register(crc, crc.init)}",
            "    for byte in data:",
            f"        value ^= {enter}",
            "        for _ in range(8):",
            f"            value = {step}",
            f"    return value ^ 0x{crc.xorout:X}" if crc.xorout else "    return value",
        )
    )


def c_code(crc: Crc) -> str:
    """Return a function in C that computes the checksum of bytes, a bit at a time."""
    poly = f"UINT64_C({_register(crc, crc.poly)})"
    if crc.reflected:
        enter, step = "*data++", f"value >> 1 ^ (value & 1 ? {poly} : 0)"
    else:
        enter = f"(uint64_t)*data++ << {crc.width - 8}"
        step = f"value << 1 ^ (value >> {crc.width - 1} & 1 ? {poly} : 0)"
        if crc.width < 64:
            step = f"({step}) & UINT64_C(0x{(1 << crc.width) - 1:X})"
    return "\n".join(
        (
            "#include <stddef.h>",
            "#include <stdint.h>",
            "",
            "uint64_t checksum(const unsigned char *data, size_t size) {",
            f"    uint64_t value = UINT64_C({_register(crc, crc.init)});",
            "    while (size--) {",
            f"        value ^= {enter};",
            "        for (int bit = 0; bit < 8; bit++)",
            f"            value = {step};",
            "    }",
            f"    return value ^ UINT64_C(0x{crc.xorout:X});" if crc.xorout else "    return value;",
            "}",
        )
    )
