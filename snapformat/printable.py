"""Making text safe to print: escaped, and of bounded length.

Terminals interpret control characters, bidirectional marks reorder lines, and a text may be megabytes long.
"""

from __future__ import annotations

#: Maximum number of characters of a line of a message, and of a reason of several lines from other code.
MOST_OF_LINE = 300
MOST_OF_REASON = 2000


def printable(text: str) -> str:
    r"""Escape unprintable characters; a byte of a file name that is not UTF-8 becomes `\xff`."""
    if text.isprintable():
        return text
    return "".join(char if char.isprintable() else _escape(char) for char in text)


def middle_cut(text: str, most: int = MOST_OF_LINE) -> str:
    """Shorten a text longer than `most` characters to its two ends and the number of characters between."""
    if len(text) <= most:
        return text
    end = (most - 40) // 2
    return f"{text[:end]} ... {len(text) - 2 * end} characters ... {text[-end:]}"


def shortened(text: str, most: int = MOST_OF_LINE) -> str:
    """Escape a text, and shorten it to at most `most` characters."""
    return middle_cut(printable(middle_cut(text, most)), most)


def text_of(error: BaseException, without: str = "") -> str:
    """Return the text of an exception as one line; empty if it has none, or if `str` fails.

    A long line of it, or a long text, is shortened in the middle.

    Args:
        error: The exception.
        without: A prefix to remove.
    """
    try:
        text = str(error)
    except Exception:  # raised by a user's class
        return ""
    # Shortened first, so that a text of megabytes is not split into lines.
    lines = middle_cut(text.removeprefix(without), 8 * MOST_OF_REASON).splitlines()
    return middle_cut(" ".join(filter(None, map(shortened, map(str.strip, lines)))), MOST_OF_REASON)


def _escape(char: str) -> str:
    if "\udc80" <= char <= "\udcff":
        return f"\\x{ord(char) - 0xDC00:02x}"
    return char.encode("unicode_escape").decode("ascii")
