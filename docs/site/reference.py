"""The pages of the API reference: one for each public module, in reStructuredText for autodoc."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from itertools import groupby

from docstrings import Converter
from names import Listed, Public, listed, private_bases, public_names

_SECTIONS = {"class": "Classes", "function": "Functions", "data": "Data", "exception": "Exceptions"}


def pages() -> Iterator[tuple[Listed, str]]:
    """Yield each public module with its page."""
    found = list(public_names())
    converter = Converter(found)
    values = [each.value for each in found if isinstance(each.value, type)]
    by_module = {name: list(names) for name, names in groupby(found, lambda each: each.module)}
    for module in listed():
        yield module, "\n".join(_page(module, by_module.get(module.name, []), converter, values)) + "\n"


def _page(
    module: Listed, names: list[Public], converter: Converter, values: Collection[object]
) -> Iterator[str]:
    yield from (module.name, "=" * len(module.name), "")
    yield from (f".. automodule:: {module.name}", "   :no-members:", "")
    yield from (f".. currentmodule:: {module.name}", "")
    for directive, title in _SECTIONS.items():
        chosen = [each for each in names if each.directive == directive and each.original is None]
        if chosen:
            yield from (title, "-" * len(title), "")
            for each in chosen:
                yield from _entry(each, converter, values)
    again = [each for each in names if each.original is not None]
    if again:
        yield from ("Also here", "---------", "")
        yield from (f"* :py:obj:`{each.name} <{each.original}>`" for each in again)
        yield ""


def _entry(public: Public, converter: Converter, values: Collection[object]) -> Iterator[str]:
    if public.directive == "data":
        yield f".. py:data:: {public.name}"
        if isinstance(public.value, int | str):
            yield f"   :value: {_constant(public.value)}"
        yield ""
        yield from (f"   {line}" for line in converter.convert(public.doc, public.module).splitlines())
        yield ""
    else:
        yield f".. auto{public.directive}:: {public.name}"
        if isinstance(public.value, type) and (bases := private_bases(public.value, values)):
            others = [each.__name__ for each in public.value.__mro__[1:] if each not in bases]
            yield f"   :inherited-members: {', '.join(others)}"
        yield ""


def _constant(value: int | str) -> str:
    return f"{value:#x}" if isinstance(value, int) and value > 9 else repr(value)
