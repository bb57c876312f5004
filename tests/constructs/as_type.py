"""A declaration as a type: `decode`, `encode`, streams; cold and warm; sound bytes and damaged ones."""

from __future__ import annotations

import io
from typing import Any

from constructs.declaration import Declaration, copied, limits_of
from constructs.inputs import damaged
from constructs.outcomes import Findings, Outcome, ours, theirs
from constructs.values import keeps_bytes, settled
from snapformat import decode, decode_prefix, decode_stream, decoder, encode
from snapformat.layout import layout_of, walk

#: Uses before code is surely generated.
USES = 3


def check(declaration: Declaration) -> Findings:
    """Read and write as construct does."""
    found = Findings()
    struct, source = declaration.construct, declaration.source
    for value in declaration.values:
        wanted = theirs(lambda value=value: bytes(source.build(copied(value))))
        for use in range(USES):
            got = ours(lambda value=value: bytes(encode(copied(value), struct)))
            found.compare("encode", got, wanted, shown(value), counted=use == 0)
    for data in declaration.samples():
        _sound(found, struct, source, data)
        for changed in damaged(data):
            _read_and_write(found, struct, source, changed)
    return found


def shown(value: Any) -> str:
    """A value or bytes in an error."""
    if isinstance(value, bytes):
        return f"[{value[:24].hex(' ')}]({len(value)})"
    try:
        text = repr(value)
    except Exception:
        text = f"<{type(value).__name__}>"
    return text if len(text) <= 60 else text[:57] + "..."


def _sound(found: Findings, struct: Any, source: Any, data: bytes) -> None:
    wanted = theirs(lambda: settled(source.parse(data)))
    for use in range(USES):
        _read_and_write(found, struct, source, data, counted=use == 0)
    stream = ours(lambda: settled(decode_stream(io.BytesIO(data), struct, limits=limits_of(struct))))
    found.compare("decode_stream", stream, wanted, shown(data))
    found.compare(
        "decoder", ours(lambda: settled(decoder(struct, limits=limits_of(struct))(data))), wanted, shown(data)
    )
    for more in (b"", b"\x07\x07"):
        found.compare(
            "decode_prefix", ours(lambda m=more: _prefix(struct, data + m)), _prefix_of(source, data + more)
        )
    walked = ours(lambda: bool(list(walk(layout_of(struct), data, limits=limits_of(struct)))) or True)
    wanted = wanted if wanted.state != "ok" else Outcome("ok", True)
    found.compare("walk", walked, wanted, shown(data), counted=True)


def _prefix(struct: Any, data: bytes) -> list[Any]:
    value, used = decode_prefix(data, struct, limits=limits_of(struct))
    return [settled(value), used]


def _prefix_of(struct: Any, data: bytes) -> Outcome:
    """What construct reads, and where it ends."""

    def call() -> list[Any]:
        stream = io.BytesIO(data)
        value = struct.parse_stream(stream)
        end = min(stream.tell(), len(data))  # before deferred values move it
        return [settled(value), end]

    return theirs(call)


def _read_and_write(found: Findings, struct: Any, source: Any, data: bytes, *, counted: bool = False) -> None:
    wanted = theirs(lambda: settled(source.parse(data)))
    got = ours(lambda: settled(decode(data, struct, limits=limits_of(struct))))
    same = found.compare("decode", got, wanted, shown(data), counted=counted)
    if not same:
        return
    if keeps_bytes(got.value):
        if counted:
            found.add("manual", "bits that construct drops are kept")
        return
    built = theirs(lambda: bytes(source.build(wanted.value)))
    again = ours(lambda: bytes(encode(got.value, struct)))
    found.compare("decode, then encode", again, built, shown(data), counted=counted)
