"""JSON text is bounded in depth by us, and not by the interpreter's recursion limit."""

from __future__ import annotations

import pytest

from hostile.bounded import run_bounded
from snapformat.encodings.json.text import MAX_NESTING, nesting_of

#: As a program may set it, up to what the C stack does not hold.
RECURSION_LIMITS = [1000, 10_000, 1_000_000]
TEXTS = {
    "arrays": "'[' * 99_000",
    "too many arrays": "'[' * 1_000_000",
    "objects": """'{"a":' * 99_000""",
    "both": """'[{"a":' * 49_000""",
    "behind strings": """'["]]", {"}": ' * 49_000""",
    "behind escapes": r"""'["\\"]",' * 99_000""",
    "of another type": "'[' * 99_000 + ']' * 99_000",
    "bytes": "b'[' * 99_000",
}


@pytest.mark.parametrize("limit", RECURSION_LIMITS)
@pytest.mark.parametrize("name", TEXTS)
def test_deep_text_is_refused_whatever_the_recursion_limit(name: str, limit: int) -> None:
    code = f"""
sys.setrecursionlimit({limit})
def place():
    try:
        loads({TEXTS[name]}, Tree)
    except DecodeError as error:
        return error.offset is not None or error.path is not None
result = place()
"""
    outcome = run_bounded(code, hangs=60)
    assert outcome.verdict is True


@pytest.mark.parametrize("limit", RECURSION_LIMITS)
def test_deep_values_are_read_and_printed_whatever_the_recursion_limit(limit: int) -> None:
    code = f"""
sys.setrecursionlimit({limit})
data = parse_json("[" * 99_000 + "]" * 99_000)
text = format_json(data)
limits = Limits(depth=20_000)
value = decode(chain_bytes(20_000), Chain, limits=limits)
again = loads(dumps(value, Chain, indent=None, limits=limits), Chain, limits=limits)
result = [text == "[" * 99_000 + "]" * 99_000, encode(again, Chain, limits=limits) == chain_bytes(20_000),
          verdict(lambda: dumps(value, Chain))]
"""
    assert run_bounded(code, hangs=60).verdict == [True, True, "EncodeError"]


@pytest.mark.parametrize(
    ("text", "depth"),
    [
        ("[" * 3000 + "]" * 3000, 3000),
        ("[]," * 3000, 1),
        ('["[[[{",' * 3000 + "]" * 3000, 3000),
        ('[{"]}": ' * 3000, 6000),
        (r'["\"[[",{},' * 3000, 3001),
        ('"' + "[" * 3000, 0),
        ("[" * MAX_NESTING * 2, MAX_NESTING * 2),
        ("[" * 100, 0),
    ],
    ids=range(8),
)
def test_the_nesting_of_a_text(text: str, depth: int) -> None:
    """Of few brackets it is not looked for."""
    assert nesting_of(text) == depth
