"""The document model: everything in a document, as plain data.

Renderers use nothing else, and the JSON form is this model unchanged (`plain`). Texts are those of the
schema; renderers escape them. A type is referred to by its label, which is unique in a document.

Where an encoding stores columns (bitcode), values have no offsets and sizes. Types and fields then have the
columns that they make instead; only inside of C structures there are offsets.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass, field
from typing import Any

from snapformat.docs.column_model import ColumnKind as ColumnKind
from snapformat.docs.column_model import ColumnMap as ColumnMap
from snapformat.docs.column_model import ColumnRow as ColumnRow
from snapformat.docs.column_model import Columns as Columns
from snapformat.docs.column_model import Packing as Packing
from snapformat.docs.column_model import Width as Width
from snapformat.model.naming import Span

#: Version of the JSON form, raised when a member is renamed, removed or changes its meaning.
MODEL_VERSION = 1


@dataclass(frozen=True, slots=True)
class Size:
    """A size in bytes.

    Attributes:
        least: The minimum.
        most: The maximum, or None if the layout has no bound.
        text: The size as text: `8`, `1 or 9`, `8 + len`, `4 to 20`, `8 or more`.
    """

    least: int
    most: int | None
    text: str

    @property
    def exact(self) -> int | None:
        """The size if it is fixed, or None."""
        return self.least if self.least == self.most else None


@dataclass(frozen=True, slots=True)
class Term:
    """A part of an offset that depends on the value of a preceding field.

    Attributes:
        kind: `len`: length of a text or byte string in bytes; `count`: number of elements; `size`: size of
            the field in bytes.
        field: Name of the field.
        factor: Factor of the term: the size of an element in bytes.
    """

    kind: str
    field: str
    factor: int = 1

    @property
    def text(self) -> str:
        """The term as in a formula."""
        call = f"{self.kind}({self.field})"
        return call if self.factor == 1 else f"{self.factor} × {call}"


@dataclass(frozen=True, slots=True)
class Offset:
    """The offset of a field from the start of its type.

    Attributes:
        constant: The constant part.
        terms: The terms added to it.
        text: The offset as text; with many terms, relative to the end of the last field of variable size.
    """

    constant: int
    terms: tuple[Term, ...]
    text: str

    @property
    def exact(self) -> int | None:
        """The offset if it is fixed, or None."""
        return None if self.terms else self.constant


@dataclass(slots=True)
class Lifetime:
    """The range of releases that have a type or member in this form.

    Attributes:
        since: The first release with it; None if the first release of the family has it.
        until: The last release with it; None if the newest release has it.
    """

    since: str | None = None
    until: str | None = None


@dataclass(slots=True)
class Field:
    """A field, element or case.

    Attributes:
        name: Its name, or its number if it has none.
        offset: Its offset; None where values have none.
        size: Its size; None where values have none.
        type: The name of its type, with links.
        doc: Description.
        constraints: Constraints of reading and writing, a sentence each, without full stop.
        lifetime: The releases that have it.
        columns: The kinds of its columns, such as `seq, u16`; `…` stands for those of a type that is named,
            `none` for none. None where values have offsets.
    """

    name: str
    offset: Offset | None
    size: Size | None
    type: tuple[Span, ...]
    doc: str
    constraints: tuple[str, ...] = ()
    lifetime: Lifetime = field(default_factory=Lifetime)
    columns: str | None = None

    @property
    def type_text(self) -> str:
        """The type as plain text."""
        return "".join(span.text for span in self.type)


@dataclass(slots=True)
class Variant:
    """A variant of an enum, a label of a number, or a case of a choice.

    Attributes:
        index: The number in the bytes, or the key of the choice.
        name: Its name.
        style: `unit`, `newtype`, `tuple` or `struct`.
        size: Size of the whole value, including the index; None where values have none.
        doc: Description.
        fields: Its fields; offsets are relative to the start of the index.
        other: Whether it stands for all indexes without a variant.
        lifetime: The releases that have it.
    """

    index: str
    name: str
    style: str
    size: Size | None
    doc: str
    fields: tuple[Field, ...] = ()
    other: bool = False
    lifetime: Lifetime = field(default_factory=Lifetime)


@dataclass(slots=True)
class Bit:
    """A field of bits.

    Attributes:
        name: Its name, or empty for padding.
        high: Number of its highest bit; 0 is the lowest bit of the last byte.
        low: Number of its lowest bit.
        doc: Description.
        values: Names of its values, by number.
    """

    name: str
    high: int
    low: int
    doc: str
    values: tuple[tuple[int, str], ...] = ()

    @property
    def width(self) -> int:
        """Its number of bits."""
        return self.high - self.low + 1


@dataclass(frozen=True, slots=True)
class Flags:
    """Names for the bits of numbers.

    Attributes:
        fields: The fields with such a number, named as in `Type.members`.
        bits: The named bits, from the highest.
    """

    fields: tuple[str, ...]
    bits: tuple[Bit, ...]


@dataclass(frozen=True, slots=True)
class Names:
    """Names for the values of numbers.

    Attributes:
        table: Name of the table, as descriptions refer to it.
        fields: The fields with such a number, named as in `Type.members`.
        values: The names by number.
    """

    table: str
    fields: tuple[str, ...]
    values: tuple[tuple[int, str], ...]


@dataclass(frozen=True, slots=True)
class Use:
    """A field that uses a type.

    Attributes:
        type: Label of the type that has the field.
        field: Name of the field; `Variant.field` in an enum.
    """

    type: str
    field: str


@dataclass(frozen=True, slots=True)
class ExampleRow:
    """A row of a worked example.

    Attributes:
        field: Number of the field, or -1 if the bytes don't belong to a field (the index of an enum).
        name: Name of the field.
        offset: Offset in the sample.
        size: Number of all bytes, shown or not.
        data: The first bytes.
        value: The value in words.
    """

    field: int
    name: str
    offset: int
    size: int
    data: bytes
    value: str


@dataclass(frozen=True, slots=True)
class Example:
    """A value of a type, from a sample.

    Attributes:
        sample: Name of the sample.
        path: Path of the value in it.
        rows: Its bytes, in order.
        unpacked: Whether it is a C structure out of a column. Offsets count from its start, and its bytes are
            those that the column unpacks to.
    """

    sample: str
    path: str
    rows: tuple[ExampleRow, ...]
    unpacked: bool = False


@dataclass(slots=True)
class Type:
    """A type.

    Attributes:
        label: Its name, unique in the document.
        kind: `struct`, `tuple struct`, `newtype`, `unit struct`, `enum`, `bits`, `flags`, `labels`, `choice`,
            `alias`.
        doc: Description.
        size: Size of a value; None where values have none.
        unit: Unit of sizes and offsets: `byte`, or `bit` in bytes that are read as bits.
        fields: Its fields; empty for an enum.
        variants: The variants of an enum, the labels of a number, or the cases of a choice.
        bits: The fields of bits, or the flags, from the highest.
        flags: Names for the bits of fields.
        names: Names for the values of fields.
        constraints: Further constraints of reading and writing, a sentence each.
        used_by: The fields that use it.
        recursive: Whether a value may contain another value of this type.
        nested: Whether it is a C struct in a byte string (a blob).
        depth: Distance from the root, on the shortest path.
        lifetime: The releases that have it.
        example: A worked example, or None.
        columns: The kind of its own column (`enum`), or empty; None where values have offsets.
    """

    label: str
    kind: str
    doc: str
    size: Size | None
    unit: str = "byte"
    fields: tuple[Field, ...] = ()
    variants: tuple[Variant, ...] = ()
    bits: tuple[Bit, ...] = ()
    flags: tuple[Flags, ...] = ()
    names: tuple[Names, ...] = ()
    constraints: tuple[str, ...] = ()
    used_by: tuple[Use, ...] = ()
    recursive: bool = False
    nested: bool = False
    depth: int = 0
    lifetime: Lifetime = field(default_factory=Lifetime)
    example: Example | None = None
    columns: str | None = None

    @property
    def members(self) -> list[tuple[str, Field]]:
        """All fields with their names; fields of variants are named `Variant.field`."""
        listed = [(each.name, each) for each in self.fields]
        for variant in self.variants:
            owner = variant.name or variant.index
            listed += [(f"{owner}.{each.name}", each) for each in variant.fields]
        return listed


@dataclass(frozen=True, slots=True)
class Checksum:
    """The checksum of a file, by its usual parameters.

    Attributes:
        name: Its name.
        width: Width in bits.
        poly: The polynomial in hexadecimal.
        init: Initial value in hexadecimal.
        reflected: Whether input and output are processed least significant bit first.
        xorout: Mask XORed with the result, in hexadecimal.
        check: Checksum of the nine bytes `123456789`, in hexadecimal.
        residue: Checksum of a whole intact file, including the stored one; None if it is not constant.
        python: A function in Python that computes it.
        c: A function in C that computes it.
    """

    name: str
    width: int
    poly: str
    init: str
    reflected: bool
    xorout: str
    check: str
    residue: str | None
    python: str
    c: str


@dataclass(frozen=True, slots=True)
class Error:
    """An error that reading can raise.

    Attributes:
        code: Name in the error enum of the original program.
        cls: Name of the exception class.
        when: The reason for raising it.
    """

    code: str
    cls: str
    when: str


@dataclass(slots=True)
class File:
    """A file as a whole.

    Attributes:
        fields: Header, data, checksum; only data in a bare file.
        size: Size of a file; None if it is no sum of the parts' sizes.
        magics: Magic by architecture, in hexadecimal; the architecture is empty if there is one for all.
            Empty for bare files.
        version: The version that is written; empty for bare files.
        version_rule: The versions that are read, in words; empty for bare files.
        checksum: The checksum, or None.
        order: The checks in order, a sentence each.
        max_file_size: Maximum size of a file in bytes.
        errors: The errors that reading can raise, in the order of the checks.
        example: A worked example, or None.
        header: How the header can be read alone where values have no offsets, a sentence; or empty.
        compression: The compression around the whole file, or empty.
    """

    fields: tuple[Field, ...]
    size: Size | None
    magics: tuple[tuple[str, str], ...]
    version: str
    version_rule: str
    checksum: Checksum | None
    order: tuple[str, ...]
    max_file_size: int
    errors: tuple[Error, ...]
    example: Example | None = None
    header: str = ""
    compression: str = ""


@dataclass(frozen=True, slots=True)
class Primitive:
    """An entry of the glossary: the encoding of a primitive.

    Attributes:
        name: Its name, as in the names of types.
        doc: The encoding in words.
        size: Its size; None where values have none.
        refused: The bytes that reading refuses, or empty.
        example: A value in words.
        data: The bytes of the example.
        columns: The kinds of its columns, as in `Field.columns`; None where values have sizes.
    """

    name: str
    doc: str
    size: Size | None
    refused: str
    example: str
    data: bytes
    columns: str | None = None


@dataclass(slots=True)
class Document:
    """The document of a format or of a type.

    Attributes:
        name: Name of the format or type.
        doc: Description of the data.
        byteorder: `little` or `big`.
        integers: `fixed`, `variable` or `leb128`; `packed` in columns.
        limit: Maximum number of bytes claimed by the header and by the data each; None for no limit.
        max_depth: Maximum nesting of structs and enums.
        root: Label of the type of the data.
        file: The file around the data, or None for a bare type.
        types: All types, in the order of their first occurrence in the bytes.
        primitives: Glossary of the primitive encodings that are used.
        encoding: `bincode`, `bitcode`, or the name of another preset.
        note: What to know about the format, in a sentence, or empty.
        columns: How values are stored in columns; None where they have offsets.
        lengths: The width of lengths, such as `u64`.
        tags: The width of the indexes of variants.
        rules: What the encoding does otherwise than bincode, in words.
        same_header: Names of the documents of the family whose files have the same header.
    """

    name: str
    doc: str
    byteorder: str
    integers: str
    limit: int | None
    max_depth: int
    root: str
    file: File | None
    types: tuple[Type, ...]
    primitives: tuple[Primitive, ...]
    encoding: str = "bincode"
    note: str = ""
    columns: Columns | None = None
    lengths: str = ""
    tags: str = ""
    rules: tuple[str, ...] = ()
    same_header: tuple[str, ...] = ()

    @property
    def by_label(self) -> dict[str, Type]:
        """Types by label."""
        return {each.label: each for each in self.types}


def plain(value: Any) -> Any:
    """Convert a part of the model to plain data for JSON; bytes become hexadecimal text."""
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, tuple | list):
        return [plain(item) for item in value]
    if dataclasses.is_dataclass(value):
        return {each.name: plain(getattr(value, each.name)) for each in dataclasses.fields(value)}
    return value
