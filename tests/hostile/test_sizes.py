"""What a whole file may cost: memory and time stay in proportion to its size."""

from __future__ import annotations

from typing import Any

import construct as c
import pytest

from hostile.bounded import run_bounded
from snapformat import (
    CRC64_JONES,
    Crc64Error,
    DecodeError,
    Encoding,
    SnapshotFormat,
    SnapshotIOError,
    decode,
    encode,
)
from snapformat.bincode import HashSet, Vec, u8, u32, u64

LIMIT = 10 << 20
HEADER_CLAIM = 8 + 8 + 5


def _file(payload: bytes, version: bytes = b"1.0.0") -> bytes:
    data = (7).to_bytes(8, "little") + len(version).to_bytes(8, "little") + version + payload
    return data + CRC64_JONES.compute(data).to_bytes(8, "little")


def _format(payload: Any, **more: Any) -> SnapshotFormat:
    return SnapshotFormat(name="t", magic=7, version="1.0.0", payload=payload, **more)


# --- within and beyond the claims ---------------------------------------------------------------------


@pytest.mark.parametrize("extra", [0, LIMIT])
def test_a_large_file_within_the_claims(extra: int) -> None:
    """The payload claims all that is allowed; covered bytes after it count for nothing."""
    count = LIMIT - 8
    data = _file(count.to_bytes(8, "little") + bytes(count) + bytes(extra))
    loaded = _format(bytes).load(data)
    assert len(loaded.data) == count
    if extra:
        with pytest.raises(DecodeError):
            _format(bytes).load(data, strict=True)
    else:
        assert loaded.to_bytes() == data


def test_a_large_payload_that_claims_little() -> None:
    """Bytes that only construct's own classes read are claimed where they have a layout."""
    size = 20 << 20
    kind = c.Prefixed(c.Int32ul, c.GreedyBytes)
    data = _file(size.to_bytes(4, "little") + bytes(size))
    assert len(_format(kind).load(data).data) == size


def test_header_and_payload_have_budgets_of_their_own() -> None:
    version = b"1.0.0-" + b"a" * (LIMIT - 22)
    count = LIMIT - 8
    data = _file(count.to_bytes(8, "little") + bytes(count), version)
    loaded = _format(bytes).load(data)
    assert len(loaded.data) == count
    with pytest.raises(DecodeError, match="limit"):
        _format(bytes).load(_file(b"", version + b"a"))


@pytest.mark.parametrize("kind", [bytes, Vec[u8], Vec[u64], str])
def test_a_large_file_beyond_the_claims(kind: Any) -> None:
    count = 20 << 20
    if kind == Vec[u64]:
        count //= 8
    data = _file(count.to_bytes(8, "little") + bytes(20 << 20))
    with pytest.raises(DecodeError, match="limit"):
        _format(kind).load(data)
    unlimited = _format(kind, encoding=Encoding(limit=None))
    assert len(unlimited.load(data).data) == count


def test_the_limit_to_the_byte() -> None:
    for kind, each in ((bytes, 1), (Vec[u8], 1), (Vec[u32], 4), (Vec[tuple[u8, u32]], 5)):
        for limit in (8, 9, 28, 48):
            count = (limit - 8) // each
            data = count.to_bytes(8, "little") + bytes(count * each)
            assert decode(data, kind, Encoding(limit=8 + count * each)) is not None
            if count:
                with pytest.raises(DecodeError, match="limit"):
                    decode(data, kind, Encoding(limit=7 + count * each))


# --- beyond max_file_size -----------------------------------------------------------------------------


def test_a_file_above_the_largest_size_is_refused_unread(tmp_path: Any) -> None:
    path = tmp_path / "sparse"
    with path.open("wb") as file:
        file.truncate(1 << 40)
    code = f"""
fmt = SnapshotFormat(name="t", magic=7, version="1.0.0", payload=u8)
result = [verdict(lambda: fmt.load({str(path)!r})), verdict(lambda: list(fmt.walk({str(path)!r})))]
result += [verdict(lambda: fmt.load_without_crc_check({str(path)!r}))]
"""
    outcome = run_bounded(code, hangs=20)
    assert outcome.verdict == ["SnapshotIOError"] * 3
    assert outcome.grown < 20


def test_a_small_largest_size(tmp_path: Any) -> None:
    data = _file(b"\7")
    path = tmp_path / "file"
    path.write_bytes(data)
    fmt = _format(u8, max_file_size=len(data))
    assert fmt.load(path).data == fmt.load(data).data == 7
    small = _format(u8, max_file_size=len(data) - 1)
    for source in (path, data, path.open("rb")):
        with pytest.raises(SnapshotIOError, match="at most"):
            small.load(source)
        if hasattr(source, "close"):
            source.close()  # type: ignore[union-attr]
    assert small.get_format_version(path).major == 1


# --- memory and time ----------------------------------------------------------------------------------

#: 10 MiB of data for each: (type, code that makes the data, MiB that may be taken, verdict).
LARGE = {
    "Vec<u8>": ("Vec[u8]", "u64_bytes(N - 8) + bytes(N - 8)", 400, "ok"),
    "Vec<bool>": ("Vec[bool]", "u64_bytes(N - 8) + bytes(N - 8)", 400, "ok"),
    "Vec<char>": ("Vec[char]", "u64_bytes(N - 8) + b'a' * (N - 8)", 900, "ok"),
    "Vec<i8> bad": ("Vec[NonZeroI8]", "u64_bytes(N - 8) + b'a' * (N - 9) + bytes(1)", 600, "DecodeError"),
    "Vec<Option<u8>>": ("Vec[Option[u8]]", "u64_bytes(N - 8) + bytes(N - 8)", 400, "ok"),
    "Vec<newtype>": ("Vec[Point]", "u64_bytes((N - 8) // 8) + bytes(N - 8)", 900, "ok"),
    "Vec<(u8,)>": ("Vec[tuple[u8]]", "u64_bytes(N - 8) + bytes(N - 8)", 1900, "ok"),
    "Vec<Vec<u8>>": ("Vec[Vec[u8]]", "u64_bytes((N - 8) // 8) + bytes(N - 8)", 900, "ok"),
    "Vec<String>": ("Vec[str]", "u64_bytes((N - 8) // 8) + bytes(N - 8)", 900, "ok"),
    "Vec<HashMap>": ("Vec[HashMap[u8, u8]]", "u64_bytes((N - 8) // 8) + bytes(N - 8)", 1900, "ok"),
    "BTreeMap<u8, ()>": ("BTreeMap[u8, Unit]", "u64_bytes(N - 8) + bytes(N - 8)", 200, "ok"),
    "HashSet<u8>": ("HashSet[u8]", "u64_bytes(N - 8) + bytes(N - 8)", 400, "ok"),
    "BTreeMap<u32, u32>": (
        "BTreeMap[u32, u32]",
        "u64_bytes(N // 8 - 1) + b''.join(i.to_bytes(4, 'big') + bytes(4) for i in range(N // 8 - 1))",
        1900,
        "ok",
    ),
    "HashSet<(u32, u32)>": (
        "HashSet[tuple[u32, u32]]",
        "u64_bytes(N // 8 - 1) + b''.join(i.to_bytes(4, 'big') + bytes(4) for i in range(N // 8 - 1))",
        1900,
        "ok",
    ),
    "HashSet<Point>": (
        "HashSet[Point]",
        "u64_bytes(N // 8 - 1) + b''.join(i.to_bytes(4, 'big') + bytes(4) for i in range(N // 8 - 1))",
        1900,
        "ok",
    ),
    "Tree": ("Tree", "u64_bytes(N // 8 - 1) + bytes(N - 8)", 1900, "ok"),
    "String not UTF-8": ("str", "u64_bytes(N - 8) + b'a' * (N - 9) + b'\\xff'", 200, "DecodeError"),
    "Version": ("Version", "u64_bytes(N - 8) + b'1' * (N - 8)", 300, "DecodeError"),
}


@pytest.mark.parametrize("name", LARGE)
def test_ten_mebibytes(name: str) -> None:
    kind, make, most, expected = LARGE[name]
    code = f"""
N = 10 << 20
data = {make}
result = verdict(lambda: decode(data, {kind}))
"""
    outcome = run_bounded(code)
    assert outcome.verdict == expected
    assert outcome.grown < most
    assert outcome.seconds < 120


@pytest.mark.parametrize("name", ["Vec<u8>", "Vec<Option<u8>>", "Vec<String>"])
def test_ten_mebibytes_from_a_stream(name: str) -> None:
    kind, make, most, expected = LARGE[name]
    code = f"""
N = 10 << 20
data = {make}
result = verdict(lambda: decode_stream(io.BytesIO(data), {kind}))
"""
    outcome = run_bounded(code)
    assert outcome.verdict == expected
    assert outcome.grown < 2 * most


@pytest.mark.parametrize("name", ["Vec<u8>", "Vec<bool>", "Vec<char>", "Vec<Option<u8>>"])
def test_walking_keeps_no_events(name: str) -> None:
    """Events are handed out as they come: ten million of them are not held at once."""
    kind, make, _, _ = LARGE[name]
    code = f"""
N = 10 << 20
data = {make}
events = walk(layout_of({kind}), data)
seen = sum(1 for _ in zip(range(100_000), events))
result = seen
"""
    outcome = run_bounded(code)
    assert outcome.verdict == 100_000
    assert outcome.grown < 150


#: What a hundred bytes may make us do.
SMALL = {
    "Vec<Vec<()>>": ("Vec[Vec[Unit]]", "u64_bytes(8) + u64_bytes(1 << 63) * 8"),
    "expressions": (
        "c.Struct('n' / c.Int64ul, 'a' / c.Computed(2 ** this.n), 'b' / c.Computed(this.a ** this.a))",
        "u64_bytes(4000)",
    ),
    "shift": ("c.Struct('n' / c.Int64ul, 'b' / c.Computed(this.n << (this.n >> 20)))", "u64_bytes(1 << 63)"),
    "power of large": (
        "c.Struct('n' / c.Int64ul, 'a' / c.Computed(this.n ** 4000), 'b' / c.Computed(this.a ** 4000))",
        "u64_bytes((1 << 64) - 1)",
    ),
    "text times number": (
        "c.Struct('s' / c.PascalString(c.Byte, 'utf8'), 'n' / c.Int32ul, 'b' / c.Computed(this.s * this.n))",
        "b'\\1a' + b'\\xff' * 4",
    ),
    "float": ("c.Struct('n' / c.Float64l, 'd' / c.Bytes(this.n))", "b'\\xff' * 6 + b'\\xef\\x7f'"),
}


@pytest.mark.parametrize("name", SMALL)
def test_a_hundred_bytes(name: str) -> None:
    kind, make = SMALL[name]
    outcome = run_bounded(f"data = {make}\nresult = verdict(lambda: decode(data, {kind}))", hangs=60)
    assert outcome.verdict == "DecodeError"
    assert outcome.grown < 200


# --- what must not be quadratic -----------------------------------------------------------------------


def test_keys_made_to_collide() -> None:
    """Python's hash of an int is its remainder by 2^61 - 1: an attacker can choose 2^67 equal ones."""
    code = """
import statistics
def keys(count, step):
    return u64_bytes(count) + b"".join((i * step).to_bytes(16, "little") for i in range(1, count + 1))
times = {}
for step in (1, (1 << 61) - 1):
    began = time.monotonic()
    assert len(decode(keys(20_000, step), HashSet[u128])) == 20_000
    times[step] = time.monotonic() - began
fair, colliding = times.values()
result = "ok" if colliding < 20 * fair + 1 else f"{colliding / fair:.0f} times as long"
"""
    assert run_bounded(code).verdict == "ok"


@pytest.mark.parametrize("kind", ["HashMap[tuple[u128, u8], Unit]", "BTreeMap[IdKey, Unit]"])
def test_compound_keys_made_to_collide(kind: str) -> None:
    code = f"""
@schema
class IdKey:
    a: u128
    b: u8
data = u64_bytes(20_000) + b"".join((i * ((1 << 61) - 1)).to_bytes(16, "little") + b"\\0" for i in range(20_000))
began = time.monotonic()
assert len(decode(data, {kind})) == 20_000
took = time.monotonic() - began
result = "ok" if took < 8 else f"{{took:.0f}} s for 20,000 keys"
"""
    assert run_bounded(code).verdict == "ok"


@pytest.mark.parametrize(
    "item",
    [
        "c.Prefixed(c.Byte, c.GreedyBytes)",
        "c.Prefixed(c.Byte, c.GreedyRange(c.Byte))",
        "c.Prefixed(c.Byte, c.Struct('v' / c.VarInt, 'rest' / c.GreedyBytes))",
        "c.Struct('n' / c.Byte, 'v' / c.VarInt)",
        "c.VarInt",
        "c.CString('utf8')",
        "c.FixedSized(2, c.GreedyBytes)",
    ],
)
@pytest.mark.parametrize("array", ["c.Array(N // 2, {})", "c.GreedyRange({})", "Vec[Annotated[object, {}]]"])
def test_opaque_elements_of_a_long_array(item: str, array: str) -> None:
    """An element must not cost a copy of the whole file."""
    code = f"""
N = 1 << 20
data = b"\\1\\0" * (N // 2)
if {array!r}.startswith("Vec"):
    data = u64_bytes(N // 2) + data
kind = {array.format(item)}
result = verdict(lambda: decode(data, kind, Encoding(limit=None)))
"""
    outcome = run_bounded(code, hangs=200)
    assert outcome.verdict == "ok"
    assert outcome.grown < 1500


def test_a_large_set_is_written_in_time() -> None:
    code = """
value = {(i * 7919) % (1 << 32) for i in range(200_000)}
data = encode(value, BTreeSet[u32])
result = "ok" if decode(data, HashSet[u32]) == value else "differs"
"""
    assert run_bounded(code).verdict == "ok"


def test_a_type_that_doubles() -> None:
    """Forty structs, each with two of the one before: sizes are computed once for each."""
    code = """
last = u8
for i in range(40):
    last = schema(type(f"S{i}", (), {"__annotations__": {"a": Vec[last], "b": Vec[last]}, "__module__": "m"}))
result = [verdict(lambda: decode(bytes(16), last)), verdict(lambda: decode(b"\\1", Vec[last]))]
last = u8
for i in range(40):
    fields = {"a": last, "b": last}
    last = schema(type(f"P{i}", (), {"__annotations__": fields, "__module__": "m"}))
result += [verdict(lambda: decode(bytes(16), last)), verdict(lambda: decode(u64_bytes(1), Vec[last]))]
"""
    outcome = run_bounded(code, hangs=60)
    assert outcome.verdict == ["ok", "DecodeError", "DecodeError", "DecodeError"]


def test_a_version_of_ten_mebibytes() -> None:
    code = """
results = []
N = (10 << 20) - 200
for text in ("1" * N, "1.0.0-" + "0" * N, "1.0.0-" + "a." * (N // 2) + "b", "1.0.0-" + "1." * (N // 2) + "01",
             "1.0.0+" + "a." * (N // 2), "1.0.0-" + "-" * N, "1." * (N // 2), "1.0.0-" + "9" * N + "!",
             "1.0.0-" + "a" * N):
    data = u64_bytes(7) + u64_bytes(len(text)) + text.encode()
    results.append(verdict(lambda: get_format_version(data)))
result = results
"""
    outcome = run_bounded(code)
    expected = ["DecodeError"] * 9
    expected[2] = expected[5] = expected[8] = "ok"
    assert outcome.verdict == expected
    assert outcome.grown < 2000


def test_a_version_requirement_of_ten_mebibytes() -> None:
    code = """
results = []
N = (10 << 20) - 200
for text in ("," * N, "1," * (N // 2), " " * N, ">" * N, "1" * N, "^1.2.3-" + "a." * (N // 2), "1" + " " * N + "x"):
    results.append(verdict(lambda: decode(u64_bytes(len(text)) + text.encode(), VersionReq)))
result = results
"""
    outcome = run_bounded(code)
    assert outcome.verdict == ["DecodeError"] * 7
    assert outcome.grown < 2000


def test_messages_stay_short() -> None:
    """What data says is not repeated at full length."""
    long = "x" * (1 << 20)
    for data, kind in (
        (len(long).to_bytes(8, "little") + long.encode(), c.Struct("a" / c.Const(b"y" * 9))),
        (_file(b"", b"1.0." + long.encode()), None),
    ):
        with pytest.raises(DecodeError) as caught:
            _format(u8).load(data) if kind is None else decode(data, kind)
        assert len(str(caught.value)) < 1000


def test_damage_is_told_from_mismatch_in_time() -> None:
    data = bytearray(_file((LIMIT).to_bytes(8, "little") + bytes(LIMIT)))
    with pytest.raises(DecodeError, match="checksum holds"):
        _format(bytes).load(data)
    data[-1] ^= 1
    with pytest.raises(DecodeError, match="checksum fails"):
        _format(bytes).load(data)
    with pytest.raises(Crc64Error):
        _format(u64).load(data)


def test_sets_of_everything() -> None:
    """A set written and read again is the same set, however many elements it has."""
    value = {i.to_bytes(2, "big") for i in range(1 << 16)}
    assert decode(encode(value, HashSet[bytes]), HashSet[bytes]) == value
