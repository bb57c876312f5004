"""Several threads at once: the first use of a type, and the use of it."""

from __future__ import annotations

from hostile.bounded import run_bounded

COMMON = """
import sys, threading
sys.setswitchinterval(1e-6)
problems = []

def together(count, work):
    gate = threading.Barrier(count)
    def run(index):
        gate.wait()
        try:
            work(index)
        except BaseException as error:
            problems.append(f"{type(error).__name__}: {error}"[:300])
    threads = [threading.Thread(target=run, args=(index,)) for index in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

def fresh(number):
    "A recursive type, an enum around it and a format, never used before."
    space = {"__name__": f"fresh{number}"}
    module = type(sys)(space["__name__"])
    sys.modules[space["__name__"]] = module
    exec('''
from snapformat import *
from snapformat.bincode import *
@schema
class Node:
    value: u32
    kind: "Kind"
    children: Vec["Node"]
    other: Option["Other"]
@schema
class Other:
    back: Option[Node]
    text: str
@schema
class Kind(DataEnum):
    "."
@schema(name="A")
class KindA(Kind):
    "."
@schema(name="B", kind="newtype")
class KindB(Kind):
    "."
    inner: Vec[Node]
''', vars(module))
    leaf = module.Node(1, module.KindA(), [], None)
    value = module.Node(7, module.KindB([leaf]), [leaf, leaf], module.Other(leaf, "x"))
    return module.Node, value
"""


def test_the_first_use_of_a_type() -> None:
    """Sealed, derived, lowered and compiled by all threads at the same moment."""
    code = """
for number in range(60):
    kind, value = fresh(number)
    results = []
    def work(index):
        encoding = Encoding() if index % 2 else Encoding("variable", "big")
        data = encode(value, kind, encoding)
        assert decode(data, kind, encoding) == value
        assert decode_stream(io.BytesIO(data), kind, encoding) == value
        assert sum(e.size for e in walk(layout_of(kind, encoding), data)) == len(data)
        assert loads(dumps(value, kind), kind) == value
        assert encoding.construct(kind).build(value) == data
    together(6, work)
    work(0)
    work(1)
    if problems:
        break
result = problems[:3] or "ok"
"""
    assert run_bounded(COMMON + code).verdict == "ok"


def test_the_first_use_of_a_format() -> None:
    code = """
for number in range(60):
    kind, value = fresh(number)
    fmt = SnapshotFormat(name="t", magic=7, version="1.0.0")
    fmt = fmt.with_payload(kind)
    def work(index):
        data = fmt.new(value).to_bytes()
        loaded = fmt.load(data)
        assert loaded.data == value
        assert sum(event.size for event in fmt.walk(data)) == len(data)
        assert str(fmt.get_format_version(data)) == "1.0.0"
    together(6, work)
    if problems:
        break
result = problems[:3] or "ok"
"""
    assert run_bounded(COMMON + code).verdict == "ok"


def test_many_uses_of_one_type() -> None:
    code = """
kind, value = fresh(0)
data = encode(value, kind)
def work(index):
    for turn in range(150):
        assert encode(value, kind) == data
        assert decode(data, kind) == value
        try:
            decode(data[: turn % len(data)], kind)
            problems.append("no error")
        except DecodeError:
            pass
        try:
            decode(b"\\\\xff" * 30, kind)
            problems.append("no error")
        except DecodeError:
            pass
together(8, work)
result = problems[:3] or "ok"
"""
    assert run_bounded(COMMON + code).verdict == "ok"


def test_saving_to_one_file(tmp_path: object) -> None:
    """The file is one of those that were saved, whole."""
    code = f"""
fmt = SnapshotFormat(name="t", magic=7, version="1.0.0", payload=Vec[u32])
path = {str(tmp_path)!r} + "/file"
fmt.new([0] * 1000).save(path)
def work(index):
    for turn in range(30):
        if index % 2:
            fmt.new([index] * 1000).save(path)
        else:
            data = fmt.load(path).data
            assert len(data) == 1000 and len(set(data)) == 1
together(6, work)
import os
result = problems[:3] or ("ok" if os.listdir({str(tmp_path)!r}) == ["file"] else "files are left")
"""
    assert run_bounded(COMMON + code).verdict == "ok"


def test_a_thread_with_a_small_stack() -> None:
    """Depth costs no stack."""
    code = """
threading.stack_size(256 << 10)
def work(index):
    for levels in (512, 513, 100_000):
        for kind, data in ((Chain, chain_bytes(levels)), (Tree, tree_bytes(levels))):
            for call in (lambda: decode(data, kind), lambda: list(walk(layout_of(kind), data)),
                         lambda: decode_stream(io.BytesIO(data), kind)):
                found = verdict(call)
                if found != ("ok" if levels == 512 else "DecodeError"):
                    problems.append(f"{kind.__name__} {levels}: {found}")
together(2, work)
result = problems[:3] or "ok"
"""
    assert run_bounded(COMMON + code).verdict == "ok"
