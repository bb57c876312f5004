"""A hex dump of the bytes around an offset, for error messages."""

from __future__ import annotations

ROW = 16


def excerpt(data: bytes, offset: int, around: int = 1) -> str:
    """Dump the row of 16 bytes that contains an offset, and its neighbours; carets mark the byte.

    ```text
    00000020  01 00 00 00 00 00 00 00  02 07 00 00 00 00 00 00  |................|
                                       ^^
    ```

    Args:
        data: The bytes of the file.
        offset: The byte to mark; the end of the file may be marked too.
        around: Rows before and after.

    Returns:
        Lines without a line break at the end; an empty text for an offset outside the file.
    """
    if not 0 <= offset <= len(data):
        return ""
    marked = offset - offset % ROW
    lines = []
    for start in range(max(0, marked - around * ROW), marked + (around + 1) * ROW, ROW):
        row = data[start : start + ROW]
        if row or start == marked:
            lines.append(_row(start, row))
        if start == marked:
            at = offset - marked
            note = " end of file" if offset == len(data) else ""
            lines.append(" " * (10 + 3 * at + at // 8) + "^^" + note)
    return "\n".join(lines)


def _row(start: int, row: bytes) -> str:
    left, right = row[: ROW // 2].hex(" "), row[ROW // 2 :].hex(" ")
    text = "".join(chr(byte) if 0x20 <= byte < 0x7F else "." for byte in row)
    return f"{start:08x}  {left:<23}  {right:<23}  |{text}|"
