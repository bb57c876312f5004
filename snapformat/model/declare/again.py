"""Declaring again: a cell of a notebook runs a second time, or a module is reloaded.

The new declaration replaces the old one. Formats and decoders made before keep the old one, and old values
can still be written with it.
"""

from __future__ import annotations

import weakref
from collections.abc import Callable, Iterator
from types import CodeType, FrameType
from typing import Any

from snapformat.class_attrs import DECLARATION, FORMATS, READER, WRITER
from snapformat.lazy_dataclasses import dataclass
from snapformat.model.declaration import Declaration
from snapformat.model.kinds import Kind

#: Functions that drop the layouts of annotations, which are not kept with a class.
on_forget: list[Callable[[], None]] = []


@dataclass(frozen=True, slots=True)
class Place:
    """The code that declares something.

    Attributes:
        code: The code of a module, a cell or a function.
        module: Name of the module.
        function: Name of the function, or `<module>`.
    """

    code: weakref.ref[CodeType]
    module: str
    function: str

    @classmethod
    def of(cls, frame: FrameType) -> Place:
        """Return the code that a frame is executing."""
        code = frame.f_code
        return cls(weakref.ref(code), str(frame.f_globals.get("__name__")), code.co_qualname)

    def is_again(self, before: Place) -> bool:
        """Return whether the code of `before` was compiled again, as that of a cell which runs again is.

        Within the same code it is not: declaring the same thing twice is a mistake.
        """
        same_place = (self.module, self.function) == (before.module, before.function)
        return same_place and self.code() is not before.code()


def forget(stale: list[Kind]) -> None:
    """Let declared classes that contain one of these kinds make their own anew."""
    known = set(map(id, stale))
    for declared in list(_declarations()):
        if declared.holds(known):
            declared.forget()
            for name in [*vars(declared.cls)]:
                if name.startswith((READER, WRITER)) or name == FORMATS:
                    delattr(declared.cls, name)
    for drop in on_forget:
        drop()


def _declarations() -> Iterator[Declaration]:
    """Iterate over the declarations of all classes."""
    seen: set[type] = set()
    waiting: list[type] = [object]
    while waiting:
        cls = waiting.pop()
        if cls in seen:
            continue
        seen.add(cls)
        waiting += type.__subclasses__(cls)
        found: Any = vars(cls).get(DECLARATION)
        if isinstance(found, Declaration) and found.cls is cls:
            yield found
