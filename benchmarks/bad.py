"""Bad input: how long it takes to refuse it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from benchmarks import payloads, plain
from benchmarks.case import Case
from benchmarks.derived import plain as plain_of
from benchmarks.files import frame
from benchmarks.peers import BASELINE, CLASSES
from benchmarks.timing import Call
from snapformat import decode
from snapformat.snapshot.reading import read_header


def made_up(single: bytes, many: bytes) -> Iterator[Case]:
    """Bytes that both refuse: cut short, and with text that is no UTF-8, early and late."""
    names = _text_of_records(many)
    early, late = (many[:at] + b"\xff" + many[at + 1 :] for at in (names[len(names) // 10], names[-1]))
    inputs = {
        "S, empty": (plain.SINGLE, payloads.Single, b""),
        "S, its last byte missing": (plain.SINGLE, payloads.Single, single[:-1]),
        "M, cut in half": (plain.RECORDS, payloads.Records, many[: len(many) // 2]),
        "M, its last byte missing": (plain.RECORDS, payloads.Records, many[:-1]),
        "M, no UTF-8 after a tenth": (plain.RECORDS, payloads.Records, early),
        "M, no UTF-8 at the end": (plain.RECORDS, payloads.Records, late),
        "M, a length of 2^60": (plain.RECORDS, payloads.Records, (1 << 60).to_bytes(8, "little") + many[8:]),
    }
    for title, (struct, kind, data) in inputs.items():
        yield _bad_case(title, struct, kind, data)


def states() -> Iterator[Case]:
    """The same of real files, and a checksum that does not hold."""
    from snapformat_schemas.firecracker.v1_14.x86_64 import MicrovmState

    for name in payloads.STATES:
        format_, file = payloads.state(name)
        struct = plain_of(format_.payload_layout)
        _, start = read_header(format_, file)
        data = file[start:-8]
        yield _bad_case(f"{name}, cut in half", struct, MicrovmState, data[: len(data) // 2])
        yield _bad_case(f"{name}, its last byte missing", struct, MicrovmState, data[:-1])
    format_, file = payloads.state("V 33 KB")
    load, _ = frame(plain_of(format_.payload_layout))
    flipped = file[:-1] + bytes([file[-1] ^ 1])
    calls = {BASELINE: _refused(load, flipped), CLASSES: _refused(format_.load, flipped)}
    yield Case("bad: V 33 KB, a wrong checksum", len(flipped), calls)


def _bad_case(title: str, struct: Any, kind: Any, data: bytes) -> Case:
    theirs, ours = _refused(struct.parse, data), _refused(decode, data, kind)
    return Case(f"bad: {title}", len(data), {BASELINE: theirs, CLASSES: ours})


def _text_of_records(many: bytes) -> list[int]:
    """Offset of every record's name."""
    from snapformat.layout import layout_of, walk

    return [event.offset for event in walk(layout_of(payloads.Records), many) if event.kind == "str"]


def _refused(call: Callable[..., Any], *arguments: Any) -> Call:
    """A call that must fail; construct raises of its own, and Python's."""

    def run() -> None:
        try:
            call(*arguments)
        except Exception:
            return
        raise AssertionError("bad input was taken")

    run()
    return run
