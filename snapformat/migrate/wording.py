"""Names of types in the messages of migrations."""

from __future__ import annotations

from snapformat.model import kinds
from snapformat.model.kinds import Kind


def type_text(kind: Kind) -> str:
    """Return the name of a type as an annotation shows it."""
    match kind:
        case kinds.Struct() | kinds.Enum():
            return kind.cls.__qualname__ if kind.cls is not None else kind.name or "a Struct"
        case kinds.Int():
            return f"NonZero{kind.name.capitalize()}" if kind.nonzero else kind.name
        case kinds.Float():
            return f"f{8 * kind.size}"
        case kinds.Blob():
            return f"Blob[{type_text(kind.item)}]"
        case kinds.Option():
            return f"Option[{type_text(kind.item)}]"
        case kinds.Seq():
            return f"list[{type_text(kind.item)}]"
        case kinds.Set():
            return f"{'BTreeSet' if kind.ordered else 'HashSet'}[{type_text(kind.item)}]"
        case kinds.Map():
            name = "BTreeMap" if kind.ordered else "HashMap"
            return f"{name}[{type_text(kind.key)}, {type_text(kind.value)}]"
        case kinds.Array():
            return f"[{type_text(kind.item)}; {kind.count}]"
        case kinds.Tuple():
            return f"tuple[{', '.join(map(type_text, kind.items))}]"
        case kinds.Bytes():
            return "bytes" if kind.exact is None else f"bytes of length {kind.exact}"
        case kinds.Checked():
            return f"{type_text(kind.item)} ({kind.words})"
        case kinds.Adapted():
            return kind.name
        case kinds.Foreign():
            return kind.cls.__qualname__ if kind.cls is not None else type(kind.construct).__name__
        case kinds.Unit():
            return "()"
    return type(kind).__name__.lower()
