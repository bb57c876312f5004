"""1.10.0 to 1.10.1 and back: the layout is the same, under another version."""

from __future__ import annotations

from snapformat_schemas.firecracker.migrations.common import step
from snapformat_schemas.firecracker.migrations.rules import section

_DOC = "Only the version of the file is another."

STEPS = (
    step("1.10.0", "1.10.1", _DOC, rules=section(3)),
    step("1.10.1", "1.10.0", _DOC, rules=section(9)),
    step("1.10.0", "1.10.1", _DOC, arch="aarch64", rules=section(3)),
    step("1.10.1", "1.10.0", _DOC, arch="aarch64", rules=section(9)),
)
