"""A page with the annotations of a file, complete in itself."""

from __future__ import annotations

import html

from snapformat.errors import SnapshotError
from snapformat.inspect.annotate import Annotation, value_text

_STYLE = """
:root{color-scheme:light dark;--line:#8884;--dim:#777}
body{font:14px/1.4 system-ui,sans-serif;margin:1.5em}
table{border-collapse:collapse;width:100%}
th{position:sticky;top:0;background:Canvas;text-align:left}
td,th{padding:.15em .6em;border-bottom:1px solid var(--line);vertical-align:top}
td.n{text-align:right;font-variant-numeric:tabular-nums}
code{font:12px/1.4 ui-monospace,monospace;white-space:pre-wrap;overflow-wrap:anywhere}
.group{color:var(--dim)}.bad{color:#c00;font-weight:600}
"""
#: Maximum number of bytes shown in a row.
_SHOWN = 16


def page(name: str, data: bytes, rows: list[Annotation], failure: SnapshotError | None) -> str:
    """Return the page.

    Args:
        name: Name of the file.
        data: Its bytes.
        rows: Its annotations.
        failure: The error at which they end, or None.
    """
    is_message = any(each.count is not None for each in rows)
    head = ("offset", "size", "bytes", "kind", "path", *(("values", "packing") if is_message else ("value",)))
    parts = [
        "<!doctype html><html lang=en><meta charset=utf-8>",
        '<meta name=viewport content="width=device-width">',
        f"<title>{_text(name)}</title><style>{_STYLE}</style><h1>{_text(name)}</h1>",
        f"<p>{len(data)} bytes",
        "<table><thead><tr>",
        *(f"<th>{title}" for title in (*head, "meaning")),
        "<tbody>",
    ]
    parts += [_row(each, data, is_message) for each in rows]
    parts.append("</table>")
    if failure is not None:
        parts.append(f"<p class=bad>{_text(str(failure))}")
    return "\n".join(parts) + "\n</html>\n"


def _row(each: Annotation, data: bytes, is_message: bool) -> str:
    shown = data[each.offset : each.offset + min(each.size, _SHOWN)].hex(" ")
    shown += " ..." if each.size > _SHOWN else ""
    last = (
        (f"<td class=n>{each.count}", f"<td>{_text(each.packing or '')}")
        if is_message
        else (f"<td><code>{_text(value_text(each))}</code>",)
    )
    group = "" if each.size else " class=group"
    cells = [
        f"<td class=n>{each.offset:#x}",
        f"<td class=n>{each.size}",
        f"<td><code>{shown}</code>",
        f"<td>{_text(each.kind)}",
        f"<td><code>{_text(each.path)}</code>",
        *last,
        f"<td>{_text(each.meaning)}",
    ]
    return f"<tr{group}>{''.join(cells)}"


def _text(text: str) -> str:
    return html.escape(text)
