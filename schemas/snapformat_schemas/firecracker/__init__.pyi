# The names of the package: for type checkers, and for `lazy_exports` at run time.
# ruff: isort: skip_file
from snapformat_schemas.firecracker.formats import ENCODING as ENCODING, SCHEMAS as SCHEMAS
from snapformat_schemas.firecracker.releases import RELEASES as RELEASES, Release as Release
from snapformat_schemas.firecracker.describing import summary as summary
from snapformat_schemas.firecracker.identifying import (
    Identification as Identification,
    identify as identify,
)
from snapformat_schemas.firecracker.loading import load as load, load_snapshot as load_snapshot
from snapformat_schemas.firecracker.states import (
    Aarch64State as Aarch64State,
    Aarch64Vcpu as Aarch64Vcpu,
    BootSource as BootSource,
    State as State,
    Vcpu as Vcpu,
    VmInfo as VmInfo,
    X86State as X86State,
    X86Vcpu as X86Vcpu,
)
from snapformat_schemas.firecracker.view_aarch64 import (
    Aarch64Cpu as Aarch64Cpu,
    Aarch64VcpuViews as Aarch64VcpuViews,
)
from snapformat_schemas.firecracker.view_devices import (
    Balloon as Balloon,
    Drive as Drive,
    Entropy as Entropy,
    MemoryHotplug as MemoryHotplug,
    Mmds as Mmds,
    NetworkInterface as NetworkInterface,
    Pmem as Pmem,
    Vsock as Vsock,
)
from snapformat_schemas.firecracker.view_machine import (
    Kernel as Kernel,
    Machine as Machine,
    Memory as Memory,
    balloon as balloon,
    drives as drives,
    machine as machine,
    memory as memory,
    net as net,
    pmem as pmem,
    vcpus as vcpus,
    vsock as vsock,
)
from snapformat_schemas.firecracker.view_x86_64 import (
    X86Cpu as X86Cpu,
    X86VcpuViews as X86VcpuViews,
)
