"""The metadata service as a network interface sees it.

Read from `src/vmm/src/mmds/persist.rs` of Firecracker v1.11.0.
"""

from __future__ import annotations

from typing import Annotated

from snapformat import doc, schema
from snapformat.bincode import Hex, Len, u8, u16, u32


@schema
class MmdsNetworkStackState:
    """Addresses at which a network interface intercepts traffic to the metadata service."""

    mac_addr: Annotated[list[u8], Len(6)] = doc(
        "Ethernet address the service answers ARP with, 06:01:23:45:67:01"
    )
    ipv4_addr: Hex[u32] = doc(
        "IPv4 address as a number, first octet in bits 24 to 31; 169.254.169.254 by default"
    )
    tcp_port: u16 = doc("Port of the service's HTTP endpoint, 80")
