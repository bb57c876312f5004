"""Golden documents of three small schemas. `PYTHONPATH=tests python -m docs.golden` writes them anew, to be
reviewed by eye; no test does."""

from __future__ import annotations

import tempfile
from functools import cache
from pathlib import Path

from docs import schemas
from snapformat.docs import Built, build

FOLDER = Path(__file__).resolve().parent.parent / "golden" / "docs"
SMALL = {"machine": schemas.MACHINES, "drawing": schemas.DRAWINGS, "data": schemas.HEADER}


@cache
def small(name: str) -> Built:
    """The documents of one of the small schemas; `machine` has a sample."""
    if name != "machine":
        return build([SMALL[name]], outputs=("html", "markdown", "json"))
    with tempfile.TemporaryDirectory() as folder:
        sample = Path(folder) / "machine.snap"
        sample.write_bytes(schemas.machine_file())
        return build([SMALL[name]], outputs=("html", "markdown", "json"), samples=[sample])


def kept(name: str) -> list[str]:
    """The files of a schema that are golden."""
    return [f"{name}.md", f"{name}.json"]


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    for each in SMALL:
        for file in kept(each):
            (FOLDER / file).write_text(small(each).files[file], encoding="utf-8")
