"""The process of `benchmarks.versions` that measures one checkout: nothing but public names of snapformat."""

from __future__ import annotations

import sys
from functools import partial

from benchmarks import payloads
from benchmarks.peers import classes
from benchmarks.shapes import SHAPES
from benchmarks.timing import SAMPLE, Call, once, warm, without_collections
from snapformat import Snapshot
from snapformat_schemas.firecracker.v1_14.x86_64 import MicrovmState


def calls(beginnings: tuple[str, ...]) -> dict[str, Call]:
    """Reading and writing each shape and real file, by titles that begin so."""
    found: dict[str, Call] = {}
    for shape in SHAPES:
        for form in shape.forms:
            if not any(shape.title(form, verb).startswith(beginnings) for verb in ("read", "write")):
                continue
            made = classes(shape.payload(form))
            if made is not None and made.build is not None:
                found[shape.title(form, "read")] = made.parse
                found[shape.title(form, "write")] = made.build
    for name, path in payloads.STATES.items():
        found[f"{name} load"] = partial(Snapshot.load, path, MicrovmState)
        found[f"{name} save"] = Snapshot.load(path, MicrovmState).to_bytes
    return {title: call for title, call in found.items() if title.startswith(beginnings)}


def serve(beginnings: tuple[str, ...]) -> None:
    """Measure what standard input names, a line each; print seconds."""
    known = calls(beginnings)
    times: dict[str, int] = {}
    for line in sys.stdin:
        title = line.rstrip("\n")
        call = known[title]
        if title not in times:
            for _ in range(20):
                call()  # until there is code for it
            times[title] = max(1, round(SAMPLE / max(once(call), 1e-7)))
        with without_collections():
            print(warm(call, times[title]), flush=True)


if __name__ == "__main__":
    serve(tuple(sys.argv[1].split(",")))
