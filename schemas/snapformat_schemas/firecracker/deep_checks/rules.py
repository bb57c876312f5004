"""The sections of the rules that findings refer to: see `migrations.rules`, which is not imported here."""

from __future__ import annotations

#: Wrong values in 1.8 to 1.14, and what they did.
WRONG_OLD = "1.8-1.14, section 8"
#: Wrong values in 1.15 and 1.16, and what they did.
WRONG_NEW = "1.15-1.16, section 5"
#: Wrong values on the way from 1.16 to 1.15.
WRONG_DOWN = "1.15-1.16, section 6"
#: The memory regions and the balloon's queues since 1.14.
TO_1_14 = "1.8-1.14, section 7"
#: The address of the generation ID.
GENERATION_ID = "1.8-1.14, section 1"
#: The generation ID in 1.8.
DOWNGRADES = "1.8-1.14, section 9"
#: The interrupt line of vmclock.
TO_1_15 = "1.15-1.16, section 1"
#: The numbers of PCI devices, and their configuration space.
TO_1_16 = "1.15-1.16, section 2"
#: One line for a device.
TO_1_11 = "1.8-1.14, section 4"
#: The allocators since 1.13.
TO_1_13 = "1.8-1.14, section 6"
