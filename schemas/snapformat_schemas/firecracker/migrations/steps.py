"""All steps between Firecracker's formats: what their `steps` refers to."""

from __future__ import annotations

from snapformat.migrate import Steps
from snapformat_schemas.firecracker.migrations import (
    rules,
    v1_8_to_v1_9,
    v1_9_to_v1_10_0,
    v1_10_0_to_v1_10_1,
    v1_10_1_to_v1_11,
    v1_11_to_v1_12,
    v1_12_to_v1_13,
    v1_13_to_v1_14,
    v1_14_to_v1_15,
    v1_15_to_v1_16,
)

#: The steps, from the oldest release on.
STEPS = Steps(
    *v1_8_to_v1_9.STEPS,
    *v1_9_to_v1_10_0.STEPS,
    *v1_10_0_to_v1_10_1.STEPS,
    *v1_10_1_to_v1_11.STEPS,
    *v1_11_to_v1_12.STEPS,
    *v1_12_to_v1_13.STEPS,
    *v1_13_to_v1_14.STEPS,
    *v1_14_to_v1_15.STEPS,
    *v1_15_to_v1_16.STEPS,
    rules=rules.RULES.values(),
)
