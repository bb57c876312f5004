"""What a file is that is no snapshot, by its first bytes."""

from __future__ import annotations

#: Number of bytes that a text has at most.
_SHOWN = 8
#: First bytes of common kinds of files.
_KINDS = (
    (b"\x7fELF", "an ELF file"),
    (b"\x1f\x8b", "gzip"),
    (b"\xfd7zXZ\0", "xz"),
    (b"\x28\xb5\x2f\xfd", "zstd"),
    (b"BZh", "bzip2"),
    (b"PK\3\4", "a zip file"),
    (b"QFI\xfb", "a qcow2 image"),
    (b"MZ", "a PE or DOS file"),
    (b"#!", "a script"),
)
_BLANKS = b" \t\r\n"


def beginning(data: bytes) -> str:
    """Describe the beginning of a file in words: its first bytes, and the kind of file that has them."""
    if not data:
        return "the file is empty"
    shown = data[:_SHOWN].hex(" ")
    kind = _kind_of(data)
    return f"the file begins with {shown}{f', as {kind} does' if kind else ''}"


def _kind_of(data: bytes) -> str | None:
    for first, kind in _KINDS:
        if data.startswith(first):
            return kind
    head = data[:64]
    if head.lstrip(_BLANKS)[:1] in (b"{", b"[") and head.isascii() and b"\0" not in head:
        return "JSON"
    if all(32 <= byte < 127 or byte in _BLANKS for byte in head):
        return "text"
    return "memory that was never written" if not any(head) else None
