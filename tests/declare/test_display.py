"""How values are displayed: repr, pprint, rich's protocol, and HTML."""

from __future__ import annotations

import io
import pprint
import subprocess
import sys
from pathlib import Path
from typing import Any, Generic, TypeVar

import html5lib
import pytest
from rich.console import Console
from rich.pretty import Pretty

from snapformat import doc, schema
from snapformat.bincode import BTreeMap, CStruct, Hex, Option, PairMap, Some, u8, u32, u64
from snapformat.model.declare import display
from snapformat.model.declare.display import Hexadecimal, html_of
from snapformat_schemas import firecracker

EXAMPLE = Path(__file__).resolve().parents[2] / "examples" / "microvm.vmstate"
AARCH64 = (
    EXAMPLE.parents[1] / "tests" / "golden" / "snapshots-aarch64" / "1.14.4" / "02_mmio_many" / "vmstate"
)
T = TypeVar("T")


@schema
class Segment(CStruct):
    """A segment."""

    base: Hex[u64] = doc('Where it begins, <b>"&amp;"</b>')
    kind: u8


@schema
class Cpu:
    """A processor."""

    segment: Segment = doc("Code")
    addresses: list[Hex[u64]]
    maybe: Hex[u32] | None
    wrapped: Option[Option[Hex[u8]]]
    pair: tuple[Hex[u8], str]
    count: u32
    names: BTreeMap[str, u8]
    raw: bytes


@schema
class Holder(Generic[T]):
    """Anything."""

    inside: T


def cpu(**other: Any) -> Cpu:
    values = {
        "segment": Segment(0x10, 11),
        "addresses": [0x1000, 0x2000],
        "maybe": 0x20,
        "wrapped": Some(0x30),
        "pair": (0x40, "x"),
        "count": 16,
        "names": {"a": 17},
        "raw": b"\x12\x34",
    }
    return Cpu(**values | other)


TEXT = (
    "Cpu(segment=Segment(base=0x10, kind=11), addresses=[0x1000, 0x2000], maybe=0x20,"
    " wrapped=Some(value=0x30), pair=(0x40, 'x'), count=16, names={'a': 17}, raw=b'\\x124')"
)


def test_repr_in_hexadecimal():
    assert repr(cpu()) == TEXT
    assert eval(repr(cpu())) == cpu()
    assert repr(cpu(maybe=None)).count("maybe=None") == 1
    assert repr(cpu(addresses="no list", maybe=1.5)).startswith(
        "Cpu(segment=Segment(base=0x10, kind=11), addresses='no list', maybe=1.5"
    )
    assert repr(cpu(maybe=True)).count("maybe=True") == 1


def test_values_stay_integers():
    value = cpu()
    repr(value), value._repr_html_(), [*value.__rich_repr__()]
    assert type(value.segment.base) is int
    assert {type(each) for each in value.addresses} == {int}


def test_repr_of_names_that_are_not_defined_yet():
    @schema
    class Early:
        """Of a type that comes later."""

        number: Hex[u8]
        later: Later | None

    assert repr(Early(16, None)).endswith(".Early(number=0x10, later=None)")

    @schema
    class Later:
        """Here it is."""

        number: u8

    globals()["Later"] = Later
    try:
        assert repr(Early(16, Later(16))).endswith(".Later(number=16))")
    finally:
        del globals()["Later"]


def test_repr_of_generic_classes():
    assert repr(Holder(16)) == "Holder(inside=16)"
    assert repr(Holder(Segment(16, 16))) == "Holder(inside=Segment(base=0x10, kind=16))"


def printed(value: Any, **options: Any) -> str:
    out = io.StringIO()
    pprint.pprint(value, out, **options)
    return out.getvalue()


def test_pprint_breaks_lines():
    assert printed(cpu(), width=60) == (
        "Cpu(segment=Segment(base=0x10, kind=11),\n"
        "    addresses=[0x1000, 0x2000],\n"
        "    maybe=0x20,\n"
        "    wrapped=Some(value=0x30),\n"
        "    pair=(0x40, 'x'),\n"
        "    count=16,\n"
        "    names={'a': 17},\n"
        "    raw=b'\\x124')\n"
    )
    assert printed([cpu()], width=60).startswith("[Cpu(segment=Segment(base=0x10, kind=11),\n     addresses=")
    assert printed(cpu(), width=1000) == f"{TEXT}\n"
    assert eval(printed(cpu(addresses=[*range(100)]), width=40)) == cpu(addresses=[*range(100)])
    assert max(map(len, printed(cpu(addresses=[*range(100)]), width=60).splitlines())) <= 60


def test_pprint_that_is_imported_later():
    program = (
        "import sys\n"
        "from snapformat_schemas import firecracker\n"
        "assert 'pprint' not in sys.modules\n"
        "state = firecracker.load_snapshot(sys.argv[1]).data\n"
        "import pprint\n"
        "pprint.pprint(state.vcpu_states[0].regs)\n"
    )
    command = [sys.executable, "-c", program, EXAMPLE]
    done = subprocess.run(command, stdout=subprocess.PIPE, check=True, text=True)
    assert done.stdout.splitlines()[:2] == ["KvmRegs(rax=0x0,", "        rbx=0x1111111111111111,"]


def test_pprint_of_another_kind(monkeypatch: pytest.MonkeyPatch):
    """Should `pprint` lose what we use of it, values are shown in a line."""
    monkeypatch.delattr(pprint.PrettyPrinter, "_format_namespace_items")
    assert printed(cpu(), width=60) == f"{TEXT}\n"
    monkeypatch.delattr(pprint.PrettyPrinter, "_dispatch")
    assert repr(cpu()) == TEXT


def test_rich_protocol():
    assert [name for name, _ in cpu().__rich_repr__()] == list(Cpu.__match_args__)
    found = dict(cpu().__rich_repr__())
    assert repr(found["addresses"]) == "[0x1000, 0x2000]"
    assert found["segment"] == Segment(0x10, 11)
    snapshot = firecracker.load_snapshot(EXAMPLE)
    assert [*snapshot.__rich_repr__()] == [
        ("format", "firecracker/1.14/x86_64"),
        ("version", "8.0.0"),
        ("data", snapshot.data),
    ]


def test_rich_breaks_lines():
    console = Console(width=60, file=io.StringIO())
    console.print(Pretty(cpu()))
    assert console.file.getvalue().splitlines()[:4] == [  # type: ignore[attr-defined]
        "Cpu(",
        "    segment=Segment(base=0x10, kind=11),",
        "    addresses=[0x1000, 0x2000],",
        "    maybe=0x20,",
    ]


def test_displays_of_users_stay():
    @schema
    class Own:
        """Has its own."""

        number: u8

        def __repr__(self) -> str:
            return "own"

        def _repr_html_(self) -> str:
            return "<b>own</b>"

    assert repr(Own(1)) == "own"
    assert Own(1)._repr_html_() == "<b>own</b>"
    assert not hasattr(Own(1), "__rich_repr__")

    @schema
    class Named:
        """A field has the name."""

        _repr_html_: Hex[u8]

    assert repr(Named(16)).endswith(".Named(_repr_html_=0x10)")
    assert Named(16)._repr_html_ == 16


def page(text: str) -> str:
    """The text of HTML, which must be without mistakes."""
    parser = html5lib.HTMLParser(strict=True)
    return "".join(parser.parseFragment(text).itertext())


def test_html():
    text = cpu()._repr_html_()
    assert page(text) == (
        "Cpu" "segment Segment" "base 0x10" "kind 11" "addresses [0x1000, 0x2000]" "maybe 0x20"
        "wrapped Some" "value 0x30" "pair tuple of 2" "0 0x40" "1 x" "count 16" "names dict of 1" "'a' 17"
        "raw 0x1234"
    )  # fmt: skip
    assert 'title="Where it begins, &lt;b&gt;&quot;&amp;amp;&quot;&lt;/b&gt;"' in text
    assert "<script" not in text


def test_html_of_hostile_text():
    text = html_of(cpu(pair=(1, "</div><script>alert(1)</script>\u202e\x1b"), names={"<i>": 1}))
    assert "<script" not in text
    assert "\u202e" not in text
    assert "\\u202e\\x1b" in page(text)
    assert "'<i>' 1" in page(text)


def test_html_is_bounded(monkeypatch: pytest.MonkeyPatch):
    many = cpu(
        addresses=[*range(1_000_000)], raw=bytes(1_000_000), names={str(each): 1 for each in range(9000)}
    )
    text = many._repr_html_()
    assert len(text) < 500_000
    assert "... 1000000 numbers]" in page(text)
    assert "... 1000000 bytes" in page(text)
    assert "more" in page(text)
    monkeypatch.setattr(display, "MOST_NODES", 3)
    assert page(many._repr_html_()).endswith("maybe 0x20... 5 more")  # the first fields, and no parts


def test_html_of_deep_and_circular_values():
    circle = Holder([])
    circle.inside.append(circle)
    assert page(circle._repr_html_()).count("Holder") == 21  # every second level
    deep: Any = Holder(1)
    for _ in range(100_000):
        deep = Holder(deep)
    assert page(deep._repr_html_()).endswith("Holder(...)")
    assert page(html_of(PairMap([([1], 2)]))) == "PairMap of 1[1] 2"


def test_html_of_a_snapshot():
    for path in (EXAMPLE, AARCH64):
        text = firecracker.load_snapshot(path)._repr_html_()
        shown = page(text)
        assert shown.startswith("firecracker/1.14/")
        assert "vcpu_states" in shown
        assert len(text) < 400_000
    assert "0x6030000000100000" in shown
    assert 'title="' in text


def test_hexadecimal_is_an_integer():
    assert Hexadecimal(16) == 16
    assert f"{Hexadecimal(-16)!r}" == "-0x10"


def test_views_break_lines(monkeypatch: pytest.MonkeyPatch):
    """Names that hold in every release, tables of them, and values by name."""
    state = firecracker.load_snapshot(EXAMPLE).data
    vcpu = firecracker.vcpus(state)[0]
    lines = printed(vcpu, width=60).splitlines()
    assert lines[:2] == ["X86VcpuViews(rip=0x1000068,", "             rflags=0x2,"]
    assert max(map(len, lines)) <= 60
    assert "".join(line.strip() + " " for line in lines).strip() == repr(vcpu)
    drives = firecracker.drives(state)
    assert printed(drives, width=60).startswith("[Drive")
    assert max(map(len, printed(drives, width=60).splitlines())) < len(repr(drives))
    assert printed(drives, width=10**6) == f"{drives!r}\n"
    lines = printed(vcpu.msr, width=60).splitlines()
    assert max(map(len, lines)) <= 60
    assert " ".join(line.strip() for line in lines) == repr(vcpu.msr)
    for value, first in ((vcpu, "rip=0x1000068,"), (drives, "Drive"), (vcpu.msr, "IA32_")):
        console = Console(width=60, file=io.StringIO())
        console.print(Pretty(value))
        shown = console.file.getvalue().splitlines()  # type: ignore[attr-defined]
        assert shown[0] == f"{type(value).__name__}("
        assert shown[1].startswith(f"    {first}")
    for method in ("_format_namespace_items", "_format_items", "_pprint_list"):
        monkeypatch.delattr(pprint.PrettyPrinter, method)
    for value in (vcpu, drives, vcpu.msr):
        assert printed(value, width=60) == f"{value!r}\n"
