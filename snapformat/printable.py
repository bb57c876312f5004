"""Text made safe to print: a terminal obeys control characters, and marks of direction turn lines around."""

from __future__ import annotations


def printable(text: str) -> str:
    r"""Text with all that can't be seen escaped, and `\xff` for a byte of a file name that is not UTF-8."""
    if text.isprintable():
        return text
    return "".join(char if char.isprintable() else _escape(char) for char in text)


def text_of(error: BaseException, without: str = "") -> str:
    """The text of an exception as one line; empty where there is none, or where asking for it fails.

    Args:
        error: The exception.
        without: What is left out where the text begins by it.
    """
    try:
        text = str(error)
    except Exception:  # of a class of the user's
        return ""
    return " ".join(filter(None, map(str.strip, text.removeprefix(without).splitlines())))


def _escape(char: str) -> str:
    if "\udc80" <= char <= "\udcff":
        return f"\\x{ord(char) - 0xDC00:02x}"
    return char.encode("unicode_escape").decode("ascii")
