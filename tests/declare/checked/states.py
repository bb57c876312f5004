# ruff: noqa: B018 - mistakes that mypy must find
"""States of whatever release, by the attributes that all have."""

from __future__ import annotations

from typing import reveal_type

from snapformat_schemas import firecracker
from snapformat_schemas.firecracker.v1_8.aarch64 import MicrovmState as Old64
from snapformat_schemas.firecracker.v1_8.x86_64 import MicrovmState as Old
from snapformat_schemas.firecracker.v1_9.aarch64 import MicrovmState as State19Arm
from snapformat_schemas.firecracker.v1_9.x86_64 import MicrovmState as State19
from snapformat_schemas.firecracker.v1_10_0.aarch64 import MicrovmState as State1100Arm
from snapformat_schemas.firecracker.v1_10_0.x86_64 import MicrovmState as State1100
from snapformat_schemas.firecracker.v1_10_1.aarch64 import MicrovmState as State1101Arm
from snapformat_schemas.firecracker.v1_10_1.x86_64 import MicrovmState as State1101
from snapformat_schemas.firecracker.v1_11.aarch64 import MicrovmState as State111Arm
from snapformat_schemas.firecracker.v1_11.x86_64 import MicrovmState as State111
from snapformat_schemas.firecracker.v1_12.aarch64 import MicrovmState as State112Arm
from snapformat_schemas.firecracker.v1_12.x86_64 import MicrovmState as State112
from snapformat_schemas.firecracker.v1_13.aarch64 import MicrovmState as State113Arm
from snapformat_schemas.firecracker.v1_13.x86_64 import MicrovmState as State113
from snapformat_schemas.firecracker.v1_14.aarch64 import MicrovmState as State114Arm
from snapformat_schemas.firecracker.v1_14.x86_64 import MicrovmState as State114
from snapformat_schemas.firecracker.v1_15.aarch64 import MicrovmState as State115Arm
from snapformat_schemas.firecracker.v1_15.x86_64 import MicrovmState as State115
from snapformat_schemas.firecracker.v1_16.aarch64 import MicrovmState as New64
from snapformat_schemas.firecracker.v1_16.x86_64 import MicrovmState as New

X86 = Old | State19 | State1100 | State1101 | State111 | State112 | State113 | State114 | State115 | New
Arm113 = Old64 | State19Arm | State1100Arm | State1101Arm | State111Arm | State112Arm | State113Arm
ARM = Arm113 | State114Arm | State115Arm | New64


def every(state: X86 | ARM) -> firecracker.State:
    return state


def x86(state: X86) -> firecracker.X86State:
    return state


def arm(state: ARM) -> firecracker.Aarch64State:
    return state


state = firecracker.load("file")
reveal_type(state)  # T: State
reveal_type(state.vm_info.mem_size_mib)  # T: int
reveal_type(state.vcpu_states[0].regs.rip)  # T: Any
state.vcpu_states[0].rgs  # E: "Vcpu" has no attribute "rgs"; maybe "regs"?  [attr-defined]

on_x86 = firecracker.load("file", arch="x86_64")
reveal_type(on_x86.vcpu_states[0].regs.rip)  # T: int
reveal_type(on_x86.vcpu_states[0].cpuid[1][0].eax)  # T: int
on_x86.vcpu_states[0].regs.rip = 0x1000
on_x86.vcpu_states[0].regs.pc  # E: "KvmRegs" has no attribute "pc"  [attr-defined]

on_arm = firecracker.load("file", arch="aarch64")
reveal_type(on_arm.vcpu_states[0].regs)  # T: tuple[list[int], bytes]
reveal_type(firecracker.identify("file").releases)  # T: tuple[str, ...]
firecracker.nothing  # E: Module has no attribute "nothing"  [attr-defined]
