"""Differences between two snapshots, or two values of one type: by path, for any schema.

Parts correspond by name: fields, variants, keys of maps; elements of a sequence by the key that the schema
declares (`doc(..., key="id")`), or by position. Elements of sequences of different lengths without a key
correspond so that as many as possible are equal. So two releases can be compared, and two encodings.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from snapformat.encodings.bincode.encoding import sealed
from snapformat.errors import SchemaError
from snapformat.inspect.comparing import NO_MEANING, Comparison
from snapformat.inspect.differences import Action, Change, Difference
from snapformat.inspect.form import FORM
from snapformat.inspect.locations import Location, PathError
from snapformat.inspect.places import Place, ignored_paths
from snapformat.inspect.query import select, select_in
from snapformat.inspect.selectors import Selector
from snapformat.inspect.shapes import Part
from snapformat.limits import DEFAULT_LIMITS, Limits
from snapformat.model import kinds
from snapformat.model.declare.registry import resolved
from snapformat.model.kinds import Kind
from snapformat.path import Root, Segment
from snapformat.snapshot.header import header_kind
from snapformat.snapshot.snapshot import Snapshot
from snapformat.trampoline import run

__all__ = ["Action", "Change", "Difference", "diff", "diff_values"]


def diff(
    left: Snapshot[Any],
    right: Snapshot[Any],
    *,
    ignore: Iterable[str | Selector] = (),
    order: bool = False,
) -> Difference:
    """Compare two snapshots, of the same format or of different ones.

    Args:
        left: A snapshot.
        right: Another one.
        ignore: Selectors of parts that are left out, on both sides.
        order: Whether another order of elements that are found by key, of sets and of maps is a change. By
            default it is only listed in `Difference.reordered`.

    Returns:
        The changes of header, payload and trailing bytes. Checksums are not compared: they follow from the
        rest.

    Raises:
        PathError: A selector is none, or names one part that neither side has.
        EncodeError: A value does not fit its type.
        DecodeError: Bytes of a snapshot that was loaded lazily are not a value of their type.
    """
    formats = left.format, right.format
    chosen = _ignored(
        [lambda selector: select(left, selector), lambda selector: select(right, selector)], ignore
    )
    limits = [format_.all_limits for format_ in formats]
    comparison = Comparison(max(each.depth for each in limits), order=order)
    sides = (left, right)
    roots: list[tuple[str, list[tuple[Kind, Any]]]] = [
        ("header", [(header_kind(), side.header) for side in sides if not side.format.is_bare]),
        ("", [(side.format.payload_kind, side.data) for side in sides]),
        ("trailing", [(kinds.Bytes(), side.trailing) for side in sides]),
    ]
    for name, values in roots:
        if len(values) < len(sides):  # a bare file has no header
            continue
        _compare(comparison, values, limits, [_below(paths, name) for paths in chosen], name)
    return Difference(tuple(comparison.changes), tuple(comparison.reordered))


def diff_values(
    left: Any,
    right: Any,
    payload: Any,
    *,
    ignore: Iterable[str | Selector] = (),
    order: bool = False,
    limits: Limits = DEFAULT_LIMITS,
) -> Difference:
    """Compare two values of one type.

    Args:
        left: A value.
        right: Another one.
        payload: Their type: a class, an annotation, a construct, a registered name.
        ignore: As in `diff`.
        order: As in `diff`.
        limits: Bounds of depth and of zero-sized elements.

    Raises:
        PathError: As in `diff`.
        EncodeError: A value does not fit the type, or is nested too deeply.
    """
    kind = sealed(resolved(payload))
    searches = [
        lambda selector, value=value: select_in(Location(kind, value), selector) for value in (left, right)
    ]
    comparison = Comparison(limits.depth, order=order)
    chosen = _ignored(searches, ignore)
    _compare(comparison, [(kind, left), (kind, right)], [limits, limits], chosen, "")
    return Difference(tuple(comparison.changes), tuple(comparison.reordered))


def _compare(
    comparison: Comparison,
    values: Sequence[tuple[Kind, Any]],
    limits: Sequence[Limits],
    ignored: Sequence[list[tuple[Segment, ...]]],
    root: str,
) -> None:
    left, right = map(ignored_paths, ignored)
    place = Place(left, right)
    if root:
        place = Place(left, right, place, Root(root), Root(root))
    one, two = (Part(kind, value, own) for (kind, value), own in zip(values, limits, strict=True))
    try:
        run(comparison.pair(one, two, place, NO_MEANING))
    except SchemaError:
        raise
    except Exception:
        # Writing a value as a whole says where it does not fit, if that is the reason.
        for (kind, value), own in zip(values, limits, strict=True):
            FORM.write(kind, value, limits=own)
        raise


def _ignored(searches: Sequence[Any], selectors: Iterable[str | Selector]) -> list[list[tuple[Segment, ...]]]:
    """Return the paths that selectors choose on each side.

    Raises:
        PathError: A selector is none, or names one part that neither side has.
    """
    found: list[list[tuple[Segment, ...]]] = [[] for _ in searches]
    for selector in selectors:
        failures: list[PathError] = []
        for paths, search in zip(found, searches, strict=True):
            try:
                paths += [location.segments for location in search(selector)]
            except PathError as error:
                failures.append(error)
        if len(failures) == len(searches):
            raise failures[0]
    return found


def _below(paths: list[tuple[Segment, ...]], root: str) -> list[tuple[Segment, ...]]:
    """Return the paths that begin at a root, without it."""
    found = []
    for path in paths:
        own = path[0] if path and isinstance(path[0], Root) else ""
        if own == root:
            found.append(path[1:] if root else path)
    return found
