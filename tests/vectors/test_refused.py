"""Declarations that serde itself can't round-trip under bincode are refused, by rule, with a reason.

Their rows count as unsupported; what is run instead is their declaration.
"""

from __future__ import annotations

import pytest

from snapformat.bincode import Encoding
from snapformat.errors import SchemaError
from vectors import data
from vectors.checks import assert_names, world
from vectors.rust_syntax import Enum, Struct

#: serde attributes of a type, a variant or a field that make a declaration refused.
_REFUSED = {"flatten", "skip_serializing", "skip_deserializing", "skip_serializing_if", "tag", "untagged"}


def _refused_types() -> list[str]:
    return sorted(
        {
            row.get("rust_type") or row.get("payload_type")
            for file in data.files()
            for row in data.rows(file)
            if "a declaration of it is refused" in row.get("unsupported", "")
        }
    )


@pytest.mark.parametrize("rust_type", _refused_types())
def test_refused(rust_type: str) -> None:
    with pytest.raises(SchemaError) as caught:
        world().annotation(rust_type)
    assert len(str(caught.value)) > 20, f"no reason is given: {caught.value}"


def _is_refused(item: Struct | Enum) -> bool:
    attrs = [item.attrs]
    if isinstance(item, Enum):
        if any("skip" in variant.attrs for variant in item.variants):
            return True
        attrs += [variant.attrs for variant in item.variants]
        attrs += [field.attrs for variant in item.variants for field in variant.fields]
    else:
        attrs += [field.attrs for field in item.fields]
    return any(name in each for each in attrs for name in _REFUSED)


def _declared() -> list[str]:
    items = world().items.values()
    return sorted(item.name for item in items if isinstance(item, Struct | Enum) and not item.generics.consts)


@pytest.mark.parametrize("name", _declared())
def test_every_declaration_is_made_or_refused(name: str) -> None:
    """Whether rows name them or not: types.json has types that only hold-out rows use."""
    item = world().items[name]
    assert isinstance(item, Struct | Enum)
    arguments = ", ".join("u8" for _ in item.generics.types)
    text = f"{name}<{arguments}>" if arguments else name
    if _is_refused(item):
        with pytest.raises(SchemaError):
            world().annotation(text)
    else:
        assert Encoding().construct(world().annotation(text)) is not None
        assert_names(world().shape(text), world().annotation(text))
