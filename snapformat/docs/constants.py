"""The names of values that descriptions of fields refer to: "names in `PIT_MODES`"."""

from __future__ import annotations

import re
from collections.abc import Mapping
from importlib import import_module

from snapformat.docs.model import Names
from snapformat.model import kinds
from snapformat.model.naming import Bound, named_fields

#: A reference to a constant of the module of the class, or `module.CONSTANT` of one beside it.
_REFERENCE = re.compile(r"names in `([A-Za-z_][\w.]*)`")


def value_names(struct: Bound) -> tuple[Names, ...]:
    """Return the tables that the descriptions of a struct's fields name, each once with all its fields."""
    kind = struct.kind
    assert isinstance(kind, kinds.Struct)
    fields: dict[str, list[str]] = {}
    for name, each, _ in named_fields(struct):
        for reference in _REFERENCE.findall(each.doc or ""):
            fields.setdefault(reference, []).append(name)
    found = ((reference, names, _table(kind.cls, reference)) for reference, names in fields.items())
    return tuple(Names(reference, tuple(names), table) for reference, names, table in found if table)


def _table(cls: type | None, reference: str) -> tuple[tuple[int, str], ...]:
    """Return the names by number of a constant; empty if it is not there, or is something else."""
    if cls is None:
        return ()
    *modules, constant = reference.split(".")
    place = cls.__module__
    if modules:
        place = ".".join((place.rpartition(".")[0], *modules)).lstrip(".")
    try:
        value = getattr(import_module(place), constant, None)
    except ImportError:
        return ()
    if not isinstance(value, Mapping) or not all(isinstance(key, int) for key in value):
        return ()
    return tuple((key, str(text)) for key, text in value.items())
