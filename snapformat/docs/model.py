"""The document model: all that a document says, as plain data.

Renderers read nothing else, and JSON is this model as it is (`plain`). Texts are as the schema has them:
escaping is the renderers' work. A type is referred to by its label, which is unique in a document.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass, field
from typing import Any

from snapformat.layout.types import Span

#: Version of the JSON form: raised when a member is renamed, removed or changes its meaning.
MODEL_VERSION = 1


@dataclass(frozen=True, slots=True)
class Size:
    """How many bytes something takes.

    Attributes:
        least: The fewest.
        most: The most, or None where the layout sets no bound.
        text: For readers: `8`, `1 or 9`, `8 + len`, `4 to 20`, `8 or more`.
    """

    least: int
    most: int | None
    text: str

    @property
    def exact(self) -> int | None:
        """The size, where it is always the same."""
        return self.least if self.least == self.most else None


@dataclass(frozen=True, slots=True)
class Term:
    """A part of an offset that depends on the value of a field before.

    Attributes:
        kind: `len`: bytes of a text or of bytes; `count`: elements; `size`: all bytes of the field.
        field: The field's name.
        factor: What it is multiplied with: bytes of an element.
    """

    kind: str
    field: str
    factor: int = 1

    @property
    def text(self) -> str:
        """As it stands in a formula."""
        call = f"{self.kind}({self.field})"
        return call if self.factor == 1 else f"{self.factor} × {call}"


@dataclass(frozen=True, slots=True)
class Offset:
    """Where a field begins, counted from the start of its type.

    Attributes:
        constant: The part that never changes.
        terms: What is added to it.
        text: For readers; where many terms add up, counted from the end of the last field of variable size.
    """

    constant: int
    terms: tuple[Term, ...]
    text: str

    @property
    def exact(self) -> int | None:
        """The offset, where it is always the same."""
        return None if self.terms else self.constant


@dataclass(slots=True)
class Lifetime:
    """In which releases of its family something is there, in the form shown here.

    Attributes:
        since: The first release with it; None where it is as old as the family.
        until: The last release with it; None where the newest has it.
    """

    since: str | None = None
    until: str | None = None


@dataclass(slots=True)
class Field:
    """A field, element or case.

    Attributes:
        name: Its name; a number where it has none.
        offset: Where it begins.
        size: Its bytes.
        type: How its type is spelled.
        doc: Description.
        constraints: What a reader refuses or a writer sees to, a sentence each, without full stop.
        lifetime: Since when, until when.
    """

    name: str
    offset: Offset
    size: Size
    type: tuple[Span, ...]
    doc: str
    constraints: tuple[str, ...] = ()
    lifetime: Lifetime = field(default_factory=Lifetime)

    @property
    def type_text(self) -> str:
        """The type as plain text."""
        return "".join(span.text for span in self.type)


@dataclass(slots=True)
class Variant:
    """A variant of an enum, a label of a number, or a case of a choice.

    Attributes:
        index: What stands in the bytes, or what the choice goes by.
        name: Its name.
        style: `unit`, `newtype`, `tuple` or `struct`.
        size: Bytes of the whole value, index and all.
        doc: Description.
        fields: Its fields; offsets are counted from the start of the index.
        other: It takes indexes that no variant has.
        lifetime: Since when, until when.
    """

    index: str
    name: str
    style: str
    size: Size
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
        fields: The fields that hold such a number, named as in `Type.members`.
        bits: The bits, from the highest; those between them have no names.
    """

    fields: tuple[str, ...]
    bits: tuple[Bit, ...]


@dataclass(frozen=True, slots=True)
class Use:
    """Where a type is used.

    Attributes:
        type: Label of the type that has the field.
        field: Name of the field; `Variant.field` in an enum.
    """

    type: str
    field: str


@dataclass(frozen=True, slots=True)
class ExampleRow:
    """A few bytes of a worked example.

    Attributes:
        field: The field they belong to; its index, or -1 for what belongs to none (an enum's index).
        name: The field's name.
        offset: In the sample.
        size: All bytes, shown or not.
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
    """

    sample: str
    path: str
    rows: tuple[ExampleRow, ...]


@dataclass(slots=True)
class Type:
    """A type.

    Attributes:
        label: What it is called: unique in the document.
        kind: `struct`, `tuple struct`, `newtype`, `unit struct`, `enum`, `bits`, `labels`, `choice`, `alias`.
        doc: Description.
        size: Bytes of a value.
        fields: Its fields; none for an enum.
        variants: Of an enum, of labelled numbers, of a choice.
        bits: Of bits.
        flags: Names for the bits of fields.
        constraints: What a reader refuses besides, a sentence each.
        used_by: Where it is used.
        recursive: A value of it may hold another.
        nested: It is a C struct that stands in bytes of their own (a blob).
        depth: Steps from the root, along the shortest way.
        lifetime: Since when, until when.
        example: A worked example, or None.
    """

    label: str
    kind: str
    doc: str
    size: Size
    fields: tuple[Field, ...] = ()
    variants: tuple[Variant, ...] = ()
    bits: tuple[Bit, ...] = ()
    flags: tuple[Flags, ...] = ()
    constraints: tuple[str, ...] = ()
    used_by: tuple[Use, ...] = ()
    recursive: bool = False
    nested: bool = False
    depth: int = 0
    lifetime: Lifetime = field(default_factory=Lifetime)
    example: Example | None = None

    @property
    def members(self) -> list[tuple[str, Field]]:
        """All fields with their names in an index: those of variants as `Variant.field`."""
        listed = [(each.name, each) for each in self.fields]
        for variant in self.variants:
            owner = variant.name or variant.index
            listed += [(f"{owner}.{each.name}", each) for each in variant.fields]
        return listed


@dataclass(frozen=True, slots=True)
class Checksum:
    """A file's checksum, by its usual parameters.

    Attributes:
        name: Its name.
        width: Bits.
        poly: The polynomial, hex.
        init: Start value, hex.
        reflected: Bits are taken least significant first, in and out.
        xorout: Mask of the result, hex.
        check: Checksum of the nine bytes `123456789`, hex.
        residue: What the whole file, checksum and all, gives; None where there is no such rule.
    """

    name: str
    width: int
    poly: str
    init: str
    reflected: bool
    xorout: str
    check: str
    residue: str | None


@dataclass(frozen=True, slots=True)
class Error:
    """An error that a reader can raise.

    Attributes:
        code: Name in the original's error enum.
        cls: Name of the exception's class.
        when: When it is raised.
    """

    code: str
    cls: str
    when: str


@dataclass(slots=True)
class File:
    """A file as a whole.

    Attributes:
        fields: Header, data, checksum.
        size: Bytes of a file.
        magics: Magic by architecture, hex; the architecture is empty where one is for all.
        version: Version that is written.
        version_rule: Which versions are read, in words.
        checksum: The checksum, or None.
        order: How a file is checked, step by step.
        max_file_size: Bytes above which a file is refused unread.
        errors: What a reader can raise, in the order of the checks.
        example: A worked example, or None.
    """

    fields: tuple[Field, ...]
    size: Size
    magics: tuple[tuple[str, str], ...]
    version: str
    version_rule: str
    checksum: Checksum | None
    order: tuple[str, ...]
    max_file_size: int
    errors: tuple[Error, ...]
    example: Example | None = None


@dataclass(frozen=True, slots=True)
class Primitive:
    """An entry of the glossary: how a primitive is encoded.

    Attributes:
        name: Its name, as types are spelled.
        doc: The encoding in words.
        size: Its bytes.
        refused: What a reader refuses, or empty.
        example: A value, in words.
        data: The bytes of the example.
    """

    name: str
    doc: str
    size: Size
    refused: str
    example: str
    data: bytes


@dataclass(slots=True)
class Document:
    """All about one format, or about one type.

    Attributes:
        name: Name of the format or type.
        doc: Description of the data.
        byteorder: `little` or `big`.
        integers: `fixed` or `variable`.
        limit: Most bytes that may be claimed, in the header and in the data each; None for no limit.
        max_depth: Most structs and enums that may be nested.
        root: Label of the type of the data.
        file: The file around the data, or None for a bare type.
        types: All types, in the order in which the bytes come to them.
        primitives: Glossary of the primitive encodings that are used.
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

    @property
    def by_label(self) -> dict[str, Type]:
        """Types by label."""
        return {each.label: each for each in self.types}


def plain(value: Any) -> Any:
    """A part of the model as plain data for JSON; bytes are hex text."""
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, tuple | list):
        return [plain(item) for item in value]
    if dataclasses.is_dataclass(value):
        return {each.name: plain(getattr(value, each.name)) for each in dataclasses.fields(value)}
    return value
