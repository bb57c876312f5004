"""How to read the tables of types: what their words stand for, as far as a document uses them."""

from __future__ import annotations

from snapformat.docs.model import Document, Field, Variant

#: Words in offsets and sizes, and what they stand for.
_WORDS = (
    ("size", "`size(x)` is the size of x with all that is in it"),
    ("len", "`len(x)` is the number of bytes of the text or data of x, without the length before them"),
    ("count", "`count(x)` is the number of elements or entries of x"),
    ("end", "`end(x)` is the offset at which x ends"),
)


def conventions(document: Document) -> list[str]:
    """Return what to know before reading the tables of types, in sentences."""
    found = [_words(document), _variants(document)]
    if any(variant.style == "newtype" and variant.fields for variant in _all_variants(document)):
        found.append(
            "Where the content of a variant has no name, its table has one field, `value`. This name is in no"
            " path, and not in JSON."
        )
    return [each for each in found if each]


def _all_variants(document: Document) -> list[Variant]:
    return [variant for each in document.types if each.kind == "enum" for variant in each.variants]


def _words(document: Document) -> str:
    fields = [field for each in document.types for _, field in each.members]
    fields += document.file.fields if document.file else ()
    offsets = " ".join(each.offset.text for each in fields if each.offset is not None)
    used = [meaning for word, meaning in _WORDS if f"{word}(" in offsets]
    if not used:
        return ""
    text = "In the offset of a field, x is a field before it in the same table: " + "; ".join(used) + "."
    if any(word in offsets for word in ("len(", "count(")):
        text += " In a size, `len` and `count` are those of the field itself."
    return text


def _variants(document: Document) -> str:
    first: list[Field] = [each.fields[0] for each in _all_variants(document) if each.fields]
    offsets = {each.offset.text for each in first if each.offset is not None}
    if not offsets:
        return ""
    text = "In the table of a variant, offsets count from the first byte of the enum"
    if len(offsets) == 1 and (size := offsets.pop()).isdigit():
        return f"{text}: its index takes the first {size} byte{'' if size == '1' else 's'}."
    return f"{text}, which begins with its index, of `size(index)` bytes."
