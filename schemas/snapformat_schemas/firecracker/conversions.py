"""Types with hand-written serde code in Firecracker: the same values are refused, or normalized.

All other types derive serde's traits. Read from Firecracker v1.14.4: `src/vmm/src/utils/net/mac.rs`,
`src/vmm/src/cpu_config/templates.rs` and `src/pci/src/lib.rs`; earlier releases with these types read them in
the same way.
"""

from __future__ import annotations

import re
from typing import Annotated

from snapformat.bincode import Via

_MAC_BYTE = r"[0-9a-fA-F]{2}|\+[0-9a-fA-F]"
_CAPABILITY = r"(!?)\+?([0-9]+)"
_HEX = r"\+?([0-9a-fA-F]+)"
#: The forms that Firecracker writes, which need no conversion.
_USUAL_MAC = r"[0-9a-f]{2}(?::[0-9a-f]{2}){5}"
_USUAL_PCI = r"[0-9a-f]{4}:[0-9a-f]{2}:[01][0-9a-f]\.[0-7]"


def _mac_address(text: str) -> str:
    if re.fullmatch(_USUAL_MAC, text):
        return text
    parts = text.split(":")
    if len(parts) != 6 or not all(re.fullmatch(_MAC_BYTE, part) for part in parts):
        raise ValueError(f"{text[:40]!r} is not six pairs of hex digits separated by colons")
    return ":".join(f"{int(part, 16):02x}" for part in parts)


MacAddr = Annotated[str, Via(str, decode=_mac_address, encode=_mac_address, name="MAC address")]
"""Ethernet address as text; written in lower case."""


def _kvm_capability(text: str) -> str:
    found = re.fullmatch(_CAPABILITY, text)
    digits = found[2].lstrip("0") if found else ""
    if found is None or len(digits) > 10 or int(digits or "0") >= 1 << 32:
        raise ValueError(f"{text[:40]!r} is not a number up to 2^32 - 1, with or without `!` before it")
    return found[1] + (digits or "0")


KvmCapability = Annotated[
    str, Via(str, decode=_kvm_capability, encode=_kvm_capability, name="KVM capability")
]
"""Number of a KVM capability as decimal text; `!` before it removes it from the required ones."""


def _hex(text: str, most: int) -> int:
    found = re.fullmatch(_HEX, text)
    digits = found[1].lstrip("0") if found else ""
    if found is None or len(digits) > 4 or int(digits or "0", 16) > most:
        raise ValueError(f"{text[:40]!r} is not a hex number up to {most:x}")
    return int(digits or "0", 16)


def _pci_address(text: str) -> str:
    if re.fullmatch(_USUAL_PCI, text):
        return text
    place, dot, function = text.partition(".")
    parts = place.split(":")
    if not dot or "." in function or len(parts) != 3:
        raise ValueError(f"{text[:40]!r} is not like 0000:00:01.0")
    segment, bus, device = _hex(parts[0], 0xFFFF), _hex(parts[1], 0xFF), _hex(parts[2], 0xFF)
    return f"{segment:04x}:{bus:02x}:{device & 0x1F:02x}.{_hex(function, 0xFF) & 7:x}"


PciBdf = Annotated[str, Via(str, decode=_pci_address, encode=_pci_address, name="PCI address")]
"""PCI address as text, `segment:bus:device.function` in hex."""
