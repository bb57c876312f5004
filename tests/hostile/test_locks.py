"""No lock outlives a fork, and none is held while a user's code runs; many threads see one value."""

from __future__ import annotations

import pytest

from hostile.bounded import run_bounded

COMMON = """
import copy, os, signal, threading, warnings
warnings.simplefilter("ignore", DeprecationWarning)  # from Python 3.12 on, of a fork where there are threads
entered, go = threading.Event(), threading.Event()
problems = []

def pause():
    "A user's code, which waits for something in one thread."
    if threading.current_thread().name == "paused":
        entered.set()
        go.wait()

def paused(value):
    pause()
    return [value]

@schema
class Checked:
    number: u32
    def __post_init__(self):
        pause()

@schema
class Counted:
    "Run to see what it makes, while code is generated."
    def __post_init__(self):
        pause()

class Paused(c.Adapter):
    def _decode(self, obj, context, path):
        pause()
        return obj
    def _encode(self, obj, context, path):
        return obj

class Unlike(c.Adapter):
    def __hash__(self):
        pause()
        return 1
    def __eq__(self, other):
        return self is other
    def _decode(self, obj, context, path):
        return obj
    def _encode(self, obj, context, path):
        return obj

Pausing = Annotated[list, Via(u32, decode=paused, encode=lambda value: value[0])]

@schema
class Regs(CStruct):
    index: u32
    values: Annotated[list[u32], Len(4)]

@schema
class Machine:
    text: str
    words: Vec[u64]
    regs: Blob[Regs]
    many: Vec[Blob[Regs]]
    later: Pausing
    checked: Checked

@schema
class State:
    machine: Machine
    last: u32

def state():
    many = [Regs(place, [1, 2, 3, 4]) for place in range(8)]
    return State(Machine("t" * 600, list(range(100)), Regs(1, [1, 2, 3, 4]), many, [7], Checked(3)), 4)

FORMAT = SnapshotFormat(name="locks", magic=7, version="1.0.0", payload=State)
FILE = FORMAT.new(state()).to_bytes()
WORDS = SnapshotFormat(name="words", magic=7, version="1.0.0", payload=Vec[Pausing])
WORDS_FILE = WORDS.new([[number] for number in range(300)]).to_bytes()

def load():
    return FORMAT.load(FILE, lazy=True)

def use(found):
    "All that can be looked at in a state, and changed."
    data = found.data
    assert data.machine.regs.values == [1, 2, 3, 4] and data.machine.many[3].index == 3
    assert data.machine.words[:2] == [0, 1] and data.machine.later == [7] and data.machine.checked.number == 3
    data.machine.words[0] = data.machine.regs.values[0] = data.machine.many[2].index = 99
    data.machine.later[0] = 98
    wanted = state()
    wanted.machine.words[0] = wanted.machine.regs.values[0] = wanted.machine.many[2].index = 99
    wanted.machine.later[0] = 98
    assert found.to_bytes() == FORMAT.new(wanted).to_bytes()

def fresh(name, annotation="u32"):
    "A class that was never used; the name `later` in its annotation was not defined when it was declared."
    sys.modules[name] = module = type(sys)(name)
    exec('''
from typing import Annotated
from snapformat import *
from snapformat.bincode import *
@schema
class Fresh:
    a: Vec[u64]
    b: "%s"
''' % annotation, vars(module))
    module.later = pause
    return module.Fresh

def everything():
    "What other threads do meanwhile: none of it waits."
    use(load())
    use(FORMAT.load(FILE))
    use(held)
    kind = fresh("Other")
    assert decode(encode(kind([1] * 99, 2), kind), kind).a == [1] * 99
    assert Encoding("variable", "big").construct(kind).build(kind([], 2)) == bytes([0, 2])
    plain = c.Struct("a" / c.PrefixedArray(c.Int8ub, Paused(c.Byte)))
    assert decode(b"\\2\\1\\1", plain).a == [1, 1]
    assert decode(bytes(8), HashSet[Counted]) == decode(bytes(8), HashSet[Counted])
    assert WORDS.load(WORDS_FILE, lazy=True).data[3] == [3]
    assert words.data[5] == [5]

def touched(snapshot):
    "Something decoded everywhere but in the part that pauses."
    snapshot.data.machine.text
    return snapshot

held, words = load(), WORDS.load(WORDS_FILE, lazy=True)
use(load())
Late = fresh("Late", "Annotated[u32, later()]")
Until = c.RepeatUntil(c.obj_ == 1, Paused(c.Byte))
many = (2).to_bytes(8, "little") + bytes(70_000)  # large enough for code to be generated at once
PLACES = {
    "a conversion": lambda: touched(held).data.machine.later,
    "a class's own code": lambda: touched(held).data.machine.checked,
    "the whole": lambda: words.data,
    "reading at once": lambda: FORMAT.load(FILE),
    "a construct": lambda: decode(b"\\1\\2", Paused(c.Byte)),
    "an opaque construct": lambda: decode(b"\\1\\1", c.Struct("a" / Until)),
    "an annotation": lambda: decode(bytes(20), Late),
    "a construct's hash": lambda: decode(b"\\1", Unlike(c.Byte)),
    "code that is generated": lambda: decode_prefix(many, HashSet[Counted]),
}
seen = []
def run(place):
    try:
        seen.append(PLACES[place]())
    except SnapshotError:
        pass
    except Exception as error:
        if type(error).__name__ != "SchemaError":
            problems.append(repr(error))
def start(place):
    thread = threading.Thread(target=run, args=(place,), name="paused", daemon=True)
    thread.start()
    assert entered.wait(30), "it does not pause there"
    return thread
"""
PLACES = [
    "a conversion",
    "a class's own code",
    "the whole",
    "reading at once",
    "a construct",
    "an opaque construct",
    "an annotation",
    "a construct's hash",
    "code that is generated",
]


@pytest.mark.parametrize("place", PLACES)
def test_user_code_that_waits_for_another_thread(place: str) -> None:
    """As for a lock of the program's own, which the other thread holds while it looks at a lazy value."""
    code = f"""
thread = start({place!r})
everything()
go.set()
thread.join(30)
assert not thread.is_alive()
if {place!r} == "a conversion":
    assert seen[0] is held.data.machine.later and seen[0] == [98]
if {place!r} == "the whole":
    assert seen[0] is words.data
result = problems or "ok"
"""
    assert run_bounded(COMMON + code, hangs=60).verdict == "ok"


@pytest.mark.parametrize("place", PLACES)
def test_a_fork_while_user_code_runs(place: str) -> None:
    code = f"""
thread = start({place!r})
child = os.fork()
if not child:
    signal.alarm(30)
    try:
        everything()
        os._exit(0)
    except BaseException as error:
        os.write(2, repr(error).encode())
    os._exit(1)
status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
go.set()
thread.join(30)
result = problems or ("ok" if not status else f"the child ended with {{status}}")
"""
    assert run_bounded(COMMON + code, hangs=90).verdict == "ok"


def test_forks_while_other_threads_decode() -> None:
    """The children's first look at a lazy value returns."""
    code = """
sys.setswitchinterval(1e-5)
end = threading.Event()
def decode_on():
    while not end.is_set():
        use(load())
        use(FORMAT.load(FILE))
        kind = fresh("New")
        decode(encode(kind([1] * 99, 2), kind), kind)
threads = [threading.Thread(target=decode_on, daemon=True) for _ in range(3)]
for thread in threads:
    thread.start()
statuses = []
for turn in range(40):
    held, words = load(), WORDS.load(WORDS_FILE, lazy=True)
    child = os.fork()
    if not child:
        signal.alarm(60)
        try:
            everything()
            os._exit(0)
        except BaseException as error:
            os.write(2, repr(error).encode())
        os._exit(1)
    statuses.append(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
end.set()
for thread in threads:
    thread.join(30)
result = "ok" if not any(statuses) else statuses
"""
    assert run_bounded(COMMON + code).verdict == "ok"


RACES = """
sys.setswitchinterval(1e-6)
def together(works):
    gate = threading.Barrier(len(works))
    def run(work):
        gate.wait()
        try:
            work()
        except BaseException as error:
            problems.append(repr(error)[:300])
    threads = [threading.Thread(target=run, args=(work,)) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
"""


def test_edits_by_many_threads() -> None:
    """All threads edit what they look at first at the same moment: no edit is lost."""
    code = """
from functools import partial
def edit(snapshot, index):
    data = snapshot.data
    machine = data.machine
    looks = [lambda: machine.words.append(index), lambda: machine.regs.values.__setitem__(index, 50 + index),
             lambda: machine.many[index].values.append(index), lambda: machine.many.append(machine.many[0]),
             lambda: machine.later.append(index), lambda: setattr(machine.many[5], "index", 60)]
    for look in looks[index:] + looks[:index]:
        look()
for turn in range(250):
    for snapshot in (load(), FORMAT.load(FILE), FORMAT.load_without_crc_check(FILE, lazy=True)):
        together([partial(edit, snapshot, index) for index in range(4)])
        machine = snapshot.data.machine
        assert sorted(machine.words[100:]) == [0, 1, 2, 3], machine.words[100:]
        assert machine.regs.values == [50, 51, 52, 53], machine.regs.values
        assert len(machine.many) == 12 and machine.many[5].index == 60
        assert [entry.values[4:] for entry in machine.many[:4]] == [[0], [1], [2], [3]]
        assert sorted(machine.later[1:]) == [0, 1, 2, 3]
        snapshot.data.machine.later[1:] = []
        for entry in machine.many:
            entry.values = entry.values[:4]
        wanted = copy.deepcopy(snapshot.data)
        assert snapshot.to_bytes() == FORMAT.new(wanted).to_bytes()
    if problems:
        break
result = problems[:3] or "ok"
"""
    assert run_bounded(COMMON + RACES + code).verdict == "ok"


def test_a_field_that_is_set_while_others_look_at_it() -> None:
    """What was set stays, whoever decodes the old value at the same time; what was deleted is gone."""
    code = """
def put(machine):
    machine.words = [1]
    machine.regs.index = 5
    del machine.later
    machine.many = []
def look(machine):
    for name in ("many", "words", "regs", "text", "later"):
        found = getattr(machine, name, None)
        if name == "regs":
            found.index
for turn in range(400):
    for snapshot in (load(), FORMAT.load(FILE), FORMAT.load_without_crc_check(FILE, lazy=True)):
        machine = snapshot.data.machine
        together([lambda: look(machine), lambda: put(machine), lambda: look(machine)])
        assert machine.words == [1] and machine.many == [] and machine.regs.index == 5
        assert not hasattr(machine, "later")
        machine.later = [7]
        wanted = state()
        wanted.machine.words, wanted.machine.many, wanted.machine.regs.index = [1], [], 5
        assert snapshot.to_bytes() == FORMAT.new(wanted).to_bytes()
for turn in range(300):
    snapshot = WORDS.load(WORDS_FILE, lazy=True)
    def look_at_all():
        snapshot.data
    def put_all():
        snapshot.data = [[1]]
    together([look_at_all, put_all, look_at_all])
    assert snapshot.data == [[1]]
    assert snapshot.to_bytes() == WORDS.new([[1]]).to_bytes()
result = problems[:3] or "ok"
"""
    assert run_bounded(COMMON + RACES + code).verdict == "ok"
