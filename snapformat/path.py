"""Value paths: the place of a part in a value, such as `$.vcpu_states[2].regs.rip`.

A path is a tuple of segments: a field name (`str`), an index (`int`), an enum variant (`Variant`, printed
`<Name>`) or the text of a map's key (`Key`, printed `["key"]`). A path outside of the payload begins with a
`Root`, such as `$header.version`; one over views with `VIEWS`, such as `@drives.rootfs.path`.
`snapformat.inspect.selectors` adds wildcards.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence

from snapformat.printable import middle_cut

# Compiled on first use, as most runs don't need them.
_PLAIN_NAME = r"[^\W\d]\w*|\d+\w*"
_SEGMENT = r'\.([^.\[\]<>"]+)|\[(\d+)\]|\[("(?:[^"\\]|\\.)*")\]|<([^<>"]*)>|<("(?:[^"\\]|\\.)*")>'


class Variant(str):
    """The segment that enters the payload of an enum variant."""

    __slots__ = ()


class Root(str):
    """The first segment of a path that begins beside the payload: `Root("header")` is `$header`."""

    __slots__ = ()


class ViewRoot(str):
    """The first segment of a path over views: `@`."""

    __slots__ = ()


VIEWS = ViewRoot("@")


class Key(str):
    """The segment that enters the value of a map's key."""

    __slots__ = ()


Segment = str | int | Variant | Key | Root | ViewRoot


def format_path(segments: Iterable[Segment]) -> str:
    """Format a path; `$` is the whole value.

    Args:
        segments: Field names, indexes and variants, from the outside in.

    Returns:
        Text that `parse_path` reads back, such as `$.devices[0]<Virtio>.id`.
    """
    parts = ["$"]
    for segment in segments:
        if type(segment) is str and segment.isascii() and segment.isidentifier():  # most of them
            parts.append(segment if parts == [VIEWS] else f".{segment}")
        elif isinstance(segment, int):
            parts.append(f"[{segment}]")
        elif isinstance(segment, Root):
            parts[0] += segment
        elif isinstance(segment, ViewRoot):
            parts[0] = segment
        elif isinstance(segment, Variant):
            plain = segment.isprintable() and not any(character in '<>"' for character in segment)
            parts.append(f"<{segment}>" if plain else f"<{json.dumps(str(segment))}>")
        elif not isinstance(segment, Key) and re.fullmatch(_PLAIN_NAME, segment):
            parts.append(segment if parts == [VIEWS] else f".{segment}")
        else:
            parts.append(f"[{json.dumps(segment)}]")
    return "".join(parts)


def parse_path(text: str) -> tuple[Segment, ...]:
    """Parse a path as formatted by `format_path`; the leading `$` is optional.

    Raises:
        ValueError: The text is not a path; the message includes the part that can't be parsed.
    """
    root = re.match(r"\$([a-z]*)", text)
    position = 0 if root is None else root.end()
    if position == 0 and text and text[0] not in ".[<":
        text = "." + text
    segments: list[Segment] = [Root(root[1])] if root is not None and root[1] else []
    while position < len(text):
        match = re.compile(_SEGMENT).match(text, position)
        if match is None:
            rest = text[position : position + 80]
            raise ValueError(middle_cut(f"not a value path from {rest!r} on: {middle_cut(text)!r}"))
        name, index, quoted, variant, quoted_variant = match.groups()
        if index is not None:
            segments.append(int(index))
        elif quoted is not None:
            segments.append(Key(json.loads(quoted)))
        elif variant is not None:
            segments.append(Variant(variant))
        elif quoted_variant is not None:
            segments.append(Variant(json.loads(quoted_variant)))
        else:
            segments.append(name)
        position = match.end()
    return tuple(segments)


def is_prefix(prefix: Sequence[Segment], segments: Sequence[Segment]) -> bool:
    """Return whether the path `segments` is equal to or below `prefix`."""
    return tuple(segments[: len(prefix)]) == tuple(prefix)
