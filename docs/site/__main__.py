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
    if _is_older(folder / "doctrees" / "environment.pickle"):
        options.append("--fresh-env")
    options += ["-c", str(Path(__file__).parent), "-d", str(folder / "doctrees")]
    status = build_main([*options, str(source), str(built)])
    if status:
        return status
    broken = broken_links(built)
    for each in broken:
        print(each, file=sys.stderr)
    if not broken:
        print(f"{built}/index.html")
    return bool(broken)


def _is_older(environment: Path) -> bool:
    """Return whether pages were read before this code was changed, which Sphinx does not notice."""
    changed = max(file.stat().st_mtime for file in Path(__file__).parent.glob("*.py"))
    return environment.exists() and environment.stat().st_mtime < changed


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
