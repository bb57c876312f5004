"""Build the site: `python docs/site build/site`. Warnings and links that lead nowhere are errors."""

from __future__ import annotations

import sys
from pathlib import Path

from sphinx.cmd.build import build_main

from links import broken_links
from pages import stage


def main(folder: Path) -> int:
    """Build into a folder, and return the exit status."""
    source, built = folder / "source", folder / "html"
    stage(source)
    options = ["--fail-on-warning", "--keep-going", "--quiet", "--jobs", "auto"]
    status = build_main(
        [*options, "-c", str(Path(__file__).parent), "-d", str(folder / "doctrees"), str(source), str(built)]
    )
    if status:
        return status
    broken = broken_links(built)
    for each in broken:
        print(each, file=sys.stderr)
    if not broken:
        print(f"{built}/index.html")
    return bool(broken)


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
