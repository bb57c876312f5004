"""The cases: what is measured, and by whom."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from benchmarks import payloads, plain
from benchmarks.calls import many_files, readme_cases
from benchmarks.case import Case
from benchmarks.peers import BASELINE, BY_HAND, CLASSES, COMPILED, CONTAINERS, PEERS
from benchmarks.timing import Call
from snapformat import SnapshotFormat, decode, decoder, encode
from snapformat.snapshot import CRC64_JONES
from snapformat.snapshot.reading import read_header

#: Seconds that upstream's Rust takes on another machine of the same kind, with LTO. For orientation only.
RUST = {
    "M load": 95e-6,
    "M save": 100e-6,
    "V 33 KB load": 28e-6,
    "V 33 KB save": 19e-6,
    "L load": 11e-3,
    "L save": 4.1e-3,
}
LAZY = "snapformat, lazy"
NO_CRC = "snapformat, no checksum"
VIEW = "snapformat, array view"
FRAMED = "construct, checksum beside"
NUMPY = "numpy"
TOUCHED = "snapformat, classes, every field looked at"


@dataclass(frozen=True, slots=True)
class Sizes:
    """How large the made-up payloads are: smaller ones only show that everything runs."""

    records: int = 1000
    words: int = 1 << 20


def all_cases(sizes: Sizes, only: str = "") -> Iterator[Case]:
    """Every case whose title contains a text, each made only when it is its turn."""

    def wanted(*titles: str) -> bool:
        """Whether a group may have such cases; its titles begin with these."""
        return any(only.startswith(title) or only in title for title in titles)

    single, many = payloads.single(), payloads.records(sizes.records)
    data = encode(many, payloads.Records)
    groups: list[tuple[tuple[str, ...], Callable[[], Iterator[Case]]]] = [
        (("S parse", "S build", "S "), lambda: _both("S", encode(single, payloads.Single), single)),
        (("M parse", "M build", "M "), lambda: _both("M", data, many)),
        (("M load", "M save", "M "), lambda: _files("M", *_made_up(payloads.Records, data))),
        *((_titles(name), lambda name=name: _state(name)) for name in payloads.STATES),
        (("L parse", "L build", "L load", "L save", "L "), lambda: _words(payloads.words(sizes.words))),
        (("bad: S", "bad: M"), lambda: _bad(encode(single, payloads.Single), data)),
        (("bad: V",), _bad_states),
        (("many files",), many_files),
    ]
    for titles, make in groups:
        if wanted(*titles):
            yield from (case for case in make() if only in case.title)


def _titles(name: str) -> tuple[str, ...]:
    verbs = ("parse", "build", "load", "lazy load", "save", "open, edit, save", "")
    return tuple(f"{name} {verb}" for verb in verbs)


def _made_up(payload: Any, data: bytes) -> tuple[SnapshotFormat, bytes]:
    return payloads.record_format(payload), payloads.file_of(payload, data)


def _both(name: str, data: bytes, value: Any) -> Iterator[Case]:
    parse = Case(f"{name} parse", len(data), {})
    build = Case(f"{name} build", len(data), {})
    for peer, make in PEERS.items():
        try:
            parse.calls[peer], build.calls[peer] = make(name, data, value)
        except ImportError as error:
            parse.missing[peer] = build.missing[peer] = f"not installed ({error.name})"
    yield parse
    yield build


def _state(name: str) -> Iterator[Case]:
    """A real file: its payload alone, then as a whole."""
    from snapformat_schemas.firecracker.v1_14.x86_64 import MicrovmState

    format_, file = payloads.state(name)
    _, start = read_header(format_, file)
    data = file[start:-8]
    struct = plain.plain(format_.payload_node)
    compiled = struct.compile()
    parsed, contained = struct.parse(data), decode(data, struct)
    decode(data, MicrovmState)  # the first by which a reader is made
    value, touched = decode(data, MicrovmState), touch(decode(data, MicrovmState))
    assert struct.build(parsed) == encode(contained, struct) == encode(value, MicrovmState) == data
    assert encode(touched, MicrovmState) == data
    assert compiled.parse(data) == parsed == contained
    parse = {
        BASELINE: lambda: struct.parse(data),
        COMPILED: lambda: compiled.parse(data),
        CONTAINERS: lambda: decode(data, struct),
        CLASSES: lambda: decode(data, MicrovmState),
        TOUCHED: lambda: touch(decode(data, MicrovmState)),
    }
    build = {
        BASELINE: lambda: struct.build(parsed),
        COMPILED: lambda: compiled.build(parsed),
        CONTAINERS: lambda: encode(contained, struct),
        CLASSES: lambda: encode(value, MicrovmState),
        TOUCHED: lambda: encode(touched, MicrovmState),
    }
    wrong = (
        {} if compiled.build(parsed) == data else {COMPILED: "writes other bytes than construct interpreted"}
    )
    yield Case(f"{name} parse", len(data), parse)
    yield Case(f"{name} build", len(data), build, missing=wrong)
    yield from _files(name, format_, file)
    yield from readme_cases(name)


def touch(value: Any) -> Any:
    """Look at every field of a value, as a program does that is interested in all of it."""
    if isinstance(value, list | tuple):
        if value and not isinstance(value[0], int | str):
            for element in value:
                touch(element)
    elif hasattr(type(value), "__match_args__"):
        for name in type(value).__match_args__:
            touch(getattr(value, name))
    return value


def _frame(struct: Any) -> tuple[Callable[[bytes], Any], Callable[[Any], bytes]]:
    """Load and save as they are done with construct: header and data as a Struct, the checksum beside it."""
    import construct

    whole = construct.Struct("header" / plain.HEADER, "data" / struct)

    def load(file: bytes) -> Any:
        # In the order of the format: what can't be parsed is no matter of the checksum.
        value = whole.parse(file)
        if CRC64_JONES.compute(file) != 0:
            raise ValueError("damaged")
        return value

    def save(value: Any) -> bytes:
        data: bytes = whole.build(value)
        return data + CRC64_JONES.compute(data).to_bytes(8, "little")

    return load, save


def _files(name: str, format_: SnapshotFormat, file: bytes) -> Iterator[Case]:
    """A whole file from bytes and to bytes, with its checksum."""
    load, save = _frame(plain.RECORDS if name == "M" else plain.plain(format_.payload_node))
    theirs, ours = load(file), format_.load(file)
    assert save(theirs) == ours.to_bytes() == file
    loading: dict[str, Call] = {
        FRAMED: lambda: load(file),
        CLASSES: lambda: format_.load(file),
        NO_CRC: lambda: format_.load_without_crc_check(file),
    }
    edit: dict[str, Call] = {}
    if name != "M":
        edit[FRAMED] = lambda: _edit_theirs(load, save, file)
        edit[CLASSES] = lambda: _edit(format_.load(file))
        loading[LAZY] = lambda: format_.load(file, lazy=True)
        edit[LAZY] = lambda: _edit(format_.load(file, lazy=True))
        assert edit[LAZY]() == edit[CLASSES]() == edit[FRAMED]()
    yield Case(f"{name} load", len(file), loading)
    yield Case(
        f"{name} save", len(file), {FRAMED: lambda: save(theirs), CLASSES: lambda: ours.save(io.BytesIO())}
    )
    if edit:
        yield Case(f"{name} open, edit, save", len(file), edit)


def _edit(snapshot: Any) -> bytes:
    snapshot.data.vm_info.mem_size_mib = 512
    target = io.BytesIO()
    snapshot.save(target)
    return target.getvalue()


def _edit_theirs(load: Callable[[bytes], Any], save: Callable[[Any], bytes], file: bytes) -> bytes:
    value = load(file)
    value.data.vm_info.mem_size_mib = 512
    return save(value)


def _words(data: bytes) -> Iterator[Case]:
    """L: a long array of numbers, as a list and as a view."""
    format_, file = _made_up(payloads.Words, data)
    values = decode(data, payloads.Words)
    parse: dict[str, Call] = {
        BASELINE: lambda: plain.WORDS.parse(data),
        CLASSES: lambda: decode(data, payloads.Words),
    }
    build: dict[str, Call] = {
        BASELINE: lambda: plain.WORDS.build(values),
        CLASSES: lambda: encode(values, payloads.Words),
    }
    load: dict[str, Call] = {
        CLASSES: lambda: format_.load(file),
        NO_CRC: lambda: format_.load_without_crc_check(file),
    }
    ours = format_.load(file)
    save: dict[str, Call] = {CLASSES: lambda: ours.save(io.BytesIO())}
    missing = {}
    try:
        import numpy
    except ImportError:
        missing[NUMPY] = "not installed"
    else:
        array = numpy.frombuffer(data, "<u8", offset=8)
        count = data[:8]
        parse[NUMPY] = lambda: numpy.frombuffer(data, "<u8", offset=8)
        build[NUMPY] = lambda: count + array.tobytes()
    view = decoder(payloads.Words, lazy=True, arrays="memoryview")
    viewed = view(data)
    parse[VIEW] = lambda: view(data)
    build[VIEW] = lambda: encode(viewed, payloads.Words)
    load[LAZY] = lambda: format_.load(file, lazy=True)
    load[VIEW] = lambda: format_.load(file, lazy=True, arrays="memoryview").data
    yield Case("L parse", len(data), parse, slow=True, missing=missing)
    yield Case("L build", len(data), build, slow=True, missing=missing)
    yield Case("L load", len(file), load, slow=True)
    yield Case("L save", len(file), save, slow=True)


# --- bad input ----------------------------------------------------------------------------------------


def _bad(single: bytes, many: bytes) -> Iterator[Case]:
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


def _bad_states() -> Iterator[Case]:
    """The same of real files, and a checksum that does not hold."""
    from snapformat_schemas.firecracker.v1_14.x86_64 import MicrovmState

    for name in payloads.STATES:
        format_, file = payloads.state(name)
        struct = plain.plain(format_.payload_node)
        _, start = read_header(format_, file)
        data = file[start:-8]
        yield _bad_case(f"{name}, cut in half", struct, MicrovmState, data[: len(data) // 2])
        yield _bad_case(f"{name}, its last byte missing", struct, MicrovmState, data[:-1])
    format_, file = payloads.state("V 33 KB")
    load, _ = _frame(plain.plain(format_.payload_node))
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


__all__ = ["BASELINE", "BY_HAND", "CLASSES", "COMPILED", "CONTAINERS", "RUST", "Case", "Sizes", "all_cases"]
