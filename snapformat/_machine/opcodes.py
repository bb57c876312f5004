"""The opcodes of the machine: the only list of them, for the compiler of programs and for the C code.

`python snapformat/_machine/opcodes.py` writes `opcodes.h`; a test holds it against this table.
"""

from __future__ import annotations

import zlib
from pathlib import Path
from typing import NamedTuple

#: Objects at the start of every program's table.
SHARED = (
    "GUARD",  # exception of a refusal
    "DOUBT",  # exception of a skipper that can't tell
    "INTEGER",  # int of an integer-like value
    "NUMBER",  # float of a number
    "SEQUENCE",  # tuple of a list-like value
    "TEXT",  # checks a subclass of str
    "AS_BYTES",  # bytes of a bytes-like value
    "AS_BOOL",  # bool of one of numpy
    "CHAR_BYTES",  # UTF-8 of a char
    "RAW_FLAG",  # makes a lenient bool of another byte
    "FLAG_BYTE",  # byte of a lenient bool
    "SOME",  # class of a present value of a nested option
    "PAIR_MAP",  # class of maps
    "PAIR_SET",  # class of sets
    "SECRET",  # factor of integer keys
    "HASHABLE",  # hashable stand-in of a key
    "CLAIMS",  # class of the claims
)

#: Forms of integers of variable length (`encodings.bincode.varints`): the operand is the index.
FORMS = ("bincode", "bincode 1", "leb128", "strict leb128")

# Operands: `n` a number, `p` the place of an operation, `o` an object; `?`: or none, which is negative.
# After `*` follow groups of operands, as many as the operand `count` says.
_ELEMENTS = "least:n cost:n surplus:n zero:n fixed:n levels:n"
_KEYS = "one:n key:n entries:n natural:o? elements:o"
_TABLE = f"""
UINT    size:n big:n                  an unsigned integer of 1, 2, 4 or 8 bytes
SINT    size:n big:n                  the same in two's complement
F32     size:n big:n                  an f32; NaN keeps its payload
F64     size:n big:n                  an f64
F16     size:n big:n                  an f16
VARU    size:n big:n form:n most:n    an unsigned integer of variable length, nominal width up to 8 bytes
VARI    size:n big:n form:n most:n    the same in zigzag
WIDE    size:n big:n signed:n nonzero:n variable:n  an integer of another width, or one that is not zero
BOOL                                  a bool
FLAG                                  a bool that keeps other bytes
CHAR                                  a char in UTF-8
STR     length:p encoding:o?          text behind its length; UTF-8 without `encoding`
BYTES   length:p exact:n no_nul:n     bytes behind their length; -1 is any length
BLOB    length:p lazy:o? raw:n make:o? write:o?  a C struct's bytes behind their length
FIXED   size:n                        a fixed number of bytes
UNIT    value:o                       no bytes
OPTION  item:p                        a tag, and a value if it is 1
SOME    item:p                        the same, wrapped in `Some`
SEQ     length:p item:p {_ELEMENTS} most:n listed:o  a list behind its length
ARRAY   size:n item:p {_ELEMENTS} most:n listed:o  a list of fixed length
SET     length:p item:p {_ELEMENTS} {_KEYS}  a set
MAP     length:p item:p {_ELEMENTS} {_KEYS} value:p  a map
TUPLE   count:n * item:p              values one after the other
STRUCT  fixed:n levels:n cls:o skipped:n count:n * slot:n item:p? attr:o  a struct of a class with slots
MADE    cls:o make:o count:n * kept:n item:p attr:o?  a struct whose class is called
ENUM    index:p other:n count:n * value:o item:p?  an index, and the fields of that variant
UNITS   index:p other:n count:n * value:o  an index of constants
CONVERT item:p decode:o? encode:o? pure:n header:n most:n  a value that functions convert
CONST   item:p value:o                a value that must be the constant
PADDED  item:p size:n fill:n          a value, and fill bytes up to a size
PYTHON  code:o? skip:o? levels:n      a value that generated Python reads or writes
"""


class Operand(NamedTuple):
    """An operand: its name, and its type in one of the characters above."""

    name: str
    type: str


class Opcode(NamedTuple):
    """An opcode.

    Attributes:
        name: Its name.
        operands: The operands.
        group: Operands of a group; the groups follow.
        meaning: What it stands for.
    """

    name: str
    operands: tuple[Operand, ...]
    group: tuple[Operand, ...]
    meaning: str


def _parsed(line: str) -> Opcode:
    name, _, rest = line.partition(" ")
    operands: list[Operand] = []
    group: list[Operand] = []
    into = operands
    words = rest.split()
    while words and (words[0] == "*" or ":" in words[0][1:]):
        word = words.pop(0)
        if word == "*":
            into = group
        else:
            operand, _, kind = word.partition(":")
            into.append(Operand(operand, {"o?": "O", "p?": "P"}.get(kind, kind)))
    return Opcode(name, tuple(operands), tuple(group), " ".join(words))


OPCODES = tuple(map(_parsed, _TABLE.strip().splitlines()))
#: Numbers of the opcodes.
CODES = {opcode.name: number for number, opcode in enumerate(OPCODES)}
#: The digest of the table, by which an extension is known that was built from another one.
DIGEST = f"{zlib.crc32(repr((SHARED, FORMS, _TABLE)).encode()):08x}"


def header() -> str:
    """Return the text of `opcodes.h`."""
    lines = [
        "/* Generated from opcodes.py by `python snapformat/_machine/opcodes.py`. */",
        "#ifndef SNAPFORMAT_OPCODES_H",
        "#define SNAPFORMAT_OPCODES_H",
        f'#define TABLE_DIGEST "{DIGEST}"',
        f"#define SHARED_COUNT {len(SHARED)}",
        "enum {",
        *(f"    S_{name}," for name in SHARED),
        "};",
        "enum {",
        *(f"    FORM_{form.upper().replace(' ', '_')}," for form in FORMS),
        "};",
        "enum {",
        *(f"    OP_{opcode.name}," for opcode in OPCODES),
        f"    OPCODE_COUNT = {len(OPCODES)}",
        "};",
        "/* Distances of operands from their opcode, and inside groups. */",
        "enum {",
    ]
    for opcode in OPCODES:
        for place, operand in enumerate(opcode.operands):
            lines.append(f"    {opcode.name}_{operand.name.upper()} = {1 + place},")
        if opcode.group:
            lines.append(f"    {opcode.name}_GROUPS = {1 + len(opcode.operands)},")
            lines.append(f"    {opcode.name}_EACH = {len(opcode.group)},")
        for place, operand in enumerate(opcode.group):
            lines.append(f"    {opcode.name}_IN_{operand.name.upper()} = {place},")
    lines += [
        "};",
        "/* Types of the operands: n number, p place, o object; capital letters: or -1. */",
        "typedef struct {",
        "    const char *operands, *group;",
        "    int count; /* distance of the operand with the number of groups */",
        "} Form;",
        "static const Form forms[OPCODE_COUNT] = {",
    ]
    for opcode in OPCODES:
        types = "".join(operand.type for operand in opcode.operands)
        group = "".join(operand.type for operand in opcode.group)
        names = [operand.name for operand in opcode.operands]
        count = 1 + names.index("count") if "count" in names else 0
        lines.append(f'    {{"{types}", "{group}", {count}}}, /* {opcode.name} */')
    return "\n".join([*lines, "};", "#endif", ""])


def table() -> str:
    """Return the table of opcodes in Markdown."""
    rows = ["| Opcode | Operands | Stands for |", "|---|---|---|"]
    for opcode in OPCODES:
        operands = " ".join(operand.name for operand in opcode.operands)
        if opcode.group:
            operands += f" ({' '.join(operand.name for operand in opcode.group)})\\*"
        rows.append(f"| `{opcode.name}` | {operands} | {opcode.meaning} |")
    return "\n".join(rows) + "\n"


if __name__ == "__main__":
    Path(__file__).with_name("opcodes.h").write_text(header())
