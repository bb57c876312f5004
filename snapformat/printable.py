"""Text made safe to print: escaped, and bounded.

A terminal obeys control characters, marks of direction turn lines around, and a text may be megabytes long.
"""

from __future__ import annotations

#: Most characters of a line of a message, and of a reason of several lines that other code gives.
MOST_OF_LINE = 300
MOST_OF_REASON = 2000


def printable(text: str) -> str:
    r"""Text with all that can't be seen escaped, and `\xff` for a byte of a file name that is not UTF-8."""
    if text.isprintable():
        return text
    return "".join(char if char.isprintable() else _escape(char) for char in text)


def middle_cut(text: str, most: int = MOST_OF_LINE) -> str:
    """The two ends of a text that is longer than `most`, and how much stands between them."""
    if len(text) <= most:
        return text
    end = (most - 40) // 2
    return f"{text[:end]} ... {len(text) - 2 * end} characters ... {text[-end:]}"


def shortened(text: str, most: int = MOST_OF_LINE) -> str:
    """Text that is safe to print, of at most so many characters."""
    return middle_cut(printable(middle_cut(text, most)), most)


def text_of(error: BaseException, without: str = "") -> str:
    """The text of an exception as one line; empty where there is none, or where asking for it fails.

    It is whole, unless one of its lines is longer than a message should be, or all of it is.

    Args:
        error: The exception.
        without: What is left out where the text begins by it.
    """
    try:
        text = str(error)
    except Exception:  # of a class of the user's
        return ""
    # The first cut is for texts of megabytes, of which the lines need not be looked for.
    lines = middle_cut(text.removeprefix(without), 8 * MOST_OF_REASON).splitlines()
    return middle_cut(" ".join(filter(None, map(shortened, map(str.strip, lines)))), MOST_OF_REASON)


def _escape(char: str) -> str:
    if "\udc80" <= char <= "\udcff":
        return f"\\x{ord(char) - 0xDC00:02x}"
    return char.encode("unicode_escape").decode("ascii")
