"""One kind for values of several: the columns of a table hold what many formats have at one place."""

from __future__ import annotations

from collections.abc import Sequence

from snapformat.encodings.arrow.of_kinds import column_of
from snapformat.inspect.selector_types import ANY_SHAPE
from snapformat.model import kinds
from snapformat.model.kinds import Kind


def merged(found: Sequence[Kind]) -> Kind:
    """Return a kind that has the plain data of several kinds; perhaps `ANY_SHAPE`.

    Integers get the widest width, structs the fields of all, sequences a merged element. It is an option if
    one of them is. What is of any shape counts only if nothing else is there.
    """
    bare = [*{id(each): each for each in map(_without_options, found)}.values()]
    bare = [each for each in bare if each is not ANY_SHAPE] or [ANY_SHAPE]
    kind = _merged(bare)
    is_option = any(isinstance(each, kinds.Option) for each in found)
    return kinds.Option(kind) if is_option and not column_of(kind, decoded=True).may_be_null else kind


def _without_options(kind: Kind) -> Kind:
    while isinstance(kind, kinds.Option):
        kind = kind.item
    return kind


def _merged(found: Sequence[Kind]) -> Kind:
    first, *others = found
    if not others:
        return first
    types = {column_of(each, decoded=True).type for each in found}
    if len(types) == 1:
        return first
    shown = [_shown(each) for each in found]
    ints = [each for each in shown if isinstance(each, kinds.Int)]
    if len(ints) == len(shown):
        return _widest(ints)
    structs = [each for each in shown if isinstance(each, kinds.Struct) and each.style == "struct"]
    if len(structs) == len(shown):
        return _all_fields(structs)
    items = [each.item for each in shown if isinstance(each, kinds.Seq | kinds.Array | kinds.Set)]
    if len(items) == len(shown):
        return kinds.Seq(merged(items))
    return ANY_SHAPE


def _shown(kind: Kind) -> Kind:
    """Return the kind inside newtypes and conversions, whose plain data is the same."""
    while True:
        match kind:
            case kinds.Struct() if kind.style == "newtype":
                kind = kind.fields[0].kind
            case kinds.Adapted() if kind.text is None and kind.shown is None:
                kind = kind.item
            case kinds.Blob():
                kind = kind.item
            case _:
                return kind


def _widest(ints: Sequence[kinds.Int]) -> kinds.Int:
    signed = any(each.signed for each in ints)
    size = max(2 * each.size if signed and not each.signed else each.size for each in ints)
    return kinds.Int(f"{'i' if signed else 'u'}{8 * size}", size, signed)


def _all_fields(structs: Sequence[kinds.Struct]) -> kinds.Struct:
    """Return a struct with the fields of all, each an option where one of them lacks it."""
    names = dict.fromkeys(each.name for of in structs for each in of.fields if each.attr is not None)
    fields = []
    for name in names:
        same = [each for of in structs for each in of.fields if each.name == name]
        kind = merged([each.kind for each in same])
        if len(same) < len(structs) and not column_of(kind, decoded=True).may_be_null:
            kind = kinds.Option(kind)
        fields.append(kinds.Field(name, name, kind, same[0].doc))
    return kinds.Struct("", "struct", None, fields=tuple(fields))
