"""Values of numpy: scalars as Python's own numbers, and what is one of its arrays.

numpy is never imported: who has one of its values has imported it.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

from snapformat.model.floats import f32_from_bits

if TYPE_CHECKING:
    from snapformat.model.kinds import Kind


def plain(value: Any) -> Any:
    """Return a number or bool of numpy as Python's; anything else is returned unchanged.

    A NaN keeps its payload. Dates, durations, complex numbers and arrays are no numbers.
    """
    numpy = sys.modules.get("numpy")
    if numpy is None or not isinstance(value, getattr(numpy, "generic", ())):
        return value
    if isinstance(value, numpy.bool_):
        return bool(value)
    if isinstance(value, numpy.integer):
        return value if isinstance(value, numpy.timedelta64) else int(value)
    if isinstance(value, numpy.float32) and value != value:  # Python's conversion quiets a signalling NaN
        return f32_from_bits(int.from_bytes(value.tobytes(), sys.byteorder))
    return float(value) if isinstance(value, numpy.floating) else value


def is_of_numpy(value: Any) -> bool:
    """Return whether a value is a scalar or an array of numpy."""
    numpy = sys.modules.get("numpy")
    return isinstance(value, (getattr(numpy, "generic", ()), getattr(numpy, "ndarray", ())))


def is_structured(value: Any) -> bool:
    """Return whether a value is an array of numpy whose elements have fields, none of which is masked."""
    array: Any = getattr(sys.modules.get("numpy"), "ndarray", ())
    masked: Any = getattr(sys.modules.get("numpy.ma"), "MaskedArray", ())
    return isinstance(value, array) and value.dtype.names is not None and not isinstance(value, masked)


def as_records(item: Kind, values: Any) -> Any:
    """Return the elements of a structured array as values of their kind, and anything else unchanged.

    Raises:
        BadValue: An array of other fields, or of more than one dimension.
    """
    if not is_structured(values):
        return values
    from snapformat.model.structured import records_of  # imported here, as such arrays are rare

    found = records_of(item, values)
    return values if found is None else found


def type_name(value: Any) -> str:
    """Return the name of a value's type; of numpy's in full, as it has a `bool` of its own."""
    kind = type(value)
    if not is_of_numpy(value):
        return kind.__name__
    # `bool_` is its name in all versions of numpy.
    name = "bool_" if kind.__name__ == "bool" else kind.__name__
    return f"{kind.__module__}.{name}"
