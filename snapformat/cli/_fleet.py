"""Shared by the commands for many files, whose modules are there only with `snapformat[fleet]`."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterator
from types import ModuleType
from typing import Any

import click

scheduler_option = click.option(
    "--scheduler",
    metavar="ADDRESS",
    help="Scheduler of a Dask cluster, such as tcp://host:8786; by default processes of this machine work.",
)
workers_option = click.option(
    "--workers", metavar="N", type=click.IntRange(1), help="Number of processes; by default, of cores."
)


def import_fleet() -> ModuleType:
    """Import `snapformat.fleet` and what it needs.

    Raises:
        click.ClickException: A package is not installed.
    """
    try:
        import snapformat.fleet as fleet

        _ = fleet.scan  # imported on first use
    except ImportError as error:
        name = error.name or "a module"
        raise click.ClickException(
            f"{name} is not installed: this command needs pip install 'snapformat[fleet]'"
        ) from error
    return fleet


def listed_names(sources: tuple[str, ...]) -> tuple[list[str], Iterator[str] | tuple[()]]:
    """Return the sources, and the names that standard input has if `-` is among them."""
    given = [each for each in sources if each != "-"]
    return given, (_lines() if len(given) < len(sources) else ())


def by_number(counts: Counter[Any]) -> list[tuple[Any, int]]:
    """Return counts, the largest first; equal ones in the order of their names, not of the files."""
    return sorted(counts.items(), key=lambda item: (-item[1], str(item[0])))


def _lines() -> Iterator[str]:
    for line in sys.stdin.buffer:
        yield line.rstrip(b"\r\n").decode("utf-8", "surrogateescape")
