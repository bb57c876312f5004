"""All declarations: every class and macro of construct, alone and in what real formats make of them."""

from __future__ import annotations

import dataclasses

from constructs.declaration import Declaration
from constructs.declared.bits import BITS
from constructs.declared.choices import CHOICES
from constructs.declared.faults import FAULTS
from constructs.declared.formats import FORMATS
from constructs.declared.groups import GROUPS
from constructs.declared.numbers import NUMBERS
from constructs.declared.others import OTHERS
from constructs.declared.places import PLACES
from constructs.declared.raw import RAW
from constructs.declared.repeats import REPEATS
from constructs.declared.text import TEXT
from constructs.declared.transforms import TRANSFORMS
from constructs.declared.values import VALUES

THEMES = {
    "numbers": NUMBERS,
    "text": TEXT,
    "bytes": RAW,
    "bits": BITS,
    "groups": GROUPS,
    "repeats": REPEATS,
    "choices": CHOICES,
    "places": PLACES,
    "transforms": TRANSFORMS,
    "values": VALUES,
    "others": OTHERS,
    "formats": FORMATS,
    "faults": FAULTS,
}

DECLARATIONS: list[Declaration] = [
    dataclasses.replace(each, name=f"{theme}: {each.name}")
    for theme, found in THEMES.items()
    for each in found
]
