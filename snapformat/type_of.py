"""`TypeOf[T]`: the annotation of parameters that take the type of a value.

For type checkers, a class or a generic alias of one (`Player`, `list[u16]`) gives `T`. All other forms
(`Annotated` with a length, unions, constructs, names of registered layouts) are taken too; `T` is `Any` then.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

#: mypy takes this name for true (and others for what it is).
MYPY = False

if TYPE_CHECKING:
    from types import UnionType
    from typing import TypeAlias, _SpecialForm

    from typing_extensions import TypeAliasType, TypeVar

    #: The type of a value; `Any` where nothing says it. `U` is for methods of classes that have a `T`.
    T = TypeVar("T", default=Any)
    U = TypeVar("U", default=Any)
    if MYPY:
        # Beside `object`, mypy would not look at the class. A construct has no type for mypy.
        TypeOf: TypeAlias = type[T] | _SpecialForm | UnionType | TypeAliasType | str
    else:
        TypeOf: TypeAlias = type[T] | object
else:
    from typing import TypeVar

    T = TypeVar("T")
    U = TypeVar("U")
