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
