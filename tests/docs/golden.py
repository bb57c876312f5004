"""Golden documents of four small schemas. `PYTHONPATH=tests python -m docs.golden` writes them anew, to be
reviewed by eye; no test does."""

from __future__ import annotations

import tempfile
from functools import cache
from pathlib import Path

from docs import schemas
from snapformat.docs import Built, build

FOLDER = Path(__file__).resolve().parent.parent / "golden" / "docs"
SMALL = {
    "machine": schemas.MACHINES,
    "drawing": schemas.DRAWINGS,
    "data": schemas.HEADER,
    "store": schemas.STORES,
}
_SAMPLES = {"machine": schemas.machine_file, "store": schemas.store_file}


@cache
def small(name: str) -> Built:
    """The documents of one of the small schemas; some have a sample."""
    if name not in _SAMPLES:
        return build([SMALL[name]], outputs=("html", "markdown", "json"))
    with tempfile.TemporaryDirectory() as folder:
        sample = Path(folder) / f"{name}.snap"
        sample.write_bytes(_SAMPLES[name]())
        return build([SMALL[name]], outputs=("html", "markdown", "json"), samples=[sample])


def kept(name: str) -> list[str]:
    """The files of a schema that are golden."""
    return [f"{name}.md", f"{name}.json"]


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    for each in SMALL:
        for file in kept(each):
            (FOLDER / file).write_text(small(each).files[file], encoding="utf-8")
